"""The languages of the interface: one dictionary of texts each, in `web/texts/`.

A test holds all languages to the same keys and fill-ins, and every key used in a template or script to these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from web.texts.en import EN
from web.texts.nl import NL

DEFAULT = "nl"

LANGUAGES: Mapping[str, Mapping[str, str]] = {"nl": NL, "en": EN}


def language(asked: str | None) -> str:
    """Return the language that is spoken for what was asked: Dutch unless another of ours was named."""
    return asked if asked is not None and asked in LANGUAGES else DEFAULT


def translator(name: str) -> Callable[..., str]:
    """Return a function that gives the text of a key in one language, with its `{names}` filled in."""
    texts = LANGUAGES[name]

    def text(key: str, /, **values: object) -> str:
        return texts[key].format_map(values) if values else texts[key]

    return text


def localised(texts: Mapping[str, str] | None, name: str) -> str:
    """Return a catalogue text in a language, or in the other one where it lacks it."""
    if not texts:
        return ""
    return str(texts.get(name) or texts.get(DEFAULT) or next(iter(texts.values()), ""))

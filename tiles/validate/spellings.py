"""Ways to write a number: which numbers a text may stand for, and which texts a number.

Dutch writes 1.234,5 where English writes 1,234.5, so a text such as 1.234 stands for two numbers. Whoever looks for
what must not occur wants to know of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

#: Spaces that set thousands apart: plain, no-break, thin, and narrow no-break.
_SPACES = " \u00a0\u2009\u202f"
_MINUS = "\u2212"

_DUTCH = re.compile(rf"[+-]?(\d*|\d{{1,3}}(\.\d{{3}})+|\d{{1,3}}([{_SPACES}]\d{{3}})+)(,\d*)?")
_ENGLISH = re.compile(rf"[+-]?(\d*|\d{{1,3}}(,\d{{3}})+|\d{{1,3}}([{_SPACES}]\d{{3}})+)(\.\d*)?")
_WITHOUT_SPACES = {ord(space): None for space in _SPACES}
_FROM_DUTCH = _WITHOUT_SPACES | {ord("."): None, ord(","): "."}
_FROM_ENGLISH = _WITHOUT_SPACES | {ord(","): None}

#: Texts beyond this length are no number, and numbers beyond this many digits are not written out.
_LONGEST = 400
_DIGITS = 30


def numbers_of(text: str) -> tuple[Decimal, ...]:
    """Return the numbers that a text may stand for, none of a text that is no number.

    Args:
        text: Digits with a point or a comma, thousands set apart or not; or with an exponent, as programs write them.
    """
    if len(text) > _LONGEST or not (text[:1].isdigit() or text[:1] in "+-.,\u2212"):
        return ()
    text = text.replace(_MINUS, "-")
    written = [text]
    if _DUTCH.fullmatch(text):
        written.append(text.translate(_FROM_DUTCH))
    if _ENGLISH.fullmatch(text):
        written.append(text.translate(_FROM_ENGLISH))
    return tuple(dict.fromkeys(number for each in written for number in _read(each)))


def _read(text: str) -> Iterator[Decimal]:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return
    # Beyond what a double holds there is no form to look for but the text itself.
    if number.is_finite() and abs(number.adjusted()) < 308:
        yield number


def spellings_of(number: Decimal) -> tuple[str, ...]:
    """Return the ways to write a number, each with as few digits as it has.

    One with zeros at its end begins with one of these; one with a sign that is not there ends with one.
    """
    found = [repr(float(number))] if number else ["0"]
    plain = format(number.copy_abs(), "f")
    if len(plain) <= _DIGITS:
        whole, _, part = plain.partition(".")
        part = part.rstrip("0")
        for group in ("", ".", ",", *_SPACES):
            grouped = f"{int(whole):,}".replace(",", group)
            found += [grouped + mark + part if part else grouped for mark in ".," if mark != group or not part]
    elif number == number.to_integral_value():
        found.append(plain.partition(".")[0])
    signs = ("-", _MINUS) if number < 0 else ("",)
    return tuple(dict.fromkeys(sign + text.removeprefix("-") for sign in signs for text in found))

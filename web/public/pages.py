"""Pages for people: the map, and how the figures were made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, render_template, request

from tiles.columns import CLASSES
from tiles.deviation_columns import DEVIATIONS
from web import palette
from web.deck import summary
from web.protection import by_subject, rules
from web.public.bundle import bundle_url
from web.public.files import modules
from web.site import Site
from web.spots import all_spots
from web.translations import LANGUAGES, language, localised, translator
from web.units import written
from zicht.published import STATUSES

HTML = "text/html; charset=utf-8"


def page_context(site: Site) -> Callable[[], dict[str, Any]]:
    """Return a function that gives what every page needs, for the language that is asked."""

    def context() -> dict[str, Any]:
        spoken = language(request.args.get("taal"))
        return {
            "t": translator(spoken),
            "lang": spoken,
            "local": lambda texts: localised(texts, spoken),
            "catalogue": site.catalogue,
            "release": site.release,
            "doubt": site.doubt,
            "audience": site.audience,
            "default_download": default_download(site),
            "number": lambda value: written(value, spoken),
        }

    return context


def default_download(site: Site) -> str:
    """Return the path of the CSV file of the view the page opens with."""
    default = site.catalogue["default"]
    return f"/download/{default['indicator']}/{default['period']}/{default['level']}.csv"


def pages(site: Site) -> Blueprint:
    """Return the views of the pages."""
    views = Blueprint("pages", __name__)
    context = page_context(site)

    def map_page() -> Response:
        content = context()
        content["config"] = page_config(site, content["lang"])
        content["bundle"] = bundle_url()
        content["modules"] = modules()
        return _page("map.html", content)

    def method_page() -> Response:
        content = context()
        content["indicators_by_theme"] = _by_theme(site)
        content["quality"] = site.release.quality
        content["looks"] = palette.describe()
        content["spots"] = all_spots(site)
        return _page("method.html", content)

    def protection_page() -> Response:
        content = context()
        content["report"] = site.report
        content["rules"] = rules(site)
        content["subjects"] = by_subject(site)
        content["names"] = {name: localised(entry["name"], content["lang"]) for name, entry in site.indicators.items()}
        return _page("protection.html", content)

    views.add_url_rule("/", view_func=map_page, endpoint="home")
    views.add_url_rule("/kaart", view_func=map_page)
    views.add_url_rule("/methode", view_func=method_page)
    views.add_url_rule("/bescherming", view_func=protection_page)
    views.add_url_rule("/protection", view_func=protection_page, endpoint="protection_plain")
    return views


def page_config(site: Site, spoken: str) -> dict[str, Any]:
    """Return what the scripts of the map page start from."""
    return {
        "lang": spoken,
        "texts": dict(LANGUAGES[spoken]),
        "release": site.release.short_id,
        "palette": palette.describe(),
        "statuses": list(STATUSES),
        "classes": list(CLASSES),
        "deviations": list(DEVIATIONS),
        "map": summary(site),
        "background": str(site.background),
        "hosting": str(site.hosting),
    }


def _page(template: str, content: dict[str, Any]) -> Response:
    response = Response(render_template(template, **content), content_type=HTML)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Content-Language"] = content["lang"]
    return response


def _by_theme(site: Site) -> list[tuple[Any, list[Any]]]:
    entries = site.catalogue["indicators"]
    return [
        (theme, [entry for entry in entries if entry["theme"] == theme["id"]]) for theme in site.catalogue["themes"]
    ]

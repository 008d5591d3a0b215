"""Version 1 of the API. Paths in kebab-case, no trailing slash, problem documents for errors, version in a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request

from web.api.hotspots import emerging_content, map_content
from web.deviations import comparison_list, deviation_column
from web.errors import BadQueryError, NotHereError
from web.legend import is_year
from web.on_demand import OnDemand
from web.once import Once
from web.protection import protection
from web.public.columns import full_catalogue
from web.receipt import cell, receipt
from web.responses import answer, canonical
from web.search import Hit, Index
from web.site import Site
from web.spots import spot_list
from web.translations import language
from web.units import number, unit_of
from zicht.areas import AreaList
from zicht.published import Measure, PublishedColumn

VERSION = "1.0.0"
MOST_HITS = 50

#: Series of maps of which the classes are kept.
KEPT_SERIES = 16

#: A page of values; national buurten come in one.
PAGE = 20_000


def api(site: Site, maps: OnDemand) -> Blueprint:
    """Return the views of the API."""
    views = Blueprint("api", __name__, url_prefix="/api/v1")
    index = Index(site.release.areas)

    def releases() -> Response:
        return _json({"releases": [_release(site)]})

    def catalogue() -> Response:
        return _json(full_catalogue(site))

    def protected() -> Response:
        return _json(protection(site))

    def search() -> Response:
        hits = index.find(request.args.get("q", ""), limit=_limit())
        return _json({"areas": [_hit(site, hit) for hit in hits]})

    def area(code: str) -> Response:
        return _json(_area(site, code))

    def values(level: str, indicator: str, period: str) -> Response:
        column = site.column(indicator, period, level, _query("measure"), _query("category"))
        return _json(_values(site, column))

    def hotspots(level: str, indicator: str, period: str) -> Response:
        choice = maps.choice(indicator, level, request.args)
        column = maps.classes(indicator, period, level, _query("category"), choice)
        rows = slice(_start(), _start() + PAGE)
        return _json(map_content(column, site.areas(level), choice or maps.own(indicator, level), rows=rows))

    def deviations(level: str, indicator: str, period: str, reference: str) -> Response:
        found = deviation_column(site, indicator, period, level, reference, _query("category"))
        return _json(comparison_list(site, found))

    kept = Once(maps.emerging, most=KEPT_SERIES)

    def emerging(level: str, indicator: str) -> Response:
        choice = maps.choice(indicator, level, request.args)
        column = kept(indicator, level, _query("category"), choice)
        rows = slice(_start(), _start() + PAGE)
        return _json(emerging_content(column, site.areas(level), choice or maps.own(indicator, level), rows=rows))

    def spots(indicator: str, period: str) -> Response:
        return _json(spot_list(site, indicator, period))

    def series(indicator: str, level: str, code: str) -> Response:
        content = _series(site, indicator, level, code, _query("measure"), _query("category"))
        if content["measure"] == Measure.EXPOSURE:
            return _json(content)  # what an exposure counts differs by period: each point says it
        unit = unit_of(site.indicator(indicator), content["measure"], language(_query("taal")), period="")
        return _json(content | {"unit": unit} if unit else content)

    def explain(indicator: str, period: str, level: str, code: str) -> Response:
        choice, category = maps.choice(indicator, level, request.args), _query("category")
        made = None
        if choice is not None:
            made = maps.classes(indicator, period, level, category, choice), choice.alpha
        asked = {"indicator": indicator, "period": period, "level": level, "code": code, "category": category}
        return _json(receipt(site, **asked, language=language(_query("taal")), made=made))

    views.add_url_rule("/releases", view_func=releases)
    views.add_url_rule("/catalogue", view_func=catalogue)
    views.add_url_rule("/protection", view_func=protected)
    views.add_url_rule("/areas", view_func=search)
    views.add_url_rule("/areas/<code>", view_func=area)
    views.add_url_rule("/values/<level>/<indicator>/<period>", view_func=values)
    views.add_url_rule("/hotspots/<level>/<indicator>/<period>", view_func=hotspots)
    views.add_url_rule("/emerging/<level>/<indicator>", view_func=emerging)
    views.add_url_rule("/deviations/<level>/<indicator>/<period>/<reference>", view_func=deviations)
    views.add_url_rule("/spots/<indicator>/<period>", view_func=spots)
    views.add_url_rule("/series/<indicator>/<level>/<code>", view_func=series)
    views.add_url_rule("/explain/<indicator>/<period>/<level>/<code>", view_func=explain)
    return views


def _json(content: Mapping[str, Any]) -> Response:
    return answer(canonical(content), content_type="application/json", headers={"API-Version": VERSION})


def _query(name: str) -> str:
    return request.args.get(name, "")


def _limit() -> int:
    asked = _query("limit") or "5"
    plain = asked.isascii() and asked.isdigit() and len(asked) <= len(str(MOST_HITS))
    if not plain or not 1 <= int(asked) <= MOST_HITS:
        raise BadQueryError(f"limit is a number from 1 to {MOST_HITS}.")
    return int(asked)


def _release(site: Site) -> dict[str, Any]:
    manifest = site.release.manifest
    names = ("edition", "protection", "levels", "periods", "software")
    shown = {name: manifest[name] for name in names if name in manifest}
    return {
        **shown,
        "id": site.release.id,
        "draft": site.is_draft,
        "audience": site.audience.content() if site.audience else None,
        "fictional": bool(site.catalogue["fictional"]),
        "title": site.catalogue["title"],
        "publisher": site.catalogue["publisher"],
        "files": manifest["files"],
    }


def _hit(site: Site, hit: Hit) -> dict[str, Any]:
    found = _place(site.areas(hit.level), hit.fid)
    return {**found, "within": [parent["name"] for parent in _parents(site, hit.level, hit.fid)[1:]]}


def _place(areas: AreaList, fid: int) -> dict[str, Any]:
    bounds = [number(round(float(side), 6)) for side in areas.bounds[fid]]
    return {
        "level": areas.level,
        "fid": fid,
        "code": str(areas.code[fid]),
        "name": str(areas.name[fid]),
        "kind": str(areas.kind[fid]),
        "bounds": None if None in bounds else bounds,
    }


def _area(site: Site, code: str) -> dict[str, Any]:
    for level, areas in site.release.areas.items():
        found = (areas.code == code).nonzero()[0]
        if found.size:
            fid = int(found[0])
            return {**_place(areas, fid), "parents": _parents(site, level, fid)}
    raise NotHereError("There is no area with this code.", remedy="Search for it by name.")


def _parents(site: Site, level: str, fid: int) -> list[dict[str, Any]]:
    """The areas this one lies in, coarsest first; codes are unique over levels of one release."""
    parents: list[dict[str, Any]] = []
    wanted = str(site.areas(level).parent[fid])
    while wanted and len(parents) < len(site.release.areas):
        step = _find(site, wanted)
        if step is None:
            break
        areas, at = step
        parents.insert(0, {"level": areas.level, "code": wanted, "name": str(areas.name[at])})
        wanted = str(areas.parent[at])
    return parents


def _find(site: Site, code: str) -> tuple[AreaList, int] | None:
    for areas in site.release.areas.values():
        at = int(areas.code.searchsorted(code))
        if at < len(areas.code) and areas.code[at] == code:
            return areas, at
    return None


def _values(site: Site, column: PublishedColumn) -> dict[str, Any]:
    key = column.key
    names = site.areas(key.level).name.tolist()
    rows = [
        {
            "code": code,
            "name": names[fid],
            **{k: v for k, v in cell(column, fid).items() if k not in {"measure", "unit"}},
        }
        for fid, code in enumerate(column.code.tolist())
    ]
    if len(rows) > PAGE:
        start = _start()
        rows = rows[start : start + PAGE]
    return {
        "indicator": key.indicator,
        "period": key.period,
        "level": key.level,
        "category": key.category,
        "measure": key.measure,
        "unit": column.unit,
        "total": len(column.code),
        "values": _with_classes(site, column, rows),
    }


def _start() -> int:
    asked = _query("start") or "0"
    if not asked.isascii() or not asked.isdigit() or len(asked) > 9:
        raise BadQueryError("start is the number of the first row, from 0.")
    return int(asked)


def _with_classes(site: Site, column: PublishedColumn, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    key = column.key
    try:
        classes = site.classes(key.indicator, key.period, key.level, key.category)
    except NotHereError:
        return rows
    labels = dict(zip(classes.code.tolist(), classes.label.tolist(), strict=True))
    return [{**row, "class": labels[row["code"]]} for row in rows]


def _series(site: Site, indicator: str, level: str, code: str, measure: str, category: str) -> dict[str, Any]:
    site.indicator(indicator)
    fid = site.areas(level).fid(code)
    name = measure or site.main_measure(indicator, level)
    points: list[dict[str, Any]] = []
    for period in site.offered.get(indicator, {}).get("periods", ()):
        try:
            column = site.column(indicator, period, level, name, category)
        except NotHereError:
            continue  # this period was not broken down at this level
        points.append({"period": period, "year": is_year(period), **cell(column, fid)})
    return {"indicator": indicator, "level": level, "code": code, "measure": name, "points": points}

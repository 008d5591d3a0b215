"""Files to take away."""

from __future__ import annotations

from flask import Blueprint, Response, request

from web.deviations import deviation_column
from web.exports import deviations_csv, file_name, values_csv
from web.responses import answer
from web.site import Site
from web.translations import language


def downloads(site: Site) -> Blueprint:
    """Return the views of the downloads."""
    views = Blueprint("downloads", __name__)

    def values(indicator: str, period: str, level: str) -> Response:
        query = request.args
        column = site.column(indicator, period, level, query.get("maat", ""), query.get("categorie", ""))
        return answer(
            values_csv(site, column, language=language(query.get("taal"))),
            content_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{file_name(column)}"'},
        )

    def deviations(indicator: str, period: str, level: str, reference: str) -> Response:
        query = request.args
        column = deviation_column(site, indicator, period, level, reference, query.get("categorie", ""))
        name = f"{indicator}-{period}-{level}-{reference}.csv"
        return answer(
            deviations_csv(site, column, language=language(query.get("taal"))),
            content_type="text/csv; charset=utf-8; header=present",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    views.add_url_rule("/download/<indicator>/<period>/<level>.csv", view_func=values)
    views.add_url_rule("/download/<indicator>/<period>/<level>/<reference>.csv", view_func=deviations)
    return views

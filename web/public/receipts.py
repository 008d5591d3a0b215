"""What the receipts of an indicator have in common, for a page without a server: it adds the cells of an area itself.

A server gives whole receipts at `/api/v1/explain`. A host of files cannot hold one for every area, period and language,
so that the page puts them together from these and the columns (`static/js/receipts.js`); a test holds the two equal.
"""

from __future__ import annotations

from flask import Blueprint, Response

from web.errors import NotHereError
from web.public.tile_answers import check_release
from web.receipt import frame
from web.responses import answer, canonical
from web.site import Site
from web.translations import LANGUAGES


def receipts(site: Site) -> Blueprint:
    """Return the view of the common parts of receipts."""
    views = Blueprint("receipts", __name__)

    def common(release: str, spoken: str, indicator: str) -> Response:
        check_release(site, release)
        if spoken not in LANGUAGES:
            raise NotHereError("This language is not spoken here.", remedy=f"Choose one of {', '.join(LANGUAGES)}.")
        site.indicator(indicator)
        maps = {
            (key.period, key.level, key.category) for key in site.release.values.keys() if key.indicator == indicator
        }
        frames = {
            "/".join(parts): frame(
                site, indicator=indicator, period=parts[0], level=parts[1], category=parts[2], language=spoken
            )
            for parts in sorted(maps)
        }
        # Whether the release is a draft may change while its id does not: asked again each time.
        return answer(canonical({"frames": frames}), content_type="application/json")

    views.add_url_rule("/receipts/<release>/<spoken>/<indicator>.json", view_func=common)
    return views

"""Levels of areas as the dashboard treats them; the page has the same list in `static/js/state.js`."""

from __future__ import annotations

#: Levels that follow the zoom, coarsest first: each takes over from the one before where its areas can be read.
BY_ZOOM = ("province", "district", "gemeente", "wijk", "buurt")

#: Levels whose areas have names, in the order in which equals are listed.
NAMED = (*BY_ZOOM, "park")

#: The level whose areas are drawn as land beneath the others.
GROUND = "gemeente"

#: Levels whose borders may be drawn over finer areas.
OUTLINED = BY_ZOOM[:-1]

"""What is planted: contiguous groups apart from each other, quiet deviations, a wijk and a park that exist."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.confidential.fiction import make_records, planted
from analysis.confidential.fiction.plan import DEVIATION_RISK
from tests.analysis.confidential.fiction.conftest import SEED
from tests.analysis.confidential.fiction.support import square_country
from zicht.errors import BoundaryError


def at(context, codes):
    return np.searchsorted(context.code, codes)


def linked(context, members):
    """Whether the members hang together, by walking from the first."""
    seen, todo = set(), [members[0]]
    while todo:
        one = todo.pop()
        seen.add(int(one))
        todo += [int(other) for other in context.neighbours[one] if other in members and other not in seen]
    return len(seen) == len(members)


def test_every_hotspot_hangs_together(context, plan):
    spots = [spot for spots in plan.hotspots.values() for spot in spots]
    assert len(spots) >= 20
    for spot in spots:
        assert 4 <= len(spot.buurten) <= 8
        assert 4 <= spot.relative_risk <= 8
        assert linked(context, at(context, spot.buurten))


def test_hotspots_of_one_pattern_do_not_touch(context, plan):
    for table, spots in plan.hotspots.items():
        for one in range(len(spots)):
            ring = set(np.concatenate([context.neighbours[code] for code in at(context, spots[one].buurten)]).tolist())
            for other in range(len(spots)):
                if one != other:
                    assert not ring & set(at(context, spots[other].buurten).tolist()), table


def test_deviations_lie_where_context_expects_little_and_away_from_hotspots(context, plan):
    assert {table: len(codes) for table, codes in plan.deviations.items()} == {
        "suspicious_transactions": 5,
        "cannabis_sites": 5,
    }
    for table, codes in plan.deviations.items():
        members = at(context, codes)
        assert (context.deprivation[members] < -0.3).all()
        hot = at(context, [code for spot in plan.hotspots[table] for code in spot.buurten])
        for one in members:
            assert not set(context.neighbours[one].tolist()) & (set(hot.tolist()) | set(members.tolist()))


def test_risks_name_every_planted_buurt_once(plan):
    for table, spots in plan.hotspots.items():
        risks = plan.risks(table)
        assert len(risks) == sum(len(spot.buurten) for spot in spots) + len(plan.deviations.get(table, ()))
        for spot in spots:
            assert {risks[code] for code in spot.buurten} == {spot.relative_risk}
    assert {plan.risks("cannabis_sites")[code] for code in plan.deviations["cannabis_sites"]} == {DEVIATION_RISK}
    assert plan.risks("benefits") == {}


def test_wijk_and_park_exist(country, plan):
    assert plan.branch_wijk in country.boundaries.layers["wijk"].code
    assert plan.park in country.boundaries.layers["park"].code


def test_the_plan_depends_on_the_seed_alone(country, plan):
    assert planted(country.boundaries, country.addresses, seed=SEED) == plan
    assert planted(country.boundaries, country.addresses, seed=SEED + 1) != plan


def test_a_country_that_is_too_small_is_refused():
    small = square_country(columns=3, rows=3, homes=2_000, parks=2)
    with pytest.raises(BoundaryError, match="too small"):
        make_records(small.boundaries, small.addresses, seed=1)

"""Context and neighbours, against squares whose neighbours are known by arithmetic."""

from __future__ import annotations

import numpy as np
import shapely

from analysis.confidential.fiction.places import positions, read_context, touching


def test_squares_touch_their_eight_neighbours(context):
    columns, rows = 30, 15
    for at in (0, 17, 29, 200, 449):
        row, column = divmod(at, columns)
        expected = [
            r * columns + c
            for r in range(max(row - 1, 0), min(row + 2, rows))
            for c in range(max(column - 1, 0), min(column + 2, columns))
            if (r, c) != (row, column)
        ]
        assert context.neighbours[at].tolist() == expected


def test_a_gap_of_a_few_decimetres_is_no_gap_and_ten_metres_is():
    squares = np.array([shapely.box(0, 0, 10, 10), shapely.box(10.3, 0, 20, 10), shapely.box(30, 0, 40, 10)])
    assert [part.tolist() for part in touching(squares)] == [[1], [0], []]


def test_context_is_standardised_and_depends_on_the_seed(country, context):
    for field in (context.deprivation, context.urbanity):
        assert abs(field.mean()) < 1e-9
        assert abs(field.std() - 1) < 1e-9
    assert not np.allclose(read_context(country, seed=12).deprivation, context.deprivation)
    assert np.array_equal(read_context(country, seed=12).coast, context.coast)


def test_deprivation_is_alike_among_neighbours(context):
    near = np.array([context.deprivation[neighbours].mean() for neighbours in context.neighbours])
    assert np.corrcoef(near, context.deprivation)[0, 1] > 0.4


def test_the_coast_is_at_the_edge(context):
    middle, corner = 7 * 30 + 15, 0
    assert context.coast[corner] > context.coast[middle]
    assert 0 < context.coast.min() < context.coast.max() <= 1


def test_inhabitants_and_homes_are_those_of_the_register(country, context):
    register = country.addresses
    home = register.use == "home"
    assert context.homes.sum() == home.sum()
    assert context.inhabitants.sum() == register.residents[home].sum()
    first = register.buurt == context.code[0]
    assert context.inhabitants[0] == register.residents[first & home].sum()


def test_positions_finds_codes():
    assert positions(np.array(["a", "c", "d"]), np.array(["d", "a", "a"])).tolist() == [2, 0, 0]

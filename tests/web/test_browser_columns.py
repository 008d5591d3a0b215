"""The decoder of columns in the browser, beside the one in Python: every column of a release, and bodies cut short."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tiles.columns import encode_bounds, encode_evidence, encode_labels, encode_values
from tiles.hexes import encode_hexes, hex_shapes

pytestmark = pytest.mark.browser

READ = """async ([module, name, bodies]) => {
    const decode = (await import(module))[name];
    const plain = item => Array.from(item, value => Number.isNaN(value) ? null : value);
    return bodies.map(body => {
        const decoded = decode(Uint8Array.from(body).buffer);
        return Object.fromEntries(
            Object.entries(decoded).filter(([, item]) => item.length !== undefined && typeof item !== 'string')
                .map(([key, item]) => [key, plain(item)])
        );
    });
}"""

HEXES = """async ([module, body, parent]) => {
    const {decodeHexes} = await import(module);
    const {code, corners, boundsOf, parentOf, ringOf} = decodeHexes(Uint8Array.from(body).buffer, parent);
    return {
        code, corners: [...corners], bounds: code.map((_, fid) => boundsOf(fid)),
        parents: code.map((_, fid) => parentOf(fid)), ring: [...ringOf(1)]
    };
}"""

REFUSED = """async ([module, name, bodies]) => {
    const decode = (await import(module))[name];
    return bodies.map(body => {
        try { decode(Uint8Array.from(body).buffer); return 'read'; }
        catch (error) { return error.message; }
    });
}"""


@pytest.fixture
def decoder(screen, app):
    screen.open()
    module = f"{app.static_url_path}/js/columns.js"
    return lambda script, name, bodies: screen.page.evaluate(script, [module, name, [list(body) for body in bodies]])


@pytest.mark.parametrize("level", ["h3-7", "h3-8"])
def test_the_page_knows_the_very_hexagons(screen, app, release, site, level):
    areas = release.areas[level]
    shapes = hex_shapes(areas)
    screen.open()
    body, module = list(encode_hexes(shapes)), f"{app.static_url_path}/js/hexes.js"
    found = screen.page.evaluate(HEXES, [module, body, site.hexes[level]])
    assert found["code"] == areas.code.tolist()
    assert found["parents"] == areas.parent.tolist()
    corners = np.array(found["corners"]).reshape(-1, 6, 2)
    x = (corners[:, :, 0] + 180) / 360
    y = 0.5 - np.arcsinh(np.tan(np.radians(corners[:, :, 1]))) / (2 * np.pi)
    np.testing.assert_allclose(np.stack([x, y], axis=-1) * 2**26, shapes.corners, atol=1e-6)
    np.testing.assert_allclose(found["bounds"], areas.bounds, atol=1e-4 if level == "h3-7" else 2e-5)
    assert found["ring"] == [*corners[1].ravel(), *corners[1, 0]]


def awkward(release):
    """Columns in forms that the tiny release does not have: one, two, three and seven bytes a number, and doubles."""
    column = next(one for one in release.values if (one.status == "published").sum() > 5)
    for scale in (1.0, 300.0, 70_000.0, 2.0**45 + 0.5, 1 / 3, -0.1, 1e300):
        value, low, high = (part * scale for part in (column.value, column.low, column.high))
        yield replace(column, value=value, low=np.minimum(low, high), high=np.maximum(low, high))


def plain(values):
    return [None if value != value else value for value in values.tolist()]


def test_the_page_reads_the_very_numbers(decoder, release):
    columns = [*release.values, *awkward(release)]
    found = decoder(READ, "decodeValues", [encode_values(one) for one in columns])
    bounds = decoder(READ, "decodeBounds", [encode_bounds(one) for one in columns])
    order = {"published": 0, "suppressed": 1, "missing": 2, "not_applicable": 3}
    for column, seen, low_high in zip(columns, found, bounds, strict=True):
        assert seen["status"] == [order[status] for status in column.status.tolist()]
        assert seen["value"] == plain(column.value)
        assert low_high == {"low": plain(column.low), "high": plain(column.high)}


def test_the_page_reads_the_very_classes(decoder, release):
    columns = list(release.classes)
    found = decoder(READ, "decodeClasses", [encode_labels(one) for one in columns])
    grounds = decoder(READ, "decodeEvidence", [encode_evidence(one) for one in columns])
    for column, seen, why in zip(columns, found, grounds, strict=True):
        assert seen["label"] == column.label.tolist()
        for name in ("z", "q_low", "q_high", "ratio_low", "ratio_high", "neighbours", "neighbours_suppressed"):
            assert why[name] == plain(getattr(column, name)), name


def test_the_page_refuses_what_is_not_whole(decoder, release):
    values = encode_values(next(iter(release.values)))
    start = 12 + int.from_bytes(values[6:8], "little")
    cut = [values[:size] for size in (0, 11, 30, *range(start, len(values)))]
    wrong = [values + b"\0", b"ZCOM" + values[4:], values[:4] + b"\3" + values[5:], values[:5] + b"\2" + values[6:]]
    said = decoder(REFUSED, "decodeValues", [*cut, *wrong])
    assert "read" not in said
    assert said[-2] == "this page is older than the server: reload it"
    labels = encode_labels(next(iter(release.classes)))
    assert decoder(REFUSED, "decodeClasses", [labels[:-1] + b"\xff"]) == ["a class that this page does not know"]

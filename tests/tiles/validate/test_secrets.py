"""Secrets are found however they are written, and wherever in a file they stand."""

from __future__ import annotations

import struct
from decimal import Decimal

import numpy as np
import pytest

from tests.tiles.validate.forge import METADATA, archive, checked, layer, rules, text_value
from tiles import protobuf as pb
from tiles.compress import gzip_bytes
from tiles.validate import stored
from tiles.validate.forms import Forms
from tiles.validate.secrets import read_secrets, secret_of
from tiles.validate.sources import Source
from tiles.validate.spellings import numbers_of

SINGLE = struct.unpack("<f", struct.pack("<f", 66.7))[0]


def double(number):
    return pb.tagged(4, b"\x19" + struct.pack("<d", number))


def named(name):
    """Compress with a file name in the header."""
    return lambda body: b"\x1f\x8b\x08\x08\0\0\0\0\0\xff" + name + b"\0" + gzip_bytes(body)[10:]


def test_a_mark_at_the_start_of_the_file_is_no_part_of_the_first_secret(tmp_path):
    path = tmp_path / "secrets.txt"
    path.write_bytes(b"\xef\xbb\xbf4711\n")
    (secret,) = read_secrets(path)

    assert secret == secret_of("4711")


@pytest.mark.parametrize(
    ("secret", "value"),
    [
        ("4711", pb.tagged(4, pb.tagged_number(7, 4711))),
        ("66.7", double(SINGLE)),
        ("66.7", double(66.70000000000001)),
        ("66,7", double(66.7)),
        ("66.70", text_value("66.7")),
        ("66.7", text_value("66,70")),
        ("0.50", text_value("0.5")),
        ("0.50", text_value("about 0.5 km")),
        ("4711.0", text_value("4711")),
        ("4711.0", pb.tagged(4, pb.tagged_number(5, 4711))),
        ("1234567", text_value("1.234.567 euro")),
        ("1234567", text_value("1,234,567.00")),
        ("1234567", text_value("1\u202f234\u202f567")),
        ("1.234,5", double(1234.5)),
        ("1.234", double(1.234)),
        ("1.234", double(1234)),
        ("-12", text_value("\u221212")),
        ("12", text_value("12.0")),
        ("18446744073709551615", pb.tagged(4, pb.tagged_number(5, (1 << 64) - 1))),
        ("Cura\u00e7ao", text_value("Curac\u0327ao")),
    ],
)
def test_a_secret_is_found_however_it_is_written(secret, value):
    assert checked(layer(values=[value]), secrets=[secret_of(secret)]).counts["secret"] == 1


@pytest.mark.parametrize("other", [double(66.71), double(66.6999), text_value("66"), text_value("6670")])
def test_another_number_is_none(other):
    assert "secret" not in rules(layer(values=[other]), secrets=[secret_of("66.7")])


def test_short_names_are_compared_as_a_whole():
    assert "secret" in rules(layer(keys=("AB",)), secrets=[secret_of("AB")])
    assert "secret" in rules(layer(name="AB"), secrets=[secret_of("AB")])
    assert "secret" not in rules(layer(keys=("ABC",)), secrets=[secret_of("AB")])


@pytest.mark.parametrize(
    ("secret", "told"),
    [
        ("Cura\u00e7ao", "to Cura\u00e7ao"),
        ("12", 12),
        ("12", "12"),
        ("8", 8.0),
        ("AB", {"x": ["AB"]}),
        ("AB", {"AB": 1}),
    ],
)
def test_metadata_are_read_and_not_only_their_bytes(secret, told):
    assert "secret" in rules(archive(metadata=METADATA | {"description": told}), secrets=[secret_of(secret)])
    assert "secret" not in rules(archive(), secrets=[secret_of(secret)])


@pytest.mark.parametrize(
    "data",
    [
        archive(tail=b"xx4711xx"),
        archive(gap=b"xx4711xx"),
        archive(tail=gzip_bytes(b"xx4711xx")),
        archive(tail=b"\x1f\x8b\x08 4711"),
        archive(packed=named(b"4711")),
        archive(packed=lambda body: gzip_bytes(body) + gzip_bytes(b"xx4711xx")),
        archive(packed=named(b"4711"))[:-9],
        named(b"4711")(layer()),
        b"PMTiles\x02" + archive(tail=b"xx4711xx")[8:],
    ],
    ids=["tail", "gap", "folded", "false", "name", "second", "cut", "tile", "header"],
)
def test_a_secret_outside_of_what_is_listed_is_one_by_the_specifications_alone_too(data):
    report = checked(data, secrets=[secret_of("4711", line=5)], spec_only=True)

    assert report.counts["secret"] == 1
    assert not report.valid


def test_short_forms_are_passed_by_in_what_is_compressed():
    folded = gzip_bytes(layer())
    short, long = folded[12:17].hex(" "), folded[12:18]
    form = secret_of("x").__class__(1, short, (), (), (folded[12:17],))
    assert "secret" not in rules(folded, secrets=[form])
    assert "secret" in rules(folded, secrets=[form.__class__(1, short, (), (), (long,))])


@pytest.mark.parametrize("chunk", [7, 64, 1 << 20])
def test_a_file_read_in_small_parts_gives_all_of_itself(monkeypatch, chunk):
    monkeypatch.setattr(stored, "CHUNK", max(chunk, 64))
    monkeypatch.setattr(stored, "_FED", chunk)
    monkeypatch.setattr(stored, "_TAKEN", chunk)
    body = bytes(np.random.default_rng(1).integers(0, 256, 3_000, dtype=np.uint8))
    data = b"first" + gzip_bytes(body) + named(b"name")(body[::-1]) + b"last\x1f\x8b\x08last" + gzip_bytes(body)[:-9]
    source = Source("bytes", len(data), lambda offset, length: data[offset : offset + length])
    found = [b"".join(piece) for piece in stored.pieces(source, 0)]

    assert b"first" in found
    assert found.count(body) == 1
    assert body[::-1] in found
    assert any(b"name" in piece for piece in found)
    assert any(b"last\x1f\x8b\x08last" in piece for piece in found)


def test_forms_are_found_across_parts_and_none_other():
    forms = Forms([(b"kanarie", 1), (b"narie", 2), (b"\0\0\0\0g\xb2@", 3)])

    assert forms.along([b"a kan", b"ar", b"ie"]) == {1, 2}
    assert forms.along([b"\0" * 9, b"g\xb2", b"@"]) == {3}
    assert forms.along([b"", b"k", b"anari", b"g\xb2@"]) == set()
    assert Forms([]).within(b"kanarie") == set()


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("66,7", ["66.7"]),
        ("1.234", ["1.234", "1234"]),
        ("1,234", ["1.234", "1234"]),
        ("1 234,5", ["1234.5"]),
        ("1e3", ["1000"]),
        (",5", ["0.5"]),
        ("", []),
        ("-", []),
        ("1,2,3", []),
        ("nan", []),
        ("1e400", []),
        ("BU01", []),
    ],
)
def test_numbers_of_a_text(text, numbers):
    assert sorted(numbers_of(text)) == [Decimal(number) for number in numbers]

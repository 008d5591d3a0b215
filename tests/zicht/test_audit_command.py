"""`zicht audit` as a person calls it."""

from __future__ import annotations

import csv

import pytest

from tests.analysis.audit.support import Small
from zicht.certificate import certificate_of
from zicht.cli import main
from zicht.release import open_release


def world(cells):
    shown = {("x", "2021", "country"): [60], ("x", "2021", "buurt"): cells}
    return Small({"buurt": [0, 0, 0]}, [("buurt", i, "country", 0) for i in range(3)], shown)


def run(capsys, *arguments):
    code = 0
    try:
        main(["audit", *map(str, arguments)])
    except SystemExit as ended:
        code = ended.code
    return code, capsys.readouterr()


def test_a_release_that_holds_gets_its_certificate(tmp_path, capsys):
    folder = world([20, None, None]).write(tmp_path / "release")
    code, shown = run(capsys, folder)
    assert code in (0, None)
    assert "holds" in shown.out
    assert "[" in shown.err
    found = certificate_of(open_release(folder))
    assert found is not None
    assert found.holds
    assert (found.systems[0].suppressed, found.systems[0].targets) == (2, 5)


def test_a_release_that_does_not_hold_fails_and_says_where(tmp_path, capsys):
    folder = world([20, 35, None]).write(tmp_path / "release")
    code, shown = run(capsys, folder)
    assert code == 1
    assert "broken by 2" in shown.out
    assert "Bt0002 is at most 5; it must look like 12 at least" in shown.err
    assert "AuditFailedError" in shown.err
    found = certificate_of(open_release(folder))
    assert found is not None
    assert not found.holds


def test_the_intervals_are_written_the_narrowest_first(tmp_path, capsys):
    folder = world([20, None, None]).write(tmp_path / "release")
    run(capsys, folder, "--full", "--out", tmp_path / "intervals.csv")
    with (tmp_path / "intervals.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["code"], row["low"], row["high"]) for row in rows] == [
        ("atom", "Bt0000", "20", "20"),
        ("cell", "Bt0001", "1", "39"),
        ("cell", "Bt0002", "1", "39"),
        ("atom", "Bt0001", "1", "39"),
        ("atom", "Bt0002", "1", "39"),
    ]
    assert {row["requirement"] for row in rows} == {"12"}


def test_earlier_releases_are_read_beside_it(tmp_path, capsys):
    old = world([None, 35, None]).write(tmp_path / "old")
    new = world([20, None, None]).write(tmp_path / "new")
    assert run(capsys, new)[0] in (0, None)
    code, shown = run(capsys, new, "--with", old)
    assert code == 1
    assert "Bt0002 is at most 5" in shown.err
    found = certificate_of(open_release(new))
    assert found is not None
    assert found.earlier == (open_release(old).id,)


@pytest.mark.parametrize("name", ["values.parquet", "structure.parquet"])
def test_a_changed_release_is_not_audited(name, tmp_path, capsys):
    folder = world([20, None, None]).write(tmp_path / "release")
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    code, shown = run(capsys, folder)
    assert code == 1
    assert "ChecksumMismatchError" in shown.err
    assert not (folder / "attestations" / "audit.json").exists()

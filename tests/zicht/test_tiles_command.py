"""`zicht tiles validate`: what it prints, its exit codes, and that it repeats no secret."""

from __future__ import annotations

import json

import pytest

from tests.tiles.validate.forge import archive, layer, text_value
from zicht.cli import main


def run(capsys, *arguments):
    try:
        main(["tiles", "validate", *map(str, arguments)])
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    return code, capsys.readouterr()


def written(tmp_path, data):
    path = tmp_path / "a.pmtiles"
    path.write_bytes(data)
    return path


def test_a_valid_file(tmp_path, capsys):
    code, shown = run(capsys, written(tmp_path, archive()))
    assert code == 0
    assert shown.out.endswith("1 tiles, valid\n")


def test_an_invalid_file_fails_with_what_and_where(tmp_path, capsys):
    code, shown = run(capsys, written(tmp_path, archive({0: layer(version=1)})))
    assert code == 1
    assert "error [layer-version] tile 0/0/0, layer 'buurt': The version is 1. (MVT 4.1)" in shown.out
    assert "NOT VALID" in shown.out
    assert "1 findings" in shown.err


def test_json(tmp_path, capsys):
    code, shown = run(capsys, written(tmp_path, archive(tail=b"x")), "--json")
    content = json.loads(shown.out)
    assert code == 1
    assert content["valid"] is False
    assert content["counts"] == {"bytes-unused": 1}
    assert content["findings"][0]["rule"] == "bytes-unused"


def test_a_secret_is_found_and_not_repeated(tmp_path, capsys):
    secrets = tmp_path / "secrets.txt"
    secrets.write_text("1234\n\nkanarie\n")
    path = written(tmp_path, archive({0: layer(values=[text_value("De kanarie")])}))
    code, shown = run(capsys, path, "--secret", secrets)
    assert code == 1
    assert "line 3" in shown.out
    assert "kanarie" not in (shown.out + shown.err).replace(str(path), "")
    assert "1234" not in shown.out


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe"])
def test_secrets_that_cannot_be_read(tmp_path, capsys, content):
    secrets = tmp_path / "secrets.txt"
    if content is not None:
        secrets.write_bytes(content)
    code, shown = run(capsys, written(tmp_path, archive()), "--secret", secrets)
    assert code == 1
    assert "ConfigError" in shown.err


def test_no_file(tmp_path, capsys):
    code, shown = run(capsys, tmp_path / "nothing")
    assert code == 1
    assert "cannot be opened" in shown.err


def test_wrong_calls(tmp_path, capsys):
    assert run(capsys)[0] == 2
    assert run(capsys, written(tmp_path, archive()), "--buffer", "x")[0] == 2
    assert run(capsys, written(tmp_path, archive()), "--most", "0")[0] == 2

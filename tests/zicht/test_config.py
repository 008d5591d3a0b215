"""Settings come from one file and the environment, and the key is never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from zicht.config import LEAD_SHARE, Background, Settings, read_settings
from zicht.errors import ConfigError

KEY = "0123456789abcdef" * 4


def test_without_anything_there_are_defaults(tmp_path):
    assert read_settings(tmp_path, {}) == Settings()


def test_variables_overrule_the_file(tmp_path):
    (tmp_path / "zicht.toml").write_text('data_root = "here"\nbackground = "pdok"\n', encoding="utf-8")
    settings = read_settings(tmp_path, {"ZICHT_DATA_ROOT": "there", "OTHER": "x"})
    assert settings.data_root == Path("there")
    assert settings.background is Background.PDOK


@pytest.mark.parametrize(
    ("content", "variables", "message"),
    [
        ('colour = "red"', {}, "no setting 'colour'"),
        ("data_root = 3", {}, "must be text"),
        ("data_root = ", {}, "not valid TOML"),
        ("", {"ZICHT_BACKGROUND": "google"}, "'google' is unknown"),
        ("", {"ZICHT_KEY": "short"}, "shorter than 32"),
        ("lead_share = 0", {}, "above 0 and at most 1"),
        ("lead_share = true", {}, "must be a number"),
        ("", {"ZICHT_LEAD_SHARE": "70%"}, "must be a number"),
        ("", {"ZICHT_LEAD_SHARE": "1.5"}, "above 0 and at most 1"),
        ("", {"ZICHT_BASE_URL": "kaart.example"}, "not the address of a host"),
        ("", {"ZICHT_BASE_URL": "https://kaart.example/zicht/"}, "not the address of a host"),
        ("", {"ZICHT_BASE_URL": "https://a b"}, "not the address of a host"),
    ],
)
def test_wrong_settings_are_refused(tmp_path, content, variables, message):
    (tmp_path / "zicht.toml").write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        read_settings(tmp_path, variables)


def test_the_share_of_a_lead_level_is_a_number_with_a_default(tmp_path):
    assert read_settings(tmp_path, {}).lead_share == LEAD_SHARE == 0.7
    assert read_settings(tmp_path, {"ZICHT_LEAD_SHARE": "0.5"}).lead_share == 0.5
    (tmp_path / "zicht.toml").write_text("lead_share = 0.9\n", encoding="utf-8")
    assert read_settings(tmp_path, {}).lead_share == 0.9


def test_the_key_is_in_no_representation_and_no_error(tmp_path):
    settings = read_settings(tmp_path, {"ZICHT_KEY": KEY})
    assert settings.key == KEY
    assert KEY not in repr(settings)
    with pytest.raises(ConfigError) as caught:
        read_settings(tmp_path, {"ZICHT_KEY": "tooshort-secret"})
    assert "tooshort-secret" not in str(caught.value)

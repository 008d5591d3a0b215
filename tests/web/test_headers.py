"""Headers: the policy of the browser, entity tags, and what may be kept for ever."""

from __future__ import annotations

import gzip

import pytest

from tests.web import addresses
from web.app import create_app
from web.security import policy
from zicht.config import Background

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def test_every_answer_carries_the_policy(client, release):
    for path in addresses.everything(release):
        for method in ("get", "head", "post"):
            headers = getattr(client, method)(path).headers
            assert headers["Content-Security-Policy"] == POLICY, path
            assert headers["X-Content-Type-Options"] == "nosniff", path
            assert headers["Referrer-Policy"] == "no-referrer", path
            assert "geolocation=()" in headers["Permissions-Policy"], path
            assert "Server" not in headers


def test_the_policy_has_no_exception():
    assert "unsafe" not in POLICY
    assert policy(Background.NONE) == POLICY


def test_a_background_map_opens_its_own_host_and_no_other(release):
    headers = create_app(release, background=Background.PDOK).test_client().get("/").headers
    shown = headers["Content-Security-Policy"]
    assert shown == POLICY.replace("blob:;", "blob: https://service.pdok.nl;").replace(
        "connect-src 'self'", "connect-src 'self' https://service.pdok.nl"
    )


def test_public_data_may_be_read_from_any_page_and_pages_may_not(client, release):
    for path in [
        *addresses.api(),
        *addresses.tiles(release),
        *addresses.figures(release),
        *addresses.standard(),
        *addresses.columns(release),
    ]:
        assert client.get(path).headers["Access-Control-Allow-Origin"] == "*", path
    for path in addresses.pages():
        assert "Access-Control-Allow-Origin" not in client.get(path).headers


def lasting(release):
    """Columns that depend on nothing but the release: the catalogue also tells what this server does with it."""
    return [path for path in addresses.columns(release) if not path.endswith("/catalogue.json")]


def test_what_names_its_release_is_kept_for_ever(client, release):
    for path in [*lasting(release), *addresses.tiles(release), *addresses.figures(release)]:
        assert client.get(path).headers["Cache-Control"] == "public, max-age=31536000, immutable", path


def test_what_does_not_is_asked_for_again(client, release):
    changing = [f"/columns/{release.short_id}/catalogue.json", "/deck.json", f"/tiles/{release.short_id}/buurt.json"]
    for path in [*addresses.api(), *addresses.standard(), *changing]:
        assert "no-cache" in client.get(path).headers["Cache-Control"], path


def test_no_setting_changes_what_is_kept_for_ever(release):
    servers = [create_app(release, lead_share=share, draft=draft) for share in (0.01, 1.0) for draft in (False, True)]
    for path in [*lasting(release), *addresses.tiles(release), *addresses.figures(release)]:
        assert len({app.test_client().get(path).headers["ETag"] for app in servers}) == 1, path


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_entity_tag_spares_the_second_transfer(client, release, encoding):
    tagged = [
        *addresses.columns(release),
        *addresses.tiles(release),
        *addresses.figures(release),
        *addresses.standard(),
        *addresses.api(),
        "/deck.json",
    ]
    for path in tagged:
        first = client.get(path, headers={"Accept-Encoding": encoding})
        assert first.status_code == 200, path
        tag = first.headers["ETag"]
        assert tag.startswith('"'), "a strong tag"
        again = client.get(path, headers={"Accept-Encoding": encoding, "If-None-Match": tag})
        assert again.status_code == 304, path
        assert again.data == b""
        assert again.headers["ETag"] == tag
        assert client.get(path, headers={"If-None-Match": '"another"'}).status_code == 200


def test_bytes_are_given_only_where_they_are_the_ones_named(client, release):
    archive = f"/tiles/{release.short_id}/buurt.pmtiles"
    for path in [*addresses.columns(release), *addresses.tiles(release), *addresses.standard(), archive]:
        tag = client.get(path).headers["ETag"]
        for asked in (tag, f'"other", {tag}', "*"):
            assert client.get(path, headers={"If-Match": asked}).status_code == 200, (path, asked)
        for asked in ('"other"', f"W/{tag}", ""):
            refused = client.get(path, headers={"If-Match": asked, "If-None-Match": tag})
            assert (refused.status_code, refused.data) == (412, b""), (path, asked)
            assert refused.headers["Cache-Control"] == "no-store"
            assert refused.headers["Content-Security-Policy"] == POLICY
        assert client.get(path, headers={"If-Match": tag, "If-None-Match": tag}).status_code == 304, path
    assert client.get("/nothing", headers={"If-Match": '"other"'}).status_code == 404


def test_different_bytes_have_different_tags(client, release):
    for path in addresses.columns(release):
        plain = client.get(path)
        packed = client.get(path, headers={"Accept-Encoding": "gzip"})
        if packed.headers.get("Content-Encoding") == "gzip":
            assert packed.headers["ETag"] != plain.headers["ETag"]
            assert gzip.decompress(packed.data) == plain.data
        assert "Accept-Encoding" in plain.headers["Vary"]
    tags = [client.get(path).headers["ETag"] for path in addresses.columns(release)]
    assert len(set(tags)) == len(tags)


def test_head_says_what_get_would(client, release):
    for path in addresses.everything(release):
        get, head = client.get(path), client.head(path)
        assert head.data == b"", path
        assert head.status_code == get.status_code, path
        for name in ("Content-Type", "ETag", "Cache-Control", "Content-Length"):
            assert head.headers.get(name) == get.headers.get(name), (path, name)


def test_files_of_the_page_are_kept_for_ever_under_a_name_that_changes_with_them(client, app):
    path = f"{app.static_url_path}/js/main.js"
    response = client.get(path)
    assert "immutable" in response.headers["Cache-Control"]
    assert response.content_type.startswith("text/javascript")
    assert client.get("/static/js/main.js").status_code == 404


def test_no_answer_sets_a_cookie(client, release):
    for path in addresses.everything(release):
        assert "Set-Cookie" not in client.get(path).headers

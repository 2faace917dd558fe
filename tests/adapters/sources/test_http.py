import gzip
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dcaguard import __version__
from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.http import PoliteClient, Request, rebased
from dcaguard.core.errors import DataInvalidError, TryAgainError, VenueUnavailableError
from tests.adapters.sources.conftest import ClockAt
from tests.venues.wire.data_server import DataServer

HOSTS = frozenset({"127.0.0.1"})
Ask = Callable[..., str]


@pytest.fixture
def client(clock: ClockAt, tmp_path: Path) -> PoliteClient:
    return PoliteClient(clock, PageCache(tmp_path / "cache.db"))


@pytest.fixture
def ask(client: PoliteClient, server: DataServer) -> Ask:
    def page(path: str = "/x", **how: object) -> str:
        how = {"kind": "json", **how}
        request = Request("farside", server.base_url + path, hosts=HOSTS, **how)  # type: ignore[arg-type]
        return client.page(request).text

    return page


def test_it_says_who_it_is_and_takes_no_login_or_proxy_from_outside(
    ask: Ask, server: DataServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server.route("/x", "{}", headers={"Set-Cookie": "a=b"})
    assert ask() == "{}"
    assert ask() == "{}"
    sent = [entry["headers"] for entry in server.requests]
    assert sent[0]["user-agent"].startswith(f"dcaguard/{__version__} (")
    assert "cookie" not in sent[1]


def test_an_unchanged_page_is_not_sent_again(ask: Ask, server: DataServer, tmp_path: Path) -> None:
    server.route("/x", "[1]", headers={"ETag": '"7"', "Last-Modified": "yesterday"})
    server.then("/x", "", status=304)
    assert [ask(), ask()] == ["[1]", "[1]"]
    again = server.requests[1]["headers"]
    assert (again["if-none-match"], again["if-modified-since"]) == ('"7"', "yesterday")
    assert stat.S_IMODE((tmp_path / "cache.db").stat().st_mode) == 0o600


def test_a_fresh_page_is_not_asked_for_again_until_it_is_old_or_distrusted(
    ask: Ask, client: PoliteClient, server: DataServer, clock: ClockAt
) -> None:
    server.route("/x", "[1]")
    ask(fresh_seconds=60)
    ask(fresh_seconds=60)
    assert len(server.requests) == 1
    client.distrust("farside")
    ask(fresh_seconds=60)
    assert len(server.requests) == 2


def test_a_damaged_cache_is_no_cache(ask: Ask, server: DataServer, tmp_path: Path) -> None:
    (tmp_path / "cache.db").write_bytes(b"not a database" * 100)
    server.route("/x", "[1]")
    assert ask() == "[1]"


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_server_is_asked_again_after_the_time_it_names(
    ask: Ask, server: DataServer, clock: ClockAt, status: int
) -> None:
    server.route("/x", "", status=status, headers={"Retry-After": "3"})
    server.then("/x", "[1]")
    assert ask() == "[1]"
    assert clock.slept == [3.0]


def test_a_wait_longer_than_the_budget_ends_at_once(
    ask: Ask, server: DataServer, clock: ClockAt
) -> None:
    server.route("/x", "", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(TryAgainError, match="rate limit: try again after 3600"):
        ask()
    assert clock.slept == []
    assert len(server.requests) == 1


def test_a_server_that_stays_busy_or_down_is_given_up(
    ask: Ask, server: DataServer, clock: ClockAt
) -> None:
    server.route("/x", "", status=429)
    with pytest.raises(TryAgainError, match="rate limit"):
        ask()
    assert clock.slept == [1.0, 2.0]
    server.route("/x", "", status=500)
    with pytest.raises(VenueUnavailableError, match="HTTP 500"):
        ask()
    assert len(server.requests) == 4


@pytest.mark.parametrize(
    ("how", "what"),
    [
        ({"challenge": 200}, "bot challenge"),
        ({"challenge": 403}, "bot challenge"),
        ({"challenge": 503}, "bot challenge"),
        ({"status": 403}, "refused"),
        ({"status": 401}, "refused"),
        ({"status": 404}, "HTTP 404"),
        ({"redirect": "loop"}, "redirects in a loop"),
        ({"redirect": "http://127.0.0.2:9/login"}, "redirects to 127.0.0.2"),
        ({"redirect": "https://127.0.0.1/login"}, "redirects to"),
        ({"huge_bytes": 9 * 1024 * 1024}, "8 MiB"),
        ({"body": gzip.compress(b"0" * (9 * 1024 * 1024)),
          "headers": {"Content-Encoding": "gzip"}}, "8 MiB"),
        ({"body": b""}, "empty page"),
        ({"body": b"  \n "}, "empty page"),
        ({"body": b'{"a": "\x00"}'}, "NUL"),
        ({"body": b'{"a": "\xe9"}'}, "not UTF-8"),
        ({"body": b"{}", "headers": {"Content-Type": "application/json; charset=latin-1"}},
         "charset"),
        ({"body": b"<!DOCTYPE html><html><body>Sign in</body></html>"}, "web page came"),
        ({"body": b"\xef\xbb\xbf\n<html></html>"}, "web page came"),
    ],
)  # fmt: skip
def test_a_page_that_is_not_what_was_asked_for_is_refused(
    ask: Ask, server: DataServer, how: dict[str, object], what: str
) -> None:
    body = how.pop("body", b"")
    server.route("/x", body, **how)  # type: ignore[arg-type]
    with pytest.raises(DataInvalidError) as refused:
        ask()
    assert what in str(refused.value)
    assert str(refused.value).startswith("farside: http://127.0.0.1:")
    assert refused.value.exit_code == 65


def test_a_redirect_on_the_same_host_is_followed(ask: Ask, server: DataServer) -> None:
    server.route("/x", redirect=f"{server.base_url}/y")
    server.route("/y", "[2]")
    assert ask() == "[2]"


def test_a_post_is_never_redirected(ask: Ask, server: DataServer) -> None:
    server.route("/x", redirect=f"{server.base_url}/y")
    server.route("/y", "[2]")
    with pytest.raises(DataInvalidError, match="redirects"):
        ask(post={"type": "us-btc-spot"})
    assert [entry["path"] for entry in server.requests] == ["/x"]


def test_a_host_that_the_source_does_not_name_is_never_touched(
    client: PoliteClient, server: DataServer
) -> None:
    request = Request("farside", server.base_url, "json", frozenset({"farside.co.uk"}))
    with pytest.raises(DataInvalidError, match="not a host of this source"):
        client.page(request)
    assert server.requests == []


@pytest.mark.parametrize("how", [{"delay_seconds": 5}, {"drip_seconds": 0.2}])
def test_a_slow_answer_ends_at_the_time_limit(
    ask: Ask, client: PoliteClient, server: DataServer, how: dict[str, float]
) -> None:
    server.route("/x", b"[" + b"1" * 200 + b"]", **how)
    client.start(0.6)
    began = time.monotonic()
    with pytest.raises(VenueUnavailableError, match=r"time|slowly"):
        ask()
    assert time.monotonic() - began < 2


def test_a_line_that_is_cut_or_closed_is_unavailable_and_shows_no_key(
    ask: Ask, server: DataServer
) -> None:
    server.route("/x", close=True)
    with pytest.raises(VenueUnavailableError) as refused:
        ask(headers={"CG-API-KEY": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_base_url_replaces_scheme_and_host_and_keeps_the_path() -> None:
    url = "https://farside.co.uk/btc/?a=1"
    assert rebased(url, None) == url
    assert rebased(url, "http://127.0.0.1:80") == "http://127.0.0.1:80/btc/?a=1"
    assert rebased(url, "https://mirror.example/f/") == "https://mirror.example/f/btc/?a=1"

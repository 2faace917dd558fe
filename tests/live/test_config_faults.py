"""A mistake in a file is told by `run` with 78 before any request."""

from collections.abc import Callable

import pytest

from tests.live.conftest import Live, Open

Edit = Callable[[str], str]


def _caps(text: str) -> Edit:
    return lambda config: config.replace("order_max = 500\nmonth_max = 2000", text)


def _added(text: str) -> Edit:
    return lambda config: text + config


CONFIGS: dict[str, tuple[Edit, str]] = {
    "an unknown key": (_caps("order_maxx = 5\norder_max = 500\nmonth_max = 2000"), "order_max"),
    "a negative cap": (_caps("order_max = -1\nmonth_max = 2000"), "order_max"),
    "an ambiguous zone": (_added('timezone = "EST5"\n'), "EST5"),
    "another ambiguous zone": (_added('timezone = "BST"\n'), "BST"),
    "a cap above the day's": (
        _caps("order_max = 500\nday_max = 100\nmonth_max = 2000"),
        "day_max",
    ),
    "leverage": (lambda c: c.replace("[policy.leverage]", "[policy.leverage]\nmax = 2"), "everage"),
    "a newer schema": (lambda c: c.replace("schema = 1", "schema = 99"), "schema"),
}


@pytest.mark.parametrize("which", CONFIGS)
def test_a_wrong_config_is_told_without_a_request(binance: Live, which: str) -> None:
    edit, told = CONFIGS[which]
    path = binance.space.folder / "config.toml"
    path.write_text(edit(path.read_text()))
    before = len(binance.server.requests)
    found = binance.run()
    assert found.code == 78, found.out
    assert told in found.out
    assert len(binance.server.requests) == before


def test_a_secret_in_the_config_is_told_and_not_repeated(binance: Live) -> None:
    secret = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    path = binance.space.folder / "config.toml"
    text = path.read_text().replace("live = true", f'live = true\nsecret = "{secret}"')
    path.write_text(text)
    found = binance.run()
    assert found.code == 78
    assert secret not in found.out + found.err


@pytest.mark.parametrize("weight", ["0.99", "1.01"])
def test_weights_that_do_not_sum_to_one_are_told_with_the_sum(binance: Live, weight: str) -> None:
    path = binance.space.folder / "strategies/plan.toml"
    path.write_text(path.read_text().replace("weight = 1.0", f"weight = {weight}"))
    found = binance.run()
    assert found.code == 78
    assert weight in found.out


def test_a_symbol_that_the_venue_does_not_list_is_never_guessed(opened: Open) -> None:
    live = opened("binance", arm=False)
    path = live.space.folder / "strategies/plan.toml"
    text = path.read_text().replace("BTC/USDT", "BTC/USTD").replace('"USDT"', '"USTD"')
    path.write_text(text)
    live.space.call("arm", "plan", "--yes")
    found = live.run()
    assert found.code == 78, found.out
    assert live.posts == 0


def test_a_cap_below_the_venues_minimum_is_a_mistake_of_the_config(opened: Open) -> None:
    live = opened("binance", caps="order_max = 1\nmonth_max = 2000\n", per_slot=1)
    found = live.run()
    assert found.code == 78, found.out
    assert live.posts == 0


def test_nothing_in_a_strategy_is_run_as_code(binance: Live) -> None:
    trap = binance.space.folder / "trap"
    binance.space.write("strategies/evil.py", f"open({str(trap)!r}, 'w')")
    path = binance.space.folder / "strategies/plan.toml"
    path.write_text(path.read_text() + '\n[plugin]\nmodule = "evil"\n')
    assert binance.run().code == 78
    assert not trap.exists()


def test_a_key_can_not_be_given_on_the_command_line(binance: Live) -> None:
    for flag in ("--api-key", "--secret", "--key", "--password"):
        assert binance.space.call("run", flag, "canary").code == 2
        assert binance.space.call("credentials", "set", "main", flag, "canary").code == 2


def test_a_crash_shows_no_key(live: Live) -> None:
    live.space.patch(
        "broken",
        "from dcaguard.adapters.venues.ccxt_venue import CcxtVenue\n"
        "def look(self):\n"
        "    key = self._line.exchange.secret\n"
        "    raise RuntimeError(key)\n"
        "CcxtVenue.look = look\n",
    )
    found = live.run("--verbose")
    assert found.code == 70, found.out
    for secret in live.server.credentials.values():
        assert secret not in found.out + found.err


TAKEN = ("cache.db", "dcaguard.lock", "HALT", "a.ballast", "a.head", "config.toml", "dcaguard")
BELOW = ("strategies/plan.toml", "main.keys.toml")


@pytest.mark.parametrize("path", [*TAKEN, *BELOW])
def test_a_journal_in_place_of_another_file_is_refused_before_anything(
    opened: Open, path: str
) -> None:
    live = opened("binance", arm=False, rest=f'[journal]\npath = "{path}"\n')
    before = {p: p.read_bytes() for p in live.space.folder.rglob("*") if p.is_file()}
    for words in (("arm", "plan", "--yes"), ("run",)):
        found = live.space.call(*words)
        assert found.code == 78
        assert [line for line in found.err.splitlines() if "journal.path" in line] == [
            found.err.strip()
        ]
    assert {p: p.read_bytes() for p in live.space.folder.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("name", ["books.head", "books.dry.db", "BOOKS.paper.main.db"])
def test_a_key_file_that_the_journal_would_write_over_is_refused(opened: Open, name: str) -> None:
    live = opened("binance", arm=False, rest='[journal]\npath = "books.db"\n')
    config = (live.space.folder / "config.toml").read_text()
    (live.space.folder / "main.keys.toml").rename(live.space.folder / name)
    live.space.write("config.toml", config.replace("main.keys.toml", name))
    before = (live.space.folder / name).read_bytes()
    found = live.space.call("run")
    assert found.code == 78
    assert "would be written over" in found.err
    assert (live.space.folder / name).read_bytes() == before
    (live.space.folder / name).unlink()

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from dcaguard.adapters.clock import SystemClock
from dcaguard.adapters.sources.fetch import FetchOutcome, fetch_all
from dcaguard.adapters.sources.registry import SOURCES, build_sources, chosen
from dcaguard.adapters.sources.source import PartialFetchError, WebSource
from dcaguard.core.errors import ConfigError, DataInvalidError, DcaguardError, TryAgainError
from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup
from dcaguard.core.source_params import SourcesConfig
from dcaguard.ports import Source
from tests.venues.wire.data_server import DataServer

DAY = datetime(2025, 2, 25, tzinfo=UTC)
FLOW = "etf.btc.flow_usd"


def reading(series: str, value: object, source: str, at: datetime = DAY) -> Reading:
    return Reading(series, at, at + timedelta(days=1), Decimal(str(value)), source, "0" * 64)


@dataclass
class Given:
    """A source that gives what it is told to, after a while."""

    name: str
    gives: Sequence[Reading] | Exception = ()
    seconds: float = 0
    group: str = ""

    def fetch(self, since: Mapping[str, datetime]) -> Sequence[Reading]:
        assert since == {"vix": DAY}
        time.sleep(self.seconds)
        if isinstance(self.gives, Exception):
            raise self.gives
        return self.gives


def fetched(*sources: Source, budget: float = 5.0, **how: object) -> list[FetchOutcome]:
    return fetch_all(sources, {"vix": DAY}, budget, SystemClock(), **how)  # type: ignore[arg-type]


def test_all_together_take_as_long_as_the_slowest() -> None:
    began = time.monotonic()
    found = fetched(*(Given(f"s{n}", [reading("vix", 20, f"s{n}")], 0.3) for n in range(6)))
    assert time.monotonic() - began < 1.0
    assert [outcome.name for outcome in found] == [f"s{n}" for n in range(6)]


def test_a_source_that_hangs_is_left_behind_and_the_others_count() -> None:
    began = time.monotonic()
    slow, quick = fetched(
        Given("slow", seconds=3), Given("quick", [reading("vix", 20, "quick")]), budget=0.3
    )
    assert time.monotonic() - began < 1.0
    assert isinstance(slow.error, TryAgainError)
    assert (quick.error, len(quick.readings)) == (None, 1)


def test_a_failure_or_a_bug_of_one_source_is_its_own() -> None:
    refused, bug, fine = fetched(
        Given("a", DataInvalidError("a: cut: try again")),
        Given("b", KeyError("secret")),
        Given("c", [reading("vix", 20, "c")]),
    )
    assert str(refused.error) == "a: cut: try again"
    assert isinstance(bug.error, DataInvalidError)
    assert "secret" not in str(bug.error)
    assert fine.readings


def test_a_partial_failure_keeps_what_came() -> None:
    good = reading("vix", 20, "a")
    [found] = fetched(Given("a", PartialFetchError([DataInvalidError("a: us2y: bad")], [good])))
    assert found.readings == (good,)
    assert str(found.error) == "a: us2y: bad"


def test_the_first_source_wins_a_day_that_two_serve() -> None:
    first, second = fetched(
        Given("a", [reading(FLOW, -9e8, "a")], 0.1),
        Given("b", [reading(FLOW, -9.1e8, "b"), reading(FLOW, 1e8, "b", DAY + timedelta(1))]),
    )
    assert [r.value for r in first.readings] == [Decimal("-9E8")]
    assert [r.as_of.day for r in second.readings] == [26]


def test_the_first_source_wins_a_day_that_another_dates_by_its_hour() -> None:
    hour = DAY + timedelta(hours=21)
    daily = Given("a", [reading(FLOW, -9e8, "a"), reading("peg.USDC", 1, "a")], 0.1)
    hourly = Given("b", [reading(FLOW, -9e8, "b", hour), reading("peg.USDC", 1, "b", hour)])
    first, second = fetched(daily, hourly)
    assert {r.series for r in first.readings} == {FLOW, "peg.USDC"}
    assert {r.series for r in second.readings} == {"peg.USDC"}


def test_sources_that_contradict_each_other_are_both_refused_for_that_day() -> None:
    next_day = reading(FLOW, 1e8, "b", DAY + timedelta(days=1))
    first, second = fetched(
        Given("a", [reading(FLOW, -9e8, "a")], group="x"),
        Given("b", [reading(FLOW, -4e8, "b"), next_day], group="y"),
    )
    assert first.readings == ()
    assert second.readings == (next_day,)
    for outcome in (first, second):
        assert isinstance(outcome.error, DataInvalidError)
        assert "a says" in str(outcome.error)
        assert "b says" in str(outcome.error)


def test_a_later_fetch_of_another_source_is_held_against_what_is_known() -> None:
    """One fetch or two: what contradicts an independent source is not taken."""
    known = {FLOW: [reading(FLOW, -9e8, "farside")]}
    next_day = reading(FLOW, 1e8, "b", DAY + timedelta(days=1))
    asked = Given("b", [reading(FLOW, -4e8, "b"), next_day], group="b")
    [found] = fetched(asked, history=known)
    assert found.readings == (next_day,)
    assert isinstance(found.error, DataInvalidError)
    assert "b says -400000000, but -900000000 is known from farside" in str(found.error)
    [mirror] = fetched(asked, history=known, groups={"farside": "b"})
    assert (len(mirror.readings), mirror.error) == (2, None)


def test_known_readings_refuse_a_value_of_another_size() -> None:
    known = {"vix": [reading("vix", 20, "a", DAY - timedelta(days=1))]}
    [found] = fetched(Given("a", [reading("vix", 200, "a")]), history=known)
    assert found.readings == ()
    assert "10 times away" in str(found.error)
    [found] = fetched(Given("a", [reading("vix", 60, "a")]), history=known)
    assert (len(found.readings), found.error) == (1, None)


def build(config: Mapping[str, object], asked: list[str] | None = None) -> list[WebSource]:
    def key_of(reference: str) -> str | None:
        if asked is not None:
            asked.append(reference)
        return "key"

    parsed = SourcesConfig.model_validate(config)
    return build_sources(parsed, SystemClock(), None, Path(), key_of)


ALL_ON = {name: {"enabled": True} for name in SOURCES if name not in {"csv", "json"}}
OWN = {"csv": {"x": {"series": "vix", "path": "x.csv"}},
       "json": {"y": {"series": "us2y", "url": "https://example.org/y"}}}  # fmt: skip


def test_every_table_of_the_config_has_a_class_of_its_own_name() -> None:
    assert set(SOURCES) == {name.removesuffix("_") for name in SourcesConfig.model_fields}
    for name, kind in SOURCES.items():
        assert kind.name == name


def test_every_source_declares_itself_and_serves_known_series_only() -> None:
    built = build({**ALL_ON, "coinglass": {"enabled": False}, **OWN})
    assert len(built) == len(SOURCES) - 1
    for source in built:
        about = source.describe()
        assert about.series
        assert len(about.units) == len(about.series)
        assert all(lookup(series) is not None for series in about.series)
        assert about.group
        assert about.licence
        assert about.updates_utc
        assert all("/" not in host for host in about.hosts)


def test_what_needs_a_key_or_a_contact_or_a_package_is_off_until_asked_for() -> None:
    names = {source.name for source in build({})}
    assert names.isdisjoint({"sosovalue", "coinglass", "edgar", "yfinance", "csv", "json"})
    assert {"farside", "okx", "exchange", "fred", "coingecko", "defillama", "ofr"} <= names


def test_a_key_is_asked_for_only_when_its_source_is_enabled() -> None:
    asked: list[str] = []
    build({"sosovalue": {"enabled": True, "credentials": "env:SOSO"},
           "coinglass": {"credentials": "env:GLASS"}}, asked)  # fmt: skip
    assert asked == ["env:SOSO"]


def test_one_exchange_and_all_exchanges_never_share_a_series() -> None:
    names = {source.name for source in build({"coinglass": {"enabled": True}})}
    assert "coinglass" in names
    assert "okx" not in names


def test_choosing_a_source_that_is_off_or_unknown_is_told() -> None:
    built = build({})
    assert [source.name for source in chosen(built, ["fred"])] == ["fred"]
    assert chosen(built, []) == built
    with pytest.raises(ConfigError, match=r"sources\.coinglass: not enabled"):
        chosen(built, ["coinglass"])
    with pytest.raises(ConfigError, match=r"sources\.farsid: not a source"):
        chosen(built, ["farsid"])


def test_every_source_asks_only_the_server_that_base_url_names_and_fails_alone(
    tmp_path: Path,
) -> None:
    with DataServer() as server:
        tables: dict[str, dict[str, object]] = {
            name: {**table, "base_url": server.base_url}
            for name, table in ALL_ON.items()
            if name not in {"exchange", "liquidations", "yfinance", "coinglass"}
        }
        tables |= {"coinglass": {"enabled": False}, "exchange": {"enabled": False}}
        tables["edgar"]["contact"] = "A a@example.org"
        tables["sosovalue"]["credentials"] = "env:SOSO"
        sources = build_sources(
            SourcesConfig.model_validate(tables), SystemClock(), tmp_path / "c.db", tmp_path,
            lambda _: "key",
        )  # fmt: skip
        found = fetch_all(sources, {}, 10, SystemClock())
        asked = {entry["headers"]["host"] for entry in server.requests}
    assert asked == {server.base_url.removeprefix("http://")}
    assert len(found) == len(sources) == 14
    for outcome in found:
        assert outcome.readings == ()
        assert isinstance(outcome.error, DcaguardError)
        assert "HTTP 404" in str(outcome.error)


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ({"farside": {"base_url": "http://example.org"}}, "loopback only"),
        ({"farside": {"base_url": "ftp://127.0.0.1"}}, "needs an address"),
        ({"farside": {"base_url": "https://a:hunter2@example.org"}}, "login"),
        ({"coinglass": {"credentials": "hunter2"}}, "does not belong in the config"),
        ({"farside": {"enabeld": True}}, "enabeld"),
        ({"farsid": {}}, "farsid"),
        ({"csv": {"x": {"series": "vix"}}}, "exactly one of url and path"),
        ({"csv": {"x": {"series": "vix", "url": "https://a.b", "path": "c"}}}, "exactly one"),
        ({"json": {"x": {"series": "vix", "path": "c", "value": "close"}}}, "pattern"),
        ({"csv": {"x": {"series": "vxi", "path": "c"}}}, "not a known series: did you mean vix"),
        *(
            ({"csv": {"x": {"series": "vix", "path": "c", "multiplier": text}}}, "multiply by")
            for text in ("abc", "nan", "inf", "0", "")
        ),
    ],
)
def test_a_table_that_is_wrong_is_refused_without_its_secret(
    table: dict[str, object], what: str
) -> None:
    with pytest.raises(ValueError, match=what) as refused:
        SourcesConfig.model_validate(table)
    assert "hunter2" not in str(refused.value)


@dataclass
class Shares:
    """A source of one share: its last days, or all that it has when nothing is known."""

    closes: Sequence[Reading]
    name: str = "yfinance"
    group: str = "yahoo"

    def fetch(self, since: Mapping[str, datetime]) -> Sequence[Reading]:
        newest = since.get("px.NVDA")
        return [r for r in self.closes if newest is None or r.as_of > newest - timedelta(days=10)]


def closes(days: int, factor: str = "1", last: int = 0, source: str = "yfinance") -> list[Reading]:
    """Return closes of weekdays that end `last` days after DAY, at a factor."""
    ends = DAY + timedelta(days=last)
    at = [ends - timedelta(days=n) for n in reversed(range(days))]
    worth = Decimal(factor)
    return [
        reading("px.NVDA", worth * (100 + day.day % 7), source, day)
        for day in at
        if day.weekday() < 5
    ]


def fetched_shares(known: Sequence[Reading], *sources: Source) -> FetchOutcome:
    since = {"px.NVDA": max(r.as_of for r in known)}
    return fetch_all(sources, since, 5.0, SystemClock(), {"px.NVDA": known})[0]


@pytest.mark.parametrize("factor", ["0.5", "0.25", "0.1", "2"])
@pytest.mark.parametrize("depth", [60, 600])
def test_after_a_split_the_whole_past_of_a_share_is_taken(factor: str, depth: int) -> None:
    known = closes(60) if depth == 60 else closes(900)
    page = closes(depth + 1, factor, last=1)
    found = fetched_shares(known, Shares(page))
    assert found.error is None
    assert list(found.readings) == page


@pytest.mark.parametrize("factor", ["0.667", "0.5", "0.25", "0.1"])
def test_a_restated_page_that_begins_too_late_is_refused_with_its_remedy(factor: str) -> None:
    known = closes(400)
    found = fetched_shares(known, Shares(closes(40, factor, last=1)))
    assert found.readings == ()
    first = known[0].as_of.date()
    assert "as after a split of the share, but the page begins on" in str(found.error)
    assert f"import its closes since {first} as they are now, with --revision" in str(found.error)


def test_the_same_share_in_another_currency_restates_nothing_of_another_source() -> None:
    known = closes(400)
    found = fetched_shares(known, Shares(closes(401, "1.4", last=1, source="csv.cad"), "csv.cad"))
    assert not {r.as_of for r in found.readings} & {r.as_of for r in known}
    assert "is known from yfinance" in str(found.error)


def test_a_share_that_another_source_shows_unsplit_is_taken_from_neither() -> None:
    other = Shares(closes(60, last=1, source="csv"), name="csv", group="own")
    known = closes(60)
    since = {"px.NVDA": max(r.as_of for r in known)}
    sources = (Shares(closes(61, "0.25", last=1)), other)
    split, unsplit = fetch_all(sources, since, 5.0, SystemClock(), {"px.NVDA": known})
    assert split.readings == ()
    assert unsplit.readings == ()
    assert "neither is used until they agree" in str(split.error)


def test_closes_that_fell_and_closes_at_changing_ratios_are_no_split() -> None:
    known = closes(60)
    half = [r if n < 4 else closes(61, "0.6", last=1)[n] for n, r in enumerate(closes(61, last=1))]
    found = fetched_shares(known, Shares([*known, half[-1]]))
    assert [r.as_of for r in found.readings][-1] == half[-1].as_of
    mixed = [*known[:-3], *closes(61, "0.7", last=1)[-4:]]
    assert len(fetched_shares(known, Shares(mixed)).readings) < len(mixed)


def test_a_day_at_half_the_price_is_a_split_that_is_not_told_yet() -> None:
    known = closes(60)
    page = [*known, *closes(1, "0.5", last=1)]
    assert "(or a split of the share)" in str(fetched_shares(known, Shares(page)).error)


def test_a_split_whose_whole_page_does_not_come_is_refused() -> None:
    class Busy(Shares):
        def fetch(self, since: Mapping[str, datetime]) -> Sequence[Reading]:
            if "px.NVDA" not in since:
                raise TryAgainError("yfinance: busy: try again later")
            return super().fetch(since)

    known = closes(60)
    found = fetched_shares(known, Busy(closes(61, "0.25", last=1)))
    assert found.readings == ()
    assert "but the whole page did not come: not used" in str(found.error)

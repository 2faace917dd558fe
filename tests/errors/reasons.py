"""Every reason a decision can carry: how to meet it with the command, on paper or on a venue."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from dcaguard.core.reason import Code
from tests.cli.documents import CONFIG, STRATEGY, bare_workspace
from tests.errors import situations as s
from tests.live.workspace import (
    Workspace,
    account_text,
    keys_text,
    live_workspace,
    strategy_text,
)
from tests.venues.wire import BinanceWire, KrakenWire

DAY = date(2025, 3, 3)  # the slot of 09:00 UTC on this day is looked at five minutes later
Edits = Sequence[tuple[str, str]]
Lines = Mapping[str, Mapping[date, str]]
GATE_ON = ("enabled = false", "enabled = true")
NO_GATE = "[gate]\nenabled = false\n"
TWO_DAYS_AGO = DAY - timedelta(days=2)
CLOSES = {TWO_DAYS_AGO: "85000", DAY - timedelta(days=1): "86000"}
STAGED = "\n[[stage]]\ndrawdown = 0.1\nmultiplier = 2\n"
THROTTLED = '\n[valuation]\nmetric = "mayer"\nabove = 0.5\nshare = '


def days(count: int, value: str, until: date = DAY) -> dict[date, str]:
    """Return the same value for each of the days before `until`."""
    return {until - timedelta(days=n): value for n in range(count, 0, -1)}


def _edited(text: str, edits: Edits) -> str:
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


@dataclass(frozen=True)
class Paper:
    """A paper workspace, with what is changed in it, imported and done before."""

    config: Edits = ()
    strategy: Edits = ()
    plan: str = ""  # further lines of the strategy
    series: Lines = field(default_factory=dict)
    before: tuple[str, ...] = ()  # commands whose outcome the case stands on

    def __call__(self, folder: Path, _stack: ExitStack) -> Workspace:
        """Make the workspace."""
        strategy = _edited(STRATEGY, self.strategy) + self.plan
        space = bare_workspace(folder, config=_edited(CONFIG, self.config), strategy=strategy)
        for name, rows in ({"px.BTC": CLOSES} | dict(self.series)).items():
            text = "".join(f"{day},{value}\n" for day, value in rows.items())
            space.write("series.csv", f"as_of,value\n{text}")
            ran = space.call("signals", "import", name, "series.csv")
            assert ran.code == 0, ran.err
        for line in self.before:
            ran = space.call(*line.split())
            assert ran.code in {0, 81}, (line, ran.out, ran.err)
        return space


@dataclass(frozen=True)
class Served:
    """A live, armed workspace on a loopback exchange that answers in its own way."""

    server: Callable[[BinanceWire], object] = lambda _server: None
    caps: str = "order_max = 500\nmonth_max = 2000\n"
    gate: str = "enabled = false"
    plan: str = ""
    rest: str = ""
    keys: str | None = None  # a credentials file instead of the right one
    before: tuple[str, ...] = ()

    def __call__(self, folder: Path, stack: ExitStack) -> Workspace:
        """Make the workspace, then let the exchange change."""
        server = s.BINANCE.start()
        stack.callback(server.stop)
        space = live_workspace(
            folder, server, caps=self.caps, gate=self.gate, plan=self.plan, rest=self.rest
        )
        if self.keys is not None:
            space.write("main.keys.toml", self.keys)
        assert isinstance(server, BinanceWire)
        self.server(server)
        for line in self.before:
            space.call(*line.split())
        return space


def _damaged_account(folder: Path, stack: ExitStack) -> Workspace:
    space = Paper()(folder, stack)
    assert space.call("balances").code == 0
    (kept,) = folder.glob("*.paper.db")
    kept.write_bytes(b"not a database" * 1000)
    return space


def _book(bids: list[list[str]], asks: list[list[str]], age: float = 0) -> Callable[..., object]:
    return lambda server: server.book("BTC/USDT", bids, asks, age_seconds=age)


def _fault(path: str, kind: str, **how: object) -> Callable[..., object]:
    return lambda server: server.fault((".*", path), kind, **how)


def _second_opinion(ask: str, *, silent: bool = False) -> Callable[[Path, ExitStack], Workspace]:
    def make(folder: Path, stack: ExitStack) -> Workspace:
        space, _ = s.served(folder, stack, arm=False)
        second = KrakenWire().start()
        stack.callback(second.stop)
        second.market("BTC/USDT")
        second.book("BTC/USDT", [[ask, "1"]], [[ask, "1"]])
        other = account_text("other", "kraken", second.base_url, live=False)
        text = (folder / "config.toml").read_text()
        text = text.replace("[policy.caps]", f"{other}\n[policy.caps]", 1)
        text = text.replace("[policy.price]", '[policy.price]\nsecond_opinion = "other"', 1)
        space.write("config.toml", text)
        space.write("other.keys.toml", keys_text(second.credentials))
        assert space.call("arm", "plan", "--yes").code == 0
        if silent:
            second.stop()
        return space

    return make


def _lost_and_another_due(folder: Path, stack: ExitStack) -> Workspace:
    """Make an order without an outcome, and a second strategy due on the same account."""
    space = s.lost_reply(folder, stack)
    space.write("strategies/second.toml", strategy_text("second", "main", "USDT"))
    assert space.call("arm", "second", "--yes").code == 0
    assert space.call("run", "plan", "--no-fetch").code == 80
    return space


@dataclass(frozen=True)
class Met:
    """How one reason is met."""

    code: Code
    make: Callable[[Path, ExitStack], Workspace]
    line: str = "run --as-of 2025-03-03T09:05Z"


LONG: Lines = {"px.BTC": days(250, "86000")}
WAVES = {day: ("85000", "86000")[day.toordinal() % 2] for day in days(120, "")}
EVENT = "signals event add --severity high --until 2099-01-01 --note seized"
EUROS: Edits = (("USDT = 10000", "EUR = 10000"),)
IN_EUROS: Edits = (('quote = "USDT"', 'quote = "EUR"'), ("BTC/USDT", "BTC/EUR"), ("= 100", "= 490"))
AVERAGING = '\n[sizing]\nmode = "value-averaging"\n'


def _untested_venue(folder: Path, stack: ExitStack) -> Workspace:
    """Make a live account on a venue whose order path nobody has tested."""
    space, server = s.served(folder, stack, arm=False)
    text = (folder / "config.toml").read_text().replace('"binance"', '"bitstamp"')
    space.write("config.toml", text)
    space.write("strategies/plan.toml", strategy_text("plan", "main", "USD"))
    server.fault(kind="status", status=503)
    space.call("arm", "plan", "--yes")
    return space


def _without_market(server: BinanceWire) -> None:
    server.ledger.markets.pop("BTC/USDT")


def _unreadable(server: BinanceWire) -> None:
    for path in ("/sapi/v1/margin/account$", "/sapi/v1/asset/wallet/balance$"):
        server.fault(("GET", path), "status", status=500)


LIVE = "run --no-fetch"
FRIDAY = date(2025, 2, 28)
# One reading at which the breaker pauses, whatever else is known.
HIGH: Lines = {"vix": {FRIDAY: "45"}}
# A month with a fall of a third: a rung of the ladder, a stage.
FALLEN: Lines = {"px.BTC": days(30, "86000") | {date(2025, 2, 10): "150000"}}
TWICE = (("0 9 * * *", "0 8,9 * * *"),)
AT_EIGHT = ("run --as-of 2025-03-03T08:05Z",)


def cap(line: str, order: int = 500) -> Edits:
    """Return the edits that add one limit."""
    return (("month_max = 2000", f"month_max = 2000\n{line}"), ("max = 500", f"max = {order}"))


CASES: tuple[Met, ...] = (
    # --- buys
    Met(Code.GATE_DISABLED, Paper()),
    Met(Code.REGIME_NORMAL, Paper(config=(GATE_ON,))),
    Met(Code.REGIME_CAUTION, Served(gate="enabled = true", before=(EVENT,)), LIVE),
    Met(Code.REGIME_PROBE, Paper(config=(GATE_ON,), series={"vix": days(36, "45")})),
    Met(
        Code.HALF_WHILE_PAUSED,
        Paper(config=(GATE_ON,), series=HIGH, plan='\n[pause]\nmode = "half"\n'),
    ),
    Met(
        Code.LADDER_WHILE_PAUSED,
        Paper(config=(GATE_ON,), series={**HIGH, **FALLEN}, plan="\n[pause]\nladder = [0.2]\n"),
    ),
    Met(Code.STAGE, Paper(series=FALLEN, plan=STAGED)),
    Met(Code.STAGE_UNKNOWN, Served(plan=STAGED), LIVE),
    Met(Code.VALUATION_UNKNOWN, Paper(plan=f"{THROTTLED}0.5\n")),
    Met(Code.VALUATION_THROTTLED, Paper(series=LONG, plan=f"{THROTTLED}0.5\n")),
    Met(
        Code.CATCH_UP,
        Paper(
            config=(GATE_ON,),
            series={"vix": {date(2025, 1, 31): "45"} | days(30, "15"), "px.BTC": days(60, "86000")},
            before=("run --as-of 2025-02-01T09:05Z",),
        ),
    ),
    Met(
        Code.CARRIED,
        Paper(
            strategy=(("per_slot = 100", "per_slot = 4"),),
            before=("run --as-of 2025-03-02T09:05Z",),
            series={"px.BTC": days(3, "86000")},
        ),
    ),
    Met(
        Code.TRIMMED_TO_CAP,
        Paper(config=(("order_max = 500", "order_max = 150"),), series=FALLEN, plan=STAGED),
    ),
    # --- pauses
    Met(Code.REGIME_PAUSED, Paper(config=(GATE_ON,), series=HIGH)),
    Met(
        Code.REGIME_COOLOFF,
        Paper(
            config=(GATE_ON,),
            series={"px.BTC": WAVES | {date(2025, 3, 2): "60000"}},
        ),
    ),
    Met(Code.VENUE_LOCKED, Paper(config=(GATE_ON,), series={"peg.USDT": days(1, "0.9")})),
    Met(Code.VALUATION_HIGH, Paper(series=LONG, plan=f"{THROTTLED}0\n")),
    # --- waits
    Met(Code.HALTED, Paper(before=("halt",))),
    Met(Code.VENUE_NOT_LIVE, _untested_venue, LIVE),
    Met(Code.NOT_ARMED, s.unarmed, LIVE),
    Met(Code.ORDER_UNRESOLVED, _lost_and_another_due, LIVE),
    Met(Code.MARKET_UNKNOWN, Served(_without_market), LIVE),
    Met(Code.MARKET_INACTIVE, Served(lambda v: v.market("BTC/USDT", active=False)), LIVE),
    Met(Code.CAP_BELOW_MINIMUM, Served(lambda v: v.market("BTC/USDT", cost_min="600")), LIVE),
    Met(Code.VENUE_UNAVAILABLE, Served(lambda v: v.maintenance()), LIVE),
    Met(Code.RATE_LIMITED, Served(_fault("/api/v3/account$", "rate-limit", status=429)), LIVE),
    Met(Code.KEY_REFUSED, Served(keys='api_key = "other"\nsecret = "other"\n'), LIVE),
    Met(Code.CREDENTIALS_UNUSABLE, Served(keys='api_key = "only"\n'), LIVE),
    Met(Code.ACCOUNT_FILE_UNUSABLE, _damaged_account),
    Met(Code.CLOCK_SKEW, s.clock_wrong, LIVE),
    Met(Code.BALANCE_UNKNOWN, Served(_fault("/api/v3/account$", "null")), LIVE),
    Met(Code.PRICE_UNKNOWN, s.fresh),
    Met(Code.PRICE_STALE, Served(_book([["49990", "1"]], [["50000", "1"]], 600)), LIVE),
    Met(Code.PRICE_FUTURE, Served(_book([["49990", "1"]], [["50000", "1"]], -600)), LIVE),
    Met(Code.BOOK_ONE_SIDED, Served(_book([["49990", "1"]], [])), LIVE),
    Met(Code.BOOK_CROSSED, Served(_book([["50010", "1"]], [["50000", "1"]])), LIVE),
    Met(Code.SECOND_OPINION_UNKNOWN, _second_opinion("50000", silent=True), LIVE),
    Met(Code.RATE_UNKNOWN, Paper(config=EUROS, strategy=IN_EUROS)),
    Met(
        Code.STRATEGY_SPENT,
        Paper(
            strategy=(*TWICE, ("per_slot = 100", "per_slot = 100\ntotal = 100")), before=AT_EIGHT
        ),
    ),
    Met(
        Code.TARGET_REACHED,
        Paper(
            plan=AVERAGING,
            before=("run --as-of 2025-03-02T09:05Z",),
            series={"px.BTC": {TWO_DAYS_AGO: "50000", DAY - timedelta(days=1): "200000"}},
        ),
    ),
    # --- denials
    Met(Code.LEVERAGE_FOUND, s.borrowed, LIVE),
    Met(Code.LEVERAGE_CANNOT_TELL, Served(_unreadable), LIVE),
    Met(Code.KEY_RIGHTS, Served(lambda v: v.rights(withdraw=True)), LIVE),
    Met(
        Code.LEVERAGED_TOKEN,
        Served(lambda v: v.market("BTC/USDT", leveraged_token=True)),
        LIVE,
    ),
    Met(
        Code.NO_REVENUE,
        Paper(
            config=(
                ('allow = ["BTC"]', 'allow = ["SOL"]'),
                ("[gate]", "[policy.universe.assets.SOL]\nneeds_revenue = true\n[gate]"),
            ),
            strategy=(("BTC/USDT", "SOL/USDT"),),
        ),
    ),
    Met(
        Code.CONCENTRATION,
        Served(
            lambda v: v.fund("spot", "BTC", 1),
            rest="[signals.venue-custody]\nconcentration_max = 0.5\n",
        ),
        LIVE,
    ),
    Met(Code.CAP_ORDER, Paper(config=EUROS, strategy=IN_EUROS, series={"px.EUR": days(2, "1.1")})),
    Met(
        Code.CAP_DAY, Paper(config=cap("day_max = 150", order=150), strategy=TWICE, before=AT_EIGHT)
    ),
    Met(
        Code.CAP_WEEK,
        Paper(config=cap("week_max = 150", order=150), strategy=TWICE, before=AT_EIGHT),
    ),
    Met(
        Code.CAP_MONTH,
        Paper(config=(("2000", "150"), ("500", "150")), strategy=TWICE, before=AT_EIGHT),
    ),
    Met(Code.CAP_RESERVE, Paper(config=cap("reserve_min = 9950"))),
    Met(Code.CAP_ASSET_WEIGHT, s.low_cap),
    Met(Code.CAP_ACCOUNT_WEIGHT, Paper(config=cap("account_weight_max = { default = 0 }"))),
    Met(
        Code.CAP_GROUP,
        Paper(config=cap('[policy.caps.groups.coins]\nassets = ["BTC"]\nweight_max = 0.1')),
    ),
    Met(Code.CASH_INSUFFICIENT, s.no_cash),
    Met(Code.SPREAD_WIDE, Served(_book([["49000", "1"]], [["50000", "1"]])), LIVE),
    Met(Code.PRICE_DISAGREES, _second_opinion("46300"), LIVE),
    Met(Code.BELOW_MINIMUM, Paper(strategy=(("per_slot = 100", "per_slot = 0.01"),))),
)

# Fences behind other fences: no sequence of commands gets there, so a test of the core does.
BEHIND: Mapping[Code, str] = {
    Code.NOT_IN_UNIVERSE: "the strategy is refused when it is read (78)",
    Code.NOT_SPOT: "symbols of contracts are refused when they are read, and only spot is loaded",
    Code.ALREADY_ORDERED: "a slot that had its order is not due, and one run at a time decides",
}

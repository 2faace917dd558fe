"""A paper workspace in a folder of its own: passes at chosen instants, and what they wrote."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

from dcaguard.adapters.config import load_config
from dcaguard.adapters.journal.opening import open_journal
from dcaguard.app.run import Request, run_pass
from dcaguard.app.status import status
from dcaguard.core.canonical import jsonable
from dcaguard.core.reading import Reading
from dcaguard.render.run import run_json, run_text
from dcaguard.wiring import opened
from tests.live.workspace import Ran, Workspace

FEE = Decimal("0.001")


def moment(text: str) -> datetime:
    """Return an instant: '2025-03-03' (09:05 UTC), or with a time of its own."""
    if len(text) == 10:
        text += "T09:05"
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def following(first: str, count: int) -> list[str]:
    """Return `count` days from `first` on."""
    begin = date.fromisoformat(first)
    return [(begin + timedelta(days=n)).isoformat() for n in range(count)]


@dataclass(frozen=True)
class Passed:
    """One pass as scripts see it."""

    exit: int
    doc: dict[str, Any]
    text: str

    @property
    def regime(self) -> str:
        """The regime that the pass saw."""
        return str(self.doc["regime"])

    @property
    def one(self) -> dict[str, Any]:
        """The only decision."""
        (found,) = self.doc["decisions"]
        return dict(found)

    def of(self, symbol: str = "BTC/USDT", strategy: str = "plan") -> dict[str, Any]:
        """The decision on one symbol of one strategy."""
        rows = self.doc["decisions"]
        (found,) = [d for d in rows if (d["symbol"], d["strategy"]) == (symbol, strategy)]
        return dict(found)

    @property
    def verdict(self) -> str:
        """The only decision's verdict."""
        return str(self.one["verdict"])

    @property
    def codes(self) -> list[str]:
        """The only decision's reason codes."""
        return [r["code"] for r in self.one["reasons"]]

    @property
    def bought(self) -> Decimal:
        """What the only decision buys, in quote."""
        return Decimal(self.one["buy_quote"])

    @property
    def backlog(self) -> Decimal:
        """The only decision's backlog, in quote."""
        return Decimal(self.one["backlog_quote"])

    def detail(self, code: str) -> dict[str, Any]:
        """The numbers of one of its reasons."""
        (found,) = [r["detail"] for r in self.one["reasons"] if r["code"] == code]
        return dict(found)


@dataclass
class Space(Workspace):
    """The folder, its passes and its tables."""

    def at(self, when: str | datetime, *strategies: str, dry_run: bool = False) -> Passed:
        """Do one pass at an instant (09:05 UTC when only a day is given)."""
        now = moment(when) if isinstance(when, str) else when
        loaded = load_config(self.folder / "config.toml", {}, self.folder)
        with opened(loaded, as_of=now) as world:
            request = Request(uuid4().hex, strategies, dry_run=dry_run, fetch=False)
            result = run_pass(world, request)
        doc = json.loads(json.dumps(jsonable(run_json(result))))
        return Passed(int(result.exit_code), doc, run_text(result))

    def regime_at(self, when: str) -> str:
        """Return the regime that holds at an instant, whatever is due."""
        loaded = load_config(self.folder / "config.toml", {}, self.folder)
        with opened(loaded, as_of=moment(when), write=False) as world:
            return status(world, moment(when)).regime

    def days(self, first: str, count: int) -> list[Passed]:
        """Do one pass a day at 09:05 UTC."""
        return [self.at(day) for day in following(first, count)]

    def read(self, series: str, values: Iterable[tuple[str, Any]], *, known: str = "") -> None:
        """Put daily values into the journal, each known at midnight after its day.

        `known` is a time of the same day ('22:30'), or an instant for all of them.
        """
        readings = [_reading(series, day, value, known) for day, value in values]
        now = datetime(2026, 1, 1, tzinfo=UTC)
        with closing(open_journal(self.journal, clock_now=now)) as journal:
            journal.add_readings(readings, now)

    def prices(self, first: str, count: int, price: Any = 80000, asset: str = "BTC") -> None:
        """Put a flat price into the journal, from the day before `first` on."""
        begin = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
        self.read(f"px.{asset}", [(day, price) for day in following(begin, count + 1)])

    def rows(self, sql: str, *values: Any, dry: bool = False) -> list[tuple[Any, ...]]:
        """Return rows of the journal's tables; none before the file exists."""
        path = self.folder / ("dcaguard.dry.db" if dry else "dcaguard.db")
        if not path.exists():
            return []
        with closing(sqlite3.connect(path)) as base:
            return base.execute(sql, values).fetchall()

    def bodies(self, kind: str, *, dry: bool = False) -> list[dict[str, Any]]:
        """Return every journal row of a kind, oldest first."""
        sql = "SELECT body FROM journal WHERE kind = ? ORDER BY seq"
        found = [json.loads(row[0]) for row in self.rows(sql, kind, dry=dry)]
        return [body["data"] for body in found]

    def verdicts(self, *, dry: bool = False) -> list[str]:
        """Return the verdicts written down, oldest first."""
        return [str(body["verdict"]) for body in self.bodies("decision", dry=dry)]

    def spent(self) -> Decimal:
        """Return what all fills cost, fees included."""
        rows = self.rows("SELECT cost, fee_amount FROM fills")
        return sum((Decimal(cost) + Decimal(fee) for cost, fee in rows), Decimal(0))

    def purse(self, symbol: str = "BTC/USDT", strategy: str = "plan") -> tuple[Decimal, Decimal]:
        """Return (backlog, carry) as last written."""
        rows = [
            body
            for body in self.bodies("purse")
            if (body["symbol"], body["strategy"]) == (symbol, strategy)
        ]
        if not rows:
            return Decimal(0), Decimal(0)
        return Decimal(rows[-1]["backlog"]), Decimal(rows[-1]["carry"])

    def command_at(self, when: str, *words: str) -> Ran:
        """Do one pass with the installed command."""
        stamp = moment(when).strftime("%Y-%m-%dT%H:%M:%SZ")
        return self.call("run", "--json", "--as-of", stamp, *words)


def _reading(series: str, day: str, value: Any, known: str) -> Reading:
    as_of = datetime.combine(date.fromisoformat(day), time(), UTC)
    if not known:
        observed = as_of + timedelta(days=1)
    elif len(known) == 5:
        observed = datetime.combine(as_of.date(), time.fromisoformat(known), UTC)
    else:
        observed = moment(known)
    return Reading(series, as_of, observed, Decimal(str(value)), "import:test.csv", "0" * 64)


ACCOUNT = """\
[accounts.paper]
exchange = "paper"
prices = "series"
fee = {fee}
spread = 0.0
balances = {{ {balances} }}
"""


def config_text(**parts: Any) -> str:
    """Return a config with one paper account; the gate is off unless told otherwise."""
    account = ACCOUNT.format(
        fee=parts.get("fee", FEE), balances=parts.get("balances", 'USDT = "100000"')
    )
    return f"""\
schema = 1
{parts.get("top", "")}
{account}
[policy.caps]
{parts.get("caps", "order_max = 5000" + chr(10) + "month_max = 100000")}
[policy.price]
{parts.get("price", "collar = 0.0")}
[policy.universe]
{parts.get("universe", 'allow = ["BTC", "ETH"]')}
[gate]
{parts.get("gate", "enabled = false")}
{parts.get("rest", "")}
"""


def strategy_text(name: str = "plan", **parts: Any) -> str:
    """Return a strategy that buys BTC for 100 USDT each day at 09:00 UTC."""
    buys: Sequence[tuple[str, Any]] = parts.get("buys", (("BTC/USDT", "1.0"),))
    lines = "\n".join(f'[[buy]]\nsymbol = "{s}"\nweight = {w}' for s, w in buys)
    return f"""\
name = "{name}"
account = "{parts.get("account", "paper")}"
quote = "USDT"
[schedule]
{parts.get("schedule", 'cron = "0 9 * * *"')}
[budget]
per_slot = {parts.get("per_slot", 100)}
{parts.get("budget", "")}
{lines}
{parts.get("more", "")}
"""


def space_in(folder: Path, *, strategy: dict[str, Any] | None = None, **config: Any) -> Space:
    """Return a workspace with one paper account and the strategy `plan`."""
    space = Space(folder)
    space.write("config.toml", config_text(**config))
    space.write("strategies/plan.toml", strategy_text(**(strategy or {})))
    return space


# Vix at 45 pauses by itself; at 15 it is calm. American sessions only.
def panic(space: Space, days: Iterable[str], vix: Any = 45) -> None:
    """Put closes of VIX into the journal, each known at 22:30 UTC of its day."""
    space.read("vix", [(day, vix) for day in days], known="22:30")


def grave_event(space: Space, since: str, until: str) -> None:
    """Put a person's grave event into the journal: it halves the buys while it lasts."""
    at = moment(since)
    body = {"since": at, "until": moment(until), "severity": "HIGH", "note": "test"}
    with closing(open_journal(space.journal, clock_now=at)) as journal:
        journal.append("event", "person", body, at)

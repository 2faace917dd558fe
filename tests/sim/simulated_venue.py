"""The port `Venue` of one process: the ledger behind a network that loses and delays."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from dcaguard.core.account import AccountView, CheckResult, Holding, Proof
from dcaguard.core.errors import TryAgainError, VenueUnavailableError
from dcaguard.core.login import Login
from dcaguard.core.market import Market, Quote
from dcaguard.core.order import (
    Absence,
    Fill,
    LookUp,
    Order,
    Placed,
    PlaceKind,
    VenueReport,
)
from tests.sim.exchange import COST_MIN, FEE, STEP, TICK
from tests.sim.held import Held

if TYPE_CHECKING:
    from tests.sim.host import Process

ZERO = Decimal(0)
WINDOW_SECONDS = 5
NOT_FOUND = LookUp(absence=Absence.NOT_FOUND, evidence=("by id: none",))
SILENT = LookUp(absence=Absence.NO_ANSWER)


class SimVenue:
    """One process's way to the account."""

    exchange = "binance"
    can_trade_live = ""
    receive_window_seconds = WINDOW_SECONDS
    order_types = frozenset({"limit-ioc", "post-only"})

    def __init__(self, process: "Process", account: str) -> None:
        self.account = account
        self.login = Login("binance", "live", account)
        self._process = process
        self._sim = process.sim
        self._ledger = self._sim.ledgers[account]
        self.balances_known = False
        self.looked_at: datetime | None = None

    def _call(self, name: str) -> datetime:
        """Spend the time of one request and return when the venue hears it."""
        self._sim.tick()
        self._process.point(name)
        return self._sim.now

    def clock_skew_seconds(self) -> float:
        self._call("clock")
        return -self._process.host.clock_error.total_seconds()

    def look(self) -> AccountView:
        now = self._call("look")
        sim, self.balances_known = self._sim, False
        locked = self._ledger.locked
        holdings = [
            Holding("spot", asset, amount - used, used, amount, ZERO)
            for asset, amount in sorted(self._ledger.balances.items())
            for used in (locked if asset == "USDT" else ZERO,)
        ]
        if sim.hit(sim.faults.look):
            how = sim.rng.randrange(3)
            if how == 0:
                raise VenueUnavailableError("balances: no answer: run again")
            if how == 1:
                holdings = []
            else:
                raise TryAgainError("balances: too many requests: run again")
        self.balances_known, self.looked_at = bool(holdings), now
        debt = Proof.VIOLATED if sim.in_debt else Proof.PROVED
        checks = (CheckResult("debt", debt), CheckResult("key-rights", Proof.PROVED))
        return AccountView(self.account, "binance", now, tuple(holdings), checks)

    def markets(self, symbols: Sequence[str]) -> Mapping[str, Market]:
        self._call("markets")
        return {name: market(name) for name in symbols if name in STEP}

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        now = self._call("quotes")
        return {
            name: Quote(name, self._ledger.bid(name, now), self._ledger.ask(name, now), now, "sim")
            for name in symbols
        }

    def prices(self, assets: Sequence[str], base_currency: str) -> Mapping[str, Decimal]:
        now = self._call("prices")
        found = {"BNB": Decimal(600)}
        for asset in ("BTC", "ETH"):
            found[asset] = self._ledger.bid(f"{asset}/USDT", now)
        return {asset: price for asset, price in found.items() if asset in assets}

    def find(self, order: Order) -> LookUp:
        now = self._call("find")
        sim = self._sim
        if sim.hit(sim.faults.ask):
            if sim.rng.random() < 0.5:
                raise VenueUnavailableError("look-up: no answer: run again")
            return LookUp(absence=Absence.NO_ANSWER, transient=True)
        self._process.asked_at[order.client_order_id] = now
        return self._reports(order, now) or NOT_FOUND

    def prove_absence(self, order: Order) -> LookUp:
        now = self._call("prove")
        sim = self._sim
        if sim.hit(sim.faults.ask):
            return SILENT
        return self._reports(order, now) or NOT_FOUND

    def _reports(self, order: Order, now: datetime) -> LookUp | None:
        if self._ledger.blind_until and now < self._ledger.blind_until:
            return None
        rows = [
            self._report(held, now)
            for held in self._ledger.by_id.get(order.client_order_id, ())
            if held.shows_at <= now
        ]
        return LookUp(tuple(rows)) if rows else None

    def _report(self, held: Held, now: datetime) -> VenueReport:
        sim, shown = self._sim, held.shown(now)
        fills = shown if now >= held.trades_show_at else shown[:-1]
        complete = fills == shown
        if sim.hit(sim.faults.trades):
            fills = (*fills, *fills)  # two pages that overlap
        return VenueReport(
            client_order_id=held.order.client_order_id,
            venue_order_id=held.venue_order_id,
            status=held.status_at(now),
            filled=sum((f.amount for f in shown), ZERO),
            cost=sum((f.cost for f in shown), ZERO),
            fills=fills,
            fills_complete=complete,
            amount=held.order.amount,
            limit_price=held.order.limit_price,
        )

    def place(self, order: Order) -> Placed:
        """Let the one POST out; the order of events is the venue's, not the caller's."""
        sim = self._sim
        sim.check_send(self._process, order, known=self.balances_known)
        self._call("post")
        if not sim.hit(sim.faults.post):
            return self._answered(order)
        how = sim.rng.randrange(7)
        if how == 0:
            return Placed(PlaceKind.NOT_SENT, detail="connection refused")
        if how == 1:
            return Placed(PlaceKind.REJECTED_FILTER, code="-1013", detail="filter")
        if how == 2:
            return Placed(PlaceKind.UNKNOWN, detail="lost before it arrived")
        delay = timedelta(seconds=sim.rng.random() * WINDOW_SECONDS) if how == 3 else timedelta(0)
        self._accept(order, delay)
        self._call("reply")
        kind = PlaceKind.IMPOSSIBLE if how == 4 else PlaceKind.UNKNOWN
        return Placed(kind, detail="the reply was lost or blank")

    def _accept(self, order: Order, delay: timedelta) -> Held:
        sim, ledger, process = self._sim, self._ledger, self._process
        arrives, shows = sim.now + delay, sim.now + delay + ledger.lag()
        held = Held(
            order=order,
            venue_order_id="",
            sender=process.host,
            asked_at=process.asked_at.get(order.client_order_id),
            sent_at=sim.now,
            arrived_at=arrives,
            shows_at=shows,
            trades_show_at=shows + sim.rng.choice((0, 0, 1)) * ledger.lag(),
        )
        ledger.accept(held)
        return held

    def _answered(self, order: Order) -> Placed:
        if order.max_quote > self._ledger.free:
            return Placed(PlaceKind.REJECTED_FUNDS, code="-2010", detail="not enough")
        held = self._accept(order, timedelta(0))
        self._call("reply")
        made = self._ledger.by_id.get(order.client_order_id, ())
        if held in made:
            return Placed(PlaceKind.ACCEPTED, self._report(held, self._sim.now))
        # A post-only order that is not made: its id rests already, or it would take.
        if made:
            return Placed(PlaceKind.UNKNOWN, code="-2010", detail="Duplicate order sent.")
        return Placed(PlaceKind.WOULD_TAKE, code="-2010", detail="would immediately match")

    def cancel(self, order: Order) -> LookUp:
        """Ask to end what rests and return what then shows: the venue may not tell the truth."""
        now = self._call("cancel")
        sim, ledger = self._sim, self._ledger
        held = [h for h in ledger.resting if h.order.client_order_id == order.client_order_id]
        how = sim.rng.randrange(4) if sim.hit(sim.faults.cancel) else None
        if how == 0:
            raise VenueUnavailableError("cancel: lost before it arrived: run again")
        for one in held:
            if how == 1:  # taken, done soon, and until then it may be filled
                one.ends_at = now + timedelta(seconds=sim.rng.random() * 60)
            elif how != 2:  # 2: taken and forgotten
                ledger.cancel(one, now)
        if how == 3:
            return SILENT
        return self.find(order)

    def trades(self, symbol: str, since: datetime) -> Sequence[Fill]:
        self._call("trades")
        found = self._ledger.traded.values()
        return [f for f in found if f.symbol == symbol and f.filled_at >= since]

    def close(self) -> None:
        """Nothing to release."""


def market(symbol: str) -> Market:
    """Return a plain spot market with Binance's kind of steps."""
    base, _, quote = symbol.partition("/")
    return Market(
        symbol=symbol,
        base=base,
        quote=quote,
        spot=True,
        active=True,
        amount_step=STEP[symbol],
        price_step=TICK,
        amount_min=STEP[symbol],
        amount_max=None,
        cost_min=COST_MIN,
        cost_max=None,
        taker_fee=FEE,
    )

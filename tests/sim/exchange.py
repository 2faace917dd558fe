"""A venue's own ledger: what it really executed, whatever anybody was told about it.

The rules are Binance's where they matter: a client order id is unique among open orders only, so
the same id sent twice may buy twice; look-ups lag; balances change at once; what rests is locked.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from dcaguard.core.money import round_down
from dcaguard.core.order import Fill, Status
from tests.sim.held import Held

D = Decimal
FEE = D("0.001")
STEP = {"BTC/USDT": D("0.00001"), "ETH/USDT": D("0.0001")}
TICK = D("0.01")
COST_MIN = D(10)
HALF_SPREAD = D("0.0005")
LATE_SHARE = 0.2  # of orders that end: how many have a fill that shows only later
REST_SPANS = (timedelta(minutes=20), timedelta(hours=6), timedelta(days=4))


@dataclass(slots=True)
class Ledger:
    """Balances, orders and prices of one account."""

    rng: Random
    account: str
    balances: dict[str, Decimal]
    held: list[Held] = field(default_factory=list)
    by_id: dict[str, list[Held]] = field(default_factory=dict)  # by client order id
    flying: list[Held] = field(default_factory=list)  # sent, not arrived
    resting: list[Held] = field(default_factory=list)
    lag_max: timedelta = timedelta(minutes=5)
    late_share: float = LATE_SHARE
    blind_until: datetime | None = None  # a stale replica answers: it knows no order
    traded: dict[str, Fill] = field(default_factory=dict)  # every execution, by trade id
    _sent: int = 0
    _prices: dict[tuple[str, int], Decimal] = field(default_factory=dict)

    def ask(self, symbol: str, at: datetime) -> Decimal:
        """Return a price that moves every noon and not in between."""
        day = (at + timedelta(hours=12)).toordinal()
        key = (symbol, day)
        if key not in self._prices:
            middle = {"BTC/USDT": 50_000, "ETH/USDT": 3_000}[symbol]
            moved = D(Random(f"{symbol}{day}").randrange(5_000, 15_000)) / 10_000
            self._prices[key] = round_down(middle * moved, TICK)
        return self._prices[key]

    def bid(self, symbol: str, at: datetime) -> Decimal:
        return round_down(self.ask(symbol, at) * (1 - HALF_SPREAD), TICK)

    @property
    def locked(self) -> Decimal:
        """Quote that resting orders may still take."""
        return sum((h.rest * h.order.limit_price * (1 + FEE) for h in self.resting), D(0))

    @property
    def free(self) -> Decimal:
        return self.balances["USDT"] - self.locked

    def lag(self) -> timedelta:
        return timedelta(0) if self.rng.random() < 0.7 else self.rng.random() * self.lag_max

    def accept(self, held: Held) -> None:
        """Take an order; it is executed when it arrives."""
        self._sent += 1
        held.venue_order_id = str(self._sent)
        if held.arrived_at > held.sent_at:
            self.flying.append(held)
        else:
            self._execute(held)

    def land(self, now: datetime) -> None:
        """Let everything happen until now: orders arrive, those that rest are filled or end."""
        if self.flying:
            late = [held for held in self.flying if held.arrived_at <= now]
            self.flying = [held for held in self.flying if held.arrived_at > now]
            for held in late:
                self._execute(held)
        for held in list(self.resting):
            self._rest(held, now)

    def _execute(self, held: Held) -> None:
        """Fill at the ask: whole, in part or not at all; a post-only order rests below it."""
        price = self.ask(held.order.symbol, held.arrived_at)
        if held.order.type == "post-only":
            self._begin_to_rest(held, price)
            return
        self._keep(held)
        order, step = held.order, STEP[held.order.symbol]
        share = self.rng.choice((D(1), D(1), D(1), D(1), D("0.5"), D("0.31"), D(0)))
        amount = round_down(order.amount * share, step)
        if price > order.limit_price or amount * price * (1 + FEE) > self.free:
            amount = D(0)
        for part in self._split(amount, step):
            self._fill(held, part, price, held.arrived_at)
        self._end(held, held.arrived_at, self.rng.random() < self.late_share)

    def _keep(self, held: Held) -> None:
        self.held.append(held)
        self.by_id.setdefault(held.order.client_order_id, []).append(held)

    def _begin_to_rest(self, held: Held, price: Decimal) -> None:
        """Let it rest; one that would take, that has no cash or whose id rests is not made."""
        order, rng = held.order, self.rng
        twin = any(h.status is Status.OPEN for h in self.by_id.get(order.client_order_id, ()))
        if price <= order.limit_price or order.max_quote > self.free or twin:
            return
        self._keep(held)
        self.resting.append(held)
        span, step = rng.choice(REST_SPANS), STEP[order.symbol]
        parts = rng.choice(
            ((), (), (D("0.3"),), (D("0.4"), D("0.3")), (D("0.5"), D("0.5")), (D(1),))
        )
        times = sorted(held.arrived_at + rng.random() * span for _ in parts)
        amounts = [round_down(order.amount * part, step) for part in parts]
        if sum(parts) == 1:
            amounts[-1] = order.amount - sum(amounts[:-1])
        held.coming = [(at, n) for at, n in zip(times, amounts, strict=True) if n]

    def _rest(self, held: Held, now: datetime) -> None:
        """Fill a resting order as its time and the price have come, or end it as was asked."""
        limit = held.order.limit_price
        while held.coming and held.coming[0][0] <= min(now, held.ends_at or now):
            at, amount = held.coming.pop(0)
            self._fill(held, amount, limit, at)
        if held.rest and self.ask(held.order.symbol, now) <= limit:
            self._fill(held, held.rest, limit, now)
        if not held.rest:
            self._end(held, now, late=False)
        elif held.ends_at is not None and held.ends_at <= now:
            self.cancel(held, held.ends_at)

    def cancel(self, held: Held, now: datetime) -> None:
        """End a resting order; a fill may have come first that does not show yet."""
        raced = self.rng.random() < self.late_share
        if raced:
            share = self.rng.choice((D("0.3"), D(1)))
            amount = round_down(held.rest * share, STEP[held.order.symbol])
            if amount:
                self._fill(held, amount, held.order.limit_price, now)
            raced = bool(amount)
        self._end(held, now, raced)

    def _end(self, held: Held, now: datetime, late: bool) -> None:
        if held in self.resting:
            self.resting.remove(held)
        held.status = Status.PARTIAL_CLOSED if held.rest else Status.FILLED
        if late and held.fills:
            held.late[held.fills[-1].trade_id] = now + self.rng.random() * self.lag_max

    def _split(self, amount: Decimal, step: Decimal) -> list[Decimal]:
        first = round_down(amount * D("0.4"), step)
        if self.rng.random() < 0.6 or not first:
            return [amount] if amount else []
        return [first, amount - first]

    def _fill(self, held: Held, amount: Decimal, price: Decimal, at: datetime) -> None:
        base = held.order.symbol.partition("/")[0]
        cost = amount * price
        currency, fee = self.rng.choice((("USDT", cost * FEE), (base, amount * FEE), ("BNB", D(0))))
        fill = Fill(
            account=held.order.account,
            symbol=held.order.symbol,
            trade_id=f"{self.account}.{held.venue_order_id}.{len(held.fills)}",
            client_order_id=held.order.client_order_id,
            side="BUY",
            amount=amount,
            price=price,
            cost=cost,
            fee_amount=fee,
            fee_currency=currency,
            filled_at=at,
        )
        held.fills = (*held.fills, fill)
        held.trades_show_at = max(held.trades_show_at, at + self.rng.choice((0, 0, 1)) * self.lag())
        self.balances["USDT"] -= cost
        self.balances[base] += amount
        self.balances[currency] -= fee
        self.traded[fill.trade_id] = fill

"""A venue's own ledger: what it really executed, whatever anybody was told about it.

The rules are Binance's where they matter: a client order id is unique among open orders only, so
the same id sent twice buys twice; look-ups lag; balances change at once.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from dcaguard.core.money import round_down
from dcaguard.core.order import Fill, Order, Status

D = Decimal
FEE = D("0.001")
STEP = {"BTC/USDT": D("0.00001"), "ETH/USDT": D("0.0001")}
TICK = D("0.01")
COST_MIN = D(10)
HALF_SPREAD = D("0.0005")


@dataclass(slots=True)
class Held:
    """One order as the venue holds it."""

    order: Order
    venue_order_id: str
    decided_at: datetime  # by the clock of the host that sent it
    sent_at: datetime
    arrived_at: datetime
    shows_at: datetime
    trades_show_at: datetime
    status: Status
    fills: tuple[Fill, ...] = ()

    @property
    def filled(self) -> Decimal:
        return sum((f.amount for f in self.fills), D(0))

    @property
    def cost(self) -> Decimal:
        return sum((f.cost for f in self.fills), D(0))

    @property
    def spent(self) -> Decimal:
        """Quote that left the account, a fee in quote included."""
        paid = (f.fee_amount for f in self.fills if f.fee_currency == "USDT")
        return self.cost + sum(paid, D(0))

    @property
    def worst(self) -> Decimal:
        """What it has cost, or at most may cost while it is open."""
        return self.order.max_quote if self.status is Status.OPEN else self.spent


@dataclass(slots=True)
class Ledger:
    """Balances, orders and prices of one account."""

    rng: Random
    account: str
    balances: dict[str, Decimal]
    held: list[Held] = field(default_factory=list)
    flying: list[tuple[datetime, Held]] = field(default_factory=list)  # sent, not arrived
    lag_max: timedelta = timedelta(minutes=5)
    blind_until: datetime | None = None  # a stale replica answers: it knows no order
    traded: dict[str, Fill] = field(default_factory=dict)  # every execution, by trade id
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

    def accept(self, order: Order, decided_at: datetime, at: datetime, delay: timedelta) -> Held:
        """Take an order that will arrive `delay` from now; it is executed when it arrives."""
        rng = self.rng
        lag = timedelta(0) if rng.random() < 0.7 else rng.random() * self.lag_max
        arrives = at + delay
        held = Held(
            order=order,
            venue_order_id=str(len(self.held) + len(self.flying) + 1),
            decided_at=decided_at,
            sent_at=at,
            arrived_at=arrives,
            shows_at=arrives + lag,
            trades_show_at=arrives + lag + rng.choice((0, 0, 1)) * rng.random() * self.lag_max,
            status=Status.OPEN,
        )
        if delay:
            self.flying.append((arrives, held))
        else:
            self._execute(held)
        return held

    def land(self, now: datetime) -> None:
        """Let every order that was under way until now arrive."""
        late = [pair for pair in self.flying if pair[0] <= now]
        self.flying = [pair for pair in self.flying if pair[0] > now]
        for _, held in late:
            self._execute(held)

    def _execute(self, held: Held) -> None:
        """Fill at the ask: whole, in part or not at all; an IOC never rests."""
        self.held.append(held)
        order, rng = held.order, self.rng
        price = self.ask(order.symbol, held.arrived_at)
        share = rng.choice((D(1), D(1), D(1), D(1), D("0.5"), D("0.31"), D(0)))
        amount = round_down(order.amount * share, STEP[order.symbol])
        cost = amount * price * (1 + FEE)
        if price > order.limit_price or cost > self.balances["USDT"]:
            amount = D(0)
        parts = self._split(amount, STEP[order.symbol])
        held.fills = tuple(self._fill(held, n, part, price) for n, part in enumerate(parts))
        for fill in held.fills:
            self._book(fill)
        whole = amount == order.amount
        held.status = Status.FILLED if whole else Status.PARTIAL_CLOSED

    def _split(self, amount: Decimal, step: Decimal) -> list[Decimal]:
        first = round_down(amount * D("0.4"), step)
        if self.rng.random() < 0.6 or not first:
            return [amount] if amount else []
        return [first, amount - first]

    def _fill(self, held: Held, number: int, amount: Decimal, price: Decimal) -> Fill:
        base = held.order.symbol.partition("/")[0]
        cost = amount * price
        currency, fee = self.rng.choice((("USDT", cost * FEE), (base, amount * FEE), ("BNB", D(0))))
        return Fill(
            account=held.order.account,
            symbol=held.order.symbol,
            trade_id=f"{self.account}.{held.venue_order_id}.{number}",
            client_order_id=held.order.client_order_id,
            side="BUY",
            amount=amount,
            price=price,
            cost=cost,
            fee_amount=fee,
            fee_currency=currency,
            filled_at=held.arrived_at,
        )

    def _book(self, fill: Fill) -> None:
        base = fill.symbol.partition("/")[0]
        self.balances["USDT"] -= fill.cost
        self.balances[base] += fill.amount
        self.balances[fill.fee_currency] -= fill.fee_amount
        self.traded[fill.trade_id] = fill

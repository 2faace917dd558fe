"""The exchange's own books: what each wallet holds, which orders stand, which trades happened."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from tests.venues.wire.matching import Book, crosses, fills, take
from tests.venues.wire.records import WireMarket, WireOrder, WireTrade

ZERO = Decimal(0)


class RefusedError(Exception):
    """The exchange says no. `reason` is neutral; each venue spells it in its own codes."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason} {detail}".strip())
        self.reason = reason
        self.detail = detail


@dataclass
class Twist:
    """What a fault does to one order inside the exchange."""

    share: Decimal = Decimal(1)  # the part of the possible fill that happens
    hidden_ms: int = 0  # how long look-ups do not see it
    late_fill_ms: int = 0  # 0: none; else a cancelled order fills after this long


@dataclass
class Fees:
    """What a trade costs: a share of it, taken in "base", "quote" or a third asset ("BNB")."""

    taker: Decimal = Decimal("0.001")
    maker: Decimal = Decimal("0.001")
    asset: str = "base"


@dataclass
class Ledger:
    """Balances per wallet, orders and trades; nothing here knows HTTP."""

    markets: dict[str, WireMarket]
    fees: Fees = field(default_factory=Fees)
    totals: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    books: dict[str, Book] = field(default_factory=lambda: defaultdict(Book))
    orders: dict[str, WireOrder] = field(default_factory=dict)
    trades: dict[str, WireTrade] = field(default_factory=dict)
    late: list[tuple[int, str]] = field(default_factory=list)
    held: dict[str, Decimal] = field(default_factory=dict)  # scripted holds of the spot wallet
    counter: int = 1000

    def total(self, wallet: str, asset: str) -> Decimal:
        return self.totals[wallet].get(asset, ZERO)

    def locked(self, asset: str) -> Decimal:
        """Return what open spot orders (and scripted holds) keep of `asset`."""
        found = self.held.get(asset, ZERO)
        for order in self.orders.values():
            market = self.markets[order.symbol]
            if order.status == "open" and order.side == "buy" and market.quote == asset:
                found += self._hold(order)
            elif order.status == "open" and order.side == "sell" and market.base == asset:
                found += order.remaining
        return found

    def free(self, wallet: str, asset: str) -> Decimal:
        total = self.total(wallet, asset)
        return total - self.locked(asset) if wallet == "spot" else total

    def add(self, wallet: str, asset: str, amount: Decimal) -> None:
        self.totals[wallet][asset] = self.total(wallet, asset) + amount

    def next_number(self) -> int:
        self.counter += 1
        return self.counter

    def place(self, order: WireOrder, twist: Twist | None = None) -> WireOrder:
        """Take an order whose form the venue has checked: match it, or raise RefusedError."""
        twist = twist or Twist()
        market = self._market(order)
        self._check_filters(order, market)
        book = self.books[order.symbol]
        if order.tif == "PO" and crosses(order, book):
            raise RefusedError("would-take")
        self._check_funds(order, market, book)
        taken = fills(order, book, market.amount_step, twist.share)
        if order.tif == "FOK" and sum((a for _, a in taken), ZERO) < order.amount:
            taken = []
        order.visible_at_ms = order.created_ms + twist.hidden_ms
        self.orders[order.order_id] = order
        take(book, order.side, taken)
        for price, amount in taken:
            self._trade(order, price, amount, maker=False)
        self._settle(order, market, cut_short=twist.share < 1)
        if twist.late_fill_ms:
            self.late.append((order.created_ms + twist.late_fill_ms, order.order_id))
        return order

    def cancel(self, order: WireOrder, now_ms: int) -> WireOrder:
        """Cancel a resting order; RefusedError("unknown-order") when nothing rests."""
        if order.status != "open":
            raise RefusedError("unknown-order")
        order.status, order.reason, order.updated_ms = "canceled", "User requested", now_ms
        return order

    def fill_more(self, order_id: str, amount: Decimal, price: Decimal, now_ms: int) -> None:
        """Trade `amount` more for an order, whatever its status: a late fill."""
        order = self.orders[order_id]
        order.updated_ms = now_ms
        self._trade(order, price, amount, maker=True)
        if order.amount and order.filled >= order.amount:
            order.status = "closed"

    def advance(self, now_ms: int) -> None:
        """Let what was due by now happen: late fills, and resting orders the book now reaches."""
        due = [x for x in self.late if x[0] <= now_ms]
        self.late = [x for x in self.late if x[0] > now_ms]
        for at_ms, order_id in due:
            order = self.orders[order_id]
            price = order.price or self.books[order.symbol].mid()
            left = order.remaining or (order.quote_amount - order.cost) / price
            if left > 0:
                self.fill_more(order_id, left, price, at_ms)
        for order in [x for x in self.orders.values() if x.status == "open"]:
            self._match_resting(order, now_ms)

    def _match_resting(self, order: WireOrder, now_ms: int) -> None:
        market, book = self.markets[order.symbol], self.books[order.symbol]
        rest = replace(order, amount=order.remaining, quote_amount=ZERO)
        taken = fills(rest, book, market.amount_step, Decimal(1))
        take(book, order.side, taken)
        for _, amount in taken:
            # A resting order trades at its own price, whatever the taker offered.
            self.fill_more(order.order_id, amount, order.price, now_ms)

    def _market(self, order: WireOrder) -> WireMarket:
        market = self.markets.get(order.symbol)
        if market is None:
            raise RefusedError("symbol")
        if not market.active:
            raise RefusedError("closed-market")
        return market

    def _check_filters(self, order: WireOrder, market: WireMarket) -> None:
        if order.type == "limit" and (order.price <= 0 or order.price % market.price_step):
            raise RefusedError("price-step")
        if order.quote_amount:
            if order.quote_amount < market.cost_min:
                raise RefusedError("cost-min")
            return
        if order.amount % market.amount_step or not order.amount > 0:
            raise RefusedError("amount-step")
        if not market.amount_min <= order.amount <= market.amount_max:
            raise RefusedError("amount-min")
        price = order.price if order.type == "limit" else self.books[order.symbol].mid()
        if order.amount * price < market.cost_min:
            raise RefusedError("cost-min")

    def _check_funds(self, order: WireOrder, market: WireMarket, book: Book) -> None:
        if order.side == "sell":
            if order.amount > self.free("spot", market.base):
                raise RefusedError("funds")
            return
        if order.type == "market" and not order.quote_amount:
            worst = sum(
                (p * a for p, a in fills(order, book, market.amount_step, Decimal(1))), ZERO
            )
        else:
            worst = self._hold(order)
        if worst > self.free("spot", market.quote):
            raise RefusedError("funds")

    def _hold(self, order: WireOrder) -> Decimal:
        if order.quote_amount:
            return order.quote_amount - order.cost
        fee = self.fees.taker if self._fee_asset(order) == "quote" else ZERO
        return order.remaining * order.price * (1 + fee)

    def _fee_asset(self, order: WireOrder) -> str:
        if "fciq" in order.flags:
            return "quote"
        return "base" if "fcib" in order.flags else self.fees.asset

    def _trade(self, order: WireOrder, price: Decimal, amount: Decimal, *, maker: bool) -> None:
        market = self.markets[order.symbol]
        number, cost = self.next_number(), amount * price
        fee, fee_asset = self._fee(order, market, amount, price, maker)
        trade_id = f"T{number}"
        self.trades[trade_id] = WireTrade(
            trade_id, order.order_id, order.symbol, order.side, amount, price,
            fee, fee_asset, maker, order.updated_ms, number,
        )  # fmt: skip
        order.trades.append(trade_id)
        order.filled += amount
        order.cost += cost
        order.fee += fee
        order.fee_asset = fee_asset
        sign = 1 if order.side == "buy" else -1
        self.add("spot", market.base, sign * amount)
        self.add("spot", market.quote, -sign * cost)
        self.add("spot", fee_asset, -fee)

    def _fee(
        self, order: WireOrder, market: WireMarket, amount: Decimal, price: Decimal, maker: bool
    ) -> tuple[Decimal, str]:
        rate = self.fees.maker if maker else self.fees.taker
        places = Decimal("0.0000000001")
        match self._fee_asset(order):
            case "quote":
                return (amount * price * rate).quantize(places).normalize() + 0, market.quote
            case "base":
                # "base" means what is received: base for a buy, quote for a sale.
                if order.side == "sell":
                    return (amount * price * rate).quantize(places).normalize() + 0, market.quote
                return (amount * rate).quantize(places).normalize() + 0, market.base
            case third:
                worth = self.books[f"{third}/{market.quote}"].mid() or Decimal(1)
                return (amount * price * rate / worth).quantize(places).normalize() + 0, third

    def _settle(self, order: WireOrder, market: WireMarket, *, cut_short: bool) -> None:
        spent = order.quote_amount and order.quote_amount - order.cost < max(
            market.amount_step * (order.average or order.quote_amount), Decimal("0.01")
        )
        if (order.amount and order.filled >= order.amount) or spent:
            order.status = "closed"
        elif order.type == "market" or order.tif in {"IOC", "FOK"}:
            order.status = "expired"
        elif cut_short:
            order.status, order.reason = "canceled", "Cancelled by the exchange"

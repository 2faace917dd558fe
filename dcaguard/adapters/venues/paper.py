"""The embedded exchange: fills against given prices, can not borrow, and remembers every order."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from dcaguard.adapters.venues.orders.checking import unfit
from dcaguard.adapters.venues.paper_book import PaperBook
from dcaguard.adapters.venues.paper_fill import (
    COST_MIN,
    Terms,
    bought,
    one_fill,
    paper_market,
    quote_around,
    report,
)
from dcaguard.core.account import AccountView, CheckResult, Evidence, Holding, Proof
from dcaguard.core.login import Login
from dcaguard.core.market import Market, Quote
from dcaguard.core.money import ONE, ZERO, plain, quotient, times
from dcaguard.core.order import Absence, Fill, LookUp, Order, Placed, PlaceKind
from dcaguard.ports import Clock

# (price in `price_currency`, when it was true, where it is from), or None when there is none.
PriceOf = Callable[[str], tuple[Decimal, datetime, str] | None]

_PAR = frozenset({"USD", "USDT", "USDC"})
_CHECKS = ("debt", "interest", "positions", "orders", "modes", "loans", "key-rights")
ORDER_TYPES = frozenset({"limit-ioc", "post-only", "market"})


class PaperVenue:
    """The port `Venue` without a network. Prices come from `price_of(asset)`."""

    def __init__(  # noqa: PLR0913 (everything that a paper account is)
        self,
        account: str,
        balances: Mapping[str, Decimal],
        price_of: PriceOf,
        *,
        fee: Decimal,
        spread: Decimal,
        state_path: Path | None,
        clock: Clock,
        depth_quote: Decimal | None = None,
        assets: Collection[str] | None = None,
        at_par: Collection[str] = _PAR,
    ) -> None:
        """`state_path` None forgets at the end. `assets` limits what is listed (None: anything).

        `at_par` are quotes that are worth one unit of the currency `price_of` counts in.
        """
        self._account = account
        self._start = dict(balances)
        self._price_of = price_of
        self._terms = Terms(fee, spread, depth_quote)
        self._clock = clock
        self._assets = assets
        self._par = frozenset(at_par)
        self._book = PaperBook(state_path)

    @property
    def account(self) -> str:
        """The account's name in the config."""
        return self._account

    @property
    def exchange(self) -> str:
        """Always 'paper'."""
        return "paper"

    @property
    def login(self) -> Login:
        """The account's own name: nothing else opens it."""
        return Login("paper", "live", self._account)

    @property
    def can_trade_live(self) -> str:
        """'': nothing real can happen here."""
        return ""

    @property
    def receive_window_seconds(self) -> int:
        """Zero: a paper order is taken at once or never."""
        return 0

    @property
    def order_types(self) -> frozenset[str]:
        """Every order type."""
        return ORDER_TYPES

    def clock_skew_seconds(self) -> float:
        """Zero: there is only one clock."""
        return 0.0

    def look(self) -> AccountView:
        """Return start balances plus trades; every leverage check is proved by construction."""
        self._match_resting()
        totals, held = self._totals(), self._held()
        evidence = (Evidence("spot", "borrowed", "0"),)
        return AccountView(
            account=self._account,
            exchange="paper",
            taken_at=self._clock.now(),
            holdings=tuple(
                Holding(
                    "spot", asset, total - held.get(asset, ZERO), held.get(asset, ZERO), total, ZERO
                )
                for asset, total in sorted(totals.items())
            ),
            checks=tuple(
                CheckResult(check, Proof.PROVED, evidence, "A paper account can not borrow.")
                for check in _CHECKS
            ),
            key_fingerprint=f"paper:{self._account}",
        )

    def markets(self, symbols: Sequence[str]) -> Mapping[str, Market]:
        """Return the listed ones: their quote is held or at par, their base is an asset here."""
        return {symbol: self._market(symbol) for symbol in symbols if self._listed(symbol)}

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return half a spread to each side of each given price; absent without one."""
        found = {symbol: self._quote(symbol) for symbol in symbols if self._listed(symbol)}
        return {symbol: quote for symbol, quote in found.items() if quote is not None}

    def prices(self, assets: Sequence[str], base_currency: str) -> Mapping[str, Decimal]:
        """Return the given prices, turned into base_currency where they are counted otherwise."""
        unit = self._value(base_currency)
        values = {asset: self._value(asset) for asset in assets}
        return {
            asset: quotient(value[0], unit[0])
            for asset, value in values.items()
            if value is not None and unit is not None
        }

    def find(self, order: Order) -> LookUp:
        """Return the order under this client id as this exchange remembers it."""
        self._match_resting()
        found = self._book.orders(order.client_order_id)
        if not found:
            return LookUp((), Absence.NOT_FOUND, ("paper orders: none with this id",))
        fills = tuple(self._book.fills(order.client_order_id))
        reports = tuple(report(kept, fills, resting=resting) for kept, resting in found)
        return LookUp(reports, None, ("paper orders: found",))

    def prove_absence(self, order: Order) -> LookUp:
        """Return the same look-up: this exchange's memory is whole."""
        return self.find(order)

    def place(self, order: Order) -> Placed:
        """Take the order once; the same client id again is a duplicate, never a second trade."""
        market = self.markets([order.symbol]).get(order.symbol)
        quote = self._quote(order.symbol) if market else None
        if market is None or quote is None or quote.ask is None:
            return Placed(PlaceKind.NOT_SENT, code="NO_PRICE", detail=f"{order.symbol}: no price.")
        if refusal := unfit(order, market, ORDER_TYPES):
            return Placed(PlaceKind.NOT_SENT, code="UNFIT", detail=refusal)
        if self._book.orders(order.client_order_id):
            return Placed(PlaceKind.UNKNOWN, code="DUPLICATE", detail="This id was used before.")
        if rejected := self._rejection(order, market, quote.ask):
            return rejected
        resting = order.type == "post-only"
        amount = ZERO if resting else bought(order, quote.ask, market, self._terms)
        now, fee = self._clock.now(), self._terms.fee
        fill = one_fill(order, amount, quote.ask, fee, now) if amount > ZERO else None
        if not self._book.add(order, fill, resting=resting):
            return Placed(PlaceKind.UNKNOWN, code="DUPLICATE", detail="This id was used before.")
        fills = (fill,) if fill is not None else ()
        return Placed(PlaceKind.ACCEPTED, report(order, fills, resting=resting))

    def cancel(self, order: Order) -> LookUp:
        """End a resting order and return what became of it."""
        self.find(order)  # it may have been filled by now
        self._book.settle(order.client_order_id, None)
        return self.find(order)

    def trades(self, symbol: str, since: datetime) -> Sequence[Fill]:
        """Return our executions since an instant, oldest first."""
        self._match_resting()
        return [f for f in self._book.fills() if f.symbol == symbol and f.filled_at >= since]

    def close(self) -> None:
        """Release the state file."""
        self._book.close()

    def _rejection(self, order: Order, market: Market, ask: Decimal) -> Placed | None:
        worst = times(order.amount, max(order.limit_price, ask if order.type == "market" else ZERO))
        if worst < COST_MIN:
            detail = f"{plain(worst)} is below the smallest order of {plain(COST_MIN)}."
            return Placed(PlaceKind.REJECTED_FILTER, code="COST_MIN", detail=detail)
        if order.type == "post-only" and ask <= order.limit_price:
            return Placed(PlaceKind.WOULD_TAKE, code="POST_ONLY", detail="It would have taken.")
        free = self._totals().get(market.quote, ZERO) - self._held().get(market.quote, ZERO)
        need = times(worst, ONE + self._terms.fee)
        if need > free:
            detail = f"{plain(need)} {market.quote} are needed, {plain(free)} are free."
            return Placed(PlaceKind.REJECTED_FUNDS, code="FUNDS", detail=detail)
        return None

    def _match_resting(self) -> None:
        """Fill what rests once the ask has come down to its limit."""
        for order, resting in self._book.orders():
            quote = self._quote(order.symbol) if resting else None
            if quote is not None and quote.ask is not None and quote.ask <= order.limit_price:
                now = self._clock.now()
                fill = one_fill(order, order.amount, order.limit_price, self._terms.fee, now)
                self._book.settle(order.client_order_id, fill)

    def _totals(self) -> dict[str, Decimal]:
        totals = dict(self._start)
        for fill in self._book.fills():
            base, quote = fill.symbol.split("/")
            totals[base] = totals.get(base, ZERO) + fill.amount
            totals[quote] = totals.get(quote, ZERO) - fill.cost - fill.fee_amount
        return totals

    def _held(self) -> dict[str, Decimal]:
        held: dict[str, Decimal] = {}
        for order, resting in self._book.orders():
            if resting:
                quote = order.symbol.split("/")[1]
                cost = times(order.amount, order.limit_price)
                held[quote] = held.get(quote, ZERO) + times(cost, ONE + self._terms.fee)
        return held

    def _listed(self, symbol: str) -> bool:
        base, _, quote = symbol.partition("/")
        known = base.isalnum() and (self._assets is None or base in self._assets)
        return known and base != quote and (quote in self._start or quote in self._par)

    def _market(self, symbol: str) -> Market:
        price = self._pair_price(symbol)
        return paper_market(symbol, price[0] if price else None, self._terms.fee)

    def _quote(self, symbol: str) -> Quote | None:
        price = self._pair_price(symbol)
        if price is None:
            return None
        step = self._market(symbol).price_step
        return quote_around(symbol, price[0], self._terms, step, (price[1], price[2]))

    def _pair_price(self, symbol: str) -> tuple[Decimal, datetime, str] | None:
        base, quote = symbol.split("/")
        value, unit = self._value(base), self._value(quote)
        if value is None or unit is None:
            return None
        return quotient(value[0], unit[0]), min(value[1], unit[1]), value[2]

    def _value(self, asset: str) -> tuple[Decimal, datetime, str] | None:
        if asset in self._par:
            return ONE, self._clock.now(), "par"
        found = self._price_of(asset)
        return found if found is not None and found[0] > ZERO else None

"""A real venue whose orders are simulated: real reads and quotes, never an order sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from dcaguard.adapters.venues.orders.checking import unfit
from dcaguard.adapters.venues.paper_fill import Terms, bought, one_fill, report
from dcaguard.core.account import AccountView
from dcaguard.core.errors import DcaguardError
from dcaguard.core.login import Login
from dcaguard.core.market import Market, Quote
from dcaguard.core.money import ZERO
from dcaguard.core.order import Absence, Fill, LookUp, Order, Placed, PlaceKind, Status, VenueReport
from dcaguard.ports import Clock, Venue


class DryVenue:
    """The port `Venue` around another one. It never calls the other's `place` or `cancel`."""

    def __init__(self, real: Venue, clock: Clock) -> None:
        self._real = real
        self._clock = clock
        self._reports: dict[str, VenueReport] = {}

    @property
    def account(self) -> str:
        """The account's name in the config."""
        return self._real.account

    @property
    def exchange(self) -> str:
        """The real exchange's id."""
        return self._real.exchange

    @property
    def login(self) -> Login:
        """The real one."""
        return self._real.login

    @property
    def can_trade_live(self) -> str:
        """The sentence that says why nothing is sent."""
        return f"account {self.account}: this is a dry run; no order is sent."

    @property
    def receive_window_seconds(self) -> int:
        """As at the real venue."""
        return self._real.receive_window_seconds

    @property
    def order_types(self) -> frozenset[str]:
        """As at the real venue."""
        return self._real.order_types

    def clock_skew_seconds(self) -> float:
        """Return the real venue's time minus ours."""
        return self._real.clock_skew_seconds()

    def look(self) -> AccountView:
        """Read the real account; simulated purchases do not change it."""
        return self._real.look()

    def markets(self, symbols: Sequence[str]) -> Mapping[str, Market]:
        """Return the real markets."""
        return self._real.markets(symbols)

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return the real quotes."""
        return self._real.quotes(symbols)

    def prices(self, assets: Sequence[str], base_currency: str) -> Mapping[str, Decimal]:
        """Return the real prices."""
        return self._real.prices(assets, base_currency)

    def find(self, order: Order) -> LookUp:
        """Return what was simulated under this id, else what the real venue holds under it."""
        simulated = self._reports.get(order.client_order_id)
        if simulated is None and order.status is Status.OPEN:
            # An earlier process simulated it; it rests, unfilled, until it is cancelled.
            simulated = report(order, (), resting=True)
        if simulated is not None:
            return LookUp((simulated,), None, ("simulated order: found",))
        # A live run asks the venue before it sends; so does a dry one, where there is a way. What
        # is real stays in the main journal: it is never taken for a simulated order.
        if self._real.can_trade_live == "":
            asked = self._real.find(order)
            if not asked.reports:
                return asked
        return LookUp((), Absence.NOT_FOUND, ("simulated orders: none with this id",))

    def prove_absence(self, order: Order) -> LookUp:
        """Return the same as `find`: nothing was ever sent from here."""
        return self.find(order)

    def place(self, order: Order) -> Placed:
        """Fill the order at the real quote on paper; nothing leaves the process."""
        if order.client_order_id in self._reports:
            return Placed(PlaceKind.UNKNOWN, code="DUPLICATE", detail="This id was used before.")
        try:
            market = self.markets([order.symbol]).get(order.symbol)
            quote = self.quotes([order.symbol]).get(order.symbol)
        except DcaguardError as error:
            return Placed(PlaceKind.NOT_SENT, code="NO_PRICE", detail=str(error))
        if market is None or quote is None or quote.ask is None:
            return Placed(PlaceKind.NOT_SENT, code="NO_PRICE", detail=f"{order.symbol}: no price.")
        if refusal := unfit(order, market, self.order_types):
            return Placed(PlaceKind.NOT_SENT, code="UNFIT", detail=refusal)
        resting = order.type == "post-only" and quote.ask > order.limit_price
        terms = Terms(market.taker_fee)
        amount = ZERO if resting else bought(order, quote.ask, market, terms)
        fills: tuple[Fill, ...] = ()
        if amount > ZERO:
            fills = (one_fill(order, amount, quote.ask, market.taker_fee, self._clock.now()),)
        said = report(order, fills, resting=resting)
        self._reports[order.client_order_id] = said
        return Placed(PlaceKind.ACCEPTED, said)

    def cancel(self, order: Order) -> LookUp:
        """End a simulated resting order; the real venue is not asked."""
        known = self._reports.get(order.client_order_id)
        self._reports[order.client_order_id] = report(order, known.fills if known else ())
        return self.find(order)

    def trades(self, symbol: str, since: datetime) -> Sequence[Fill]:
        """Return the simulated executions since an instant, oldest first."""
        found = [fill for said in self._reports.values() for fill in said.fills]
        return [fill for fill in found if fill.symbol == symbol and fill.filled_at >= since]

    def close(self) -> None:
        """Release the real venue."""
        self._real.close()

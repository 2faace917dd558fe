"""One account at a real exchange, through unmodified ccxt: one order goes out once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from dcaguard.adapters.venues import quotes
from dcaguard.adapters.venues.line import Line
from dcaguard.adapters.venues.listing import Listing, failure
from dcaguard.adapters.venues.markets_cache import MarketsCache
from dcaguard.adapters.venues.orders.checking import ContradictionError, UnclearError
from dcaguard.adapters.venues.orders.path import NoAnswerError, OrderPath
from dcaguard.adapters.venues.orders.paths import ORDER_PATHS
from dcaguard.adapters.venues.silence import heard
from dcaguard.adapters.venues.skew import skew_seconds
from dcaguard.core.account import AccountView
from dcaguard.core.errors import (
    ConfigError,
    DataInvalidError,
    DcaguardError,
    TryAgainError,
)
from dcaguard.core.login import Login
from dcaguard.core.market import Market, Quote
from dcaguard.core.order import Absence, Fill, LookUp, Order, Placed, PlaceKind


class CcxtVenue:
    """The port `Venue` over ccxt. Built in `opening.py`."""

    def __init__(
        self,
        account: str,
        login: Login,
        line: Line,
        orders: OrderPath | None,
        cache: MarketsCache,
        beyond: Mapping[str, str],
    ) -> None:
        self._account = account
        self._login = login
        self._beyond = beyond
        self._line = line
        self._orders = orders
        self._listing = Listing(account, line, cache)

    @property
    def account(self) -> str:
        """The account's name in the config."""
        return self._account

    @property
    def exchange(self) -> str:
        """The ccxt exchange id."""
        return str(self._line.exchange.id)

    @property
    def login(self) -> Login:
        """Exchange, place and the key's fingerprint."""
        return self._login

    @property
    def can_trade_live(self) -> str:
        """'' when the order path is tested on this venue and there is a key for it."""
        if self._orders is not None:
            return ""
        if self.exchange in ORDER_PATHS:
            return (
                f"account {self._account}: no credentials, so it can only read public data. "
                "Name where its key is kept."
            )
        tested = ", ".join(ORDER_PATHS)
        return (
            f"account {self._account}: live buying is tested on {tested} only; "
            f"{self.exchange} can be read and guarded. Buy on one of those, or by hand."
        )

    @property
    def receive_window_seconds(self) -> int:
        """How long after the send the venue may still accept the request."""
        return self._orders.receive_window_seconds if self._orders else 0

    @property
    def order_types(self) -> frozenset[str]:
        """The order types this venue's path can send."""
        known = ORDER_PATHS.get(self.exchange)
        return known.order_types if known else frozenset({"limit-ioc"})

    def clock_skew_seconds(self) -> float:
        """Return venue time minus ours, the worse of two samples and of their disagreement."""
        try:
            return skew_seconds(self._line)
        except NoAnswerError as error:
            raise failure(self._account, self._line, error) from None

    def look(self) -> AccountView:
        """Read every wallet, position, mode and right; 69 or 75 when spot does not answer."""
        from dcaguard.adapters.venues.guard_reader import read_account
        from dcaguard.adapters.venues.profiles import PROFILES

        profile = PROFILES.get(self.exchange)
        if profile is None:
            sentence = (
                f"account {self._account}: {self.exchange} has no venue profile, so nothing can "
                f"be proved there. Known: {', '.join(sorted(PROFILES))}."
            )
            raise ConfigError(sentence)
        return heard(
            read_account(
                self._line.exchange,
                profile,
                account=self._account,
                now=self._line.clock.now(),
                markets=self._listing.one_per_base(),
                beyond=self._beyond,
                scrub=self._line.session.scrub,
            )
        )

    def markets(self, symbols: Sequence[str]) -> Mapping[str, Market]:
        """Return the markets that exist among `symbols`. VenueUnavailableError when unread."""
        return self._listing.markets(symbols)

    def quotes(self, symbols: Sequence[str]) -> Mapping[str, Quote]:
        """Return current quotes; what the venue answers uselessly is absent."""
        self._listing.load(symbols)
        found: dict[str, Quote] = {}
        for symbol in symbols:
            if symbol not in self._listing.loaded:
                continue
            try:
                quote = quotes.quote(self._line, symbol)
            except NoAnswerError as error:
                if error.status == 200:
                    continue
                raise failure(self._account, self._line, error) from None
            if quote is not None:
                found[symbol] = quote
        return found

    def prices(self, assets: Sequence[str], base_currency: str) -> Mapping[str, Decimal]:
        """Return base_currency per unit through the venue's own spot pairs."""
        wanted = [asset for asset in dict.fromkeys(assets) if asset != base_currency]
        self._listing.load(quotes.candidates(wanted, base_currency) if wanted else ())
        spot = self._listing.open_spot()
        try:
            prices = quotes.values(self._line, wanted, base_currency, spot)
        except NoAnswerError as error:
            raise failure(self._account, self._line, error) from None
        return prices | ({base_currency: Decimal(1)} if base_currency in assets else {})

    def find(self, order: Order) -> LookUp:
        """Ask for the order by its client id; every failure is NO_ANSWER."""
        return self._looked_up(order, prove=False)

    def prove_absence(self, order: Order) -> LookUp:
        """Ask in every way the venue has; NOT_FOUND only when all answers agree."""
        return self._looked_up(order, prove=True)

    def place(self, order: Order) -> Placed:
        """Send the one POST, if the market is plain spot and the order is on its steps."""
        if self._orders is None:
            return Placed(PlaceKind.NOT_SENT, code="NO_ORDER_PATH", detail=self.can_trade_live)
        try:
            market = self.markets([order.symbol]).get(order.symbol)
        except DcaguardError as error:
            return Placed(PlaceKind.NOT_SENT, code="NO_MARKET", detail=str(error))
        if market is None:
            detail = f"{order.symbol} is not listed on {self.exchange}."
            return Placed(PlaceKind.NOT_SENT, code="NO_MARKET", detail=detail)
        return self._orders.place(self._line, order, market)

    def cancel(self, order: Order) -> LookUp:
        """Cancel a resting order and return what the venue then says of it."""
        if self._orders is None:
            return LookUp((), Absence.NO_ANSWER, (self.can_trade_live,))
        try:
            self._listing.load([order.symbol])
            if order.symbol not in self._listing.loaded:
                return self.find(order)
            answer = self._orders.cancel(self._line, order)
            said, transient = answer.trouble or "accepted", answer.transient
        except (DcaguardError, NoAnswerError, UnclearError, ContradictionError) as error:
            said, transient = str(error), bool(getattr(error, "transient", False))
        found = self.find(order)
        evidence = (f"cancel: {said}", *found.evidence)
        return LookUp(found.reports, found.absence, evidence, found.transient or transient)

    def trades(self, symbol: str, since: datetime) -> Sequence[Fill]:
        """Return our executions since an instant. VenueUnavailableError when unread."""
        if self._orders is None:
            raise ConfigError(self.can_trade_live)
        self._listing.load([symbol])
        if symbol not in self._listing.loaded:
            sentence = f"{symbol} is not listed on {self.exchange}. Check the symbol."
            raise ConfigError(sentence)
        try:
            return self._orders.trades(self._line, self._account, symbol, since)
        except NoAnswerError as error:
            raise failure(self._account, self._line, error) from None
        except (UnclearError, ContradictionError) as error:
            sentence = (
                f"account {self._account}: {self.exchange}'s trades make no sense: {error}. "
                "Try again later."
            )
            raise DataInvalidError(sentence) from None

    def close(self) -> None:
        """Release sockets."""
        self._line.session.close()

    def _looked_up(self, order: Order, *, prove: bool) -> LookUp:
        if self._orders is None:
            return LookUp((), Absence.NO_ANSWER, (self.can_trade_live,))
        try:
            self._listing.load([order.symbol])
        except DcaguardError as error:
            return LookUp((), Absence.NO_ANSWER, (str(error),), isinstance(error, TryAgainError))
        if order.symbol not in self._listing.loaded:
            evidence = (f"{order.symbol} is not listed on {self.exchange}",)
            return LookUp((), Absence.NO_ANSWER, evidence)
        ask = self._orders.prove_absence if prove else self._orders.find
        return ask(self._line, order)

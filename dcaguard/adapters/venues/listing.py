"""Which markets a venue has: asked for once a day, and only the wanted ones handed to ccxt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dcaguard.adapters.venues.line import Line
from dcaguard.adapters.venues.markets_cache import (
    MARKETS_AGE_MAX,
    MarketsCache,
    as_market,
    slimmed,
)
from dcaguard.adapters.venues.orders.path import NoAnswerError
from dcaguard.adapters.venues.quotes import called
from dcaguard.core.errors import DcaguardError, TryAgainError, VenueUnavailableError
from dcaguard.core.market import Market


class Listing:
    """The markets of one account's venue. `loaded` are the rows that ccxt knows by now."""

    def __init__(self, account: str, line: Line, cache: MarketsCache) -> None:
        self._account = account
        self._line = line
        self._cache = cache
        # Kept besides the file, which may be unwritable or deleted under us.
        self._fetched: dict[str, dict[str, Any]] = {}
        self._fetched_at: datetime | None = None
        self.loaded: dict[str, dict[str, Any]] = {}

    def load(self, symbols: Sequence[str]) -> None:
        """Have these symbols' markets in ccxt, from the cache or from the venue."""
        if all(symbol in self.loaded for symbol in symbols) and self._line.exchange.markets:
            return
        self._refresh()
        wanted = [symbol for symbol in symbols if symbol not in self.loaded]
        kept = {name: self._fetched[name] for name in wanted if name in self._fetched}
        self.loaded |= kept or self._cache.read(wanted)
        self._line.exchange.set_markets(list(self.loaded.values()))

    def markets(self, symbols: Sequence[str]) -> dict[str, Market]:
        """Return the markets that exist among `symbols`."""
        self.load(symbols)
        return self._exact([self.loaded[name] for name in symbols if name in self.loaded])

    def open_spot(self) -> list[str]:
        """Return the loaded symbols that are spot and open."""
        return [
            name
            for name, slim in self.loaded.items()
            if slim.get("type") == "spot" and slim.get("active") is not False
        ]

    def one_per_base(self) -> dict[str, Market]:
        """Return one market for every base the venue lists."""
        self.load(())
        by_base = {str(slim["base"]): slim for slim in self._fetched.values()}
        return self._exact(list(by_base.values()) or self._cache.one_per_base())

    def _exact(self, slims: Sequence[Mapping[str, Any]]) -> dict[str, Market]:
        found = [as_market(slim, self._line.exchange.precisionMode) for slim in slims]
        return {market.symbol: market for market in found if market is not None}

    def _refresh(self) -> None:
        """Fetch the market list when what is known is older than a day, or from the future."""
        now = self._line.clock.now()
        at = self._fetched_at or self._cache.fetched_at()
        if at is not None and at <= now < at + MARKETS_AGE_MAX:
            return
        try:
            with self._line.session.long_lists():
                told = called(self._line, "fetch_markets")
        except NoAnswerError as error:
            raise failure(self._account, self._line, error) from None
        slims = slimmed(told, self._line.exchange.fees["trading"].get("taker"))
        self._fetched = {str(slim["symbol"]): slim for slim in slims}
        self._fetched_at = now
        self.loaded.clear()
        self._cache.store(slims, now)


def failure(account: str, line: Line, error: NoAnswerError) -> DcaguardError:
    """Return the error a user sees when the venue did not answer: 75 when it may soon, else 69."""
    said = str(error).rstrip(".")
    sentence = f"account {account}: {line.exchange.id} did not answer ({said})."
    if error.transient:
        return TryAgainError(f"{sentence} Try again in a minute.")
    return VenueUnavailableError(f"{sentence} Nothing was sent. Try again later.")

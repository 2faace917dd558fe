"""Public figures of exchanges through ccxt: closes, open interest, funding, breadth, pegs."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.breadth import shares
from dcaguard.adapters.sources.ccxt_source import CcxtSource
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found
from dcaguard.core.canonical import canonical_json
from dcaguard.core.errors import TryAgainError
from dcaguard.core.money import quotient, times
from dcaguard.core.source_params import ExchangeParams

_DAY = timedelta(days=1)
_HISTORY = timedelta(days=500)  # ranks look back 365 days, from 90 days before
_BREADTH_HISTORY = timedelta(days=90)
_BOOK_LEVELS = 100
_NEAR_SHARE = Decimal("0.01")
_SPREAD_PLACES = Decimal("0.00000001")
_BARS_PER_CALL = 300
_TURNS_MAX = 6
_PEGS = ("USDT", "USDC")
_TIMEOUT_MS = 8000


class Exchange(CcxtSource):
    """Figures that exchanges give to everybody; keys are never used here."""

    name = "exchange"
    group = "exchange"
    updates_utc = "closes at 00:00; pegs, open interest and funding continuously"
    licence = "the exchange's API terms: own use"

    def __init__(self, params: ExchangeParams, context: Context) -> None:
        """Take the exchange and its symbols."""
        super().__init__(params, context)
        self._params = params

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        names = [f"px.{asset}" for asset in self._params.assets]
        names += ["oi.btc_usd", "funding.btc"] if self._params.swap else []
        names += ["depth.BTC", "spread.BTC"]
        names += list(_BREADTH) if self._params.breadth else []
        return (*names, *(f"peg.{coin}" for coin in _PEGS if self._params.pegs))

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        home, params = self._params.exchange, self._params
        quote = params.quote
        # Safety first: the budget may end before the last job.
        jobs: list[Callable[[], Found]] = [partial(self._peg, c) for c in _PEGS if params.pegs]
        jobs += [
            partial(self._closes, f"{asset}/{quote}", asset, since.get(f"px.{asset}"))
            for asset in params.assets
        ]
        jobs.append(partial(self._book, f"BTC/{quote}"))
        if params.swap:
            jobs += [partial(self._open_interest, home), partial(self._funding, home)]
        return [*jobs, partial(self._breadth, quote)] if params.breadth else jobs

    def _bars(self, symbol: str, first: date) -> dict[date, Decimal]:
        """Return the closes of finished UTC days from `first` on."""
        home, today = self._params.exchange, self._context.clock.now().astimezone(UTC).date()
        closes: dict[date, Decimal] = {}
        for _ in range(_TURNS_MAX):
            start = int(datetime.combine(first, time(), UTC).timestamp() * 1000)
            ask = partial(_daily_bars, symbol, start)
            found = self._call(home, ask)
            bars = {fields.day(b[0], "a bar"): fields.number(b[4], "a close") for b in found}
            closes |= {day: close for day, close in bars.items() if first <= day < today}
            newest = max(bars, default=first)
            if newest <= first or newest >= today - _DAY:
                break
            first = newest
        return dict(sorted(closes.items()))

    def _closes(self, symbol: str, asset: str, known: datetime | None) -> Found:
        closes = self._bars(symbol, (known or self._context.clock.now() - _HISTORY).date())
        page = self._page(symbol, list(closes.items()))
        if not closes:
            raise self._bad(page, "no daily bars", "correct quote and assets")
        return Found(
            [self._dated(page, f"px.{asset}", day, close) for day, close in closes.items()]
        )

    def _peg(self, coin: str) -> Found:
        symbol = f"{coin}/USD"
        ticker = self._call(self._params.pegs, lambda venue: venue.fetch_ticker(symbol))
        last = fields.number(ticker.get("last"), "last")
        page = self._page(symbol, [last])
        return Found([self._live(page, f"peg.{coin}", last)])

    def _book(self, symbol: str) -> Found:
        home = self._params.exchange
        book = self._call(home, lambda venue: venue.fetch_order_book(symbol, _BOOK_LEVELS))
        sides = {name: [(_exact(row[0]), _exact(row[1])) for row in book[name]]
                 for name in ("bids", "asks")}  # fmt: skip
        page = self._page(symbol, [sides["bids"], sides["asks"]])
        if not sides["bids"] or not sides["asks"]:
            raise self._bad(page, "one side of the book is empty", "try again later")
        bid, ask = sides["bids"][0][0], sides["asks"][0][0]
        middle = (bid + ask) / 2
        if not 0 < bid < ask:
            raise self._bad(page, "the book is crossed", "try again later")
        near = [row for side in sides.values() for row in side
                if abs(row[0] - middle) <= middle * _NEAR_SHARE]  # fmt: skip
        depth = sum((times(price, amount) for price, amount in near), Decimal(0))
        spread = quotient(ask - bid, middle).quantize(_SPREAD_PLACES)
        return Found([self._live(page, "depth.BTC", depth), self._live(page, "spread.BTC", spread)])

    def _open_interest(self, exchange: str) -> Found:
        symbol = self._params.swap
        found = self._call(exchange, lambda venue: venue.fetch_open_interest(symbol))
        value = fields.number(found.get("openInterestValue"), "openInterestValue")
        page = self._page(symbol, [value])
        return Found([self._live(page, "oi.btc_usd", value)])

    def _funding(self, exchange: str) -> Found:
        symbol = self._params.swap
        found = self._call(exchange, lambda venue: venue.fetch_funding_rate(symbol))
        value = fields.number(found.get("fundingRate"), "fundingRate")
        page = self._page(symbol, [value])
        return Found([self._live(page, "funding.btc", value)])

    def _breadth(self, quote: str) -> Found:
        closes: dict[str, Mapping[date, Decimal]] = {}
        start = (self._context.clock.now() - _BREADTH_HISTORY).date()
        for asset in dict.fromkeys(("BTC", *self._params.breadth)):
            if self._context.client.seconds_left() <= 1:
                msg = f"{self.name}: breadth: no time left in this fetch: try again"
                raise TryAgainError(msg)
            closes[asset] = self._bars(f"{asset}/{quote}", start)
        page = self._page("breadth", sorted(closes))
        found = shares(closes)
        return Found([
            self._dated(page, name, day, getattr(share, field))
            for name, field in _BREADTH.items()
            for day, share in found
        ])  # fmt: skip

    def _prepared(self, venue: Any) -> None:
        if self._params.swap:
            venue.options["fetchMarkets"] = _with_swaps(venue)

    def _page(self, symbol: str, values: Sequence[object]) -> Page:
        body = canonical_json(values).encode()
        return Page(f"{self._params.exchange} {symbol}", body, "", hashlib.sha256(body).hexdigest())


def _exact(value: object) -> Decimal:
    # ccxt turns the levels of a book into floats; their shortest text is what the exchange sent.
    return fields.number(str(value), "the book")


def _daily_bars(symbol: str, start_ms: int, venue: Any) -> list[list[object]]:
    found: list[list[object]] = venue.fetch_ohlcv(symbol, "1d", start_ms, _BARS_PER_CALL)
    return found


def _with_swaps(venue: Any) -> object:
    """Return the option that lists spot and swaps, without options and dated futures.

    Accounts list spot alone, so the class is asked for its own usual option.
    """
    usual = venue.describe()["options"].get("fetchMarkets")
    if isinstance(usual, dict) and isinstance(usual.get("types"), list):
        kept = {"spot", "swap", "linear"}
        return {**usual, "types": [kind for kind in usual["types"] if kind in kept]}
    return usual


_BREADTH = {
    "breadth.above_50dma": "above_50dma",
    "breadth.at_30d_low": "at_30d_low",
    "breadth.beats_btc_7d": "beats_btc_7d",
}

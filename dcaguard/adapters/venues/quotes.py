"""What the book says now, with the venue's own time; bad books stay as they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from dcaguard.adapters.venues.line import RATE_LIMITED, Answer, Line
from dcaguard.adapters.venues.orders.checking import (
    ContradictionError,
    UnclearError,
    instant_ms,
    instant_seconds,
    instant_text,
    table,
)
from dcaguard.adapters.venues.orders.path import NoAnswerError, answered
from dcaguard.core.errors import DcaguardError
from dcaguard.core.market import Quote
from dcaguard.core.money import ONE, ZERO, parse_decimal, quotient, times

# Through what an asset may be priced when it has no pair with the base currency itself.
STEPPING_STONES = ("USD", "USDT", "BTC", "EUR")
_DEPTH = 10


def quote(line: Line, symbol: str) -> Quote | None:
    """Return the current quote of a symbol whose market is loaded, None when there is none.

    NoAnswerError when the venue does not answer.
    """
    reader = _READERS.get(line.exchange.id, _unified)
    try:
        return reader(line, symbol)
    except (UnclearError, ContradictionError) as error:
        raise NoAnswerError(f"quote of {symbol}: {error}", Answer(200, None, "unusable")) from None


def _binance(line: Line, symbol: str) -> Quote | None:
    # The one ticker of binance that says when it was true.
    answer = line.ask("publicGetTicker24hr", {"symbol": line.market_id(symbol)})
    row = table(answered("GET ticker/24hr", answer), "ticker")
    return Quote(
        symbol,
        _side(row.get("bidPrice")),
        _side(row.get("askPrice")),
        instant_ms(row, "closeTime"),
        "binance ticker",
        _side(row.get("askQty")),
    )


def _kraken(line: Line, symbol: str) -> Quote | None:
    # Kraken's ticker has no time; the youngest of the book's levels has.
    asked = {"pair": line.market_id(symbol), "count": _DEPTH}
    body = table(answered("GET Depth", line.ask("publicGetDepth", asked)), "Depth")
    if body.get("error"):
        raise NoAnswerError("GET Depth", Answer(200, None, str(body["error"])[:80]))
    result = table(body.get("result"), "result")
    if len(result) != 1:
        msg = "not one book"
        raise UnclearError(msg)
    book = table(next(iter(result.values())), "book")
    bids, asks = _levels(book.get("bids")), _levels(book.get("asks"))
    stamps = [level[2] for level in (*bids, *asks) if len(level) > 2]
    at = max(stamps, default=None)
    told = instant_seconds({"time": at}, "time") if at is not None else http_date(line)
    return _from_book(symbol, bids, asks, told, "kraken book")


def _coinbase(line: Line, symbol: str) -> Quote | None:
    asked = {"product_id": line.market_id(symbol), "limit": _DEPTH}
    answer = line.ask("v3PublicGetBrokerageMarketProductBook", asked)
    body = table(answered("GET product_book", answer), "product_book")
    book = table(body.get("pricebook"), "pricebook")
    bids = _levels([[row.get("price"), row.get("size")] for row in _rows(book.get("bids"))])
    asks = _levels([[row.get("price"), row.get("size")] for row in _rows(book.get("asks"))])
    return _from_book(symbol, bids, asks, instant_text(book, "time"), "coinbase book")


def _unified(line: Line, symbol: str) -> Quote | None:
    """Read through ccxt's ticker, and its order book when the ticker lacks a side."""
    ticker = called(line, "fetch_ticker", symbol)
    bid, ask = _side(ticker.get("bid")), _side(ticker.get("ask"))
    told, source, on_offer = ticker.get("timestamp"), "ticker", _side(ticker.get("askVolume"))
    if bid is None or ask is None:
        book = called(line, "fetch_order_book", symbol)
        bids, asks = _levels(book.get("bids")), _levels(book.get("asks"))
        bid, ask = _best(bids), _best(asks)
        on_offer = asks[0][1] if asks else None
        told, source = book.get("timestamp"), "book"
    at = instant_ms({"time": told}, "time") if told else http_date(line)
    return Quote(symbol, bid, ask, at, f"{line.exchange.id} {source}", on_offer)


_READERS: Mapping[str, Callable[[Line, str], Quote | None]] = {
    "binance": _binance,
    "kraken": _kraken,
    "coinbase": _coinbase,
}


def bridges(asset: str, base_currency: str, symbols: Sequence[str]) -> list[list[tuple[str, bool]]]:
    """Return the ways from `asset` to `base_currency` over known symbols, shortest first.

    A way is a list of (symbol, forward): forward multiplies by its price, else divides.
    """
    known = frozenset(symbols)

    def leg(start: str, end: str) -> tuple[str, bool] | None:
        if f"{start}/{end}" in known:
            return f"{start}/{end}", True
        return (f"{end}/{start}", False) if f"{end}/{start}" in known else None

    direct = leg(asset, base_currency)
    ways = [[direct]] if direct else []
    for stone in STEPPING_STONES:
        first, second = leg(asset, stone), leg(stone, base_currency)
        if first and second and stone not in {asset, base_currency}:
            ways.append([first, second])
    return ways


def candidates(assets: Sequence[str], base_currency: str) -> list[str]:
    """Return every symbol that could be a leg of a way."""
    ends = (base_currency, *(stone for stone in STEPPING_STONES if stone != base_currency))
    pairs = {
        pair
        for asset in (*assets, *STEPPING_STONES)
        for end in ends
        if asset != end
        for pair in (f"{asset}/{end}", f"{end}/{asset}")
    }
    return sorted(pairs)


def along(way: Sequence[tuple[str, bool]], mids: Mapping[str, Decimal]) -> Decimal | None:
    """Return base currency per unit along a way, None when a leg has no price."""
    value = ONE
    for symbol, forward in way:
        mid = mids.get(symbol)
        if mid is None or mid <= ZERO:
            return None
        value = times(value, mid) if forward else quotient(value, mid)
    return value


def values(
    line: Line, assets: Sequence[str], base_currency: str, symbols: Sequence[str]
) -> dict[str, Decimal]:
    """Return base currency per unit of each asset that `symbols` can price."""
    ways = {asset: bridges(asset, base_currency, symbols) for asset in assets}
    legs = sorted({leg for found in ways.values() for way in found for leg, _ in way})
    mids = mid_prices(line, legs)
    told = {
        asset: next(filter(None, (along(way, mids) for way in found)), None)
        for asset, found in ways.items()
    }
    return {asset: price for asset, price in told.items() if price is not None}


def mid_prices(line: Line, symbols: Sequence[str]) -> dict[str, Decimal]:
    """Return bid-ask middles, or last prices, of several symbols in one request where possible."""
    if not symbols:
        return {}
    if line.exchange.has.get("fetchTickers"):
        tickers = called(line, "fetch_tickers", list(symbols))
    else:
        tickers = {symbol: called(line, "fetch_ticker", symbol) for symbol in symbols}
    found = {symbol: _mid(tickers[symbol]) for symbol in symbols if symbol in tickers}
    return {symbol: price for symbol, price in found.items() if price is not None}


def _mid(ticker: Mapping[str, Any]) -> Decimal | None:
    bid, ask = _side(ticker.get("bid")), _side(ticker.get("ask"))
    if bid is not None and ask is not None and bid <= ask:
        return quotient(bid + ask, Decimal(2))
    return _side(ticker.get("last"))


def called(line: Line, method: str, *args: object) -> Any:
    """Call one of ccxt's unified reads; NoAnswerError with a clean sentence when it fails."""
    line.session.last = None
    try:
        return getattr(line.exchange, method)(*args)
    except Exception as error:  # noqa: BLE001 (ccxt raises anything; its text may hold a signed URL)
        status = line.last_status()
        transient = bool(getattr(error, "transient", False)) or status in RATE_LIMITED
        said = str(error) if isinstance(error, DcaguardError) else type(error).__name__
        raise NoAnswerError(method, Answer(status, None, said, transient)) from None


def _from_book(
    symbol: str,
    bids: Sequence[Sequence[Decimal]],
    asks: Sequence[Sequence[Decimal]],
    at: datetime,
    source: str,
) -> Quote:
    return Quote(symbol, _best(bids), _best(asks), at, source, asks[0][1] if asks else None)


def _best(levels: Sequence[Sequence[Decimal]]) -> Decimal | None:
    return levels[0][0] if levels else None


def _levels(value: object) -> list[list[Decimal]]:
    """Return [price, amount, ...] rows in exact numbers; rows without a price above zero go."""
    found = []
    for row in value if isinstance(value, list) else []:
        numbers = [parse_decimal(str(cell)) for cell in row] if isinstance(row, list) else []
        if len(numbers) < 2 or any(number is None for number in numbers):
            msg = "a level of the book is not numbers"
            raise ContradictionError(msg)
        exact = [number for number in numbers if number is not None]
        if exact[0] > ZERO:
            found.append(exact)
    return found


def _rows(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _side(value: object) -> Decimal | None:
    price = parse_decimal(value if isinstance(value, str | int | Decimal) else str(value))
    return price if price is not None and price > ZERO else None


def http_date(line: Line) -> datetime:
    """Return the HTTP Date of the last reply: a venue's clock when nothing better is told."""
    last = line.session.last
    try:
        at = parsedate_to_datetime((last.headers if last else {}).get("date", ""))
        utc = at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, TypeError, OverflowError):
        utc = None
    if utc is None:
        msg = "the venue told no time"
        raise UnclearError(msg)
    return utc

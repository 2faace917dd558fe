"""Kraken's public replies, in Kraken's own spelling of assets and pairs."""

from decimal import Decimal

from tests.venues.wire.kraken_auth import problem, result
from tests.venues.wire.ledger import Ledger
from tests.venues.wire.messages import WireReply, WireRequest
from tests.venues.wire.records import WireMarket

LEGACY = {"BTC": "XXBT", "ETH": "XETH", "USD": "ZUSD", "EUR": "ZEUR", "LTC": "XLTC"}
FIAT = frozenset({"USD", "EUR"})


def altname(code: str) -> str:
    """Return Kraken's short name of a unified code, suffix kept: BTC.F -> XBT.F."""
    head, dot, suffix = code.partition(".")
    return ("XBT" if head == "BTC" else head) + dot + suffix


def asset_id(code: str) -> str:
    """Return Kraken's id of a unified code: BTC -> XXBT, USD -> ZUSD, BTC.M -> XBT.M."""
    return LEGACY.get(code) or altname(code)


def pair_altname(market: WireMarket) -> str:
    return altname(market.base) + altname(market.quote)


def pair_id(market: WireMarket) -> str:
    """Return Kraken's pair id: XXBTZUSD where both sides are old, else XBTUSDT."""
    if market.base in LEGACY and market.quote in LEGACY:
        return asset_id(market.base) + asset_id(market.quote)
    if market.symbol == "USDT/USD":
        return "USDTZUSD"
    return pair_altname(market)


def market_of(ledger: Ledger, wanted: str) -> WireMarket | None:
    """Return the market with this id, altname or wsname."""
    for market in ledger.markets.values():
        names = {pair_id(market), pair_altname(market), f"{altname(market.base)}/{market.quote}"}
        if wanted in names:
            return market
    return None


def places(step: Decimal) -> int:
    exponent = step.normalize().as_tuple().exponent
    return max(0, -int(exponent))


def assets(ledger: Ledger) -> WireReply:
    codes = {c for m in ledger.markets.values() for c in (m.base, m.quote)}
    codes |= {x for w in ledger.totals.values() for x in w}
    rows = {
        asset_id(x): {
            "aclass": "currency",
            "altname": altname(x),
            "decimals": 4 if x in FIAT else 10,
            "display_decimals": 2 if x in FIAT else 5,
            "status": "enabled",
        }
        for x in sorted(codes)
    }
    return result(rows)


def asset_pairs(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the rules of the asked pairs (by id or altname), or of all."""
    markets = _asked(ledger, request)
    if markets is None:
        return problem("EQuery:Unknown asset pair")
    return result({pair_id(m): _pair(m, ledger) for m in markets})


def _asked(ledger: Ledger, request: WireRequest) -> list[WireMarket] | None:
    asked = request.params.get("pair", "")
    if not asked:
        return [*ledger.markets.values()]
    found = [market_of(ledger, x) for x in asked.split(",")]
    known = [x for x in found if x is not None]
    return known if len(known) == len(found) else None


def _pair(market: WireMarket, ledger: Ledger) -> dict[str, object]:
    percent = [[0, float(ledger.fees.taker * 100)]]
    major = market.base in {"BTC", "ETH"}
    return {
        "altname": pair_altname(market),
        "wsname": f"{altname(market.base)}/{market.quote}",
        "aclass_base": "currency",
        "base": asset_id(market.base),
        "aclass_quote": "currency",
        "quote": asset_id(market.quote),
        "lot": "unit",
        "cost_decimals": 5,
        "pair_decimals": places(market.price_step),
        "lot_decimals": places(market.amount_step),
        "lot_multiplier": 1,
        "leverage_buy": [2, 3, 4, 5] if major else [],
        "leverage_sell": [2, 3, 4, 5] if major else [],
        "fees": percent,
        "fees_maker": percent,
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": format(market.amount_min, "f"),
        "costmin": format(market.cost_min, "f"),
        "tick_size": format(market.price_step, "f"),
        "status": "online" if market.active else "cancel_only",
        "long_position_limit": 300,
        "short_position_limit": 240,
    }


def ticker(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the asked pairs (by id or altname), or all."""
    markets = _asked(ledger, request)
    if markets is None:
        return problem("EQuery:Unknown asset pair")
    return result({pair_id(m): _day(ledger, m) for m in markets})


def _day(ledger: Ledger, market: WireMarket) -> dict[str, object]:
    book, digits = ledger.books[market.symbol], places(market.price_step)
    zero = (Decimal(0), Decimal(0))
    bid, ask = (book.bids or [zero])[0], (book.asks or [zero])[0]
    last = f"{book.last:.{digits}f}"
    return {
        "a": [f"{ask[0]:.{digits}f}", str(int(ask[1])), f"{ask[1]:.3f}"],
        "b": [f"{bid[0]:.{digits}f}", str(int(bid[1])), f"{bid[1]:.3f}"],
        "c": [last, "0.00100000"],
        "v": ["1000.00000000", "2000.00000000"],
        "p": [last, last],
        "t": [3907, 10056],
        "l": [last, last],
        "h": [last, last],
        "o": last,
    }


def depth(ledger: Ledger, request: WireRequest) -> WireReply:
    """Return the book; each level carries the second it was last changed."""
    market = market_of(ledger, request.params.get("pair", ""))
    if market is None:
        return problem("EQuery:Unknown asset pair")
    book, digits = ledger.books[market.symbol], places(market.price_step)
    at, count = (
        request.now_ms // 1000 - int(book.age_seconds),
        int(request.params.get("count", "100")),
    )
    sides = {
        name: [[f"{p:.{digits}f}", f"{a:.3f}", at] for p, a in rows[:count]]
        for name, rows in (("asks", book.asks), ("bids", book.bids))
    }
    return result({pair_id(market): sides})

"""Odds of the next Fed decision from two markets; a cut is what makes money easier."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.money import quotient
from dcaguard.core.source_params import KalshiParams, PolymarketParams

_MONTHS = ["january", "february", "march", "april", "may", "june"]
_MONTHS += ["july", "august", "september", "october", "november", "december"]
# Prices of all outcomes of one decision add up to about one; far from it, some are missing.
_TOTAL_MIN, _TOTAL_MAX = Decimal("0.85"), Decimal("1.15")
_CENTS = Decimal(100)
_PLACES = Decimal("0.0001")


def _easier(easing: Decimal, total: Decimal) -> Decimal:
    """Return the share of easing outcomes; ShapeError when the outcomes are not complete."""
    if not _TOTAL_MIN <= total <= _TOTAL_MAX:
        message = f"the odds of all outcomes add up to {total}"
        raise fields.ShapeError(message)
    return quotient(easing, total).quantize(_PLACES)


class Kalshi(WebSource):
    """Kalshi's markets on the next decision, no key."""

    name = "kalshi"
    group = "kalshi"
    updates_utc = "continuous"
    licence = "Kalshi API terms: own use"
    hosts = frozenset({"api.elections.kalshi.com"})

    def __init__(self, params: KalshiParams, context: Context) -> None:
        """Take the series of markets."""
        super().__init__(params, context)
        self._ticker = params.series_ticker

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("odds.fed_easier.kalshi",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [self._next]

    def _next(self) -> Found:
        query = f"series_ticker={self._ticker}&status=open&limit=200"
        page = self._ask(f"https://api.elections.kalshi.com/trade-api/v2/markets?{query}")
        markets = fields.rows(fields.field(self._json(page), "markets"), "markets")
        closes = [(fields.instant(fields.field(m, "close_time"), "close_time"), m) for m in markets]
        soonest = min(closes, key=lambda pair: pair[0])[1]
        event = fields.field(soonest, "event_ticker")
        easing = total = Decimal(0)
        for market in markets:
            if fields.field(market, "event_ticker") != event:
                continue
            price = _kalshi_price(market)
            total += price
            # The last part of a ticker is C25 (cut), H0 (hold), H25 (hike).
            ticker = fields.text(fields.field(market, "ticker"), "ticker")
            easing += price if ticker.rpartition("-")[2].startswith("C") else 0
        return Found([self._live(page, self.series[0], _easier(easing, total))])


def _kalshi_price(market: object) -> Decimal:
    """Return the middle of bid and ask, a share; newer pages give dollars, older ones cents."""
    known = fields.mapping(market, "a market")
    if "yes_bid_dollars" in known and "yes_ask_dollars" in known:
        bid = fields.number(known["yes_bid_dollars"], "yes_bid_dollars")
        ask = fields.number(known["yes_ask_dollars"], "yes_ask_dollars")
    else:
        bid = fields.number(fields.field(known, "yes_bid"), "yes_bid") / _CENTS
        ask = fields.number(fields.field(known, "yes_ask"), "yes_ask") / _CENTS
    if not 0 <= bid <= ask <= 1:
        message = f"a price of {bid} to {ask} is not a share"
        raise fields.ShapeError(message)
    return (bid + ask) / 2


class Polymarket(WebSource):
    """Polymarket's event on the next decision, no key."""

    name = "polymarket"
    group = "polymarket"
    updates_utc = "continuous"
    licence = "Polymarket API terms: own use"
    hosts = frozenset({"gamma-api.polymarket.com"})

    def __init__(self, params: PolymarketParams, context: Context) -> None:
        """Take the event, or look for the next by month."""
        super().__init__(params, context)
        self._slug = params.slug

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("odds.fed_easier.polymarket",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [self._next]

    def _next(self) -> Found:
        page = None
        for slug in self._slugs():
            page = self._ask(f"https://gamma-api.polymarket.com/events?slug={slug}")
            document = self._json(page)
            if not isinstance(document, list):
                raise self._bad(page, "an error came in place of data", "try again later")
            if document and fields.field(document[0], "closed") is False:
                return self._odds(page, document[0])
        assert page is not None  # there is at least one slug
        raise self._bad(page, "no open event on the next decision", "set slug")

    def _slugs(self) -> list[str]:
        if self._slug:
            return [self._slug]
        first = self._context.clock.now().replace(day=1)
        # Meetings are at most two months apart.
        months = [first, first + timedelta(days=32), first + timedelta(days=63)]
        return [f"fed-decision-in-{_MONTHS[month.month - 1]}" for month in months]

    def _odds(self, page: Page, event: object) -> Found:
        easing = total = Decimal(0)
        for market in fields.rows(fields.field(event, "markets"), "markets"):
            price = _polymarket_yes(market)
            total += price
            title = fields.text(fields.field(market, "groupItemTitle"), "groupItemTitle").lower()
            easing += price if "decrease" in title or "cut" in title else 0
        return Found([self._live(page, self.series[0], _easier(easing, total))])


def _polymarket_yes(market: object) -> Decimal:
    """Return the price of Yes; outcomes and prices are JSON inside a JSON string."""
    columns = []
    for name in ("outcomes", "outcomePrices"):
        value = fields.text(fields.field(market, name), name)
        try:
            parsed = json.loads(value, parse_float=Decimal)
        except ValueError:
            message = f"{name} is not JSON"
            raise fields.ShapeError(message) from None
        columns.append(fields.rows(parsed, name))
    outcomes, prices = columns
    if len(outcomes) != len(prices) or "Yes" not in outcomes:
        message = "outcomes and outcomePrices do not match"
        raise fields.ShapeError(message)
    price = fields.number(prices[outcomes.index("Yes")], "outcomePrices")
    if not 0 <= price <= 1:
        message = f"a price of {price} is not a share"
        raise fields.ShapeError(message)
    return price

"""Daily closes from Yahoo through the optional package yfinance, for personal use."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from functools import partial
from importlib.util import find_spec
from typing import Any

from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.canonical import canonical_json
from dcaguard.core.errors import ConfigError, VenueUnavailableError
from dcaguard.core.money import parse_decimal
from dcaguard.core.source_params import YfinanceParams

_PLACES = Decimal("0.000001")  # what is left of Yahoo's binary numbers after rounding


class Yahoo(WebSource):
    """Closes of indices, metals and shares; the package speaks to Yahoo by itself."""

    name = "yfinance"
    group = "yahoo"
    updates_utc = "after each session"
    licence = "Yahoo terms: personal use, no redistribution"
    hosts = frozenset({"query1.finance.yahoo.com", "query2.finance.yahoo.com", "fc.yahoo.com"})

    def __init__(self, params: YfinanceParams, context: Context) -> None:
        """Take the tickers."""
        super().__init__(params, context)
        self._tickers = params.tickers

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        return tuple(self._tickers)

    def lacks(self) -> tuple[str, ...]:
        """Name the package when it is not installed."""
        found = find_spec("yfinance") is not None
        return () if found else ("the package: pip install 'dcaguard[equities]'",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        if self._base_url is not None:
            msg = "sources.yfinance: base_url does not work here: use a [sources.csv.NAME] table"
            raise ConfigError(msg)
        try:
            import yfinance  # optional, and slow to import
        except ImportError:
            msg = (
                "sources.yfinance: the package is not installed: "
                "pip install 'dcaguard[equities]', or enabled = false"
            )
            raise ConfigError(msg) from None
        return [
            partial(self._one, yfinance, series, ticker, "1mo" if series in since else "3y")
            for series, ticker in self._tickers.items()
        ]

    def _one(self, package: Any, series: str, ticker: str, period: str) -> Found:
        try:
            frame = package.Ticker(ticker).history(period=period, auto_adjust=False)
            closes = [(at.date(), close) for at, close in frame["Close"].items()]
        except Exception as error:
            # The package raises whatever its own libraries raise; none of it is ours to list.
            msg = f"{self.name}: {ticker}: no data ({type(error).__name__}): try again later"
            raise VenueUnavailableError(msg) from error
        body = canonical_json([[day, str(close)] for day, close in closes]).encode()
        page = Page(f"yahoo {ticker}", body, "", hashlib.sha256(body).hexdigest())
        if not closes:
            raise self._bad(page, "no closes", "check the ticker; empty is not zero")
        rows, holes = [], set()
        for day, close in closes:
            value = parse_decimal(str(close))
            if value is None:
                holes.add(day)
                continue
            rows.append(self._dated(page, series, day, value.quantize(_PLACES)))
        return Found(rows, frozenset(holes))

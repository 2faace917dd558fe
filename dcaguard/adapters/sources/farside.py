"""Farside Investors' tables of ETF flows, read from the page as people see it."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from html.parser import HTMLParser

from dcaguard.adapters.sources.etf_days import MAIN_FUNDS, FlowDay, settled
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Found, WebSource
from dcaguard.core.errors import DataInvalidError
from dcaguard.core.money import parse_decimal

_RECENT = {"btc": "https://farside.co.uk/btc/", "eth": "https://farside.co.uk/eth/"}
_ALL = {
    "btc": "https://farside.co.uk/bitcoin-etf-flow-all-data/",
    "eth": "https://farside.co.uk/ethereum-etf-flow-all-data/",
}
_RECENT_SPAN = timedelta(days=14)  # the recent page shows about fifteen sessions
_MILLION = Decimal(1_000_000)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAY = re.compile(r"(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})", re.ASCII)
_TICKER = re.compile(r"[A-Z]{3,5}", re.ASCII)
_LABELS = frozenset({"fee", "seed", "staking", "total", "average", "maximum", "minimum", ""})
_PENDING = frozenset({"", "-", "\u2010", "\u2013", "\u2014", "\u2212", "\u00a0"})


class Farside(WebSource):
    """Total net flow of the US spot ETFs per session."""

    name = "farside"
    group = "farside"
    updates_utc = "overnight after each New York session, complete by about 12:30"
    licence = "Farside Investors: shown with attribution, no redistribution"
    hosts = frozenset({"farside.co.uk"})

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("etf.btc.flow_usd", "etf.eth.flow_usd")

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        return [partial(self._asset, asset, since) for asset in ("btc", "eth")]

    def _asset(self, asset: str, since: Mapping[str, datetime]) -> Found:
        series = f"etf.{asset}.flow_usd"
        known = since.get(series)
        recent = known is not None and self._context.clock.now() - known < _RECENT_SPAN
        page = self._ask((_RECENT if recent else _ALL)[asset], "html")
        days = self._table(page, asset)
        result = settled(self.name, days, asset)
        if result.problems:
            raise DataInvalidError(str(result.problems[0]))
        rows = [
            self._dated(page, series, row.day, row.total_usd)
            for row in result.days
            if row.total_usd is not None
        ]
        return Found(rows, result.holes)

    def _table(self, page: Page, asset: str) -> list[FlowDay]:
        for cells in _tables(page.text):
            columns = _columns(cells)
            if columns is None or not MAIN_FUNDS[asset] <= columns.keys():
                continue
            days = [found for row in cells if (found := self._row(page, row, columns))]
            if not days:
                raise self._bad(page, "the table has no day")
            return days
        raise self._bad(page, f"no table with the funds {', '.join(sorted(MAIN_FUNDS[asset]))}")

    def _row(self, page: Page, row: list[str], columns: Mapping[str, int]) -> FlowDay | None:
        label = row[0].lower() if row else ""
        dates = [at for at, cell in enumerate(row) if _DAY.fullmatch(cell)]
        if not dates:
            known = label in _LABELS or any(_TICKER.fullmatch(cell) for cell in row)
            if known or not any(cell for cell in row):
                return None
            raise self._bad(page, f"a row is called {row[0][:30]!r}")
        if len(row) <= max(columns.values()) or dates[0] in columns.values():
            raise self._bad(page, f"the row of {row[dates[0]]} has other columns than the header")
        day = self._date(page, row[dates[0]])
        values = {name: self._usd(page, day, row[at]) for name, at in columns.items()}
        return FlowDay(day, values.pop("Total"), values)

    def _date(self, page: Page, text: str) -> date:
        match = _DAY.fullmatch(text)
        try:
            assert match is not None
            return date(int(match[3]), _MONTHS.index(match[2].lower()) + 1, int(match[1]))
        except ValueError:
            raise self._bad(page, f"{text!r} is no day") from None

    def _usd(self, page: Page, day: date, cell: str) -> Decimal | None:
        if cell in _PENDING:
            return None
        plain = cell.replace(",", "").replace("\u2212", "-")
        inside = re.fullmatch(r"\(([0-9.]+)\)", plain)
        value = parse_decimal(f"-{inside[1]}" if inside else plain)
        if value is None:
            raise self._bad(page, f"{cell[:20]!r} on {day} is not a number")
        return value * _MILLION


def _columns(cells: list[list[str]]) -> dict[str, int] | None:
    """Return ticker -> column and "Total" -> column, from whichever header rows hold them."""
    header = next((row for row in cells if sum(map(_is_ticker, row)) >= 5), None)
    if header is None:
        return None
    columns = {cell: at for at, cell in enumerate(header) if _is_ticker(cell)}
    if len(columns) != sum(map(_is_ticker, header)):
        return None  # A ticker twice: which column is meant?
    above = cells[: cells.index(header) + 1]
    totals = {at for row in above for at, cell in enumerate(row) if cell.lower() == "total"}
    if len(totals) != 1:
        return None
    return {**columns, "Total": totals.pop()}


def _is_ticker(cell: str) -> bool:
    return _TICKER.fullmatch(cell) is not None


def _tables(text: str) -> list[list[list[str]]]:
    reader = _TableReader()
    reader.feed(text)
    reader.close()
    return reader.tables


class _TableReader(HTMLParser):
    """Collects the text of every cell of every table."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in {"table", "tr"}:
            self._cell = None  # a cell that was never closed ends with its row
        if tag == "table":
            self.tables.append([])
        elif tag == "tr" and self.tables:
            self.tables[-1].append([])
        elif tag in {"td", "th"} and self.tables and self.tables[-1]:
            self._cell = []

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append(" ".join("".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if self._cell is not None:
            self._cell.append(data)

"""FRED's CSV files of rates and US closes, one request per series, no key."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.content import csv_rows
from dcaguard.adapters.sources.source import Found, WebSource
from dcaguard.core.observed import next_business_day

_URL = "https://fred.stlouisfed.org/graph/fredgraph.csv"
_IDS = {"us2y": "DGS2", "effr": "EFFR", "vix": "VIXCLS", "px.SPX": "SP500"}
_HISTORY = timedelta(days=3 * 366)  # ranks look back 504 sessions
_PUBLISHED = time(13, 30)  # of the next business day, also for closes


class Fred(WebSource):
    """Two-year yield, effective rate, VIX and S&P 500."""

    name = "fred"
    group = "fred"
    updates_utc = "13:30 of the next business day"
    licence = "FRED terms: rates are public domain; S&P and Cboe figures for own use"
    hosts = frozenset({"fred.stlouisfed.org"})

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return tuple(_IDS)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        return [partial(self._one, name, since.get(name)) for name in _IDS]

    def _one(self, series: str, known: datetime | None) -> Found:
        start = (known or self._context.clock.now() - _HISTORY).date()
        page = self._ask(f"{_URL}?id={_IDS[series]}&cosd={start.isoformat()}", "csv")
        table = csv_rows(f"{self.name}: {page.url.partition('?')[0]}", page.text)
        header = [cell.strip() for cell in table[0]]
        if header not in (["observation_date", _IDS[series]], ["DATE", _IDS[series]]):
            raise self._bad(page, f"the header is {','.join(header)[:60]!r}")
        rows, holes = [], set[date]()
        for cells in table[1:]:
            if len(cells) != len(header):
                raise self._bad(page, f"a row has {len(cells)} cells")
            day = fields.day(cells[0], "observation_date")
            value = fields.number_or_none(cells[1].strip(), _IDS[series])
            if value is None:
                holes.add(day)
                continue
            published = datetime.combine(next_business_day(day), _PUBLISHED, UTC)
            rows.append(self._dated(page, series, day, value, published))
        if not rows:  # a page of "." alone tells nothing, as one without a row
            raise self._bad(page, "the table has no value", "empty is not zero; try again later")
        return Found(rows, frozenset(holes))

"""bitview.space, an open-source reader of the chain: coin days destroyed, long-term supply."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Found, WebSource

_API = "https://bitview.space/api/series"
_IDS = {"cdd.btc": "coindays_destroyed", "lth.btc": "lth_supply"}
_LIMIT = 400
_DAY = timedelta(days=1)
_PUBLISHED = time(2)  # of the next day


class Bitview(WebSource):
    """Age of the coins that moved. One maintainer runs it: missing when it is silent."""

    name = "bitview"
    group = "bitview"
    updates_utc = "02:00 of the next day"
    licence = "open source and open data; can be run by oneself"
    hosts = frozenset({"bitview.space"})

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return tuple(_IDS)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [partial(self._one, series, name) for series, name in _IDS.items()]

    def _one(self, series: str, name: str) -> Found:
        # Values come without their days; the series `date` of the same index holds those.
        _, days = self._column("date")
        page, values = self._column(name)
        if len(days) != len(values):
            raise self._bad(page, f"{len(values)} values for {len(days)} days")
        rows = []
        for at, value in zip(days, values, strict=True):
            day = fields.day(at, "date")
            known = fields.number_or_none(value, name)
            if known is not None:
                published = datetime.combine(day + _DAY, _PUBLISHED, UTC)
                rows.append(self._dated(page, series, day, known, published))
        return Found(rows)

    def _column(self, name: str) -> tuple[Page, list[object]]:
        page = self._ask(f"{_API}/{name}/day1?limit={_LIMIT}&format=json", fresh_seconds=60)
        document = self._json(page)
        if isinstance(document, dict):
            if "error" in document:
                raise self._bad(page, "an error came in place of data", "try again later")
            document = fields.field(document, "data")
        return page, fields.rows(document, name)

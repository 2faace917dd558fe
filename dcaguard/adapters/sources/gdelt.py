"""GDELT's count of the world's news: the share that speaks of crypto seizures and bans."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import quote

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.money import quotient
from dcaguard.core.source_params import GdeltParams

_URL = "https://api.gdeltproject.org/api/v2/doc/doc"
_PLACES = Decimal("0.000001")


class Gdelt(WebSource):
    """Percent of articles per day over the last three months."""

    name = "gdelt"
    group = "gdelt"
    updates_utc = "every 15 minutes; days are complete at 00:00"
    licence = "GDELT: free with attribution; at most one request in 5 seconds"
    hosts = frozenset({"api.gdeltproject.org"})

    def __init__(self, params: GdeltParams, context: Context) -> None:
        """Take the query."""
        super().__init__(params, context)
        self._query = params.query

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("news.regulation",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [self._share]

    def _share(self) -> Found:
        query = f"query={quote(self._query)}&mode=timelinevolraw&timespan=3m&format=json"
        page = self._ask(f"{_URL}?{query}", fresh_seconds=900)
        points = fields.at_pointer(self._json(page), "/timeline/0/data")
        counts: dict[date, tuple[Decimal, Decimal]] = {}
        for point in fields.rows(points, "data"):
            day = fields.day(fields.field(point, "date"), "date")
            about = fields.number(fields.field(point, "value"), "value")
            of_all = fields.number(fields.field(point, "norm"), "norm")
            before = counts.get(day, (Decimal(0), Decimal(0)))
            counts[day] = (before[0] + about, before[1] + of_all)
        rows = []
        for day, (about, of_all) in sorted(counts.items()):
            # A day on which GDELT read nothing tells nothing.
            if not 0 <= about <= of_all:
                message = f"{day} has more articles of one kind than of all kinds"
                raise fields.ShapeError(message)
            if of_all > 0:
                share = (quotient(about, of_all) * 100).quantize(_PLACES)
                rows.append(self._dated(page, "news.regulation", day, share))
        return Found(rows)

"""The fear and greed index of alternative.me: shown, never part of a decision."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Found, WebSource


class Alternative(WebSource):
    """Fear and greed, 0 to 100. It is made of price and volatility: using it counts them twice."""

    name = "alternative"
    group = "alternative"
    updates_utc = "00:00"
    licence = "alternative.me: attribution beside the figure"
    hosts = frozenset({"api.alternative.me"})
    ascending = False

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("fng",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        days = 30 if "fng" in since else 0  # 0 is everything
        return [lambda: self._index(days)]

    def _index(self, days: int) -> Found:
        page = self._ask(f"https://api.alternative.me/fng/?limit={days}")
        rows = []
        for row in fields.rows(fields.field(self._json(page), "data"), "data"):
            day = fields.day(fields.field(row, "timestamp"), "timestamp")
            value = fields.number(fields.field(row, "value"), "value")
            rows.append(self._dated(page, "fng", day, value))
        return Found(rows)

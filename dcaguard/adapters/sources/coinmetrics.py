"""Coin Metrics' community data: BTC into, out of and held by exchanges."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time, timedelta

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Found, WebSource

_URL = "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
_METRICS = {
    "FlowInExNtv": "ex.btc.inflow",
    "FlowOutExNtv": "ex.btc.outflow",
    "SplyExNtv": "ex.btc.supply",
}
_HISTORY = timedelta(days=500)
_DAY = timedelta(days=1)
_PUBLISHED = time(8)  # of the next day
_PAGES_MAX = 5


class CoinMetrics(WebSource):
    """Exchange flows per UTC day; revised by the provider as it learns addresses."""

    name = "coinmetrics"
    group = "coinmetrics"
    updates_utc = "02:00 to 08:00 of the next day"
    licence = "Coin Metrics community data, CC BY-NC 4.0: not for commercial use"
    hosts = frozenset({"community-api.coinmetrics.io"})
    ascending = True

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return tuple(_METRICS.values())

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        return [lambda: self._metrics(since)]

    def _metrics(self, since: Mapping[str, datetime]) -> Found:
        ago = self._context.clock.now() - _HISTORY
        start = min(since.get(name, ago) for name in _METRICS.values()).date()
        url: object = (
            f"{_URL}?assets=btc&metrics={','.join(_METRICS)}&frequency=1d&page_size=1000"
            f"&start_time={start.isoformat()}"
        )
        rows = []
        for turn in range(_PAGES_MAX):
            page = self._ask(fields.text(url, "next_page_url"))
            document = fields.mapping(self._json(page), "the document")
            if "error" in document:
                raise self._bad(page, "an error came in place of data", "try again later")
            for row in fields.rows(fields.field(document, "data"), "data"):
                day = fields.day(fields.field(row, "time"), "time")
                published = datetime.combine(day + _DAY, _PUBLISHED, UTC)
                for metric, series in _METRICS.items():
                    value = fields.number_or_none(fields.mapping(row, "a row").get(metric), metric)
                    if value is not None:
                        rows.append(self._dated(page, series, day, value, published))
            url = document.get("next_page_url")
            if not url:
                break
            if turn == _PAGES_MAX - 1:
                raise self._bad(page, "it has no end", "try again later")
        return Found(rows)

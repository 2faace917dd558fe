"""DefiLlama: stablecoins in all, wallets that exchanges publish, revenue of protocols."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.source_params import DefillamaParams

_HISTORY = timedelta(days=500)
# `tvl` is always 0 on this page; these hold the figures. Clean assets leave out own tokens.
_WALLETS = {
    "currentTvl": "tvl_usd",
    "cleanAssetsTvl": "clean_usd",
    "inflows_24h": "inflow_24h_usd",
    "inflows_1w": "inflow_7d_usd",
}

_REVENUE = {"dailyRevenue": "usd_day", "dailyHoldersRevenue": "holders_usd_day"}


class DefiLlama(WebSource):
    """Supply of stablecoins, assets and flows of exchanges, revenue per day."""

    name = "defillama"
    group = "defillama"
    updates_utc = "hourly; daily figures at 00:00"
    licence = "DefiLlama free API: attribution"
    hosts = frozenset({"stablecoins.llama.fi", "api.llama.fi"})

    def __init__(self, params: DefillamaParams, context: Context) -> None:
        """Take the exchanges and the protocols."""
        super().__init__(params, context)
        self._venues = params.venues
        self._revenue = params.revenue

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        whats = _WALLETS.values()
        wallets = tuple(f"cex.{venue}.{what}" for venue in self._venues for what in whats)
        revenue = tuple(f"rev.{a}.{what}" for a in self._revenue for what in _REVENUE.values())
        return ("stable.supply_usd", *wallets, *revenue)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        jobs: list[Callable[[], Found]] = [self._stablecoins]
        jobs += [self._exchanges] if self._venues else []
        return jobs + [
            partial(self._protocol, asset, slug, kind)
            for asset, slug in self._revenue.items()
            for kind in _REVENUE
        ]

    def _stablecoins(self) -> Found:
        page = self._ask("https://stablecoins.llama.fi/stablecoincharts/all")
        oldest = (self._context.clock.now() - _HISTORY).date()
        rows = []
        for row in fields.rows(self._json(page), "the chart"):
            day = fields.day(fields.field(row, "date"), "date")
            if day >= oldest:
                parts = fields.mapping(fields.field(row, "totalCirculatingUSD"), "the supply")
                supply = sum((fields.number(part, "supply") for part in parts.values()), Decimal(0))
                rows.append(self._dated(page, "stable.supply_usd", day, supply))
        return Found(rows)

    def _exchanges(self) -> Found:
        page = self._ask("https://api.llama.fi/cexs")
        table = fields.rows(fields.field(self._json(page), "cexs"), "cexs")
        by_slug = {str(fields.mapping(row, "an exchange").get("slug")): row for row in table}
        rows = []
        for venue, slug in self._venues.items():
            if slug not in by_slug:
                continue  # Not disclosed is not known, and not an error of the others.
            figures = fields.mapping(by_slug[slug], "an exchange")
            for name, what in _WALLETS.items():
                value = fields.number_or_none(figures.get(name), name)
                # Assets of zero mean that they are not known.
                if value is not None and (value or what.startswith("inflow")):
                    rows.append(self._live(page, f"cex.{venue}.{what}", value))
        if not rows:
            raise self._bad(page, "none of the configured exchanges is listed", "check the slugs")
        return Found(rows)

    def _protocol(self, asset: str, slug: str, kind: str) -> Found:
        page = self._ask(f"https://api.llama.fi/summary/fees/{slug}?dataType={kind}")
        chart = fields.rows(fields.field(self._json(page), "totalDataChart"), "totalDataChart")
        rows = []
        for point in chart:
            day = fields.day(fields.at_pointer(point, "/0"), "a date")
            value = fields.number_or_none(fields.at_pointer(point, "/1"), "revenue")
            if value is not None:
                rows.append(self._dated(page, f"rev.{asset}.{_REVENUE[kind]}", day, value))
        return Found(rows)

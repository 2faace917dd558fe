"""SoSoValue's history of ETF totals, with the net assets that make a flow a share."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import partial

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.etf_days import without_trailing_zeros
from dcaguard.adapters.sources.source import Found, WebSource

_URL = "https://openapi.sosovalue.com/openapi/v2/etf/historicalInflowChart"
_TYPES = {"btc": "us-btc-spot", "eth": "us-eth-spot"}
_FRESH_SECONDS = 4 * 3600  # the free quota is small


class SoSoValue(WebSource):
    """Net flow and net assets of the US spot ETFs per session."""

    name = "sosovalue"
    group = "sosovalue"
    updates_utc = "after each New York session"
    licence = "SoSoValue API terms: own use, attribution"
    needs_key = True
    hosts = frozenset({"openapi.sosovalue.com"})
    ascending = False

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return tuple(f"etf.{asset}.{what}" for asset in _TYPES for what in ("flow_usd", "aum_usd"))

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since  # One call returns about 300 days whatever is known.
        return [partial(self._asset, asset) for asset in _TYPES]

    def _asset(self, asset: str) -> Found:
        page = self._ask(
            _URL,
            headers={"x-soso-api-key": self._context.key or ""},
            post={"type": _TYPES[asset]},
            fresh_seconds=_FRESH_SECONDS,
        )
        document = fields.mapping(self._json(page), "the document")
        if fields.number(document.get("code", 0), "code") != 0:
            raise self._bad(
                page, f"error code {fields.shown(document.get('code'))}", "check key and quota"
            )
        data = fields.field(document, "data")
        if isinstance(data, dict):
            data = fields.field(data, "list")
        flows: list[tuple[date, Decimal]] = []
        assets: dict[date, Decimal] = {}
        holes: set[date] = set()
        for row in fields.rows(data, "data"):
            day = fields.day(fields.field(row, "date"), "date")
            flow = fields.number_or_none(fields.field(row, "totalNetInflow"), "totalNetInflow")
            held = fields.number_or_none(fields.field(row, "totalNetAssets"), "totalNetAssets")
            if flow is None:
                holes.add(day)
                continue
            flows.append((day, flow))
            # Net assets of zero mean that they are not known.
            if held:
                assets[day] = held
        taken = without_trailing_zeros(flows)
        rows = [self._dated(page, f"etf.{asset}.flow_usd", day, flow) for day, flow in taken]
        rows += [
            self._dated(page, f"etf.{asset}.aum_usd", day, assets[day])
            for day, _ in taken
            if day in assets
        ]
        return Found(rows, frozenset(holes))

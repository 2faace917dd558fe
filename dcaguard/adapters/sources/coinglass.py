"""CoinGlass v4: ETF flows and liquidations over all large exchanges, for holders of a plan."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.etf_days import FlowDay, settled
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Found, WebSource
from dcaguard.core.errors import DataInvalidError

_API = "https://open-api-v4.coinglass.com/api"
_COINS = {"btc": "bitcoin", "eth": "ethereum"}
_EXCHANGES = "Binance,OKX,Bybit,Bitget,Gate,HTX,Hyperliquid"


class CoinGlass(WebSource):
    """ETF flows, ETF net assets and BTC liquidations per day."""

    name = "coinglass"
    group = "coinglass"
    updates_utc = "ETF after each New York session; liquidations daily at 00:00"
    licence = "CoinGlass API plan: own use, no redistribution"
    needs_key = True
    hosts = frozenset({"open-api-v4.coinglass.com"})

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        flows = tuple(f"etf.{asset}.flow_usd" for asset in _COINS)
        return (*flows, "etf.btc.aum_usd", "liq.long_usd", "liq.short_usd")

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since  # Each call returns the whole history.
        flows = [partial(self._flows, asset) for asset in _COINS]
        return [*flows, self._net_assets, self._liquidations]

    def _rows(self, path: str) -> tuple[Page, list[object]]:
        page = self._ask(f"{_API}/{path}", headers={"CG-API-KEY": self._context.key or ""})
        document = fields.mapping(self._json(page), "the document")
        code = str(document.get("code"))
        if code != "0":
            # CoinGlass answers 200 for refusals too.
            raise self._bad(page, f"error code {fields.shown(code)}", "check the key and its plan")
        return page, fields.rows(fields.field(document, "data"), "data")

    def _flows(self, asset: str) -> Found:
        page, table = self._rows(f"etf/{_COINS[asset]}/flow-history")
        result = settled(self.name, [_flow_day(row) for row in table], asset)
        if result.problems:
            raise DataInvalidError(str(result.problems[0]))
        series = f"etf.{asset}.flow_usd"
        rows = [
            self._dated(page, series, row.day, row.total_usd)
            for row in result.days
            if row.total_usd is not None
        ]
        return Found(rows, result.holes)

    def _net_assets(self) -> Found:
        page, table = self._rows("etf/bitcoin/net-assets/history")
        rows = []
        for row in table:
            day = fields.day(fields.field(row, "timestamp"), "timestamp")
            held = fields.number_or_none(fields.field(row, "net_assets_usd"), "net_assets_usd")
            if held:
                rows.append(self._dated(page, "etf.btc.aum_usd", day, held))
        return Found(rows)

    def _liquidations(self) -> Found:
        query = f"exchange_list={_EXCHANGES}&symbol=BTC&interval=1d"
        page, table = self._rows(f"futures/liquidation/aggregated-history?{query}")
        rows = []
        for side in ("long", "short"):
            for row in table:
                day = fields.day(fields.field(row, "time"), "time")
                name = f"aggregated_{side}_liquidation_usd"
                value = fields.number_or_none(fields.field(row, name), name)
                if value is not None:
                    rows.append(self._dated(page, f"liq.{side}_usd", day, value))
        return Found(rows)


def _flow_day(row: object) -> FlowDay:
    funds = {}
    for fund in fields.rows(fields.field(row, "etf_flows"), "etf_flows"):
        ticker = fields.text(fields.field(fund, "etf_ticker"), "etf_ticker")
        # An unreported fund has null, or no field at all.
        flow = fields.mapping(fund, "a fund").get("flow_usd")
        funds[ticker] = fields.number_or_none(flow, "flow_usd")
    day = fields.day(fields.field(row, "timestamp"), "timestamp")
    return FlowDay(day, fields.number_or_none(fields.field(row, "flow_usd"), "flow_usd"), funds)

"""How each venue lists liquidations: what is asked, whose position a row ends, what it was worth.

ccxt's own reading of these lists is not used: it hands gate milliseconds where seconds belong,
takes bitfinex' IS_MATCH for a side, and drops htx' position_side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, Protocol

from dcaguard.adapters.sources import fields
from dcaguard.core.money import times

# Calls one of ccxt's implicit methods; what the venue itself replied, numbers exact.
Ask = Callable[[str, Mapping[str, object]], object]

_TURNOVER_OFF_MAX = Decimal("1.25")  # a bankruptcy price is near the price that was traded at


@dataclass(frozen=True, slots=True)
class Forced:
    """One liquidation."""

    at: datetime
    side: str  # the position that was ended: "long" or "short"
    usd: Decimal


class WindowedList(Protocol):
    """A list that is asked for a window of time and can be cut off within it."""

    paths: ClassVar[tuple[str, ...]]
    window: ClassVar[timedelta]

    def size(self, ask: Ask, coin: str) -> Decimal:
        """Return how many coins one contract is."""

    def rows(self, ask: Ask, coin: str, start: datetime, end: datetime) -> list[object]:
        """Return the rows from `start` to `end`, both included, as the venue gives them."""

    def full(self, count: int) -> bool:
        """Tell whether a page of so many rows may have been cut off."""

    def forced(self, row: object, coin: str, size: Decimal) -> Forced:
        """Return what a row tells; ShapeError when side or worth is not certain."""


class Gate:
    """Perpetuals in USDT: a row names the position by the sign of its size, times in seconds."""

    paths: ClassVar[tuple[str, ...]] = (
        "/api/v4/futures/usdt/liq_orders",
        "/api/v4/futures/usdt/contracts/[A-Z0-9]+_USDT",
    )
    window: ClassVar[timedelta] = timedelta(hours=1)  # a longer one is refused

    def size(self, ask: Ask, coin: str) -> Decimal:
        """Return quanto_multiplier."""
        about = ask(
            "publicFuturesGetSettleContractsContract",
            {"settle": "usdt", "contract": f"{coin}_USDT"},
        )
        kind = fields.shown(fields.field(about, "type"))
        if kind != "direct":
            message = f"gate: {coin}_USDT is a contract of type {kind}, not a direct one"
            raise fields.ShapeError(message)
        return _positive(about, "quanto_multiplier")

    def rows(self, ask: Ask, coin: str, start: datetime, end: datetime) -> list[object]:
        """Return the rows of one window."""
        window = {"from": int(start.timestamp()), "to": int(end.timestamp()), "limit": 1000}
        page = ask(
            "publicFuturesGetSettleLiqOrders",
            {"settle": "usdt", "contract": f"{coin}_USDT", **window},
        )
        return listed(page, "the list")

    def full(self, count: int) -> bool:
        """Tell of the limit that was asked for, and of the usual one."""
        return count >= 1000 or count == 100

    def forced(self, row: object, coin: str, size: Decimal) -> Forced:
        """Read a row; the order that ends a position has the other sign."""
        _same(row, "contract", f"{coin}_USDT")
        found = fields.mapping(row, "a row")
        position = fields.number(fields.field(row, "size"), "size")
        order = fields.number(found.get("order_size") or "0", "order_size")
        if position == 0 or position * order > 0:
            message = "gate: size and order_size do not tell whose position it was"
            raise fields.ShapeError(message)
        price = fields.number(fields.field(row, "fill_price"), "fill_price") or fields.number(
            fields.field(row, "order_price"), "order_price"
        )
        contracts = abs(order) or abs(position)
        return Forced(
            fields.instant(fields.field(row, "time"), "time"),
            "long" if position > 0 else "short",
            times(times(contracts, size), above_zero(price, "fill_price")),
        )


class Htx:
    """Perpetuals in USDT: a row names the position's side and the turnover of its order."""

    paths: ClassVar[tuple[str, ...]] = (
        "/v5/market/liquidation_orders",
        "/linear-swap-api/v1/swap_contract_info",
    )
    window: ClassVar[timedelta] = timedelta(hours=2)  # a longer one is refused

    def size(self, ask: Ask, coin: str) -> Decimal:
        """Return contract_size."""
        page = ask(
            "contractPublicGetLinearSwapApiV1SwapContractInfo", {"contract_code": f"{coin}-USDT"}
        )
        [about, *_] = fields.rows(fields.field(page, "data"), "data")
        _same(about, "contract_code", f"{coin}-USDT")
        return _positive(about, "contract_size")

    def rows(self, ask: Ask, coin: str, start: datetime, end: datetime) -> list[object]:
        """Return the rows of one window."""
        window = {"start_time": milliseconds(start), "end_time": milliseconds(end), "limit": 100}
        page = ask(
            "contractPublicGetV5MarketLiquidationOrders",
            {"contract_code": f"{coin}-USDT", **window},
        )
        code = str(fields.field(page, "code"))
        if code != "200":
            message = f"htx: error code {fields.shown(code)}"
            raise fields.ShapeError(message)
        return listed(fields.field(page, "data"), "data")

    def full(self, count: int) -> bool:
        """Tell of the limit that was asked for, and of those that the venue has by itself."""
        return count >= 100 or count in {10, 20, 50}

    def forced(self, row: object, coin: str, size: Decimal) -> Forced:
        """Read a row; its turnover must be what its contracts are worth.

        `amount` repeats the contracts, whatever its name says.
        """
        _same(row, "contract_code", f"{coin}-USDT")
        usd = _positive(row, "trade_turnover")
        contracts, price = _positive(row, "volume"), _positive(row, "bankrupt_price")
        worth = times(times(contracts, size), price)
        if not worth <= usd * _TURNOVER_OFF_MAX or not usd <= worth * _TURNOVER_OFF_MAX:
            message = "htx: trade_turnover is not what the contracts are worth"
            raise fields.ShapeError(message)
        at = fields.instant(fields.field(row, "liquidation_time"), "liquidation_time")
        return Forced(at, _htx_side(row), usd)


def _htx_side(row: object) -> str:
    by_order = {"sell": "long", "buy": "short"}.get(str(fields.field(row, "side")).lower())
    position = str(fields.mapping(row, "a row").get("position_side") or "both").lower()
    if by_order is None or position not in {by_order, "both"}:
        message = "htx: side and position_side do not tell whose position it was"
        raise fields.ShapeError(message)
    return by_order


def inside(at: datetime, start: datetime, end: datetime, venue: str) -> None:
    """Refuse a row of another time than was asked for: the window was not understood."""
    if not start <= at <= end:
        message = f"{venue} lists other hours than were asked for"
        raise fields.ShapeError(message)


def milliseconds(at: datetime) -> int:
    """Return milliseconds since 1970 of a whole second."""
    return int(at.timestamp()) * 1000


def listed(value: object, what: str) -> list[object]:
    """Return `value` as a JSON list, which may be empty."""
    if not isinstance(value, list):
        message = f"{what} is not a list"
        raise fields.ShapeError(message)
    return value


def _same(row: object, name: str, wanted: str) -> None:
    if fields.field(row, name) != wanted:
        message = f"a row is of another contract than {wanted}"
        raise fields.ShapeError(message)


def _positive(row: object, name: str) -> Decimal:
    return above_zero(fields.number(fields.field(row, name), name), name)


def above_zero(value: Decimal, name: str) -> Decimal:
    """Return `value` when it is positive."""
    if value <= 0:
        message = f"{name} is not positive"
        raise fields.ShapeError(message)
    return value

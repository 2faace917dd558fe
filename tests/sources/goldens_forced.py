"""Lists of liquidations as the venues word them, of our own making, and what must be read."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tests.sources.stand import Golden, Page, dumps

GATE, GATE_SIZE = "/api/v4/futures/usdt/liq_orders", "/api/v4/futures/usdt/contracts/BTC_USDT"
HTX, HTX_SIZE = "/v5/market/liquidation_orders", "/linear-swap-api/v1/swap_contract_info"
BITFINEX = "/v2/liquidations/hist"
DERIBIT = "/api/v2/public/get_last_settlements_by_instrument"
CROWD = 130  # in one hour of gate: more than one of its pages
Row = Mapping[str, object]


def on(number: int, hour: int = 0, second: int = 0) -> datetime:
    """Return an instant of that February."""
    return datetime(2025, 2, number, hour, tzinfo=UTC) + timedelta(seconds=second)


def seconds(at: datetime) -> int:
    """Return seconds since 1970."""
    return int(at.timestamp())


def gate_row(at: datetime, size: int, fill: str = "85000", **changed: object) -> Row:
    """Return a row: `size` is the position, `order_size` the order that ended it."""
    return {"time": seconds(at), "contract": "BTC_USDT", "size": str(size),
            "order_size": str(-size), "order_price": "84000", "fill_price": fill,
            "left": "0", **changed}  # fmt: skip


def htx_row(at: datetime, side: str, position: str, volume: int, turnover: str,
            **changed: object) -> Row:  # fmt: skip
    """Return a row: `amount` repeats the contracts, of 0.001 BTC each."""
    return {"id": str(seconds(at)), "contract_code": "BTC-USDT",
            "liquidation_time": str(seconds(at) * 1000), "side": side,
            "position_side": position, "volume": str(volume), "amount": str(volume),
            "bankrupt_price": "84000", "trade_turnover": turnover, **changed}  # fmt: skip


def bitfinex_row(at: datetime, amount: float, price: float, market: str = "tBTCF0:USTF0",
                 match: int = 1, number: int = 7) -> list[list[object]]:  # fmt: skip
    """Return a row: a list within a list, the position's sign in its amount."""
    return [["pos", number, seconds(at) * 1000, None, market, amount, 86000, None, match, 1,
             None, price]]  # fmt: skip


def gate(rows: Sequence[Row], page_max: int = 100) -> Page:
    """Return a list that shows the newest of an hour at most, and refuses more than an hour."""

    def page(query: dict[str, str]) -> str:
        since, until = int(query["from"]), int(query["to"])
        if until - since > 3600:
            return dumps({"label": "INVALID_PARAM_VALUE", "message": "invalid range"})
        inside = [row for row in rows if since <= int(str(row["time"])) <= until]
        return dumps(sorted(inside, key=lambda row: -int(str(row["time"])))[:page_max])

    return page


def htx(rows: Sequence[Row]) -> Page:
    """Return a list that refuses more than two hours."""

    def page(query: dict[str, str]) -> str:
        since, until = int(query["start_time"]), int(query["end_time"])
        if until - since > 2 * 3600 * 1000:
            return dumps({"code": 1067, "message": "the window is too long", "ts": 1})
        inside = [row for row in rows if since <= int(str(row["liquidation_time"])) <= until]
        return dumps({"code": 200, "message": "Success", "data": inside, "ts": 1})

    return page


def contract(**changed: object) -> str:
    """Return gate's contract."""
    return dumps({"name": "BTC_USDT", "type": "direct", "quanto_multiplier": "0.0001", **changed})


HTX_CONTRACT = dumps({"status": "ok", "ts": 1, "data": [
    {"symbol": "BTC", "contract_code": "BTC-USDT", "contract_size": 0.001}]})  # fmt: skip
GATE_ROWS = [
    gate_row(on(24, 5), 100),
    gate_row(on(25, 23, 3599), -200, "84000", left="10"),
    *[gate_row(on(26, 7, n), -10, "80000") for n in range(CROWD)],
    gate_row(on(26), 600),
    gate_row(on(26, 9), 50, "0", order_size="-20"),  # a part of it, resting at the order's price
    gate_row(on(27), 9_000),  # midnight: the next day's
]
HTX_ROWS = [
    htx_row(on(24, 1), "sell", "long", 2, "168.5"),
    htx_row(on(25, 2), "buy", "short", 3, "252"),
    htx_row(on(26, 2), "sell", "both", 10, "840"),
    htx_row(on(26, 4, 5), "buy", "short", 1, "84.25"),
]
BITFINEX_ROWS = [
    bitfinex_row(on(26, 20), 0.5, 84000, match=0),  # the trigger of the next
    bitfinex_row(on(26, 20, 1), 0.5, 84000),
    bitfinex_row(on(26, 3), -0.25, 88000, number=8),
    bitfinex_row(on(26, 3), -0.25, 88000, number=8),  # twice
    bitfinex_row(on(26, 2), 1000, 2.5, "tXRPF0:USTF0"),
    bitfinex_row(on(25, 2), 2, 2400, "tETHF0:USTF0"),
    bitfinex_row(on(23, 9), 1, 95000),
]


def liquidations() -> Golden:
    """Signs of positions and of orders, windows that end in time, a full page, a trigger."""
    day, value = "2025-02-{:02}T00:00:00Z".format, []
    for venue, coin, sums in (
        ("gate", "BTC", {24: ("850", "0"), 25: ("0", "1680"), 26: ("5268", "10400")}),
        ("htx", "BTC", {24: ("168.5", "0"), 25: ("0", "252"), 26: ("840", "84.25")}),
        ("bitfinex", "BTC", {24: ("0", "0"), 25: ("0", "0"), 26: ("42000", "22000")}),
        ("bitfinex", "ETH", {24: ("0", "0"), 25: ("4800", "0"), 26: ("0", "0")}),
    ):
        for number, (long, short) in sums.items():
            for side, usd in (("long", long), ("short", short)):
                name = f"liq.{venue}.{coin}.{side}_usd"
                value.append((name, day(number), day(number + 1), usd))
    return Golden(
        "liquidations",
        {
            GATE: gate(GATE_ROWS),
            GATE_SIZE: contract(),
            HTX: htx(HTX_ROWS),
            HTX_SIZE: HTX_CONTRACT,
            BITFINEX: dumps(BITFINEX_ROWS),
        },
        value,
        'venues = { gate = ["BTC"], htx = ["BTC"], bitfinex = ["BTC", "ETH"] }',
        own_bytes=False,
    )

"""What the loopback exchanges keep: markets, orders and trades, in exact decimals."""

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from typing import Any, TypeVar


@dataclass
class WireMarket:
    """The rules of one spot market. `ids` holds the venue's own spelling of it."""

    symbol: str  # "BTC/USDT"
    amount_step: Decimal = Decimal("0.00001")  # base
    price_step: Decimal = Decimal("0.01")  # quote per base
    amount_min: Decimal = Decimal("0.00001")  # base
    amount_max: Decimal = Decimal(9000)  # base
    cost_min: Decimal = Decimal(5)  # quote
    active: bool = True
    leveraged_token: bool = False

    @property
    def base(self) -> str:
        return self.symbol.split("/")[0]

    @property
    def quote(self) -> str:
        return self.symbol.split("/")[1]


@dataclass
class WireTrade:
    """One execution of ours."""

    trade_id: str
    order_id: str
    symbol: str
    side: str  # "buy" | "sell"
    amount: Decimal  # base
    price: Decimal  # quote per base
    fee: Decimal
    fee_asset: str
    maker: bool
    at_ms: int
    number: int

    @property
    def cost(self) -> Decimal:
        return self.amount * self.price


@dataclass
class WireOrder:
    """One instruction the exchange took."""

    order_id: str
    number: int
    client_id: str
    symbol: str
    side: str  # "buy" | "sell"
    type: str  # "limit" | "market"
    tif: str  # "GTC" | "IOC" | "FOK" | "PO"
    amount: Decimal  # base; 0 for a market order by quote
    price: Decimal  # quote per base; 0 for a market order
    quote_amount: Decimal  # quote to spend; 0 when sized in base
    created_ms: int
    updated_ms: int
    status: str = "open"  # "open" | "closed" | "canceled" | "expired"
    reason: str = ""
    flags: str = ""  # the venue's own order flags, as asked
    visible_at_ms: int = 0
    trades: list[str] = field(default_factory=list)
    filled: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    fee: Decimal = Decimal(0)
    fee_asset: str = ""

    @property
    def remaining(self) -> Decimal:
        return max(self.amount - self.filled, Decimal(0))

    @property
    def average(self) -> Decimal:
        return self.cost / self.filled if self.filled else Decimal(0)


def row(record: WireOrder | WireTrade | WireMarket) -> dict[str, object]:
    """Return a record as plain JSON types; decimals as plain strings."""
    found = {k: format(v, "f") if isinstance(v, Decimal) else v for k, v in asdict(record).items()}
    if isinstance(record, WireTrade):
        found["cost"] = format(record.cost, "f")
    return found


DECIMALS = frozenset(
    {"amount", "price", "quote_amount", "filled", "cost", "fee"}
    | {"amount_step", "price_step", "amount_min", "amount_max", "cost_min"}
)


Record = TypeVar("Record", WireOrder, WireTrade)


def unrow(kind: type[Record], found: dict[str, object]) -> Record:
    """Return the record that `row` wrote."""
    names = {x.name for x in fields(kind)}
    known: dict[str, Any] = {k: v for k, v in found.items() if k in names}
    exact: dict[str, Any] = {k: Decimal(v) if k in DECIMALS else v for k, v in known.items()}
    return kind(**exact)

"""config.example.toml, made from the models: every key with its meaning and its default."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from dcaguard.core.config import Account, Config
from dcaguard.core.config_mistakes import table_at
from dcaguard.core.config_policy import AssetRule, Group
from dcaguard.core.config_toml import spell_key, spell_value
from dcaguard.core.source_mappings import CsvMapping, JsonMapping

_HEAD = """\
# The config of dcaguard. Every key stands here with its meaning and its default.
# A line that starts with "#" directly before a key is switched off: remove the "#" to set it.
# Secrets never stand in this file: `credentials` only says where they are kept.
"""
_PAPER = ("exchange", "balances", "prices", "fee", "spread", "depth_quote")
_VENUE = ("exchange", "live", "credentials", "base_url", "sandbox")

# What stands where there is no default, by dotted key. These lines are on where required.
_VALUES: Mapping[str, object] = {
    "accounts.paper.exchange": "paper",
    "accounts.paper.balances": {"USDT": Decimal(10000)},
    "accounts.paper.depth_quote": Decimal(100000),
    "accounts.main.exchange": "kraken",
    "accounts.main.credentials": "keyring:dcaguard/main",
    "accounts.main.base_url": "https://api.kraken.com",
    "policy.caps.order_max": Decimal(500),
    "policy.caps.day_max": Decimal(500),
    "policy.caps.week_max": Decimal(1000),
    "policy.caps.month_max": Decimal(2000),
    "policy.caps.asset_weight_max": {"BTC": 1, "ETH": 1, "default": Decimal("0.1")},
    "policy.caps.account_weight_max": {"default": Decimal("0.8")},
    "policy.caps.groups.altcoins.assets": ["ETH"],
    "policy.caps.groups.altcoins.weight_max": Decimal("0.5"),
    "policy.price.second_opinion": "coinbase",
    "policy.universe.allow": ["BTC", "ETH"],
    "policy.universe.assets.ETH.needs_revenue": True,
    "holdings.cold": {"BTC": Decimal("0.25")},
    "notify.urls": ["env:DCAGUARD_NOTIFY_URL"],
    "signals.venue-custody.concentration_max": 0.25,
    "sources.csv.my-flows.series": "etf.btc.flow_usd",
    "sources.csv.my-flows.path": "flows.csv",
    "sources.json.my-index.series": "fng",
    "sources.json.my-index.url": "https://example.org/index.json",
}
_ON = frozenset(
    {"schema", "timezone", "base_currency", "accounts.paper.balances"}
    | {f"policy.caps.{key}" for key in ("day_max", "week_max", "asset_weight_max")}
)
# One table of each kind that a person names: the model, the keys shown, whether it is on.
_NAMED: Mapping[str, tuple[type[BaseModel], tuple[str, ...]]] = {
    "accounts.paper": (Account, _PAPER),
    "accounts.main": (Account, _VENUE),
    "policy.caps.groups.altcoins": (Group, ()),
    "policy.universe.assets.ETH": (AssetRule, ()),
    "sources.csv.my-flows": (
        CsvMapping,
        ("enabled", "series", "path", "multiplier", "as_of", "value"),
    ),
    "sources.json.my-index": (
        JsonMapping,
        ("enabled", "series", "url", "multiplier", "items", "as_of", "value"),
    ),
}
# A source needs its key before it can be switched on, so its reference is shown by example.
_CREDENTIALS = "credentials"


def example_toml() -> str:
    """Return the whole example: valid as it stands and with every switched-off line switched on."""
    return _HEAD + "\n".join(_table(Config, "", on=True)) + "\n"


def _table(
    model: type[BaseModel], path: str, *, on: bool, keys: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield the lines of one table and of those below it; plain keys come first, as TOML wants."""
    below: list[str] = []
    for name, field in model.model_fields.items():
        key = field.alias or name
        dotted = f"{path}.{key}" if path else key
        if keys and key not in keys:
            continue
        if _has_tables(dotted):
            below.append(key)
        else:
            yield from _key(dotted, field, on=on)
    for key in below:
        yield from _tables_below(f"{path}.{key}" if path else key)


def _has_tables(dotted: str) -> bool:
    named = any(name.startswith(f"{dotted}.") for name in _NAMED)
    return named or dotted == "holdings" or table_at(Config, dotted.split(".")) is not None


def _tables_below(dotted: str) -> Iterator[str]:
    model = table_at(Config, dotted.split("."))
    if model is not None:
        yield from _header(dotted, model, on=True)
        yield from _table(model, dotted, on=True)
    for name, (kind, keys) in _NAMED.items():
        if name.rpartition(".")[0] == dotted:
            on = dotted == "accounts"
            yield from _header(name, kind, on=on)
            yield from _table(kind, name, on=on, keys=keys)
    if dotted == "holdings":
        yield from (
            "",
            "# Coins kept elsewhere; they count in caps and NAV.",
            "#[holdings.cold]",
            "#BTC = 0.25",
        )


def _header(dotted: str, model: type[BaseModel], *, on: bool) -> Iterator[str]:
    yield ""
    summary = (model.__doc__ or "").strip().splitlines()
    if summary:
        yield f"# {summary[0]}"
    yield f"{'' if on else '#'}[{'.'.join(spell_key(p) for p in dotted.split('.'))}]"


def _key(dotted: str, field: FieldInfo, *, on: bool) -> Iterator[str]:
    key = dotted.rpartition(".")[2]
    value = _VALUES.get(dotted, PydanticUndefined)
    required = field.is_required()
    if value is PydanticUndefined:
        value = "env:DCAGUARD_KEY" if key == _CREDENTIALS else _default(field)
    if value is None:
        value = "https://example.org"  # base_url: the only other key without a default
    shown = on and (required or dotted in _ON)
    if field.description:
        yield f"# {field.description}"
    yield f"{'' if shown else '#'}{spell_key(key)} = {spell_value(value)}"


def _default(field: FieldInfo) -> object:
    assert not field.is_required(), "a required key needs a value in _VALUES"
    return field.get_default(call_default_factory=True)

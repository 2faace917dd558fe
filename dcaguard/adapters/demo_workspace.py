"""The workspace that the demo replays into and leaves to explore."""

from pathlib import Path

from dcaguard.adapters.files import write_new
from dcaguard.core.config_starter import GITIGNORE
from dcaguard.core.errors import StorageError
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.source_params import SourcesConfig

KEPT = ("etf_outflow", "liquidation_spike", "everything_sold")

_CONFIG = """\
# The demo's config: a paper account, prices from the shipped tables, no network.
schema = 1
timezone = "UTC"
base_currency = "USD"

[accounts.paper]
exchange = "paper"
balances = { USDT = 20_000 }
prices = "series"                      # the px.BTC readings that the demo imported
fee = 0.001
spread = 0.0005

[policy.caps]
order_max = 500
month_max = 2_000

[policy.universe]
allow = ["BTC"]

# The shipped tables feed three signals: etf-outflow, liquidation-spike (its price side) and
# everything-sold (which brings the VIX and its breaker). The others have no data here.
"""

_STRATEGY = """\
name = "daily-btc"
description = "20 USDT of BTC every day at 13:00 UTC."
account = "paper"
quote = "USDT"

[schedule]
cron = "0 13 * * *"
timezone = "UTC"
start = 2024-06-01

[budget]
per_slot = 20

[[buy]]
symbol = "BTC/USDT"
weight = 1.0
"""


def demo_workspace(folder: Path) -> Path:
    """Write the demo's config and strategy below an empty or new folder; return the config."""
    try:
        (folder / "strategies").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder}: cannot be made: {error.strerror}: name another with --dir"
        raise StorageError(msg) from error
    write_new(folder / "config.toml", (_CONFIG + _switched_off()).encode())
    write_new(folder / "strategies" / "daily-btc.toml", _STRATEGY.encode())
    write_new(folder / ".gitignore", GITIGNORE.encode())
    return folder / "config.toml"


def _switched_off() -> str:
    """Return the tables that disable every other signal and every source."""
    lines = []
    for name, field in SignalsConfig.model_fields.items():
        if name not in KEPT:
            lines.append(f"[signals.{field.alias or name}]\nenabled = false")
    for name, field in SourcesConfig.model_fields.items():
        table = field.alias or name
        if table not in {"csv", "json"}:
            lines.append(f"[sources.{table}]\nenabled = false")
    return "\n".join(lines) + "\n"

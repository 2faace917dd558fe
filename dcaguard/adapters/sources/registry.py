"""Which sources there are, by the name of their table, in the order of our trust."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from dcaguard.adapters.sources.alternative import Alternative
from dcaguard.adapters.sources.bitview import Bitview
from dcaguard.adapters.sources.cache import PageCache
from dcaguard.adapters.sources.coingecko import CoinGecko
from dcaguard.adapters.sources.coinglass import CoinGlass
from dcaguard.adapters.sources.coinmetrics import CoinMetrics
from dcaguard.adapters.sources.defillama import DefiLlama
from dcaguard.adapters.sources.edgar import Edgar
from dcaguard.adapters.sources.exchange import Exchange
from dcaguard.adapters.sources.farside import Farside
from dcaguard.adapters.sources.fred import Fred
from dcaguard.adapters.sources.gdelt import Gdelt
from dcaguard.adapters.sources.http import BUDGET_SECONDS, PoliteClient
from dcaguard.adapters.sources.liquidations import Liquidations
from dcaguard.adapters.sources.mapped import MappedCsv, MappedJson
from dcaguard.adapters.sources.odds import Kalshi, Polymarket
from dcaguard.adapters.sources.ofr import Ofr
from dcaguard.adapters.sources.okx import Okx
from dcaguard.adapters.sources.sosovalue import SoSoValue
from dcaguard.adapters.sources.source import Context, OpenExchange, WebSource
from dcaguard.adapters.sources.yahoo import Yahoo
from dcaguard.core.errors import ConfigError, DcaguardError
from dcaguard.core.source_params import SourcesConfig
from dcaguard.ports import Clock

# A source above wins a day that a source below serves too. The person's own tables come first.
SOURCES: Final[Mapping[str, Any]] = {
    "csv": MappedCsv,
    "json": MappedJson,
    "sosovalue": SoSoValue,
    "farside": Farside,
    "coinglass": CoinGlass,
    "okx": Okx,
    "exchange": Exchange,
    "liquidations": Liquidations,
    "fred": Fred,
    "yfinance": Yahoo,
    "coingecko": CoinGecko,
    "edgar": Edgar,
    "coinmetrics": CoinMetrics,
    "bitview": Bitview,
    "defillama": DefiLlama,
    "gdelt": Gdelt,
    "alternative": Alternative,
    "ofr": Ofr,
    "kalshi": Kalshi,
    "polymarket": Polymarket,
}


def build_sources(  # noqa: PLR0913 - one argument per thing that only the caller knows
    config: SourcesConfig,
    clock: Clock,
    cache_path: Path | None,
    folder: Path,
    key_of: Callable[[str], str | None],
    budget_seconds: float = BUDGET_SECONDS,
    *,
    open_exchange: OpenExchange | None = None,
) -> list[WebSource]:
    """Return the enabled sources in the order of our trust.

    `key_of` turns a reference (env:..., file:...) into the key; it is asked only for sources
    that are enabled and have one. `open_exchange` gives a keyless ccxt client.
    Mapped paths are relative to `folder`.
    """
    cache = PageCache(cache_path)
    built: list[WebSource] = []
    for name, kind in SOURCES.items():
        # Each class takes its own table; the names of both are the same, which a test checks.
        params: Any = getattr(config, "json_" if name == "json" else name)
        if name in {"csv", "json"}:
            context = Context(clock, PoliteClient(clock, cache), None, budget_seconds)
            built += [kind(params, context, folder)] if params else []
        elif params.enabled and not (name == "okx" and config.coinglass.enabled):
            # One exchange and all exchanges differ tenfold: never both in one series.
            key, error = _key(key_of, params.credentials)
            client = PoliteClient(clock, cache)
            context = Context(clock, client, key, budget_seconds, open_exchange, error)
            built.append(kind(params, context))
    return built


def _key(
    key_of: Callable[[str], str | None], reference: str | None
) -> tuple[str | None, DcaguardError | None]:
    """Return the key, or why there is none; a source that needs one tells it when asked."""
    try:
        return (key_of(reference) if reference else None), None
    except DcaguardError as error:
        return None, error


def chosen(sources: list[WebSource], names: list[str]) -> list[WebSource]:
    """Return the sources called `names` (all for none), in the order of our trust.

    ConfigError (78) for one that is not enabled.
    """
    by_name = {source.name: source for source in sources}
    for name in names:
        if name not in by_name:
            state = "not enabled" if name in SOURCES else "not a source"
            msg = f"sources.{name}: {state}: choose from {', '.join(by_name)}"
            raise ConfigError(msg)
    return [source for source in sources if source.name in names or not names]

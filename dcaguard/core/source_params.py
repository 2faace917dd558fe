"""What a person may say about a source of series, a table for each."""

from typing import Annotated, Literal

from pydantic import Field

from dcaguard.core.source_mappings import CsvMapping, JsonMapping
from dcaguard.core.source_values import Reference, SeriesName, SourceTable, Url

Coin = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")]


class SourceParams(SourceTable):
    """One `[sources.NAME]` table."""

    enabled: bool = Field(default=True, description="Ask this source.")
    base_url: Url | None = Field(
        default=None, description="Replaces scheme and host; the source's own path stays."
    )
    credentials: Reference | None = Field(
        default=None, description="Where its key is kept: keyring:, file:, systemd: or env:."
    )


class KeyedParams(SourceParams):
    """A source that answers only to a key, so it is off until a person has one."""

    enabled: bool = Field(default=False, description="Ask this source; it needs a key.")


class OkxParams(SourceParams):
    """Liquidations of perpetual swaps."""

    underlyings: tuple[str, ...] = Field(default=("BTC-USDT", "ETH-USDT", "SOL-USDT"), min_length=1)


class ExchangeParams(SourceParams):
    """Public figures of one exchange through ccxt."""

    exchange: str = Field(default="okx", pattern=r"^[a-z0-9]+$", description="A ccxt exchange id.")
    quote: str = Field(default="USDT", description="Daily closes are read in this currency.")
    swap: str = Field(
        default="BTC/USDT:USDT", description="Swap of funding and open interest; '' is off."
    )
    assets: tuple[str, ...] = Field(
        default=("BTC", "ETH"), description="Assets whose closes are read as px.ASSET."
    )
    breadth: tuple[str, ...] = Field(
        default=(
            "ETH",
            "SOL",
            "XRP",
            "DOGE",
            "ADA",
            "AVAX",
            "LINK",
            "DOT",
            "LTC",
            "BCH",
            "UNI",
            "ATOM",
            "XLM",
            "ETC",
            "FIL",
            "NEAR",
            "APT",
            "ARB",
            "OP",
            "AAVE",
            "INJ",
            "SUI",
            "TRX",
        ),
        description="Coins of the breadth figures, against USDT; empty is off.",
    )
    pegs: str = Field(
        default="kraken",
        pattern=r"^[a-z0-9]*$",
        description="Exchange of USDT/USD and USDC/USD; '' is off.",
    )


class LiquidationsParams(SourceParams):
    """Liquidations of perpetuals in USDT by venue, through ccxt; dozens of requests a day."""

    enabled: bool = Field(default=False, description="Ask these venues.")
    venues: dict[
        Literal["gate", "htx", "bitfinex", "deribit"],
        Annotated[tuple[Coin, ...], Field(min_length=1)],
    ] = Field(
        default={"gate": ("BTC",), "htx": ("BTC",), "bitfinex": ("BTC",)},
        min_length=1,
        description="Coins by venue, read as liq.VENUE.COIN.long_usd and short_usd.",
    )


class CoingeckoParams(SourceParams):
    """Treasury companies, breadth and prices; a demo key is optional."""

    coins: dict[str, str] = Field(
        default={
            "BTC": "bitcoin",
            "ETH": "ethereum",
            "ZEC": "zcash",
            "XMR": "monero",
            "DASH": "dash",
        },
        description="Asset to CoinGecko id.",
    )
    treasuries: tuple[str, ...] = ("bitcoin", "ethereum")
    tickers: tuple[str, ...] = Field(
        default=(
            "MSTR",
            "BMNR",
            "SBET",
            "SQNS",
            "FGNX",
            "XXI",
            "NAKA",
            "FWDI",
            "UPXI",
            "DFDV",
            "3350.T",
            "MARA",
        ),
        description="Treasury companies whose holdings are read.",
    )
    mnav: bool = Field(
        default=True, description="Their market value over their coins' worth, read once a day."
    )
    breadth: bool = True


class EdgarParams(SourceParams):
    """SEC filings; the SEC wants to know whom to write to, so it is off until `contact` is set."""

    enabled: bool = False
    contact: str = Field(default="", description="Name and e-mail sent in the User-Agent.")
    ciks: dict[str, str] = Field(
        default={"MSTR": "1050446", "BMNR": "1829311", "SBET": "1981535"},
        description="Ticker to SEC number (CIK).",
    )
    shares: bool = Field(
        default=True, description="Read their share counts, from which mnav can be derived."
    )


class YfinanceParams(SourceParams):
    """Daily closes from Yahoo; needs the extra `equities`, for personal use."""

    enabled: bool = False
    tickers: dict[SeriesName, str] = Field(
        default={
            "px.SPX": "^GSPC",
            "px.GOLD": "GC=F",
            "px.CSI300": "000300.SS",
            "px.HSI": "^HSI",
            "px.NVDA": "NVDA",
            "px.MSFT": "MSFT",
            "px.AAPL": "AAPL",
            "vix": "^VIX",
            "dat.MSTR.price_usd": "MSTR",
            "dat.BMNR.price_usd": "BMNR",
            "dat.SBET.price_usd": "SBET",
            "dat.NAKA.price_usd": "NAKA",
            "dat.XXI.price_usd": "XXI",
        },
        description="Series to Yahoo ticker.",
    )


class DefillamaParams(SourceParams):
    """Stablecoins, exchanges' wallets and protocol revenue."""

    venues: dict[str, str] = Field(
        default={"binance": "binance-cex", "okx": "okx", "bybit": "bybit"},
        description="Exchange id to DefiLlama slug; exchanges that publish wallets only.",
    )
    revenue: dict[str, str] = Field(default={}, description="Asset to DefiLlama protocol slug.")


class GdeltParams(SourceParams):
    """Share of the world's news that speaks of crypto seizures, bans and lawsuits."""

    query: str = (
        "(bitcoin OR crypto OR stablecoin) "
        "(seizure OR forfeiture OR ban OR indictment OR lawsuit OR sanctions)"
    )


class KalshiParams(SourceParams):
    """Odds of the next Fed decision."""

    series_ticker: str = "KXFEDDECISION"


class PolymarketParams(SourceParams):
    """Odds of the next Fed decision."""

    slug: str = Field(default="", description="Event; '' is fed-decision-in-MONTH, this or next.")


class SourcesConfig(SourceTable):
    """The `[sources]` tables: each is a source of series that can be switched off."""

    sosovalue: KeyedParams = KeyedParams()
    farside: SourceParams = SourceParams()
    coinglass: KeyedParams = KeyedParams()
    okx: OkxParams = OkxParams()
    exchange: ExchangeParams = ExchangeParams()
    liquidations: LiquidationsParams = LiquidationsParams()
    fred: SourceParams = SourceParams()
    coingecko: CoingeckoParams = CoingeckoParams()
    edgar: EdgarParams = EdgarParams()
    yfinance: YfinanceParams = YfinanceParams()
    coinmetrics: SourceParams = SourceParams()
    bitview: SourceParams = SourceParams()
    defillama: DefillamaParams = DefillamaParams()
    gdelt: GdeltParams = GdeltParams()
    alternative: SourceParams = SourceParams()
    ofr: SourceParams = SourceParams()
    kalshi: KalshiParams = KalshiParams()
    polymarket: PolymarketParams = PolymarketParams()
    csv: dict[str, CsvMapping] = Field(default={}, description="Any CSV, one table per mapping.")
    # TOML says `json`; pydantic keeps that word for itself.
    json_: dict[str, JsonMapping] = Field(
        default={}, alias="json", description="Any JSON, one table per mapping."
    )

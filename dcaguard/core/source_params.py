"""What a person may say about a source of series; secrets are only ever referred to."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from dcaguard.core.money import parse_decimal
from dcaguard.core.series import lookup, nearest

_REFERENCE = re.compile(r"(keyring:[^/\s]+/\S+|file:\S.*|systemd:[A-Za-z0-9_.-]+|env:[A-Za-z_]\w*)")
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def checked_reference(text: str) -> str:
    """Return `text` when it refers to a secret; ValueError (without the text) when it is one."""
    if _REFERENCE.fullmatch(text) is None:
        # The text may be the secret itself, so it is not repeated.
        msg = (
            "a secret does not belong in the config: write keyring:SERVICE/NAME, file:PATH, "
            "systemd:NAME or env:PREFIX"
        )
        raise ValueError(msg)
    return text


def checked_url(text: str) -> str:
    """Return `text` when it is https (http on loopback) and holds no login; else ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        msg = "needs an address such as https://example.org"
        raise ValueError(msg)
    if parts.username or parts.password:
        msg = "an address with a login in it is a secret: use credentials = instead"
        raise ValueError(msg)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        msg = "plain http is allowed on loopback only: use https"
        raise ValueError(msg)
    return text


def checked_series(text: str) -> str:
    """Return `text` when a series is called so; ValueError names the nearest."""
    if lookup(text) is None:
        msg = f"{text!r} is not a known series: did you mean {nearest(text)}?"
        raise ValueError(msg)
    return text


Reference = Annotated[str, AfterValidator(checked_reference)]
Url = Annotated[str, AfterValidator(checked_url)]
SeriesName = Annotated[str, AfterValidator(checked_series)]
Coin = Annotated[str, Field(pattern=r"^[A-Z0-9]{1,10}$")]
Pointer = Annotated[str, Field(pattern=r"^(/[^/]*)*$")]


class _Table(BaseModel):
    # An input that fails may be a secret pasted into the wrong place.
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class SourceParams(_Table):
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


def checked_multiplier(text: str) -> str:
    """Return `text` when it is a finite number other than zero; else ValueError."""
    if not parse_decimal(text):
        msg = f"{text!r} is not a number to multiply by: write it like 1000000 or 0.01"
        raise ValueError(msg)
    return text


class _Mapped(_Table):
    enabled: bool = True
    series: SeriesName
    url: Url | None = None
    path: str | None = Field(default=None, description="A local file, relative to the config.")
    multiplier: Annotated[str, AfterValidator(checked_multiplier)] = Field(
        default="1", description="Brings the value to the series' unit."
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.url is None) == (self.path is None):
            msg = "needs exactly one of url and path"
            raise ValueError(msg)
        return self


class CsvMapping(_Mapped):
    """`[sources.csv.NAME]`: one column of any CSV becomes a series."""

    as_of: str = Field(default="as_of", description="Column of the date.")
    value: str = Field(default="value", description="Column of the value.")


class JsonMapping(_Mapped):
    """`[sources.json.NAME]`: values of any JSON document become a series, by JSON pointers."""

    items: Pointer = Field(default="", description="Pointer to the list of rows; '' is the top.")
    as_of: Pointer = Field(default="/as_of", description="Pointer inside a row: date, s or ms.")
    value: Pointer = Field(default="/value", description="Pointer inside a row.")


class SourcesConfig(_Table):
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

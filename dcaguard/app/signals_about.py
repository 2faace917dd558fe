"""What each signal is, and the series it is made of: what to fetch or import to make it speak."""

from dataclasses import dataclass

from dcaguard.core.explain import Watched
from dcaguard.core.signals.liquidation_spike import arrivals_of
from dcaguard.core.signals.params import SignalsConfig
from dcaguard.core.signals.state import Block
from dcaguard.core.signals.treasury_spiral import series_of


@dataclass(frozen=True, slots=True)
class About:
    """One of the thirteen: its name, where it belongs, and one sentence for people."""

    name: str
    number: str
    block: Block | None
    what: str

    @property
    def field(self) -> str:
        """The name of its table in the config's model."""
        return self.name.replace("-", "_")


@dataclass(frozen=True, slots=True)
class Need:
    """A series that a signal reads; without a required one it is UNKNOWN."""

    series: str
    required: bool


ABOUT: tuple[About, ...] = (
    About("etf-outflow", "S1", Block.FLOWS, "money leaves the US spot Bitcoin ETFs"),
    About("liquidation-spike", "S2", Block.LEVERAGE, "forced selling within one day"),
    About("treasury-spiral", "S3", Block.STRUCTURE, "treasury companies trade below their coins"),
    About("rate-repricing", "S4", Block.MACRO, "markets price higher US policy rates"),
    About("megacap-drawdown", "S5", Block.MACRO, "the largest technology shares fall"),
    About("everything-sold", "S6", Block.MACRO, "Bitcoin, shares and gold fall together"),
    About("whale-selling", "S7", Block.FLOWS, "old coins wake up and flow to exchanges"),
    About("regulation", "S8", Block.STRUCTURE, "news of bans and seizures, or your own event"),
    About("privacy-rotation", "S9", Block.STRUCTURE, "privacy coins rise while Bitcoin falls"),
    About("altcoin-breadth", "S10", Block.STRUCTURE, "how many coins still stand"),
    About("recovery", "S11", None, "what has to heal before a pause may end"),
    About("venue-custody", "S12", Block.SAFETY, "is the venue safe, does the quote coin hold"),
    About("eligibility", "S13", None, "which assets earn the revenue that is asked of them"),
)
BY_NAME = {about.name: about for about in ABOUT}
BY_NUMBER = {about.number: about for about in ABOUT}
# Signals that work out a required series from others, and say themselves which they still lack.
RECKONING = frozenset({"treasury-spiral"})


def needs(name: str, config: SignalsConfig, watched: Watched) -> tuple[Need, ...]:
    """Return the series that a signal reads, the required ones first."""
    required, useful = _NEEDS[name] if name in _NEEDS else _own(name, config, watched)
    return tuple([Need(s, True) for s in required] + [Need(s, False) for s in useful])


_Pair = tuple[tuple[str, ...], tuple[str, ...]]
_NEEDS: dict[str, _Pair] = {
    "etf-outflow": (("etf.btc.flow_usd",), ("etf.btc.aum_usd", "px.BTC")),
    "rate-repricing": (
        ("us2y", "effr"),
        ("odds.fed_easier.kalshi", "odds.fed_easier.polymarket"),
    ),
    "everything-sold": (
        ("px.BTC", "px.SPX", "px.GOLD"),
        ("px.CSI300", "px.HSI", "vix", "ofr.fsi"),
    ),
    "whale-selling": (
        ("ex.btc.inflow", "ex.btc.outflow", "ex.btc.supply"),
        ("cdd.btc", "lth.btc", "stable.supply_usd"),
    ),
    "regulation": (("news.regulation",), ("px.BTC",)),
    "altcoin-breadth": (
        ("breadth.above_50dma", "breadth.at_30d_low"),
        ("breadth.beats_btc_7d", "px.BTC"),
    ),
    "recovery": (
        ("etf.btc.flow_usd", "ex.btc.inflow", "ex.btc.outflow", "ex.btc.supply"),
        ("stable.supply_usd", "depth.BTC", "spread.BTC"),
    ),
}


def _own(name: str, config: SignalsConfig, watched: Watched) -> _Pair:
    """Return the series of a signal whose list depends on the config."""
    match name:
        case "liquidation-spike":
            return ("px.BTC",), arrivals_of(config.liquidation_spike)[1:]
        case "treasury-spiral":
            params = config.treasury_spiral
            required = tuple(f"dat.{t}.mnav" for t in params.tickers)
            useful = (s for s in (*series_of(params), "px.BTC") if s not in required)
            return required, tuple(dict.fromkeys(useful))
        case "megacap-drawdown":
            return tuple(f"px.{share}" for share in config.megacap_drawdown.shares), ()
        case "privacy-rotation":
            coins = tuple(f"px.{coin}" for coin in config.privacy_rotation.coins)
            return ("px.BTC", *coins), ()
        case "venue-custody":
            pegs = tuple(f"peg.{coin}" for coin in watched.coins)
            parts = ("tvl_usd", "clean_usd", "inflow_24h_usd", "inflow_7d_usd")
            reserves = tuple(f"cex.{v}.{part}" for v in watched.venues for part in parts)
            return (*pegs, *reserves[:: len(parts)]), reserves
        case _:
            rows = tuple(
                s
                for a in watched.assets
                for s in (f"rev.{a}.usd_day", f"rev.{a}.holders_usd_day", f"mcap.{a}", f"px.{a}")
            )
            return rows, ()

"""The config as typed: one frozen value whose attribute names are the TOML keys."""

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from dcaguard.core.config_places import BaseUrl, JournalPath, SecretReference
from dcaguard.core.config_policy import (
    AssetRule,
    Caps,
    Group,
    Leverage,
    Policy,
    Price,
    Universe,
)
from dcaguard.core.config_time import Zone
from dcaguard.core.config_values import (
    Asset,
    Mistakes,
    Name,
    NotNegative,
    Positive,
    Share,
    Switch,
    Typed,
    nearest,
)
from dcaguard.core.signals.params import GateConfig, SignalsConfig
from dcaguard.core.source_params import SourcesConfig

__all__ = [
    "PAPER",
    "SCHEMA",
    "VENUES",
    "Account",
    "AssetRule",
    "Caps",
    "Config",
    "Group",
    "JournalConfig",
    "Leverage",
    "Notify",
    "Policy",
    "Price",
    "Universe",
]

SCHEMA = 1
PAPER = "paper"
VENUES: tuple[str, ...] = (
    "binance",
    "kraken",
    "coinbase",
    "bybit",
    "okx",
    "bitget",
    "kucoin",
    "gate",
    "htx",
    "mexc",
    "bitstamp",
    "gemini",
    "bitfinex",
    "hyperliquid",
    "bitvavo",
)


def _one(value: object) -> object:
    if isinstance(value, bool) or value != SCHEMA:
        raise ValueError(f"is not a schema this program knows: write {SCHEMA}")
    return value


def _exchange(value: object) -> str:
    known = (PAPER, *VENUES)
    if not isinstance(value, str):
        raise ValueError("is not text: put it in quotes")
    if value in known:
        return value
    raise ValueError(f"no exchange is called {value[:40]!r}: {nearest(value[:40], known)}")


Exchange = Annotated[str, BeforeValidator(_exchange)]

_PAPER_ONLY = ("balances", "prices", "fee", "spread", "depth_quote")
_VENUE_ONLY = ("live", "credentials", "base_url", "sandbox")


class Account(Typed):
    """One login at one exchange, or the embedded paper exchange."""

    exchange: Exchange = Field(description='"paper", or an exchange id with a venue profile')
    live: Switch = Field(
        default=False, description="false: real balances and prices, simulated orders"
    )
    credentials: SecretReference | None = Field(
        None, description="keyring:SERVICE/NAME, file:PATH (0600), systemd:NAME or env:PREFIX"
    )
    base_url: BaseUrl | None = Field(
        None, description="proxy, testnet or test server; plain http on loopback only"
    )
    sandbox: Switch = Field(default=False, description="the venue's own test network")
    balances: dict[Asset, NotNegative] = Field(
        default_factory=dict, description="paper: what the account starts with"
    )
    prices: str = Field(
        "series", description='paper: "series" (px.* readings) or an exchange id, no key needed'
    )
    fee: Share = Field(Decimal("0.001"), description="paper: taker fee as a share of cost")
    spread: Share = Field(Decimal("0.0005"), description="paper: (ask - bid) / mid")
    depth_quote: Positive | None = Field(
        None, description="paper: how much quote one order finds at the ask; unset: enough"
    )

    @property
    def price_venue(self) -> str:
        """Return the exchange id that this account's prices come from; "series" for readings."""
        return self.prices if self.exchange == PAPER else self.exchange

    @model_validator(mode="after")
    def keys_fit_the_exchange(self) -> Self:
        """Refuse keys that this kind of account would silently ignore."""
        paper = self.exchange == PAPER
        foreign = _VENUE_ONLY if paper else _PAPER_ONLY
        kind = "a paper account has no such key" if paper else "only a paper account has this key"
        wrong = [(key, f"{kind}: remove it") for key in self.changed(foreign)]
        if self.live and not paper and self.credentials is None:
            wrong.append(("credentials", "live buying needs a key: name where it is kept"))
        if self.prices != "series" and self.prices not in VENUES:
            wrong.append(
                ("prices", f'is neither "series" nor a venue: {nearest(self.prices, VENUES)}')
            )
        Mistakes.check(*wrong)
        return self


class JournalConfig(Typed):
    """Where the append-only record lives."""

    path: JournalPath = Field("dcaguard.db", min_length=1, description="relative to this file")


class Notify(Typed):
    """Who is told."""

    urls: tuple[str, ...] = Field(
        (), description='references to secrets that hold Apprise URLs, such as "env:NAME"'
    )


class Config(Typed):
    """Everything config.toml says."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    schema_: Annotated[Literal[1], BeforeValidator(_one)] = Field(
        1, alias="schema", description="the shape of this file"
    )
    timezone: Zone = Field("UTC", description="IANA name; days, weeks and months of the caps")
    base_currency: Asset = Field("USD", description="what NAV and caps are counted in")
    stablecoins_at_par: tuple[Asset, ...] = Field(
        ("USDT", "USDC"), description="valued 1:1 in USD for caps; the peg signal watches them"
    )
    journal: JournalConfig = Field(default_factory=JournalConfig)
    accounts: dict[Name, Account] = Field(min_length=1)
    holdings: dict[Name, dict[Asset, NotNegative]] = Field(
        default_factory=dict, description="coins kept elsewhere; they count in caps and NAV"
    )
    policy: Policy
    gate: GateConfig = Field(default_factory=GateConfig)
    signals: SignalsConfig = Field(default_factory=SignalsConfig)
    sources: SourcesConfig = Field(default_factory=SourcesConfig)
    notify: Notify = Field(default_factory=Notify)

    @property
    def money(self) -> frozenset[str]:
        """The base currency and the coins that are worth as much by the config's word."""
        return frozenset({self.base_currency, *self.stablecoins_at_par})

    @model_validator(mode="after")
    def names_exist(self) -> Self:
        """Refuse names that point at nothing."""
        known = tuple(self.accounts)
        caps, leverage = self.policy.caps, self.policy.leverage
        wrong = [
            (f"holdings.{n}", "an account has this name: choose another")
            for n in self.holdings
            if n in self.accounts
        ]
        wrong += [
            (f"policy.caps.account_weight_max.{n}", f"no such account: {nearest(n, known)}")
            for n in caps.account_weight_max
            if n != "default" and n not in known
        ]
        wrong += [
            (
                "policy.leverage.accept_cannot_tell",
                f"{w[:80]!r} is not ACCOUNT:WALLET: the accounts are {', '.join(known)}",
            )
            for w in leverage.accept_cannot_tell
            if w.partition(":")[0] not in known or not w.partition(":")[2]
        ]
        Mistakes.check(*wrong, *self._second_opinion())
        return self

    def _second_opinion(self) -> list[tuple[str, str]]:
        """Return what is wrong with the second opinion's name."""
        named = self.policy.price.second_opinion
        if named is None:
            return []
        key = "policy.price.second_opinion"
        venue = self.opinion_venue()
        if venue is None:
            known = [*self.accounts, *VENUES]
            return [(key, f"{named[:40]!r} is no account and no venue: {nearest(named, known)}")]
        if venue == PAPER:
            return [(key, "a paper account has no opinion of its own: name another venue")]
        if all(account.price_venue == venue for account in self.accounts.values()):
            return [(key, f"{venue} is the accounts' own venue: name another venue")]
        return []

    def opinion_venue(self) -> str | None:
        """Return the exchange id that gives the second opinion, or None."""
        named = self.policy.price.second_opinion or ""
        if named in self.accounts:
            return self.accounts[named].exchange
        return named if named in VENUES else None

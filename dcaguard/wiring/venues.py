"""Ways to the accounts' exchanges, opened when first asked for."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal

from dcaguard.adapters.config import Loaded
from dcaguard.core.config import PAPER, Account
from dcaguard.core.market import Quote
from dcaguard.ports import Clock, Journal, Venue
from dcaguard.wiring.place import place_of
from dcaguard.wiring.secrets import REDACTOR, account_secrets

# What a preview from stored data assumes of a real venue: ordinary taker fee and spread.
STORED_FEE = Decimal("0.001")
STORED_SPREAD = Decimal("0.0005")


class Venues:
    """Opens each account's way to its exchange once, and remembers a failure."""

    def __init__(
        self,
        loaded: Loaded,
        journal: Journal,
        clock: Clock,
        stack: ExitStack,
        *,
        simulated: bool,
    ) -> None:
        self._simulated = simulated
        self._loaded = loaded
        self._journal = journal
        self._clock = clock
        self._stack = stack
        self._open: dict[tuple[str, bool], Venue] = {}

    def venue(self, name: str) -> Venue:
        """Return a way that sends real orders on a live account, simulated ones elsewhere."""
        account = self._loaded.config.accounts[name]
        return self._way(name, dry=not (account.live or account.exchange == PAPER))

    def real_venue(self, name: str) -> Venue:
        """Return the way to the exchange itself: what was sent there once is looked up there."""
        return self._way(name, dry=False)

    def dry_venue(self, name: str) -> Venue:
        """Return a way that reads what is real and never sends anything."""
        return self._way(name, dry=True)

    def _way(self, name: str, *, dry: bool) -> Venue:
        key = (name, dry)
        if key not in self._open:
            self._open[key] = self._dry(name) if dry else self._real(name)
        return self._open[key]

    def _real(self, name: str) -> Venue:
        account = self._loaded.config.accounts[name]
        if account.exchange == PAPER:
            return self._paper(name, account)
        if self._simulated:
            return self._stored(name)
        from dcaguard.adapters.venues.opening import open_ccxt_venue

        venue = open_ccxt_venue(
            name,
            account.exchange,
            account_secrets(self._loaded, account),
            base_url=account.base_url,
            sandbox=account.sandbox,
            cache_path=place_of(self._loaded).cache,
            clock=self._clock,
            secrets=REDACTOR,
        )
        self._stack.callback(venue.close)
        return venue

    def _dry(self, name: str) -> Venue:
        from dcaguard.adapters.venues.dry import DryVenue

        return DryVenue(self._way(name, dry=False), self._clock)

    def _paper(self, name: str, account: Account) -> Venue:
        from dcaguard.adapters.venues.paper import PaperVenue

        place = place_of(self._loaded)
        venue = PaperVenue(
            account=name,
            balances=account.balances,
            price_of=self._price_of(account),
            fee=account.fee,
            spread=account.spread,
            state_path=place.paper(name),
            clock=self._clock,
            depth_quote=account.depth_quote,
            at_par={"USD", *self._loaded.config.stablecoins_at_par},
        )
        self._stack.callback(venue.close)
        return venue

    def _stored(self, name: str) -> Venue:
        """Return a real account as the journal knew it: a made-up time never asks the network."""
        from dcaguard.adapters.venues.paper import PaperVenue
        from dcaguard.app.prices import price_from_readings, stored_balances

        now = self._clock.now()
        venue = PaperVenue(
            account=name,
            balances=stored_balances(self._journal, name, now),
            price_of=lambda asset: price_from_readings(self._journal, asset, now),
            fee=STORED_FEE,
            spread=STORED_SPREAD,
            state_path=None,
            clock=self._clock,
            at_par={"USD", *self._loaded.config.stablecoins_at_par},
        )
        self._stack.callback(venue.close)
        return venue

    def _price_of(self, account: Account) -> Callable[[str], tuple[Decimal, datetime, str] | None]:
        if account.prices == "series":
            from dcaguard.app.prices import price_from_readings

            # One pass asks for the same price several times; readings do not change within it.
            known: dict[tuple[str, datetime, str], tuple[Decimal, datetime, str] | None] = {}

            def newest(asset: str) -> tuple[Decimal, datetime, str] | None:
                key = (asset, self._clock.now(), self._journal.readings_mark())
                if key not in known:
                    if any(old[1:] != key[1:] for old in known):
                        known.clear()
                    known[key] = price_from_readings(self._journal, asset, key[1])
                return known[key]

            return newest
        from dcaguard.app.prices import price_from_venue

        public = self.public(account.prices)
        return lambda asset: price_from_venue(public, asset, self._loaded.config)

    def public(self, exchange: str) -> Venue:
        """Return an exchange's public side: markets and prices, no key."""
        key = (f"public:{exchange}", False)
        if key not in self._open:
            from dcaguard.adapters.venues.opening import open_ccxt_venue

            venue = open_ccxt_venue(
                exchange,
                exchange,
                {},
                base_url=self._base_url_of(exchange),
                sandbox=False,
                cache_path=place_of(self._loaded).cache,
                clock=self._clock,
            )
            self._stack.callback(venue.close)
            self._open[key] = venue
        return self._open[key]

    def _base_url_of(self, exchange: str) -> str | None:
        """Return the base_url that an account of the same exchange is told to use."""
        rows = self._loaded.config.accounts.values()
        return next((a.base_url for a in rows if a.exchange == exchange and a.base_url), None)


def second_opinion(
    loaded: Loaded, venues: Venues
) -> Callable[[Sequence[str]], Mapping[str, Quote]] | None:
    """Return what asks the second venue for its public quotes; None when none is configured."""
    name = loaded.config.policy.price.second_opinion
    if name is None:
        return None

    def ask(symbols: Sequence[str]) -> Mapping[str, Quote]:
        own = name in loaded.config.accounts
        venue = venues.dry_venue(name) if own else venues.public(name)
        known = venue.markets(symbols)
        return venue.quotes([symbol for symbol in symbols if symbol in known])

    return ask

"""Balances, rights, markets and prices of several accounts, read side by side, as values."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal

from dcaguard.app.world import CLOCK_SKEW_MAX_SECONDS, World
from dcaguard.core.account import AccountView, Holding
from dcaguard.core.config import PAPER, Config
from dcaguard.core.errors import DcaguardError, ExitCode, TryAgainError
from dcaguard.core.market import Market, Quote
from dcaguard.core.money import ONE, times
from dcaguard.core.portfolio import Portfolio, build, par_prices
from dcaguard.core.reason import Code
from dcaguard.core.situation import Trouble
from dcaguard.ports import Venue

_WORKERS_MAX = 16


@dataclass(frozen=True, slots=True)
class Looked:
    """What one account answered; a failure leaves the rest as far as it came."""

    account: str
    view: AccountView | None = None
    markets: Mapping[str, Market] = field(default_factory=dict)
    quotes: Mapping[str, Quote] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    failure: DcaguardError | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What to read from one account."""

    venue: Venue
    symbols: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()  # to be priced beside what the account holds
    value_all: bool = False  # whether every held asset must be priced (NAV is needed)


def look(world: World, asks: Sequence[Ask]) -> dict[str, Looked]:
    """Read every venue in a thread of its own: the whole takes the longest chain, not the sum."""
    if not asks:
        return {}
    base = world.config.base_currency
    at_par = (base, *world.config.stablecoins_at_par)

    def one(ask: Ask) -> Looked:
        return _look_at(ask, base, at_par, check_skew=not world.simulated_time)

    # A paper account and the journal that prices it are SQLite files of this thread, and fast.
    remote = [ask for ask in asks if ask.venue.exchange != PAPER]
    if len(remote) <= 1:
        return {ask.venue.account: one(ask) for ask in asks}
    with ThreadPoolExecutor(max_workers=min(len(remote), _WORKERS_MAX)) as pool:
        answers = pool.map(one, remote)
        found = {ask.venue.account: one(ask) for ask in asks if ask.venue.exchange == PAPER}
        found |= {looked.account: looked for looked in answers}
    return {ask.venue.account: found[ask.venue.account] for ask in asks}


def _look_at(ask: Ask, base: str, at_par: Iterable[str], *, check_skew: bool) -> Looked:
    venue = ask.venue
    found = Looked(venue.account)
    try:
        if check_skew:
            refuse_skew(venue)
        view = venue.look()
        found = Looked(venue.account, view)
        markets = venue.markets(ask.symbols) if ask.symbols else {}
        quotes = venue.quotes([s for s in ask.symbols if s in markets]) if markets else {}
        found = Looked(venue.account, view, markets, quotes)
        wanted = set(ask.assets)
        if ask.value_all:
            wanted |= {h.asset for h in view.holdings if h.total or h.debt}
        wanted -= {*at_par}
        if base != "USD":
            wanted.add("USD")
        prices = _from_quotes(quotes, base, at_par)
        prices |= _asked(venue, wanted - prices.keys(), base, at_par)
        return Looked(venue.account, view, markets, quotes, prices)
    except DcaguardError as error:
        return Looked(found.account, found.view, found.markets, found.quotes, {}, error)


def _asked(
    venue: Venue, assets: Iterable[str], base: str, at_par: Iterable[str]
) -> dict[str, Decimal]:
    """Price assets by the venue's own pairs: against the base currency, else a coin at par.

    Many venues have no dollar pairs at all: there a coin's price in USDT is its price in USD.
    """
    lacking = set(assets)
    prices = dict(venue.prices(sorted(lacking), base)) if lacking else {}
    usd = ONE if base == "USD" else prices.get("USD")
    if usd is None and "USD" in lacking:
        # Without a dollar pair a coin that is worth a dollar by the config's word tells it.
        coins = [coin for coin in at_par if coin != base]
        by_coin = venue.prices(coins, base)
        usd = next((by_coin[coin] for coin in coins if coin in by_coin), None)
        prices |= {} if usd is None else {"USD": usd}
    for coin in at_par:
        lacking -= prices.keys()
        if coin == base or usd is None or not lacking:
            continue
        found = venue.prices(sorted(lacking), coin)
        prices |= {asset: times(price, usd) for asset, price in found.items()}
    return prices


def refuse_skew(venue: Venue) -> None:
    """Raise TryAgainError (75) when our clock and the venue's differ by more than a second."""
    skew = venue.clock_skew_seconds()
    if abs(skew) > CLOCK_SKEW_MAX_SECONDS:
        raise ClockSkewError(venue.account, skew)


class ClockSkewError(TryAgainError):
    """This machine's clock and the venue's differ too much to sign or to date anything."""

    def __init__(self, account: str, skew_seconds: float) -> None:
        super().__init__(
            f"account {account}: the venue's clock differs from ours by {skew_seconds:+.1f} s: "
            "synchronise this machine's clock (NTP) and run again"
        )


def _from_quotes(
    quotes: Mapping[str, Quote], base: str, at_par: Iterable[str]
) -> dict[str, Decimal]:
    """Price a bought asset by the quote that is at hand already, when its quote coin is at par."""
    prices = {}
    for symbol, quote in quotes.items():
        asset, _, money = symbol.partition("/")
        if quote.bid is not None and money in at_par and base in {"USD", money}:
            prices[asset] = quote.bid
    return prices


def portfolio_of(
    config: Config, looked: Mapping[str, Looked], *, kept_elsewhere: bool = True
) -> tuple[Portfolio, dict[str, Decimal]]:
    """Return everything the accounts and the cold places hold, valued, and the prices used."""
    merged: dict[str, Decimal] = {}
    for one in looked.values():
        for asset, price in one.prices.items():
            merged.setdefault(asset, price)
    prices = par_prices(merged, config.base_currency, config.stablecoins_at_par)
    views = [one.view for one in looked.values() if one.view is not None]
    return build(views, config.holdings if kept_elsewhere else {}, prices), prices


def cash_base(view: AccountView, money: Iterable[str], prices: Mapping[str, Decimal]) -> Decimal:
    """Return the value of an account's spendable quote balances, in base currency."""
    return _valued(view, money, prices, lambda holding: holding.total)


def locked_base(view: AccountView, money: Iterable[str], prices: Mapping[str, Decimal]) -> Decimal:
    """Return what of an account's quote balances is locked for orders, in base currency."""
    return _valued(view, money, prices, lambda holding: holding.used)


def _valued(
    view: AccountView,
    money: Iterable[str],
    prices: Mapping[str, Decimal],
    amount: Callable[[Holding], Decimal],
) -> Decimal:
    assets = set(money)
    return sum(
        (
            times(amount(holding), prices[holding.asset])
            for holding in view.holdings
            if holding.spendable and holding.asset in assets and holding.asset in prices
        ),
        Decimal(0),
    )


_TROUBLES: Mapping[ExitCode, Code] = {
    ExitCode.VENUE_UNAVAILABLE: Code.VENUE_UNAVAILABLE,
    ExitCode.TEMPFAIL: Code.RATE_LIMITED,
    ExitCode.DATA_INVALID: Code.BALANCE_UNKNOWN,
    ExitCode.NOPERM: Code.KEY_REFUSED,
    ExitCode.CONFIG: Code.CREDENTIALS_UNUSABLE,
    ExitCode.NO_INPUT: Code.CREDENTIALS_UNUSABLE,
    ExitCode.IO: Code.ACCOUNT_FILE_UNUSABLE,
}


def trouble_of(error: DcaguardError) -> Trouble:
    """Return what a venue's failure means for a tranche on its account."""
    if isinstance(error, ClockSkewError):
        return Trouble(Code.CLOCK_SKEW, str(error))
    return Trouble(_TROUBLES.get(error.exit_code, Code.VENUE_UNAVAILABLE), str(error))


def quotes_or_none(
    fetch: Callable[[Sequence[str]], Mapping[str, Quote]] | None, symbols: Sequence[str]
) -> Mapping[str, Quote]:
    """Return a second venue's quotes; an empty answer when it fails (the decision then waits)."""
    if fetch is None:
        return {}
    try:
        return fetch(symbols)
    except DcaguardError:
        return {}

"""Prices for the paper exchange: from readings as they were known, or from a public venue."""

from datetime import datetime, timedelta
from decimal import Decimal

from dcaguard.core.config import Config
from dcaguard.core.money import ZERO, quotient
from dcaguard.core.reading import Reading
from dcaguard.ports import Journal, Venue

# A daily close carries its day's date and is true at that day's end.
_DAY = timedelta(days=1)


def close_time(reading: Reading) -> datetime:
    """Return when a price reading was true: the end of its day for a daily close."""
    at = reading.as_of
    daily = at.hour == at.minute == at.second == at.microsecond == 0
    return at + _DAY if daily else at


def price_from_readings(
    journal: Journal, asset: str, now: datetime
) -> tuple[Decimal, datetime, str] | None:
    """Return (USD price, when it was true, where from) of the newest reading known at `now`."""
    series = f"px.{asset}"
    newest = None
    for reading in journal.readings(until=now, series=[series]):
        if newest is None or (reading.as_of, reading.observed_at) >= (
            newest.as_of,
            newest.observed_at,
        ):
            newest = reading
    if newest is None or newest.value <= ZERO:
        return None
    return newest.value, min(close_time(newest), newest.observed_at), f"series {series}"


def price_from_venue(
    venue: Venue, asset: str, config: Config
) -> tuple[Decimal, datetime, str] | None:
    """Return a public venue's middle price of an asset against a coin at par."""
    for money in (*config.stablecoins_at_par, config.base_currency):
        symbol = f"{asset}/{money}"
        if symbol not in venue.markets([symbol]):
            continue
        quote = venue.quotes([symbol]).get(symbol)
        if quote is not None and quote.bid is not None and quote.ask is not None:
            return quotient(quote.bid + quote.ask, Decimal(2)), quote.at, quote.source
    return None


def stored_balances(journal: Journal, account: str, at: datetime) -> dict[str, Decimal]:
    """Return what an account's wallets held when they were last written down before `at`."""
    newest: list[object] = []
    for entry in journal.entries("balances", account):
        if entry.at <= at:
            rows = entry.body["rows"]
            assert isinstance(rows, list)
            newest = rows
    held: dict[str, Decimal] = {}
    for row in newest:
        assert isinstance(row, dict)
        asset = str(row["asset"])
        held[asset] = held.get(asset, ZERO) + Decimal(str(row["free"]))
    return held

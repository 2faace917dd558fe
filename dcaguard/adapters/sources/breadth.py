"""How many coins rise or fall together, from their daily closes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dcaguard.core.money import quotient

_MEAN_DAYS = 50
_LOW_DAYS = 30
_WEEK = 7
_COINS_MIN = 10
_PLACES = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares (0 to 1) of the coins with full history on one day."""

    above_50dma: Decimal
    at_30d_low: Decimal
    beats_btc_7d: Decimal


def shares(closes: Mapping[str, Mapping[date, Decimal]]) -> list[tuple[date, Shares]]:
    """Return the shares of each day on which at least ten coins besides BTC have full history."""
    bitcoin = closes.get("BTC", {})
    coins = [series for name, series in closes.items() if name != "BTC"]
    found = []
    for day in sorted(bitcoin):
        windows = [window for coin in coins if (window := _window(coin, day))]
        reference = _window(bitcoin, day)
        if reference and len(windows) >= _COINS_MIN:
            found.append((day, _shares(windows, reference)))
    return found


def _window(closes: Mapping[date, Decimal], day: date) -> list[Decimal] | None:
    """Return the last 50 closes up to `day`, or None when one is missing."""
    days = [day - timedelta(days=back) for back in range(_MEAN_DAYS)]
    if any(wanted not in closes for wanted in days):
        return None
    return [closes[wanted] for wanted in reversed(days)]


def _shares(windows: list[list[Decimal]], bitcoin: list[Decimal]) -> Shares:
    week = quotient(bitcoin[-1], bitcoin[-1 - _WEEK])
    above = sum(w[-1] > quotient(sum(w, Decimal(0)), Decimal(len(w))) for w in windows)
    low = sum(w[-1] <= min(w[-_LOW_DAYS:]) for w in windows)
    beating = sum(quotient(w[-1], w[-1 - _WEEK]) > week for w in windows)
    return Shares(*(_share(count, len(windows)) for count in (above, low, beating)))


def _share(count: int, of: int) -> Decimal:
    return quotient(Decimal(count), Decimal(of)).quantize(_PLACES)

"""A venue that does not answer for the spot wallet is down or busy: neither clean nor leveraged."""

import re

from dcaguard.adapters.venues.line import RATE_LIMITED
from dcaguard.core.account import AccountView, Proof
from dcaguard.core.errors import TryAgainError, VenueUnavailableError
from dcaguard.core.portfolio import SPOT

# ccxt's names of failures, as the guard keeps them in `unread` before status and text.
_DOWN = frozenset(
    {"ExchangeNotAvailable", "OnMaintenance", "NetworkError", "RequestTimeout", "TransportError"}
)


def heard(view: AccountView) -> AccountView:
    """Return the view unless the spot wallet was not answered for; 75 when busy, 69 when down.

    A violation that was seen elsewhere is graver than any silence, and is kept.
    """
    if any(check.result is Proof.VIOLATED for check in view.checks):
        return view
    for line in view.unread:
        wallet, _, why = line.partition(": ")
        told = f"account {view.account}: {line}"
        if wallet == SPOT and _busy(why):
            raise TryAgainError(f"{told}: nothing was sent; run again later.")
        if wallet == SPOT and _down(why):
            raise VenueUnavailableError(f"{told}: nothing was sent; run again when it answers.")
    return view


def _status(why: str) -> int | None:
    found = re.search(r", HTTP (\d+)", why)
    return int(found[1]) if found else None


def _busy(why: str) -> bool:
    """Tell a rate limit by its status: ccxt's class is not to be trusted behind another host."""
    return _status(why) in RATE_LIMITED


def _down(why: str) -> bool:
    status = _status(why)
    if status is not None and status >= 500:
        return True
    # Some venues say "unavailable" with 200; a bare 403 or 404 says nothing of the kind.
    return why.partition(",")[0] in _DOWN and status in {None, 200}

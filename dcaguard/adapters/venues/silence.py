"""A venue that does not answer for the spot wallet is down or busy: neither clean nor leveraged."""

from dcaguard.core.account import AccountView, Proof
from dcaguard.core.errors import TryAgainError, VenueUnavailableError
from dcaguard.core.portfolio import SPOT

# ccxt's names of these failures, as the guard keeps them in `unread`.
_BUSY = frozenset({"RateLimitExceeded", "DDoSProtection"})
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
        name = why.partition(",")[0]
        if wallet == SPOT and name in _BUSY:
            raise TryAgainError(f"account {view.account}: {line}: run again later.")
        if wallet == SPOT and name in _DOWN:
            raise VenueUnavailableError(
                f"account {view.account}: {line}: nothing was sent; run again when it answers."
            )
    return view

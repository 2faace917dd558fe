"""The shapes of KuCoin's replies that several reads share."""

from dcaguard.adapters.venues.profile import Probe
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    not_negative,
    words,
    zero,
)

OK = (("code", words("200000")),)
CLASSIC, UNIFIED = words("classic"), words("unified")
_ORDER = Place(symbol="symbol", side="side", id="id")


def wallet_read(name: str, kind: str, *, spendable: bool) -> Probe:
    """Return one read: wallet."""
    return Probe(
        name,
        name,
        "privateGetAccounts",
        "/api/v1/accounts",
        (
            Rows(
                "data.*",
                not_negative(DEBT, "balance", "available"),
                "currency",
                Funds("currency", total="balance", used="holds", spendable=spendable),
            ),
        ),
        params={"type": kind},
        envelope=OK,
        modes=CLASSIC,
    )


def futures_read(currency: str) -> Probe:
    """Return one read: futures."""
    return Probe(
        f"futures-{currency.lower()}",
        "futures",
        "futuresPrivateGetAccountOverview",
        "/api/v1/account-overview",
        (
            Rows(
                "data",
                not_negative(DEBT, "accountEquity")
                + zero(POSITIONS, "positionMargin")
                + zero(ORDERS, "orderMargin"),
                "currency",
                Funds("currency", total="accountEquity", free="availableBalance"),
            ),
        ),
        params={"currency": currency},
        envelope=OK,
        modes=CLASSIC,
    )


def open_orders(name: str, call: str, path: str, params: dict[str, object]) -> Probe:
    """Return one read: open orders."""
    wallet = "futures" if call.startswith("futures") else "margin"
    return Probe(
        name,
        wallet,
        call,
        path,
        (Rows("data.items.*", presence=ORDERS, place=_ORDER),),
        params=params,
        envelope=OK,
        modes=CLASSIC,
    )


def isolated_read(leg: str) -> Rows:
    """Return one read: isolated."""
    return Rows(
        "data.assets.*",
        zero(DEBT, f"{leg}.liability")
        + zero(INTEREST, f"{leg}.interest")
        + zero(ORDERS, f"{leg}.hold"),
        f"{leg}.currency",
        Funds(
            f"{leg}.currency",
            total=f"{leg}.total",
            used=f"{leg}.hold",
            debt=(f"{leg}.liability", f"{leg}.interest"),
        ),
        place=Place(symbol="symbol"),
    )

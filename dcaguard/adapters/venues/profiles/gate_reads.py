"""The shapes of Gate's replies that several reads share."""

from dcaguard.adapters.venues.profile import Probe
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    LOANS,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    Words,
    not_negative,
    words,
    zero,
)

CLASSIC, UNIFIED = words("classic"), words("unified")
NOBODY = ("USER_NOT_FOUND", "MARGIN_NOT_FOUND", "CROSS_ACCOUNT_NOT_FOUND")
ORDER = Place(symbol="contract", side="", id="id")


def scope_read(wallet: str, group: str, settle: str) -> tuple[Probe, ...]:
    """Return the reads: scope."""
    call = f"private{group.capitalize()}GetSettle"
    path = f"/api/v4/{group}/{settle}"
    unused = ("futures",) if group == "futures" else ("delivery",)
    params: dict[str, object] = {"settle": settle}
    place = Place(
        symbol="contract",
        notional="value",
        notional_asset="USDT" if settle == "usdt" else "BTC",
    )
    opened = Rows("*", presence=ORDERS, place=ORDER, subject="contract")
    return (
        Probe(
            wallet,
            wallet,
            f"{call}Accounts",
            f"{path}/accounts",
            (
                Rows(
                    "",
                    not_negative(DEBT, "total")
                    + zero(POSITIONS, "position_margin")
                    + zero(ORDERS, "order_margin"),
                    "currency",
                    Funds("currency", total="total"),
                ),
            ),
            params=params,
            no_account=NOBODY,
            unused=unused,
        ),
        Probe(
            f"{wallet}-positions",
            wallet,
            f"{call}Positions",
            f"{path}/positions",
            (Rows("*", zero(POSITIONS, "size"), "contract", place=place),),
            params=params,
            no_account=NOBODY,
            unused=unused,
            after=wallet,
        ),
        Probe(
            f"{wallet}-orders",
            wallet,
            f"{call}Orders",
            f"{path}/orders",
            (opened,),
            params=params | {"status": "open"},
            no_account=NOBODY,
            unused=unused,
            after=wallet,
        ),
        Probe(
            f"{wallet}-price-orders",
            wallet,
            f"{call}PriceOrders",
            f"{path}/price_orders",
            (opened,),
            params=params | {"status": "open"},
            no_account=NOBODY,
            unused=unused,
            after=wallet,
        ),
    )


def isolated_read(leg: str) -> Rows:
    """Return one read: isolated."""
    return Rows(
        "*",
        zero(DEBT, f"{leg}.borrowed")
        + zero(INTEREST, f"{leg}.interest")
        + zero(ORDERS, f"{leg}.locked"),
        f"{leg}.currency",
        Funds(
            f"{leg}.currency",
            free=f"{leg}.available",
            used=f"{leg}.locked",
            debt=(f"{leg}.borrowed", f"{leg}.interest"),
        ),
        place=Place(symbol="currency_pair"),
    )


def open_loans(name: str, call: str, path: str, modes: Words = frozenset()) -> Probe:
    """Return one read of open loans: every row is one."""
    return Probe(
        name,
        "loans",
        call,
        path,
        (
            Rows(
                "*",
                presence=LOANS,
                subject="currency",
                place=Place(symbol="currency", id="amount"),
            ),
        ),
        secondary=True,
        modes=modes,
    )

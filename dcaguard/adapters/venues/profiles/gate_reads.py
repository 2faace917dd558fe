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
    """Return the reads of one group of contracts: account, positions, orders, triggered orders."""
    account = Rows(
        "",
        not_negative(DEBT, "total")
        + zero(POSITIONS, "position_margin")
        + zero(ORDERS, "order_margin"),
        "currency",
        Funds("currency", total="total"),
    )
    money = "USDT" if settle == "usdt" else "BTC"
    place = Place(symbol="contract", notional="value", notional_asset=money)
    positions = Rows("*", zero(POSITIONS, "size"), "contract", place=place)
    opened = Rows("*", presence=ORDERS, place=ORDER, subject="contract")

    def probe(name: str, path: str, rows: Rows, after: str = wallet, **asked: object) -> Probe:
        return Probe(
            name,
            wallet,
            f"private{group.capitalize()}GetSettle{path.title().replace('_', '')}",
            f"/api/v4/{group}/{settle}/{path}",
            (rows,),
            params={"settle": settle} | asked,
            no_account=NOBODY,
            unused=("futures",) if group == "futures" else ("delivery",),
            after=after,
        )

    return (
        probe(wallet, "accounts", account, after=""),
        probe(f"{wallet}-positions", "positions", positions),
        probe(f"{wallet}-orders", "orders", opened, status="open"),
        probe(f"{wallet}-price-orders", "price_orders", opened, status="open"),
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

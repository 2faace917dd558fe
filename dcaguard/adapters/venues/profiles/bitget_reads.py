"""The shapes of Bitget's replies that several reads share."""

from dcaguard.adapters.venues.profile import Probe
from dcaguard.core.account import Proof
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    Rule,
    Want,
    not_negative,
    words,
    zero,
)

OK = (("code", words("00000")),)
CLASSIC, UNIFIED = words("classic"), words("unified")
PRODUCTS = ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")
_PLANS = ("normal_plan", "profit_loss")
# `authorities` of the key, by the venue's own short names: ...r reads, ...w writes.
READ = "readonly read coor cpor stor stow smor ttor wtor wwor"
HARM = "coow cpow smow ttow wtow wwow withdraw transfer contract_trade margin_trade futures_trade"


def margin_read(kind: str, path: str) -> Probe:
    """Return one read: margin."""
    return Probe(
        kind,
        kind,
        f"privateMarginGetV2Margin{path.capitalize()}AccountAssets",
        f"/api/v2/margin/{path}/account/assets",
        (
            Rows(
                "data.*",
                (
                    *zero(DEBT, "borrow"),
                    *zero(INTEREST, "interest"),
                    *not_negative(DEBT, "net"),
                    # The venue lists isolated orders pair by pair only; an order freezes coins.
                    Rule(ORDERS, "frozen", Want.ZERO, finding=Proof.CANNOT_TELL),
                ),
                "coin",
                Funds("coin", free="available", used="frozen", debt=("borrow", "interest")),
            ),
        ),
        envelope=OK,
        modes=CLASSIC,
        unused=("margin",),
    )


def futures_read(product: str) -> tuple[Probe, ...]:
    """Return the reads of one kind of futures: accounts, positions, orders and planned orders."""
    accounts = Rows(
        "data.*",
        not_negative(DEBT, "accountEquity", "available"),
        "marginCoin",
        Funds("marginCoin", total="accountEquity", used="locked"),
    )
    held = Place(symbol="symbol", side="holdSide")
    positions = Rows("data.*", zero(POSITIONS, "total"), "symbol", place=held)
    orders = _entrusted(Place(symbol="symbol", side="side", id="orderId"))
    return (
        _mix(product, "accounts", "AccountAccounts", accounts),
        _mix(product, "positions", "PositionAllPosition", positions),
        _mix(product, "orders", "OrderOrdersPending", orders),
        *(
            _mix(product, f"{plan}-orders", "OrderOrdersPlanPending", orders, planType=plan)
            for plan in _PLANS
        ),
    )


_MIX_PATHS = {
    "AccountAccounts": "account/accounts",
    "PositionAllPosition": "position/all-position",
    "OrderOrdersPending": "order/orders-pending",
    "OrderOrdersPlanPending": "order/orders-plan-pending",
}


def _mix(product: str, name: str, call: str, rows: Rows, **asked: str) -> Probe:
    """Return one read of the futures' interface for one kind of futures."""
    wallet = product.lower()
    return Probe(
        f"{wallet}-{name}",
        wallet,
        f"privateMixGetV2Mix{call}",
        f"/api/v2/mix/{_MIX_PATHS[call]}",
        (rows,),
        params={"productType": product} | asked,
        envelope=OK,
        modes=CLASSIC,
        unused=("futures",),
    )


def _entrusted(place: Place) -> Rows:
    # The venue writes null for an empty list of orders.
    return Rows("data.entrustedList.*", presence=ORDERS, place=place, null_is_empty=True)


def unified_read(name: str, call: str, path: str, category: str) -> Probe:
    """Return one read: unified."""
    orders = "orders" in path
    return Probe(
        name,
        category.lower(),
        call,
        path,
        (
            Rows(
                "data.list.*",
                () if orders else zero(POSITIONS, "total"),
                "symbol",
                place=Place("symbol", "side", "orderId") if orders else Place("symbol", "posSide"),
                presence=ORDERS if orders else "",
                null_is_empty=True,
            ),
        ),
        params={"category": category},
        envelope=OK,
        modes=UNIFIED,
    )

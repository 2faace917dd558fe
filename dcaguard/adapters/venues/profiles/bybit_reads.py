"""The shapes of Bybit's replies that several reads share."""

from dcaguard.adapters.venues.profile import Pages, Probe
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    MODES,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    blank_or_zero,
    not_negative,
    only,
    words,
    zero,
)

OK = (("retCode", words("0")),)
SCOPES = (
    ("linear-usdt", "linear", "USDT"),
    ("linear-usdc", "linear", "USDC"),
    ("inverse", "inverse", ""),
    ("option", "option", ""),
)
PAGES = Pages("result.nextPageCursor", "cursor")


def _params(category: str, settle: str) -> dict[str, object]:
    params: dict[str, object] = {"category": category, "limit": 50}
    return params | ({"settleCoin": settle} if settle else {})


def open_positions(name: str, category: str, settle: str) -> Probe:
    """Return one read: open positions."""
    place = Place(
        symbol="symbol", side="side", notional="positionValue", notional_asset=settle or ""
    )
    return Probe(
        f"{name}-positions",
        name,
        "privateGetV5PositionList",
        "/v5/position/list",
        (Rows("result.list.*", zero(POSITIONS, "size"), "symbol", place=place),),
        params=_params(category, settle),
        envelope=OK,
        pages=PAGES,
    )


def open_orders(name: str, category: str, settle: str) -> Probe:
    """Return one read: open orders."""
    place = Place(symbol="symbol", side="side", id="orderId")
    return Probe(
        f"{name}-orders",
        name,
        "privateGetV5OrderRealtime",
        "/v5/order/realtime",
        (Rows("result.list.*", presence=ORDERS, subject="symbol", place=place),),
        params=_params(category, settle),
        envelope=OK,
    )


_COIN_RULES = (
    *blank_or_zero(DEBT, "spotBorrow"),
    *zero(DEBT, "borrowAmount", blank=True),
    *zero(INTEREST, "accruedInterest", blank=True),
    *not_negative(DEBT, "walletBalance", "equity", blank=True),
    *blank_or_zero(POSITIONS, "totalPositionIM"),
)


def wallet_read(kind: str, mode: str, *, spendable: bool) -> Probe:
    """Return one read: wallet."""
    name = "spot" if kind in {"UNIFIED", "SPOT"} else kind.lower()
    return Probe(
        f"wallet-{kind.lower()}",
        name,
        "privateGetV5AccountWalletBalance",
        "/v5/account/wallet-balance",
        (
            Rows("result.list.*", only(MODES, "accountType", kind), nonempty=True),
            Rows(
                "result.list.*.coin.*",
                _COIN_RULES,
                "coin",
                Funds(
                    "coin",
                    total="walletBalance",
                    used="locked",
                    debt=("borrowAmount",),
                    blank=True,
                    spendable=spendable,
                ),
            ),
        ),
        params={"accountType": kind},
        envelope=OK,
        modes=words(mode),
    )

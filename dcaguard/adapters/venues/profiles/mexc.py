"""MEXC: one spot wallet and futures; spot margin has been withdrawn."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
    IP_LOCK,
    KEY_RIGHTS,
    LOANS,
    MODES,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    not_negative,
    one_of,
    zero,
)

_OK = (("success", frozenset({"true"})),)
_PRIVATE = "/api/v1/private"


def _orders(name: str, call: str, path: str, params: dict[str, object]) -> Probe:
    return Probe(
        name,
        "futures",
        call,
        f"{_PRIVATE}/{path}",
        (
            Rows(
                "data.*",
                presence=ORDERS,
                place=Place(symbol="symbol", id="orderId"),
                null_is_empty=True,
            ),
        ),
        params=params,
        envelope=_OK,
    )


PROFILE = VenueProfile(
    exchange="mexc",
    title="MEXC",
    receive_window_seconds=5,
    client_order_id_param="newClientOrderId",
    client_order_id_style="hex32",
    probes=(
        Probe(
            "spot",
            "spot",
            "spotPrivateGetAccount",
            "/api/v3/account",
            (
                Rows("", one_of(MODES, "accountType", "spot", bad="margin")),
                Rows(
                    "balances.*",
                    not_negative(DEBT, "free", "locked"),
                    "asset",
                    Funds("asset", free="free", used="locked", spendable=True),
                ),
            ),
        ),
        Probe(
            "futures",
            "futures",
            "contractPrivateGetAccountAssets",
            f"{_PRIVATE}/account/assets",
            (
                Rows(
                    "data.*",
                    not_negative(DEBT, "equity", "cashBalance") + zero(POSITIONS, "positionMargin"),
                    "currency",
                    Funds("currency", total="equity", used="frozenBalance"),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "futures-positions",
            "futures",
            "contractPrivateGetPositionOpenPositions",
            f"{_PRIVATE}/position/open_positions",
            (
                Rows(
                    "data.*",
                    zero(POSITIONS, "holdVol"),
                    "symbol",
                    place=Place(symbol="symbol"),
                    null_is_empty=True,
                ),
            ),
            envelope=_OK,
        ),
        _orders(
            "futures-orders",
            "contractPrivateGetOrderListOpenOrders",
            "order/list/open_orders",
            {"page_size": 100},
        ),
        _orders(
            "futures-plan-orders",
            "contractPrivateGetPlanorderListOrders",
            "planorder/list/orders",
            {"states": "1", "page_size": 100},
        ),
        _orders(
            "futures-stop-orders",
            "contractPrivateGetStoporderOpenOrders",
            "stoporder/open_orders",
            {},
        ),
    ),
    # The account's `canWithdraw` is no right of the key, and nothing tells of transfers.
    cannot_prove={
        KEY_RIGHTS: "key: MEXC does not tell a key's rights",
        IP_LOCK: "key: MEXC does not tell a key's addresses",
    },
    not_covered=(
        NotCovered("margin", DEBT, "the venue has withdrawn spot margin: not covered"),
        NotCovered(LOANS, LOANS, "loans have no read in this interface: not covered"),
        NotCovered("earn", "balances", "earn has no read in this interface: not covered"),
    ),
    manual={
        DEBT: "At MEXC: deposit what is below zero.",
        POSITIONS: "At MEXC: Futures, Positions, Close all.",
        ORDERS: "At MEXC: Futures, Open and Trigger Orders, Cancel all.",
        KEY_RIGHTS: "At MEXC: API management: make a key with Spot only.",
        MODES: "At MEXC: use a spot account.",
    },
)

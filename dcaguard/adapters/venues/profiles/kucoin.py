"""KuCoin: trade and main wallets, margin, futures per currency, or the unified account."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.kucoin_reads import (
    CLASSIC,
    OK,
    UNIFIED,
    futures_read,
    isolated_read,
    open_orders,
    wallet_read,
)
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    IP_LOCK,
    KEY_RIGHTS,
    MODES,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    locked,
    not_negative,
    one_of,
    rights,
    zero,
)

PROFILE = VenueProfile(
    exchange="kucoin",
    title="KuCoin",
    receive_window_seconds=5,
    client_order_id_param="clientOid",
    client_order_id_style="hex32",
    probes=(
        Probe(
            "mode",
            "account",
            "utaPrivateGetAccountMode",
            "/api/ua/v1/account/mode",
            (Rows("data", one_of(MODES, "selfAccountMode", "classic", advice="unified")),),
            envelope=OK,
            mode=ModeAt(
                "data.selfAccountMode",
                {"classic": "classic", "unified": "unified"},
                {"classic": {"uta": False}, "unified": {"uta": True}},
            ),
        ),
        Probe(
            "key",
            "key",
            "privateGetUserApiKey",
            "/api/v1/user/api-key",
            (
                Rows(
                    "data",
                    rights(
                        "permission",
                        "general spot earn",
                        "margin futures withdrawal withdraw transfer innertransfer"
                        " flextransfers flextransfer unified leadtradefutures trade",
                    )
                    + locked("ipWhitelist"),
                ),
            ),
            envelope=OK,
        ),
        wallet_read("spot", "trade", spendable=True),
        wallet_read("funding", "main", spendable=False),
        Probe(
            "margin",
            "margin",
            "privateGetMarginAccount",
            "/api/v1/margin/account",
            (
                Rows("data", zero(DEBT, "debtRatio")),
                Rows(
                    "data.accounts.*",
                    zero(DEBT, "liability") + not_negative(DEBT, "totalBalance"),
                    "currency",
                    Funds(
                        "currency",
                        total="totalBalance",
                        used="holdBalance",
                        debt=("liability",),
                    ),
                ),
            ),
            envelope=OK,
            modes=CLASSIC,
        ),
        Probe(
            "isolated",
            "isolated",
            "privateGetIsolatedAccounts",
            "/api/v3/isolated/accounts",
            (
                Rows("data", zero(DEBT, "totalLiabilityOfQuoteCurrency")),
                isolated_read("baseAsset"),
                isolated_read("quoteAsset"),
            ),
            envelope=OK,
            modes=CLASSIC,
        ),
        open_orders(
            "margin-orders",
            "privateGetOrders",
            "/api/v1/orders",
            {"status": "active", "tradeType": "MARGIN_TRADE"},
        ),
        open_orders(
            "isolated-orders",
            "privateGetOrders",
            "/api/v1/orders",
            {"status": "active", "tradeType": "MARGIN_ISOLATED_TRADE"},
        ),
        open_orders(
            "margin-stop-orders",
            "privateGetStopOrder",
            "/api/v1/stop-order",
            {"tradeType": "MARGIN_TRADE"},
        ),
        open_orders(
            "isolated-stop-orders",
            "privateGetStopOrder",
            "/api/v1/stop-order",
            {"tradeType": "MARGIN_ISOLATED_TRADE"},
        ),
        *(futures_read(currency) for currency in ("USDT", "USDC", "XBT")),
        Probe(
            "positions",
            "futures",
            "futuresPrivateGetPositions",
            "/api/v1/positions",
            (
                Rows(
                    "data.*",
                    zero(POSITIONS, "currentQty"),
                    "symbol",
                    place=Place(symbol="symbol", side="positionSide"),
                ),
            ),
            envelope=OK,
        ),
        open_orders(
            "futures-orders", "futuresPrivateGetOrders", "/api/v1/orders", {"status": "active"}
        ),
        open_orders("futures-stop-orders", "futuresPrivateGetStopOrders", "/api/v1/stopOrders", {}),
        Probe(
            "unified",
            "spot",
            "utaPrivateGetAccountModeAccountBalance",
            "/api/ua/v1/unified/account/balance",
            (
                Rows(
                    "data.accounts.*.currencies.*",
                    zero(DEBT, "liability") + not_negative(DEBT, "equity", "balance"),
                    "currency",
                    Funds(
                        "currency",
                        total="balance",
                        used="hold",
                        debt=("liability",),
                        spendable=True,
                    ),
                ),
            ),
            params={"accountMode": "unified"},
            envelope=OK,
            modes=UNIFIED,
        ),
        Probe(
            "unified-positions",
            "futures",
            "utaPrivateGetAccountModePositionOpenList",
            "/api/ua/v1/unified/position/open-list",
            (Rows("data.*", presence=POSITIONS, place=Place(symbol="symbol", id="size")),),
            params={"accountMode": "unified"},
            envelope=OK,
            modes=UNIFIED,
        ),
        Probe(
            "unified-orders",
            "futures",
            "utaPrivateGetAccountModeOrderOpenList",
            "/api/ua/v1/unified/order/open-list",
            (
                Rows(
                    "data.items.*",
                    presence=ORDERS,
                    place=Place(symbol="symbol", side="side", id="orderId"),
                ),
            ),
            params={"accountMode": "unified", "tradeType": "FUTURES"},
            envelope=OK,
            modes=UNIFIED,
        ),
    ),
    not_covered=(
        NotCovered("loans", "loans", "crypto lending has no read in this interface: not covered"),
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
        NotCovered(
            "unified-margin",
            ORDERS,
            "open margin orders of a unified account need a symbol: not covered",
        ),
    ),
    manual={
        DEBT: "At KuCoin: Assets, Margin Account, Repay.",
        INTEREST: "At KuCoin: Assets, Margin Account, Repay includes the interest.",
        POSITIONS: "At KuCoin: Futures, Positions, Close all.",
        ORDERS: "At KuCoin: Orders, Active Orders and Stop Orders, Cancel all.",
        MODES: "At KuCoin: Account mode: Classic.",
        KEY_RIGHTS: "At KuCoin: API Management, Edit: leave only General and Spot.",
        IP_LOCK: "At KuCoin: API Management, Edit: IP whitelist.",
    },
    notes=("Futures are one wallet for each currency: USDT, USDC and XBT are read.",),
)

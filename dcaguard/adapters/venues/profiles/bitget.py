"""Bitget: classic wallets or the unified account, every futures product type, loans and earn."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Overview, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.bitget_reads import (
    CLASSIC,
    HARM,
    OK,
    PRODUCTS,
    READ,
    UNIFIED,
    futures_read,
    margin_read,
    unified_read,
)
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    IP_LOCK,
    KEY_RIGHTS,
    LOANS,
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
    exchange="bitget",
    title="Bitget",
    receive_window_seconds=30,
    client_order_id_param="clientOid",
    client_order_id_style="hex32",
    probes=(
        Probe(
            "settings",
            "account",
            "privateUtaGetV3AccountSettings",
            "/api/v3/account/settings",
            (
                Rows(
                    "data",
                    one_of(MODES, "accountMode", "classic", advice="unified hybrid")
                    + one_of(
                        MODES,
                        "assetMode",
                        "single single_asset",
                        bad="union multi_assets multi multi_asset",
                        optional=True,
                    ),
                ),
            ),
            envelope=OK,
            # "You are in Classic Account mode, and the Unified Account API is not supported."
            no_account=("40084",),
            mode=ModeAt(
                "data.accountMode",
                {"classic": "classic", "unified": "unified", "hybrid": "unified"},
                {"classic": {"uta": False}, "unified": {"uta": True}},
                without="classic",
            ),
        ),
        Probe(
            "overview",
            "overview",
            "privateSpotGetV2AccountAllAccountBalance",
            "/api/v2/account/all-account-balance",
            overview=Overview("data.*", "accountType", "usdtBalance"),
            support=True,
            modes=CLASSIC,
        ),
        Probe(
            "key",
            "key",
            "privateSpotGetV2SpotAccountInfo",
            "/api/v2/spot/account/info",
            (Rows("data", rights("authorities", READ, HARM) + locked("ips")),),
            envelope=OK,
        ),
        Probe(
            "spot",
            "spot",
            "privateSpotGetV2SpotAccountAssets",
            "/api/v2/spot/account/assets",
            (
                Rows(
                    "data.*",
                    not_negative(DEBT, "available"),
                    "coin",
                    Funds("coin", free="available", used="frozen", spendable=True),
                ),
            ),
            envelope=OK,
            modes=CLASSIC,
        ),
        margin_read("margin", "crossed"),
        margin_read("isolated", "isolated"),
        Probe(
            "margin-orders",
            "margin",
            "privateMarginGetV2MarginCrossedOpenOrders",
            "/api/v2/margin/crossed/open-orders",
            (
                Rows(
                    "data.orderList.*",
                    presence=ORDERS,
                    place=Place(symbol="symbol", side="side", id="orderId"),
                    null_is_empty=True,
                ),
            ),
            params={"startTime": 0},
            envelope=OK,
            modes=CLASSIC,
            unused=("margin",),
        ),
        *(probe for product in PRODUCTS for probe in futures_read(product)),
        Probe(
            "unified",
            "spot",
            "privateUtaGetV3AccountAssets",
            "/api/v3/account/assets",
            (
                Rows("data", zero(POSITIONS, "imr")),
                Rows(
                    "data.assets.*",
                    zero(DEBT, "debt") + not_negative(DEBT, "equity", "balance"),
                    "coin",
                    Funds("coin", total="balance", used="locked", debt=("debt",), spendable=True),
                ),
            ),
            envelope=OK,
            modes=UNIFIED,
        ),
        *(
            unified_read(
                f"uta-{c.lower()}-positions",
                "privateUtaGetV3PositionCurrentPosition",
                "/api/v3/position/current-position",
                c,
            )
            for c in PRODUCTS
        ),
        *(
            unified_read(
                f"uta-{c.lower()}-orders",
                "privateUtaGetV3TradeUnfilledOrders",
                "/api/v3/trade/unfilled-orders",
                c,
            )
            for c in (*PRODUCTS, "MARGIN")
        ),
        *(
            unified_read(
                f"uta-{c.lower()}-strategy-orders",
                "privateUtaGetV3TradeUnfilledStrategyOrders",
                "/api/v3/trade/unfilled-strategy-orders",
                c,
            )
            for c in PRODUCTS
        ),
        Probe(
            "funding",
            "funding",
            "privateUtaGetV3AccountFundingAssets",
            "/api/v3/account/funding-assets",
            (Rows("data.*", (), "coin", Funds("coin", total="balance", used="frozen")),),
            envelope=OK,
            modes=UNIFIED,
        ),
        Probe(
            "loans",
            "loans",
            "privateEarnGetV2EarnLoanOngoingOrders",
            "/api/v2/earn/loan/ongoing-orders",
            (
                Rows(
                    "data.*",
                    presence=LOANS,
                    subject="loanCoin",
                    place=Place(symbol="loanCoin", id="orderId"),
                ),
            ),
            envelope=OK,
            secondary=True,
        ),
        Probe(
            "earn",
            "earn",
            "privateEarnGetV2EarnAccountAssets",
            "/api/v2/earn/account/assets",
            (Rows("data.*", (), "coin", Funds("coin", total="amount")),),
            envelope=OK,
            secondary=True,
        ),
    ),
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
    ),
    manual={
        DEBT: "At Bitget: Assets, Margin, Repay.",
        INTEREST: "At Bitget: Assets, Margin, Repay includes the interest.",
        POSITIONS: "At Bitget: Futures, Positions, Close all.",
        ORDERS: "At Bitget: Futures, Open orders and Trigger orders, Cancel all.",
        LOANS: "At Bitget: Earn, Crypto loans, Repay.",
        MODES: "At Bitget: Settings, Asset mode: single-asset; or return to the classic account.",
        KEY_RIGHTS: "At Bitget: API management, Edit: leave only Spot, Trade and Read.",
        IP_LOCK: "At Bitget: API management, Edit: bind IP addresses.",
    },
)

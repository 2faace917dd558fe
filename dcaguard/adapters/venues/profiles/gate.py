"""Gate: classic wallets or the unified account, five derivative scopes, three kinds of loans."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Overview, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.gate_reads import (
    CLASSIC,
    NOBODY,
    ORDER,
    UNIFIED,
    isolated_read,
    open_loans,
    scope_read,
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
    blank_or_zero,
    locked,
    not_negative,
    one_of,
    only,
    zero,
)

PROFILE = VenueProfile(
    exchange="gate",
    title="Gate",
    receive_window_seconds=60,
    client_order_id_param="text",
    client_order_id_style="t-hex26",
    probes=(
        Probe(
            "detail",
            "account",
            "privateAccountGetDetail",
            "/api/v4/account/detail",
            (Rows("", locked("ip_whitelist") + one_of(MODES, "key.mode", "1", advice="2")),),
            mode=ModeAt(
                "key.mode",
                {"1": "classic", "2": "unified"},
                {"classic": {"unifiedAccount": False}, "unified": {"unifiedAccount": True}},
            ),
        ),
        Probe(
            "overview",
            "overview",
            "privateWalletGetTotalBalance",
            "/api/v4/wallet/total_balance",
            support=True,
            overview=Overview("details.{}", "", "amount"),
        ),
        Probe(
            "spot",
            "spot",
            "privateSpotGetAccounts",
            "/api/v4/spot/accounts",
            (
                Rows(
                    "*",
                    not_negative(DEBT, "available", "locked"),
                    "currency",
                    Funds("currency", free="available", used="locked", spendable=True),
                ),
            ),
            modes=CLASSIC,
        ),
        Probe(
            "unified",
            "spot",
            "privateUnifiedGetAccounts",
            "/api/v4/unified/accounts",
            (
                Rows(
                    "",
                    zero(DEBT, "borrowed", "unified_account_total_liab")
                    + blank_or_zero(POSITIONS, "total_initial_margin"),
                ),
                Rows(
                    "balances.{}",
                    zero(DEBT, "borrowed", "negative_liab", "futures_pos_liab", "total_liab")
                    + not_negative(DEBT, "equity", "available"),
                    "",
                    Funds(
                        "",
                        free="available",
                        used="freeze",
                        debt=("borrowed", "negative_liab"),
                        spendable=True,
                    ),
                ),
            ),
            modes=UNIFIED,
        ),
        Probe(
            "unified-mode",
            "account",
            "privateUnifiedGetUnifiedMode",
            "/api/v4/unified/unified_mode",
            (
                Rows(
                    "",
                    one_of(
                        MODES,
                        "mode",
                        "classic single_currency",
                        bad="multi_currency portfolio",
                    ),
                ),
            ),
            modes=UNIFIED,
        ),
        open_loans("unified-loans", "privateUnifiedGetLoans", "/api/v4/unified/loans", UNIFIED),
        Probe(
            "isolated",
            "isolated",
            "privateMarginGetAccounts",
            "/api/v4/margin/accounts",
            (isolated_read("base"), isolated_read("quote")),
            no_account=NOBODY,
            unused=("margin",),
        ),
        Probe(
            "cross",
            "cross",
            "privateMarginGetCrossAccounts",
            "/api/v4/margin/cross/accounts",
            (
                Rows("", zero(DEBT, "borrowed") + zero(INTEREST, "interest")),
                Rows(
                    "balances.{}",
                    zero(DEBT, "borrowed") + zero(INTEREST, "interest") + zero(ORDERS, "freeze"),
                    "",
                    Funds("", free="available", used="freeze", debt=("borrowed", "interest")),
                ),
            ),
            no_account=NOBODY,
            unused=("cross_margin",),
            modes=CLASSIC,
            # The venue has withdrawn classic cross margin at some hosts.
            secondary=True,
        ),
        open_loans("uni-loans", "privateMarginGetUniLoans", "/api/v4/margin/uni/loans"),
        Probe(
            "spot-orders",
            "spot",
            "privateSpotGetOpenOrders",
            "/api/v4/spot/open_orders",
            (
                Rows(
                    "*.orders.*",
                    only(ORDERS, "account", "spot unified"),
                    "currency_pair",
                    place=Place(symbol="currency_pair", side="side", id="id"),
                    full_page=100,
                ),
            ),
        ),
        Probe(
            "spot-price-orders",
            "spot",
            "privateSpotGetPriceOrders",
            "/api/v4/spot/price_orders",
            (
                Rows(
                    "*",
                    only(ORDERS, "put.account", "normal spot unified"),
                    "market",
                    place=Place(symbol="market", side="put.side", id="id"),
                    full_page=100,
                ),
            ),
            params={"status": "open"},
        ),
        *scope_read("futures-usdt", "futures", "usdt"),
        *scope_read("futures-btc", "futures", "btc"),
        *scope_read("delivery-usdt", "delivery", "usdt"),
        Probe(
            "options",
            "options",
            "privateOptionsGetPositions",
            "/api/v4/options/positions",
            (Rows("*", zero(POSITIONS, "size"), "contract", place=Place(symbol="contract")),),
            no_account=NOBODY,
            unused=("options",),
        ),
        Probe(
            "options-orders",
            "options",
            "privateOptionsGetOrders",
            "/api/v4/options/orders",
            (Rows("*", presence=ORDERS, place=ORDER, subject="contract"),),
            params={"status": "open"},
            no_account=NOBODY,
            unused=("options",),
            after="options",
        ),
        open_loans(
            "collateral", "privateLoanGetCollateralOrders", "/api/v4/loan/collateral/orders"
        ),
        open_loans(
            "multi-collateral",
            "privateLoanGetMultiCollateralOrders",
            "/api/v4/loan/multi_collateral/orders",
        ),
        Probe(
            "earn",
            "earn",
            "privateEarnGetUniLends",
            "/api/v4/earn/uni/lends",
            (Rows("*", (), "currency", Funds("currency", total="amount")),),
            secondary=True,
        ),
    ),
    cannot_prove={KEY_RIGHTS: "key: Gate does not tell a key's rights"},
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
    ),
    manual={
        DEBT: "At Gate: Assets, Margin or Unified Account, Repay.",
        INTEREST: "At Gate: Assets, Margin, Repay includes the interest.",
        POSITIONS: "At Gate: Futures, Delivery or Options, Positions, Close all.",
        ORDERS: "At Gate: Orders, Open and Conditional, Cancel all.",
        LOANS: "At Gate: Finance, Crypto Loan, Repay.",
        MODES: "At Gate: Account mode: Classic or single currency.",
        IP_LOCK: "At Gate: API keys, Edit: IP whitelist.",
    },
    notes=("Order ids may be looked up for about an hour after the end of an order.",),
)

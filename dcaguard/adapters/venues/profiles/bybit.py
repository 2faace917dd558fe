"""Bybit: the unified account or the classic ones, four derivative scopes, loans and earn."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.bybit_reads import (
    OK,
    PAGES,
    SCOPES,
    open_orders,
    open_positions,
    wallet_read,
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
    nothing,
    off,
    one_of,
    rights,
    words,
    zero,
)

PROFILE = VenueProfile(
    exchange="bybit",
    title="Bybit",
    receive_window_seconds=5,
    client_order_id_param="orderLinkId",
    client_order_id_style="hex32",
    probes=(
        Probe(
            "key",
            "key",
            "privateGetV5UserQueryApi",
            "/v5/user/query-api",
            (
                Rows(
                    "result",
                    rights(
                        "permissions.Wallet",
                        "",
                        "withdraw accounttransfer submembertransfer submembertransferlist",
                        blank=True,
                    )
                    + rights("permissions.Spot", "spottrade", "", blank=True)
                    + nothing(
                        KEY_RIGHTS,
                        "permissions.ContractTrade",
                        "permissions.Options",
                        "permissions.Derivatives",
                    )
                    + nothing(
                        KEY_RIGHTS,
                        "permissions.CopyTrading",
                        "permissions.BlockTrade",
                        optional=True,
                    )
                    + locked("ips"),
                ),
            ),
            envelope=OK,
            mode=ModeAt(
                "result.uta",
                {"1": "unified", "0": "classic"},
                {
                    "unified": {"enableUnifiedMargin": False, "enableUnifiedAccount": True},
                    "classic": {"enableUnifiedMargin": False, "enableUnifiedAccount": False},
                },
            ),
        ),
        Probe(
            "account",
            "account",
            "privateGetV5AccountInfo",
            "/v5/account/info",
            (
                Rows(
                    "result",
                    one_of(MODES, "unifiedMarginStatus", "1", advice="3 4 5 6")
                    + one_of(
                        MODES,
                        "marginMode",
                        "isolated_margin",
                        advice="regular_margin",
                        bad="portfolio_margin",
                    )
                    + off(MODES, "spotHedgingStatus", optional=True),
                ),
            ),
            envelope=OK,
        ),
        Probe(
            "spot-margin",
            "spot",
            "privateGetV5SpotMarginTradeState",
            "/v5/spot-margin-trade/state",
            (Rows("result", off(MODES, "spotMarginMode")),),
            envelope=OK,
            modes=words("unified"),
        ),
        wallet_read("UNIFIED", "unified", spendable=True),
        wallet_read("SPOT", "classic", spendable=True),
        wallet_read("CONTRACT", "classic", spendable=False),
        Probe(
            "cross-margin",
            "margin",
            "privateGetV5SpotCrossMarginTradeAccount",
            "/v5/spot-cross-margin-trade/account",
            (
                Rows(
                    "result",
                    zero(DEBT, "debtBalanceSum") + off(MODES, "switchStatus", optional=True),
                ),
                Rows(
                    "result.loanAccountList.*",
                    zero(DEBT, "loan") + zero(INTEREST, "interest"),
                    "tokenId",
                ),
            ),
            modes=words("classic"),
            secondary=True,
        ),
        *(open_positions(*scope) for scope in SCOPES),
        *(open_orders(*scope) for scope in SCOPES),
        Probe(
            "spot-orders",
            "spot",
            "privateGetV5OrderRealtime",
            "/v5/order/realtime",
            (
                Rows(
                    "result.list.*",
                    zero(ORDERS, "isLeverage", blank=True),
                    "symbol",
                    place=Place(symbol="symbol", side="side", id="orderId"),
                ),
            ),
            params={"category": "spot", "limit": 50},
            envelope=OK,
            pages=PAGES,
        ),
        Probe(
            "funding",
            "funding",
            "privateGetV5AssetTransferQueryAccountCoinsBalance",
            "/v5/asset/transfer/query-account-coins-balance",
            (
                Rows(
                    "result.balance.*",
                    not_negative(DEBT, "walletBalance"),
                    "coin",
                    Funds("coin", total="walletBalance"),
                ),
            ),
            params={"accountType": "FUND"},
            envelope=OK,
        ),
        Probe(
            "loans",
            "loans",
            "privateGetV5CryptoLoanCommonPosition",
            "/v5/crypto-loan-common/position",
            (
                Rows("result", zero(LOANS, "totalDebt", blank=True)),
                Rows(
                    "result.borrowList.*",
                    presence=LOANS,
                    subject="loanCurrency",
                    place=Place(symbol="loanCurrency"),
                    optional=True,
                ),
            ),
            envelope=OK,
            secondary=True,
        ),
        Probe(
            "loans-legacy",
            "loans",
            "privateGetV5CryptoLoanOngoingOrders",
            "/v5/crypto-loan/ongoing-orders",
            (
                Rows(
                    "result.list.*",
                    presence=LOANS,
                    subject="loanCurrency",
                    place=Place(symbol="loanCurrency", id="orderId"),
                ),
            ),
            envelope=OK,
            secondary=True,
        ),
        Probe(
            "earn",
            "earn",
            "privateGetV5EarnPosition",
            "/v5/earn/position",
            (Rows("result.list.*", (), "coin", Funds("coin", total="amount")),),
            params={"category": "FlexibleSaving"},
            envelope=OK,
            secondary=True,
        ),
    ),
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
    ),
    manual={
        DEBT: "At Bybit: Assets, Unified Trading, Repay.",
        INTEREST: "At Bybit: Assets, Unified Trading, Repay includes the interest.",
        POSITIONS: "At Bybit: Derivatives, Positions, Close all.",
        ORDERS: "At Bybit: Orders, Current Orders, Cancel all.",
        LOANS: "At Bybit: Finance, Crypto Loans, Repay.",
        MODES: "At Bybit: Unified Trading, Margin Mode and Spot Margin Trading.",
        KEY_RIGHTS: "At Bybit: API, Edit: leave only Spot, Trade.",
        IP_LOCK: "At Bybit: API, Edit: only IPs with permissions.",
    },
    notes=("A unified account is advice: it can borrow only where spot margin is switched on.",),
)

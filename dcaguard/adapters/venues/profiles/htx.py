"""HTX: every account of the login by its number, margin loans, and three kinds of contracts."""

from dcaguard.adapters.venues.profile import Each, NotCovered, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.htx_reads import (
    OK,
    OK_V2,
    OPEN_ORDERS,
    SPOT,
    account_read,
    contract_positions_read,
    contract_wallet_read,
    v5_read,
)
from dcaguard.core.policy.rules import (
    BALANCES,
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
    Rule,
    Want,
    locked,
    not_negative,
    one_of,
    rights,
    words,
    zero,
)

PROFILE = VenueProfile(
    exchange="htx",
    title="HTX",
    receive_window_seconds=60,
    client_order_id_param="client-order-id",
    client_order_id_style="hex32",
    probes=(
        Probe("uid", "key", "v2PrivateGetUserUid", "/v2/user/uid", envelope=OK_V2, support=True),
        Probe(
            "key",
            "key",
            "v2PrivateGetUserApiKey",
            "/v2/user/api-key",
            (
                Rows(
                    "data.*",
                    rights("permission", "readonly trade", "withdraw") + locked("ipAddresses"),
                    nonempty=True,
                ),
            ),
            params={"accessKey": "{key}"},
            envelope=OK_V2,
            each=Each("uid", "", {"uid": "data"}),
        ),
        Probe(
            "accounts",
            "accounts",
            "privateGetAccountAccounts",
            "/v1/account/accounts",
            (
                Rows(
                    "data.*",
                    (
                        Rule(
                            BALANCES,
                            "type",
                            Want.ONE_OF,
                            words(
                                "spot margin super-margin cross-margin otc otc-options point"
                                " investment borrow deposit-earning minepool etf crypto-loans"
                                " grid-trading spread-trading"
                            ),
                        ),
                    ),
                    "type",
                    nonempty=True,
                ),
            ),
            envelope=OK,
        ),
        account_read(Each("accounts", "data.*", {"id": "id"}, "type", only=("type", SPOT)), "spot"),
        account_read(
            Each("accounts", "data.*", {"id": "id"}, "type", skip=("type", SPOT)), "other"
        ),
        Probe(
            "margin-loans",
            "margin",
            "privateGetMarginLoanOrders",
            "/v1/margin/loan-orders",
            (
                Rows(
                    "data.*",
                    zero(LOANS, "loan-balance", "interest-balance"),
                    "currency",
                    place=Place(symbol="symbol"),
                ),
            ),
            params={"states": "created,accrual"},
            envelope=OK,
            secondary=True,
        ),
        Probe(
            "cross-margin-loans",
            "super-margin",
            "privateGetCrossMarginLoanOrders",
            "/v1/cross-margin/loan-orders",
            (Rows("data.*", zero(LOANS, "loan-balance", "interest-balance"), "currency"),),
            params={"state": "accrual"},
            envelope=OK,
            secondary=True,
        ),
        v5_read(
            "usdt-balance",
            "contractPrivateGetV5AccountBalance",
            "/v5/account/balance",
            (
                Rows("data", zero(POSITIONS, "initial_margin")),
                Rows(
                    "data.details.*",
                    not_negative(DEBT, "equity"),
                    "currency",
                    Funds("currency", total="equity"),
                ),
            ),
        ),
        v5_read(
            "usdt-mode",
            "contractPrivateGetV5AccountAssetMode",
            "/v5/account/asset_mode",
            (
                Rows(
                    "data",
                    one_of(
                        MODES,
                        "asset_mode",
                        "0 single single_asset",
                        bad="1 union multi multi_assets joint",
                    ),
                ),
            ),
        ),
        v5_read(
            "usdt-positions",
            "contractPrivateGetV5TradePositionOpens",
            "/v5/trade/position/opens",
            (
                Rows(
                    "data.*",
                    zero(POSITIONS, "volume"),
                    "contract_code",
                    place=Place(symbol="contract_code", side="direction"),
                    null_is_empty=True,
                ),
            ),
        ),
        v5_read(
            "usdt-orders",
            "contractPrivateGetV5TradeOrderOpens",
            "/v5/trade/order/opens",
            OPEN_ORDERS,
        ),
        v5_read(
            "usdt-algo-orders",
            "contractPrivateGetV5AlgoOrderOpens",
            "/v5/algo/order/opens",
            OPEN_ORDERS,
        ),
        contract_wallet_read(
            "coin-wallets",
            "contractPrivatePostApiV1ContractAccountInfo",
            "/api/v1/contract_account_info",
        ),
        contract_wallet_read(
            "coin-swap-wallets",
            "contractPrivatePostSwapApiV1SwapAccountInfo",
            "/swap-api/v1/swap_account_info",
        ),
        contract_positions_read(
            "coin-positions",
            "contractPrivatePostApiV1ContractPositionInfo",
            "/api/v1/contract_position_info",
        ),
        contract_positions_read(
            "coin-swap-positions",
            "contractPrivatePostSwapApiV1SwapPositionInfo",
            "/swap-api/v1/swap_position_info",
        ),
    ),
    not_covered=(
        NotCovered(
            "triggers-coin",
            ORDERS,
            "trigger orders of coin-margined contracts need a contract each: not covered",
        ),
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
    ),
    manual={
        DEBT: "At HTX: Assets, Margin, Repay.",
        INTEREST: "At HTX: Assets, Margin, Repay includes the interest.",
        POSITIONS: "At HTX: Derivatives, Positions, Close all.",
        ORDERS: "At HTX: Derivatives, Open Orders and Trigger Orders, Cancel all.",
        LOANS: "At HTX: Assets, Margin, Borrowing orders, Repay.",
        MODES: "At HTX: Futures preferences, Asset mode: single-asset.",
        KEY_RIGHTS: "At HTX: API management, Edit: leave only Read and Trade.",
        IP_LOCK: "At HTX: API management, Edit: bind IP addresses.",
    },
)

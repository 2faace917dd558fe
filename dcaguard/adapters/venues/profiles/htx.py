"""HTX: every account of the login by its number, margin loans, and three kinds of contracts."""

from dcaguard.adapters.venues.profile import Each, NotCovered, Probe, VenueProfile
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

_OK = (("status", words("ok")),)
_OK_V2 = (("code", words("200")),)
_OWED, _FREE, _USED = words("loan interest"), words("trade"), words("frozen lock bank")
_SPOT = words("spot")
_KNOWN = _OWED | _FREE | _USED | words("transfer-out-available loan-available")


def _contract_positions(name: str, call: str, path: str) -> Probe:
    place = Place(symbol="contract_code", side="direction")
    return Probe(
        name,
        "contracts-coin",
        call,
        path,
        (Rows("data.*", zero(POSITIONS, "volume"), "contract_code", place=place),),
        envelope=_OK,
    )


def _v5(name: str, call: str, path: str, rows: tuple[Rows, ...]) -> Probe:
    return Probe(name, "contracts-usdt", call, path, rows, envelope=_OK_V2)


def _account(each: Each, name: str) -> Probe:
    return Probe(
        name,
        name,
        "privateGetAccountAccountsIdBalance",
        r"/v1/account/accounts/\d+/balance",
        (
            Rows(
                "data.list.*",
                (
                    *one_of(BALANCES, "type", " ".join(_KNOWN)),
                    Rule(DEBT, "balance", Want.ZERO, when=("type", words("loan"))),
                    Rule(INTEREST, "balance", Want.ZERO, when=("type", words("interest"))),
                    Rule(DEBT, "balance", Want.NOT_NEGATIVE, when=("type", _FREE)),
                ),
                "currency",
                Funds(
                    "currency",
                    kind="type",
                    amount="balance",
                    free_kinds=_FREE,
                    used_kinds=_USED,
                    debt_kinds=_OWED,
                    spendable=name == "spot",
                ),
            ),
            Rows("data", zero(DEBT, "debt-balance-sum", optional=True)),
        ),
        envelope=_OK,
        each=each,
    )


_ORDERS = (
    Rows(
        "data.*",
        presence=ORDERS,
        place=Place(symbol="contract_code", side="side", id="order_id"),
        null_is_empty=True,
    ),
)

PROFILE = VenueProfile(
    exchange="htx",
    title="HTX",
    receive_window_seconds=60,
    client_order_id_param="client-order-id",
    client_order_id_style="hex32",
    probes=(
        Probe("uid", "key", "v2PrivateGetUserUid", "/v2/user/uid", envelope=_OK_V2, support=True),
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
            envelope=_OK_V2,
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
            envelope=_OK,
        ),
        _account(Each("accounts", "data.*", {"id": "id"}, "type", only=("type", _SPOT)), "spot"),
        _account(Each("accounts", "data.*", {"id": "id"}, "type", skip=("type", _SPOT)), "other"),
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
            envelope=_OK,
            secondary=True,
        ),
        Probe(
            "cross-margin-loans",
            "super-margin",
            "privateGetCrossMarginLoanOrders",
            "/v1/cross-margin/loan-orders",
            (Rows("data.*", zero(LOANS, "loan-balance", "interest-balance"), "currency"),),
            params={"state": "accrual"},
            envelope=_OK,
            secondary=True,
        ),
        _v5(
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
        _v5(
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
        _v5(
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
        _v5(
            "usdt-orders",
            "contractPrivateGetV5TradeOrderOpens",
            "/v5/trade/order/opens",
            _ORDERS,
        ),
        _v5(
            "usdt-algo-orders",
            "contractPrivateGetV5AlgoOrderOpens",
            "/v5/algo/order/opens",
            _ORDERS,
        ),
        _contract_positions(
            "coin-positions",
            "contractPrivatePostApiV1ContractPositionInfo",
            "/api/v1/contract_position_info",
        ),
        _contract_positions(
            "coin-swap-positions",
            "contractPrivatePostSwapApiV1SwapPositionInfo",
            "/swap-api/v1/swap_position_info",
        ),
    ),
    not_covered=(
        NotCovered(
            "contracts-coin",
            ORDERS,
            "open orders of coin-margined contracts need a contract each: not covered",
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

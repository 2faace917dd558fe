"""Bybit: the unified account or the classic ones, four derivative scopes, loans and earn."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Pages, Probe, VenueProfile
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
    nothing,
    off,
    one_of,
    only,
    rights,
    words,
    zero,
)

_OK = (("retCode", words("0")),)
_SCOPES = (
    ("linear-usdt", "linear", "USDT"),
    ("linear-usdc", "linear", "USDC"),
    ("inverse", "inverse", ""),
    ("option", "option", ""),
)
_PAGES = Pages("result.nextPageCursor", "cursor")


def _params(category: str, settle: str) -> dict[str, object]:
    params: dict[str, object] = {"category": category, "limit": 50}
    return params | ({"settleCoin": settle} if settle else {})


def _positions(name: str, category: str, settle: str) -> Probe:
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
        envelope=_OK,
        pages=_PAGES,
    )


def _orders(name: str, category: str, settle: str) -> Probe:
    place = Place(symbol="symbol", side="side", id="orderId")
    return Probe(
        f"{name}-orders",
        name,
        "privateGetV5OrderRealtime",
        "/v5/order/realtime",
        (Rows("result.list.*", presence=ORDERS, subject="symbol", place=place),),
        params=_params(category, settle),
        envelope=_OK,
    )


_COIN_RULES = (
    *blank_or_zero(DEBT, "spotBorrow"),
    *zero(DEBT, "borrowAmount", blank=True),
    *zero(INTEREST, "accruedInterest", blank=True),
    *not_negative(DEBT, "walletBalance", "equity", blank=True),
    *blank_or_zero(POSITIONS, "totalPositionIM"),
)


def _wallet(kind: str, mode: str, *, spendable: bool) -> Probe:
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
        envelope=_OK,
        modes=words(mode),
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
                    )
                    + rights("permissions.Spot", "spottrade", "")
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
            envelope=_OK,
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
            envelope=_OK,
        ),
        Probe(
            "spot-margin",
            "spot",
            "privateGetV5SpotMarginTradeState",
            "/v5/spot-margin-trade/state",
            (Rows("result", off(MODES, "spotMarginMode")),),
            envelope=_OK,
            modes=words("unified"),
        ),
        _wallet("UNIFIED", "unified", spendable=True),
        _wallet("SPOT", "classic", spendable=True),
        _wallet("CONTRACT", "classic", spendable=False),
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
        *(_positions(*scope) for scope in _SCOPES),
        *(_orders(*scope) for scope in _SCOPES),
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
            envelope=_OK,
            pages=_PAGES,
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
            envelope=_OK,
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
            envelope=_OK,
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
            envelope=_OK,
            secondary=True,
        ),
        Probe(
            "earn",
            "earn",
            "privateGetV5EarnPosition",
            "/v5/earn/position",
            (Rows("result.list.*", (), "coin", Funds("coin", total="amount")),),
            params={"category": "FlexibleSaving"},
            envelope=_OK,
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

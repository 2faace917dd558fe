"""Bitget: classic wallets or the unified account, every futures product type, loans and earn."""

from dcaguard.adapters.venues.profile import ModeAt, NotCovered, Overview, Probe, VenueProfile
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
    words,
    zero,
)

_OK = (("code", words("00000")),)
_CLASSIC, _UNIFIED = words("classic"), words("unified")
_PRODUCTS = ("USDT-FUTURES", "USDC-FUTURES", "COIN-FUTURES")
_PLANS = ("normal_plan", "profit_loss")
# `authorities` of the key, by the venue's own short names: ...r reads, ...w writes.
_READ = "readonly read coor cpor stor stow smor ttor wtor wwor"
_HARM = "coow cpow smow ttow wtow wwow withdraw transfer contract_trade margin_trade futures_trade"


def _margin(kind: str, path: str) -> Probe:
    return Probe(
        kind,
        kind,
        f"privateMarginGetV2Margin{path.capitalize()}AccountAssets",
        f"/api/v2/margin/{path}/account/assets",
        (
            Rows(
                "data.*",
                zero(DEBT, "borrow") + zero(INTEREST, "interest") + not_negative(DEBT, "net"),
                "coin",
                Funds("coin", free="available", used="frozen", debt=("borrow", "interest")),
            ),
        ),
        envelope=_OK,
        modes=_CLASSIC,
        unused=("margin",),
    )


def _futures(product: str) -> tuple[Probe, ...]:
    wallet = product.lower()
    params: dict[str, object] = {"productType": product}
    symbol = Place(symbol="symbol", side="side", id="orderId")
    return (
        Probe(
            f"{wallet}-accounts",
            wallet,
            "privateMixGetV2MixAccountAccounts",
            "/api/v2/mix/account/accounts",
            (
                Rows(
                    "data.*",
                    not_negative(DEBT, "accountEquity", "available"),
                    "marginCoin",
                    Funds("marginCoin", total="accountEquity", used="locked"),
                ),
            ),
            params=params,
            envelope=_OK,
            modes=_CLASSIC,
            unused=("futures",),
        ),
        Probe(
            f"{wallet}-positions",
            wallet,
            "privateMixGetV2MixPositionAllPosition",
            "/api/v2/mix/position/all-position",
            (
                Rows(
                    "data.*",
                    zero(POSITIONS, "total"),
                    "symbol",
                    place=Place(symbol="symbol", side="holdSide"),
                ),
            ),
            params=params,
            envelope=_OK,
            modes=_CLASSIC,
            unused=("futures",),
        ),
        Probe(
            f"{wallet}-orders",
            wallet,
            "privateMixGetV2MixOrderOrdersPending",
            "/api/v2/mix/order/orders-pending",
            (_entrusted(symbol),),
            params=params,
            envelope=_OK,
            modes=_CLASSIC,
            unused=("futures",),
        ),
        *(
            Probe(
                f"{wallet}-{plan}-orders",
                wallet,
                "privateMixGetV2MixOrderOrdersPlanPending",
                "/api/v2/mix/order/orders-plan-pending",
                (_entrusted(symbol),),
                params=params | {"planType": plan},
                envelope=_OK,
                modes=_CLASSIC,
                unused=("futures",),
            )
            for plan in _PLANS
        ),
    )


def _entrusted(place: Place) -> Rows:
    # The venue writes null for an empty list of orders.
    return Rows("data.entrustedList.*", presence=ORDERS, place=place, null_is_empty=True)


def _unified(name: str, call: str, path: str, category: str) -> Probe:
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
        envelope=_OK,
        modes=_UNIFIED,
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
            envelope=_OK,
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
            modes=_CLASSIC,
        ),
        Probe(
            "key",
            "key",
            "privateSpotGetV2SpotAccountInfo",
            "/api/v2/spot/account/info",
            (Rows("data", rights("authorities", _READ, _HARM) + locked("ips")),),
            envelope=_OK,
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
            envelope=_OK,
            modes=_CLASSIC,
        ),
        _margin("margin", "crossed"),
        _margin("isolated", "isolated"),
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
            envelope=_OK,
            modes=_CLASSIC,
            unused=("margin",),
        ),
        *(probe for product in _PRODUCTS for probe in _futures(product)),
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
            envelope=_OK,
            modes=_UNIFIED,
        ),
        *(
            _unified(
                f"uta-{c.lower()}-positions",
                "privateUtaGetV3PositionCurrentPosition",
                "/api/v3/position/current-position",
                c,
            )
            for c in _PRODUCTS
        ),
        *(
            _unified(
                f"uta-{c.lower()}-orders",
                "privateUtaGetV3TradeUnfilledOrders",
                "/api/v3/trade/unfilled-orders",
                c,
            )
            for c in (*_PRODUCTS, "MARGIN")
        ),
        *(
            _unified(
                f"uta-{c.lower()}-strategy-orders",
                "privateUtaGetV3TradeUnfilledStrategyOrders",
                "/api/v3/trade/unfilled-strategy-orders",
                c,
            )
            for c in _PRODUCTS
        ),
        Probe(
            "funding",
            "funding",
            "privateUtaGetV3AccountFundingAssets",
            "/api/v3/account/funding-assets",
            (Rows("data.*", (), "coin", Funds("coin", total="balance", used="frozen")),),
            envelope=_OK,
            modes=_UNIFIED,
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
            envelope=_OK,
            secondary=True,
        ),
        Probe(
            "earn",
            "earn",
            "privateEarnGetV2EarnAccountAssets",
            "/api/v2/earn/account/assets",
            (Rows("data.*", (), "coin", Funds("coin", total="amount")),),
            envelope=_OK,
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

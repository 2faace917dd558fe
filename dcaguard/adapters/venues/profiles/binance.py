"""Binance: spot, margin, three kinds of derivatives, portfolio margin, loans and earn."""

from dcaguard.adapters.venues.profile import NotCovered, Overview, Probe, VenueProfile
from dcaguard.adapters.venues.profiles.binance_reads import (
    ISOLATED,
    NO_MARGIN,
    PORTFOLIO,
    contracts,
    open_loans,
    open_orders,
    position,
)
from dcaguard.core.account import Proof
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
    Receipt,
    Rows,
    Rule,
    Want,
    locked,
    not_negative,
    off,
    one_of,
    words,
    zero,
)

PROFILE = VenueProfile(
    exchange="binance",
    title="Binance",
    receive_window_seconds=5,
    client_order_id_param="newClientOrderId",
    client_order_id_style="hex32",
    order_path_tested=True,
    receipts=(Receipt(r"LD(?!O$)(?P<asset>[A-Z0-9]{2,})"),),
    probes=(
        Probe(
            "overview",
            "bots",
            "sapiGetAssetWalletBalance",
            "/sapi/v1/asset/wallet/balance",
            (
                Rows(
                    "*",
                    (
                        Rule(
                            POSITIONS,
                            "balance",
                            Want.ZERO,
                            # No read shows what a bot trades, so money in one proves nothing.
                            finding=Proof.CANNOT_TELL,
                        ),
                    ),
                    "walletName",
                    when=("walletName", words("trading_bots") | {"trading bots"}),
                    nonempty=True,
                ),
            ),
            support=True,
            overview=Overview("*", "walletName", "balance", "activate"),
        ),
        Probe(
            "key",
            "key",
            "sapiGetAccountApiRestrictions",
            "/sapi/v1/account/apiRestrictions",
            (
                Rows(
                    "",
                    off(
                        KEY_RIGHTS,
                        "enableWithdrawals",
                        "enableInternalTransfer",
                        "permitsUniversalTransfer",
                        "enableMargin",
                        "enableFutures",
                        "enableVanillaOptions",
                        "enablePortfolioMarginTrading",
                    )
                    + locked("ipRestrict"),
                ),
            ),
        ),
        Probe(
            "spot",
            "spot",
            "privateGetAccount",
            "/api/v3/account",
            (
                Rows("", one_of(MODES, "accountType", "spot", bad="margin cross_margin futures")),
                Rows(
                    "balances.*",
                    not_negative(DEBT, "free", "locked"),
                    "asset",
                    Funds("asset", free="free", used="locked", spendable=True),
                ),
            ),
        ),
        Probe(
            "margin",
            "margin",
            "sapiGetMarginAccount",
            "/sapi/v1/margin/account",
            (
                Rows("", zero(DEBT, "totalLiabilityOfBtc", optional=True)),
                Rows(
                    "userAssets.*",
                    zero(DEBT, "borrowed")
                    + zero(INTEREST, "interest")
                    + not_negative(DEBT, "netAsset"),
                    "asset",
                    Funds("asset", free="free", used="locked", debt=("borrowed", "interest")),
                ),
            ),
            no_account=NO_MARGIN,
            unused=("Cross Margin",),
        ),
        open_orders(
            "margin-orders",
            "margin",
            "sapiGetMarginOpenOrders",
            "/sapi/v1/margin/openOrders",
            ("margin", "Cross Margin"),
        ),
        Probe(
            "isolated",
            "isolated",
            "sapiGetMarginIsolatedAccount",
            "/sapi/v1/margin/isolated/account",
            ISOLATED,
            no_account=("-3003", "-11001"),
            unused=("Isolated Margin",),
        ),
        contracts("usdm", "fapiPrivateV3GetAccount", "/fapi/v3/account", "USD-M Futures"),
        Probe(
            "usdm-mode",
            "usdm",
            "fapiPrivateGetMultiAssetsMargin",
            "/fapi/v1/multiAssetsMargin",
            (Rows("", off(MODES, "multiAssetsMargin")),),
            unused=("USD-M Futures",),
            after="usdm",
        ),
        open_orders(
            "usdm-orders",
            "usdm",
            "fapiPrivateGetOpenOrders",
            "/fapi/v1/openOrders",
            ("usdm", "USD-M Futures"),
        ),
        open_orders(
            "usdm-algo-orders",
            "usdm",
            "fapiPrivateGetOpenAlgoOrders",
            "/fapi/v1/openAlgoOrders",
            ("usdm", "USD-M Futures"),
        ),
        contracts("coinm", "dapiPrivateGetAccount", "/dapi/v1/account", "COIN-M Futures"),
        open_orders(
            "coinm-orders",
            "coinm",
            "dapiPrivateGetOpenOrders",
            "/dapi/v1/openOrders",
            ("coinm", "COIN-M Futures"),
        ),
        open_orders(
            "coinm-algo-orders",
            "coinm",
            "dapiPrivateGetOpenAlgoOrders",
            "/dapi/v1/openAlgoOrders",
            ("coinm", "COIN-M Futures"),
        ),
        position("options", "eapiPrivateGetPosition", "/eapi/v1/position", "quantity"),
        open_orders(
            "options-orders",
            "options",
            "eapiPrivateGetOpenOrders",
            "/eapi/v1/openOrders",
            ("options", "Options"),
        ),
        *PORTFOLIO,
        open_loans(
            "loans-flexible",
            "sapiV2GetLoanFlexibleOngoingOrders",
            "/sapi/v2/loan/flexible/ongoing/orders",
        ),
        open_loans("loans-fixed", "sapiGetLoanOngoingOrders", "/sapi/v1/loan/ongoing/orders"),
        open_loans("loans-vip", "sapiGetLoanVipOngoingOrders", "/sapi/v1/loan/vip/ongoing/orders"),
        Probe(
            "funding",
            "funding",
            "sapiPostAssetGetFundingAsset",
            "/sapi/v1/asset/get-funding-asset",
            (
                Rows(
                    "*",
                    not_negative(DEBT, "free"),
                    "asset",
                    Funds("asset", free="free", used="locked"),
                ),
            ),
            unused=("Funding",),
            secondary=True,
        ),
        # Flexible positions appear in the spot wallet as LD coins; only locked ones are read here.
        Probe(
            "earn",
            "earn",
            "sapiGetSimpleEarnLockedPosition",
            "/sapi/v1/simple-earn/locked/position",
            (Rows("rows.*", (), "asset", Funds("asset", total="amount")),),
            params={"size": 100},
            unused=("Earn",),
            secondary=True,
        ),
    ),
    not_covered=(
        NotCovered(
            "sub-accounts", "positions", "sub-accounts have logins of their own: not covered"
        ),
    ),
    manual={
        DEBT: "At Binance: Wallet, Margin, Repay, then transfer what is left to Spot.",
        INTEREST: "At Binance: Wallet, Margin, Repay includes the interest.",
        POSITIONS: "At Binance: Futures or Options, Positions, Close all at market.",
        ORDERS: "At Binance: Orders, the market's Open Orders, Cancel all.",
        LOANS: "At Binance: Finance, Crypto Loans, Ongoing Orders, Repay.",
        MODES: "At Binance: Futures settings, Asset Mode, Single-Asset; "
        "portfolio margin is left under Account, Portfolio Margin.",
        KEY_RIGHTS: "At Binance: API Management, Edit restrictions: leave only Reading and Spot.",
        IP_LOCK: "At Binance: API Management, Restrict access to trusted IPs only.",
    },
    notes=(
        "A spot key may not read some wallets; the wallet overview then shows them unused.",
        "Money in Trading Bots can not be looked into: accept bots if you know what they do.",
    ),
)

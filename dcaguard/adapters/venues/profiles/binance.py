"""Binance: spot, margin, three kinds of derivatives, portfolio margin, loans and earn."""

from dcaguard.adapters.venues.profile import NotCovered, Overview, Probe, VenueProfile
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
    Place,
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

_ORDER = Place(symbol="symbol", side="side", id="orderId")
_ALGO = Place(symbol="symbol", side="side", id="algoId")
_NO_MARGIN = ("-3003",)  # "Margin account does not exist."
_NOT_PORTFOLIO = ("-21001",)  # "Request ID is not a Portfolio Margin Account."
# A portfolio-margin account keeps its money in these three.
_PORTFOLIO_WALLETS = ("Cross Margin", "USD-M Futures", "COIN-M Futures")


def _pm_orders(kind: str) -> Probe:
    return Probe(
        f"pm-{kind}-orders",
        "portfolio",
        f"papiGet{kind.capitalize()}OpenOrders",
        f"/papi/v1/{kind}/openOrders",
        (Rows("*", presence=ORDERS, place=_ORDER, subject="symbol"),),
        no_account=_NOT_PORTFOLIO,
        unused=_PORTFOLIO_WALLETS,
        after="portfolio",
        secondary=True,
    )


def _orders(name: str, wallet: str, call: str, path: str, of: tuple[str, str]) -> Probe:
    after, unused = of
    place = _ALGO if "Algo" in call else _ORDER
    rows = (Rows("*", presence=ORDERS, place=place, subject="symbol"),)
    secondary = "Algo" in call
    return Probe(name, wallet, call, path, rows, unused=(unused,), after=after, secondary=secondary)


def _contracts(wallet: str, call: str, path: str, unused: str, no_account: str = "") -> Probe:
    linear = wallet == "usdm"
    place = Place(
        symbol="symbol",
        side="positionSide",
        notional="notional" if linear else "",
        notional_asset="USDT",
    )
    rows = (
        Rows(
            "assets.*",
            not_negative(DEBT, "walletBalance"),
            "asset",
            Funds("asset", total="walletBalance"),
        ),
        Rows("positions.*", zero(POSITIONS, "positionAmt"), "symbol", place=place),
    )
    codes = (no_account,) if no_account else ()
    return Probe(wallet, wallet, call, path, rows, unused=(unused,), no_account=codes)


def _position(name: str, call: str, path: str, amount: str) -> Probe:
    unused = _PORTFOLIO_WALLETS if name.startswith("pm-") else ("Options",)
    wallet = "portfolio" if name.startswith("pm-") else "options"
    rows = (
        Rows("*", zero(POSITIONS, amount), "symbol", place=Place(symbol="symbol", side="side")),
    )
    portfolio = wallet == "portfolio"
    return Probe(
        name,
        wallet,
        call,
        path,
        rows,
        unused=unused,
        after="portfolio" if portfolio else "",
        no_account=_NOT_PORTFOLIO if portfolio else (),
        secondary=portfolio,
    )


def _loans(name: str, call: str, path: str) -> Probe:
    rows = (
        Rows("", zero(LOANS, "total")),
        Rows("rows.*", presence=LOANS, subject="loanCoin", place=Place(symbol="loanCoin")),
    )
    return Probe(name, name, call, path, rows, secondary=True)


_ISOLATED = tuple(
    Rows(
        "assets.*",
        (
            *zero(DEBT, f"{leg}.borrowed"),
            *zero(INTEREST, f"{leg}.interest"),
            *zero(ORDERS, f"{leg}.locked"),
            *not_negative(DEBT, f"{leg}.netAsset"),
        ),
        f"{leg}.asset",
        Funds(
            f"{leg}.asset",
            free=f"{leg}.free",
            used=f"{leg}.locked",
            debt=(f"{leg}.borrowed", f"{leg}.interest"),
        ),
        place=Place(symbol="symbol"),
    )
    for leg in ("baseAsset", "quoteAsset")
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
                            when=("walletName", words("trading_bots") | {"trading bots"}),
                            # No read shows what a bot trades, so money in one proves nothing.
                            finding=Proof.CANNOT_TELL,
                        ),
                    ),
                    "walletName",
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
            no_account=_NO_MARGIN,
            unused=("Cross Margin",),
        ),
        _orders(
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
            _ISOLATED,
            no_account=("-3003", "-11001"),
            unused=("Isolated Margin",),
        ),
        _contracts("usdm", "fapiPrivateV3GetAccount", "/fapi/v3/account", "USD-M Futures"),
        Probe(
            "usdm-mode",
            "usdm",
            "fapiPrivateGetMultiAssetsMargin",
            "/fapi/v1/multiAssetsMargin",
            (Rows("", off(MODES, "multiAssetsMargin")),),
            unused=("USD-M Futures",),
            after="usdm",
        ),
        _orders(
            "usdm-orders",
            "usdm",
            "fapiPrivateGetOpenOrders",
            "/fapi/v1/openOrders",
            ("usdm", "USD-M Futures"),
        ),
        _orders(
            "usdm-algo-orders",
            "usdm",
            "fapiPrivateGetOpenAlgoOrders",
            "/fapi/v1/openAlgoOrders",
            ("usdm", "USD-M Futures"),
        ),
        _contracts("coinm", "dapiPrivateGetAccount", "/dapi/v1/account", "COIN-M Futures"),
        _orders(
            "coinm-orders",
            "coinm",
            "dapiPrivateGetOpenOrders",
            "/dapi/v1/openOrders",
            ("coinm", "COIN-M Futures"),
        ),
        _orders(
            "coinm-algo-orders",
            "coinm",
            "dapiPrivateGetOpenAlgoOrders",
            "/dapi/v1/openAlgoOrders",
            ("coinm", "COIN-M Futures"),
        ),
        _position("options", "eapiPrivateGetPosition", "/eapi/v1/position", "quantity"),
        _orders(
            "options-orders",
            "options",
            "eapiPrivateGetOpenOrders",
            "/eapi/v1/openOrders",
            ("options", "Options"),
        ),
        Probe(
            "portfolio",
            "portfolio",
            "sapiGetPortfolioAccount",
            "/sapi/v1/portfolio/account",
            (Rows("", presence=MODES, place=Place(id="accountType", symbol="accountStatus")),),
            no_account=_NOT_PORTFOLIO,
            unused=_PORTFOLIO_WALLETS,
            secondary=True,
        ),
        Probe(
            "pm-balance",
            "portfolio",
            "papiGetBalance",
            "/papi/v1/balance",
            (
                Rows(
                    "*",
                    zero(DEBT, "crossMarginBorrowed", "negativeBalance")
                    + zero(INTEREST, "crossMarginInterest"),
                    "asset",
                    Funds(
                        "asset",
                        total="totalWalletBalance",
                        debt=("crossMarginBorrowed", "crossMarginInterest"),
                    ),
                ),
            ),
            no_account=_NOT_PORTFOLIO,
            unused=_PORTFOLIO_WALLETS,
            after="portfolio",
            secondary=True,
        ),
        _position("pm-um", "papiGetUmPositionRisk", "/papi/v1/um/positionRisk", "positionAmt"),
        _position("pm-cm", "papiGetCmPositionRisk", "/papi/v1/cm/positionRisk", "positionAmt"),
        *(_pm_orders(kind) for kind in ("um", "cm", "margin")),
        _loans(
            "loans-flexible",
            "sapiV2GetLoanFlexibleOngoingOrders",
            "/sapi/v2/loan/flexible/ongoing/orders",
        ),
        _loans("loans-fixed", "sapiGetLoanOngoingOrders", "/sapi/v1/loan/ongoing/orders"),
        _loans("loans-vip", "sapiGetLoanVipOngoingOrders", "/sapi/v1/loan/vip/ongoing/orders"),
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

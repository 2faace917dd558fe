"""The shapes of Binance's replies that several reads share."""

from dcaguard.adapters.venues.profile import Probe
from dcaguard.core.policy.rules import (
    DEBT,
    INTEREST,
    LOANS,
    MODES,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    not_negative,
    zero,
)

_ORDER = Place(symbol="symbol", side="side", id="orderId")
_ALGO = Place(symbol="symbol", side="side", id="algoId")
NO_MARGIN = ("-3003",)  # "Margin account does not exist."
NOT_PORTFOLIO = ("-21001",)  # "Request ID is not a Portfolio Margin Account."
# A portfolio-margin account keeps its money in these three.
PORTFOLIO_WALLETS = ("Cross Margin", "USD-M Futures", "COIN-M Futures")


def pm_orders(kind: str) -> Probe:
    """Return one read: pm orders."""
    return Probe(
        f"pm-{kind}-orders",
        "portfolio",
        f"papiGet{kind.capitalize()}OpenOrders",
        f"/papi/v1/{kind}/openOrders",
        (Rows("*", presence=ORDERS, place=_ORDER, subject="symbol"),),
        no_account=NOT_PORTFOLIO,
        unused=PORTFOLIO_WALLETS,
        after="portfolio",
        secondary=True,
    )


def open_orders(name: str, wallet: str, call: str, path: str, of: tuple[str, str]) -> Probe:
    """Return the reads: open orders."""
    after, unused = of
    place = _ALGO if "Algo" in call else _ORDER
    rows = (Rows("*", presence=ORDERS, place=place, subject="symbol"),)
    secondary = "Algo" in call
    return Probe(name, wallet, call, path, rows, unused=(unused,), after=after, secondary=secondary)


def contracts(wallet: str, call: str, path: str, unused: str, no_account: str = "") -> Probe:
    """Return one read: contracts."""
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


def position(name: str, call: str, path: str, amount: str) -> Probe:
    """Return one read: position."""
    unused = PORTFOLIO_WALLETS if name.startswith("pm-") else ("Options",)
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
        no_account=NOT_PORTFOLIO if portfolio else (),
        secondary=portfolio,
    )


def open_loans(name: str, call: str, path: str) -> Probe:
    """Return one read: open loans."""
    rows = (
        Rows("", zero(LOANS, "total")),
        Rows("rows.*", presence=LOANS, subject="loanCoin", place=Place(symbol="loanCoin")),
    )
    return Probe(name, name, call, path, rows, secondary=True)


ISOLATED = tuple(
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

# A portfolio-margin account by itself is a finding; what it owes and holds is read beside it.
PORTFOLIO: tuple[Probe, ...] = (
    Probe(
        "portfolio",
        "portfolio",
        "sapiGetPortfolioAccount",
        "/sapi/v1/portfolio/account",
        (Rows("", presence=MODES, place=Place(id="accountType", symbol="accountStatus")),),
        no_account=NOT_PORTFOLIO,
        unused=PORTFOLIO_WALLETS,
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
        no_account=NOT_PORTFOLIO,
        unused=PORTFOLIO_WALLETS,
        after="portfolio",
        secondary=True,
    ),
    position("pm-um", "papiGetUmPositionRisk", "/papi/v1/um/positionRisk", "positionAmt"),
    position("pm-cm", "papiGetCmPositionRisk", "/papi/v1/cm/positionRisk", "positionAmt"),
    *(pm_orders(kind) for kind in ("um", "cm", "margin")),
)

"""OKX: one trading account for all markets, a funding account, loans and earn."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
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
    blank_or_zero,
    locked,
    not_negative,
    off,
    one_of,
    only,
    rights,
    words,
    zero,
)

_OK = (("code", words("0")),)
_ALGO_KINDS = ("conditional,oco", "trigger", "move_order_stop", "iceberg", "twap", "chase")


def _orders(name: str, call: str, path: str, params: dict[str, object]) -> Probe:
    algo = "Algo" in call
    return Probe(
        name,
        "trading",
        call,
        path,
        (
            Rows(
                "data.*",
                only(ORDERS, "tdMode", "cash"),
                "instId",
                place=Place(symbol="instId", side="side", id="algoId" if algo else "ordId"),
                presence=ORDERS,
                presence_except=("instType", words("spot")),
                full_page=100,
            ),
        ),
        params=params,
        envelope=_OK,
    )


def _bots(kind: str, call: str, path: str, algo: str) -> Probe:
    """Return one read of running contract bots: each trades with leverage of its own."""
    place = Place(symbol="instId", id="algoId")
    return Probe(
        f"bots-{kind}",
        "bots",
        call,
        f"/api/v5/tradingBot/{path}",
        (Rows("data.*", presence=POSITIONS, subject="instId", place=place),),
        params={"algoOrdType": algo},
        envelope=_OK,
        secondary=True,
    )


PROFILE = VenueProfile(
    exchange="okx",
    title="OKX",
    receive_window_seconds=30,
    client_order_id_param="clOrdId",
    client_order_id_style="hex32",
    probes=(
        Probe(
            "config",
            "account",
            "privateGetAccountConfig",
            "/api/v5/account/config",
            (
                Rows(
                    "data.*",
                    rights("perm", "read_only trade", "withdraw")
                    + locked("ip")
                    + one_of(MODES, "acctLv", "1", advice="2 3", bad="4")
                    + off(MODES, "autoLoan", "enableSpotBorrow"),
                    nonempty=True,
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "trading",
            "trading",
            "privateGetAccountBalance",
            "/api/v5/account/balance",
            (
                Rows(
                    "data.*",
                    blank_or_zero(DEBT, "borrowFroz", "notionalUsdForBorrow")
                    + blank_or_zero(
                        POSITIONS,
                        "notionalUsd",
                        "notionalUsdForFutures",
                        "notionalUsdForSwap",
                        "notionalUsdForOption",
                    ),
                    nonempty=True,
                ),
                Rows(
                    "data.*.details.*",
                    zero(DEBT, "liab", "crossLiab", "isoLiab", "uplLiab", blank=True)
                    + zero(INTEREST, "interest", blank=True)
                    + not_negative(DEBT, "cashBal", "eq", blank=True),
                    "ccy",
                    Funds(
                        "ccy",
                        total="cashBal",
                        used="frozenBal",
                        debt=("liab", "interest"),
                        blank=True,
                        spendable=True,
                    ),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "positions",
            "trading",
            "privateGetAccountPositions",
            "/api/v5/account/positions",
            (
                Rows(
                    "data.*",
                    zero(POSITIONS, "pos")
                    + blank_or_zero(DEBT, "liab")
                    + blank_or_zero(INTEREST, "interest"),
                    "instId",
                    place=Place(
                        symbol="instId",
                        side="posSide",
                        notional="notionalUsd",
                        notional_asset="USD",
                    ),
                ),
            ),
            envelope=_OK,
        ),
        _orders("orders", "privateGetTradeOrdersPending", "/api/v5/trade/orders-pending", {}),
        *(
            _orders(
                f"algo-orders-{kind}",
                "privateGetTradeOrdersAlgoPending",
                "/api/v5/trade/orders-algo-pending",
                {"ordType": kind},
            )
            for kind in _ALGO_KINDS
        ),
        Probe(
            "funding",
            "funding",
            "privateGetAssetBalances",
            "/api/v5/asset/balances",
            (
                Rows(
                    "data.*",
                    not_negative(DEBT, "bal"),
                    "ccy",
                    Funds("ccy", total="bal", free="availBal", used="frozenBal"),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "loans",
            "loans",
            "privateGetFinanceFlexibleLoanLoanInfo",
            "/api/v5/finance/flexible-loan/loan-info",
            (
                Rows("data.*", zero(LOANS, "loanNotionalUsd", blank=True)),
                Rows("data.*.loanData.*", zero(LOANS, "amt", blank=True), "ccy", optional=True),
            ),
            envelope=_OK,
            secondary=True,
        ),
        Probe(
            "earn",
            "earn",
            "privateGetFinanceSavingsBalance",
            "/api/v5/finance/savings/balance",
            (Rows("data.*", (), "ccy", Funds("ccy", total="amt")),),
            envelope=_OK,
            secondary=True,
        ),
        Probe(
            "earn-staked",
            "earn-staked",
            "privateGetFinanceStakingDefiOrdersActive",
            "/api/v5/finance/staking-defi/orders-active",
            (Rows("data.*.investData.*", (), "ccy", Funds("ccy", total="amt")),),
            envelope=_OK,
            secondary=True,
        ),
        _bots(
            "grid",
            "privateGetTradingBotGridOrdersAlgoPending",
            "grid/orders-algo-pending",
            "contract_grid",
        ),
        _bots(
            "signal",
            "privateGetTradingBotSignalOrdersAlgoPending",
            "signal/orders-algo-pending",
            "contract",
        ),
        _bots("dca", "privateGetTradingBotDcaOngoingList", "dca/ongoing-list", "contract_dca"),
    ),
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
        NotCovered("spot-bots", BALANCES, "coins in spot grid and recurring bots: counted nowhere"),
    ),
    manual={
        DEBT: "At OKX: Assets, Trading account, Repay.",
        INTEREST: "At OKX: Assets, Trading account, Repay includes the interest.",
        POSITIONS: "At OKX: Trade, Positions, Close all.",
        ORDERS: "At OKX: Trade, Open orders and Advanced orders, Cancel all.",
        LOANS: "At OKX: Grow, Loan, Repay.",
        MODES: "At OKX: Trade settings: account mode Spot, auto-borrow and borrowing off.",
        KEY_RIGHTS: "At OKX: API, Edit: clear Withdraw.",
        IP_LOCK: "At OKX: API, Edit: link IP addresses.",
    },
    notes=("A right to trade at OKX holds for all markets; the account mode Spot forbids margin.",),
)

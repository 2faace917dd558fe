"""Coinbase Advanced: spot accounts of one portfolio, and US futures beside them."""

from dcaguard.adapters.venues.profile import NotCovered, Pages, Probe, VenueProfile
from dcaguard.core.account import Proof
from dcaguard.core.policy.rules import (
    BALANCES,
    DEBT,
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
    not_negative,
    off,
    one_of,
    words,
    zero,
)

_SPOT = words("account_type_crypto account_type_fiat crypto fiat")
_ASIDE = words("account_type_vault vault account_type_perp_futures account_type_staked_funds")
_VALUE, _HELD = "available_balance.value", "hold.value"


def _ended(*checks: str) -> Rows:
    """Return the rule of a last page: it may not say that more follows and not where."""
    more = (Rule(check, "has_next", Want.OFF, finding=Proof.CANNOT_TELL) for check in checks)
    return Rows("", tuple(more), when=("cursor", frozenset({"", "null"})))


PROFILE = VenueProfile(
    exchange="coinbase",
    title="Coinbase Advanced",
    receive_window_seconds=120,
    client_order_id_param="client_order_id",
    client_order_id_style="uuid",
    order_path_tested=True,
    probes=(
        Probe(
            "key",
            "key",
            "v3PrivateGetBrokerageKeyPermissions",
            "/api/v3/brokerage/key_permissions",
            (
                Rows(
                    "",
                    off(KEY_RIGHTS, "can_transfer")
                    + one_of(
                        MODES,
                        "portfolio_type",
                        "default consumer undefined",
                        bad="intx",
                        optional=True,
                    ),
                ),
            ),
        ),
        Probe(
            "spot",
            "spot",
            "v3PrivateGetBrokerageAccounts",
            "/api/v3/brokerage/accounts",
            (
                Rows(
                    "accounts.*",
                    not_negative(DEBT, _VALUE, _HELD)
                    + one_of(BALANCES, "type", " ".join(_SPOT | _ASIDE)),
                    "currency",
                    Funds(
                        "currency", free=_VALUE, used=_HELD, spendable=True, when=("type", _SPOT)
                    ),
                ),
                Rows(
                    "accounts.*",
                    (),
                    "currency",
                    Funds(
                        "currency", free=_VALUE, used=_HELD, wallet="vault", when=("type", _ASIDE)
                    ),
                ),
                _ended(BALANCES, DEBT),
            ),
            params={"limit": 250},
            pages=Pages("cursor", "cursor"),
        ),
        Probe(
            "futures",
            "futures",
            "v3PrivateGetBrokerageCfmPositions",
            "/api/v3/brokerage/cfm/positions",
            (
                Rows(
                    "positions.*",
                    zero(POSITIONS, "number_of_contracts"),
                    "product_id",
                    place=Place(
                        symbol="product_id",
                        side="side",
                        notional="position_notional.value",
                        notional_asset="USD",
                    ),
                ),
            ),
            secondary=True,
        ),
        # No futures account: the summary is null, and the list of positions speaks for itself.
        Probe(
            "futures-summary",
            "futures",
            "v3PrivateGetBrokerageCfmBalanceSummary",
            "/api/v3/brokerage/cfm/balance_summary",
            (
                Rows(
                    "balance_summary",
                    zero(POSITIONS, "initial_margin.value", optional=True)
                    + zero(ORDERS, "total_open_orders_hold_amount.value", optional=True),
                    optional=True,
                ),
            ),
            secondary=True,
        ),
        Probe(
            "futures-orders",
            "futures",
            "v3PrivateGetBrokerageOrdersHistoricalBatch",
            "/api/v3/brokerage/orders/historical/batch",
            (
                Rows(
                    "orders.*",
                    presence=ORDERS,
                    subject="product_id",
                    place=Place(symbol="product_id", side="side", id="order_id"),
                    when=("product_type", frozenset({"future"})),
                ),
                Rows("orders.*", one_of(ORDERS, "product_type", "spot future"), "product_id"),
                _ended(ORDERS),
            ),
            params={"order_status": "OPEN", "product_type": "FUTURE"},
            pages=Pages("cursor", "cursor"),
            secondary=True,
        ),
    ),
    not_covered=(
        NotCovered(
            "international", POSITIONS, "Coinbase International has keys of its own: not covered"
        ),
        NotCovered("portfolios", BALANCES, "a key sees one portfolio; the others are not covered"),
        NotCovered(
            LOANS,
            LOANS,
            "loans against crypto are made on a chain, not in the account: not covered",
        ),
    ),
    manual={
        DEBT: "At Coinbase: deposit what is below zero.",
        POSITIONS: "At Coinbase: Advanced, Futures, Positions, Close.",
        ORDERS: "At Coinbase: Advanced, Orders, Cancel.",
        MODES: "At Coinbase: make a key for a default portfolio.",
        KEY_RIGHTS: "At Coinbase: API keys, make a key with View and Trade only.",
    },
    notes=("A key's bound addresses are not told by the interface.",),
)

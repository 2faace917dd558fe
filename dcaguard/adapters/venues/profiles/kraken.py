"""Kraken: one login for spot and spot margin; futures have a login of their own."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
    IP_LOCK,
    KEY_RIGHTS,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Receipt,
    Rows,
    locked,
    not_negative,
    only,
    rights,
    zero,
)

_OK = (("error", frozenset({"[]"})),)
_HARMLESS = (
    "query-funds query-open-trades query-closed-trades modify-trades close-trades query-ledger"
    " query-ledgers query-ledger-entries export-data create-ws-token add-funds earn-funds"
)
# An address added today is where a withdrawal goes tomorrow.
_HARMFUL = "withdraw-funds add-withdraw-address update-withdraw-address"

PROFILE = VenueProfile(
    exchange="kraken",
    title="Kraken",
    receive_window_seconds=60,
    client_order_id_param="cl_ord_id",
    client_order_id_style="uuid",
    order_path_tested=True,
    # Flexible rewards (.F) are spent by spot orders as they are; the others are locked or staked.
    receipts=(
        Receipt(r"(?P<asset>[A-Z0-9]+)\.F", spendable=True, wallet="spot"),
        Receipt(r"ETH2(?:\.S)?", asset="ETH"),
        Receipt(r"(?P<asset>[A-Z][A-Z0-9]*?)(?:\d{2})?\.[SMBPT]"),
    ),
    probes=(
        Probe(
            "key",
            "key",
            "privatePostGetApiKeyInfo",
            "/0/private/GetApiKeyInfo",
            (
                Rows(
                    "result",
                    rights("permissions", _HARMLESS, _HARMFUL) + locked("ipAllowlist"),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "spot",
            "spot",
            "privatePostBalanceEx",
            "/0/private/BalanceEx",
            (
                Rows(
                    "result.{}",
                    not_negative(DEBT, "balance") + zero(DEBT, "credit_used", optional=True),
                    "",
                    Funds(
                        "",
                        total="balance",
                        used="hold_trade",
                        debt=("credit_used",),
                        debt_optional=True,
                        spendable=True,
                    ),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "margin",
            "margin",
            "privatePostTradeBalance",
            "/0/private/TradeBalance",
            (
                Rows(
                    "result",
                    zero(POSITIONS, "m") + zero(POSITIONS, "n", "ml", optional=True),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "margin-positions",
            "margin",
            "privatePostOpenPositions",
            "/0/private/OpenPositions",
            (
                Rows(
                    "result.{}",
                    presence=POSITIONS,
                    place=Place(symbol="pair", side="type", id="vol"),
                ),
            ),
            envelope=_OK,
        ),
        Probe(
            "margin-orders",
            "margin",
            "privatePostOpenOrders",
            "/0/private/OpenOrders",
            (
                Rows(
                    "result.open.{}",
                    only(ORDERS, "descr.leverage", "none"),
                    place=Place(symbol="descr.pair", side="descr.type"),
                ),
            ),
            envelope=_OK,
        ),
    ),
    not_covered=(
        NotCovered(
            "futures", POSITIONS, "Kraken Futures has a login and keys of its own: not covered"
        ),
    ),
    manual={
        DEBT: "At Kraken: deposit the currency that is below zero, or convert into it.",
        POSITIONS: "At Kraken: Trade, Positions, Close; or settle with `settle-position`.",
        ORDERS: "At Kraken: Trade, Open orders, Cancel.",
        KEY_RIGHTS: "At Kraken: Settings, API, Edit: clear Withdraw.",
        IP_LOCK: "At Kraken: Settings, API, Edit: IP address restriction.",
    },
    notes=(
        "Margin is a parameter of each order at Kraken; no key right forbids it.",
        "Coins under .S, .M, .B and .P count but can not be spent; .F can.",
    ),
)

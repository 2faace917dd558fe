"""Gemini: one wallet; derivatives share it, and the margin account tells what they use."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
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
    blank_or_zero,
    not_negative,
    off,
    one_of,
    zero,
)

_OWED = ("total_borrowed", "borrowed", "negative_balance")
_EXPOSED = ("initial_margin", "leverage", "notional_value")

PROFILE = VenueProfile(
    exchange="gemini",
    title="Gemini",
    receive_window_seconds=60,
    client_order_id_param="client_order_id",
    client_order_id_style="hex32",
    order_types=frozenset({"limit-ioc", "post-only"}),
    probes=(
        Probe(
            "roles",
            "key",
            "privatePostV1Roles",
            "/v1/roles",
            (
                Rows(
                    "",
                    off(KEY_RIGHTS, "isFundManager")
                    + off(KEY_RIGHTS, "isAccountAdmin", optional=True),
                ),
            ),
        ),
        Probe(
            "account",
            "account",
            "privatePostV1Account",
            "/v1/account",
            (
                Rows(
                    "account",
                    one_of(MODES, "type", "exchange", advice="custody", optional=True),
                ),
            ),
            secondary=True,
        ),
        Probe(
            "spot",
            "spot",
            "privatePostV1Balances",
            "/v1/balances",
            (
                Rows(
                    "*",
                    not_negative(DEBT, "amount", "available"),
                    "currency",
                    Funds("currency", total="amount", free="available", spendable=True),
                ),
            ),
        ),
        Probe(
            "positions",
            "derivatives",
            "privatePostV1Positions",
            "/v1/positions",
            (
                Rows(
                    "*",
                    zero(POSITIONS, "quantity"),
                    "symbol",
                    place=Place(symbol="symbol", notional="notional_value", notional_asset="USD"),
                ),
            ),
        ),
        Probe(
            "margin",
            "derivatives",
            "privatePostV1MarginAccount",
            "/v1/margin/account",
            (
                Rows(
                    "",
                    (
                        *blank_or_zero(DEBT, *_OWED),
                        *blank_or_zero(POSITIONS, *_EXPOSED),
                    ),
                    any_of=_OWED + _EXPOSED,
                ),
            ),
            secondary=True,
        ),
        Probe(
            "orders",
            "derivatives",
            "privatePostV1Orders",
            "/v1/orders",
            (
                Rows(
                    "*",
                    (
                        Rule(ORDERS, "is_perp", Want.OFF, optional=True),
                        Rule(ORDERS, "margin_order", Want.OFF, optional=True),
                    ),
                    "symbol",
                    place=Place(symbol="symbol", side="side", id="order_id"),
                ),
            ),
        ),
        Probe(
            "earn",
            "earn",
            "privatePostV1BalancesStaking",
            "/v1/balances/staking",
            (Rows("*", (), "currency", Funds("currency", total="balance")),),
            secondary=True,
        ),
    ),
    cannot_prove={IP_LOCK: "key: Gemini does not tell a key's addresses"},
    not_covered=(
        NotCovered(LOANS, LOANS, "lending has no read in this interface: not covered"),
        NotCovered("accounts", POSITIONS, "other accounts of the group: not covered"),
    ),
    manual={
        DEBT: "At Gemini: deposit what is below zero.",
        POSITIONS: "At Gemini: ActiveTrader, Positions, Close.",
        ORDERS: "At Gemini: ActiveTrader, Open Orders, Cancel.",
        KEY_RIGHTS: "At Gemini: API settings: make an account key with the role Trader only.",
        MODES: "At Gemini: use a key of an exchange account.",
    },
    notes=("The key must be an account key (account-...), not a master key.",),
)

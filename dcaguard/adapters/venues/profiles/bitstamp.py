"""Bitstamp: one wallet; perpetuals and margin exist but have no read in this interface."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
    IP_LOCK,
    KEY_RIGHTS,
    LOANS,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    Rule,
    Want,
    not_negative,
    words,
)

PROFILE = VenueProfile(
    exchange="bitstamp",
    title="Bitstamp",
    receive_window_seconds=150,
    client_order_id_param="client_order_id",
    client_order_id_style="uuid",
    order_types=frozenset({"limit-ioc", "post-only"}),
    probes=(
        Probe(
            "spot",
            "spot",
            "privatePostAccountBalances",
            "/api/v2/account_balances/",
            (
                Rows(
                    "*",
                    not_negative(DEBT, "total", "available", "reserved"),
                    "currency",
                    Funds("currency", total="total", used="reserved", spendable=True),
                ),
            ),
        ),
        Probe(
            "orders",
            "spot",
            "privatePostOpenOrdersAll",
            "/api/v2/open_orders/all/",
            (
                Rows(
                    "*",
                    (
                        # A spot order has neither; a margin or perpetual order has one.
                        Rule(
                            ORDERS,
                            "margin_mode",
                            Want.ONE_OF,
                            words(""),
                            words("cross isolated"),
                            optional=True,
                        ),
                        Rule(ORDERS, "leverage", Want.ZERO, optional=True),
                    ),
                    "currency_pair",
                    place=Place(symbol="currency_pair", side="type", id="id"),
                ),
            ),
        ),
        Probe(
            "earn",
            "earn",
            "privateGetEarnSubscriptions",
            "/api/v2/earn/subscriptions/",
            (Rows("*", (), "currency", Funds("currency", total="amount")),),
            secondary=True,
        ),
    ),
    cannot_prove={
        KEY_RIGHTS: "key: Bitstamp does not tell a key's rights",
        POSITIONS: "derivatives: Bitstamp trades perpetuals, but no read shows positions",
        IP_LOCK: "key: Bitstamp does not tell a key's addresses",
    },
    not_covered=(NotCovered(LOANS, LOANS, "lending has no read in this interface: not covered"),),
    manual={
        DEBT: "At Bitstamp: deposit what is below zero.",
        ORDERS: "At Bitstamp: Orders, Open, Cancel.",
    },
)

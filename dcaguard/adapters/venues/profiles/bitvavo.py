"""Bitvavo: a spot venue without margin; one wallet and staking."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
    IP_LOCK,
    KEY_RIGHTS,
    LOANS,
    POSITIONS,
    Funds,
    Rows,
    not_negative,
    rights,
)

PROFILE = VenueProfile(
    exchange="bitvavo",
    title="Bitvavo",
    receive_window_seconds=10,
    client_order_id_param="clientOrderId",
    client_order_id_style="uuid",
    probes=(
        Probe(
            "account",
            "key",
            "privateGetAccount",
            "/v2/account",
            (
                Rows(
                    "",
                    rights(
                        "capabilities",
                        "buy sell depositcrypto depositfiat",
                        "withdrawcrypto withdrawfiat withdrawcryptoaddresswhitelist"
                        " withdrawexternal withdraw",
                    ),
                ),
            ),
        ),
        Probe(
            "spot",
            "spot",
            "privateGetBalance",
            "/v2/balance",
            (
                Rows(
                    "*",
                    not_negative(DEBT, "available", "inOrder"),
                    "symbol",
                    Funds("symbol", free="available", used="inOrder", spendable=True),
                ),
            ),
        ),
        Probe(
            "earn",
            "earn",
            "privateGetStakingBalance",
            "/v2/stakingBalance",
            (Rows("*", (), "symbol", Funds("symbol", total="amount")),),
            secondary=True,
        ),
    ),
    cannot_prove={IP_LOCK: "key: Bitvavo does not tell a key's addresses"},
    not_covered=(
        NotCovered("derivatives", POSITIONS, "the venue has spot markets only: nothing to cover"),
        NotCovered(LOANS, LOANS, "the venue lends nothing: nothing to cover"),
    ),
    manual={
        DEBT: "At Bitvavo: deposit what is below zero.",
        KEY_RIGHTS: "At Bitvavo: API access: leave only view and trade.",
    },
)

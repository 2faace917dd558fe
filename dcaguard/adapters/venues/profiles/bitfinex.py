"""Bitfinex: three wallets in one list; a negative margin wallet is the loan."""

from dcaguard.adapters.venues.profile import NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    BALANCES,
    DEBT,
    INTEREST,
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
    one_of,
    words,
    zero,
)

# [type, currency, balance, unsettled interest, available, ...]
_TYPE, _COIN, _BALANCE, _INTEREST, _AVAILABLE = "01234"
_SPOT = words("exchange")
_OTHERS = words("margin funding trading deposit")
_HARMFUL = words("withdraw ui_withdraw positions bfxpay")


# A row whose type can not be read may belong to either.
_KNOWN_TYPES = Rows("*", one_of(BALANCES, _TYPE, " ".join(_SPOT | _OTHERS)), _COIN)


def _wallet(kinds: frozenset[str], *, spendable: bool) -> Rows:
    return Rows(
        "*",
        not_negative(DEBT, _BALANCE) + zero(INTEREST, _INTEREST),
        _COIN,
        Funds(
            _COIN,
            total=_BALANCE,
            free=_AVAILABLE if spendable else "",
            debt=(),
            spendable=spendable,
            when=(_TYPE, kinds),
        ),
        when=(_TYPE, kinds),
    )


PROFILE = VenueProfile(
    exchange="bitfinex",
    title="Bitfinex",
    receive_window_seconds=60,
    client_order_id_param="cid",
    client_order_id_style="integer",
    probes=(
        Probe(
            "key",
            "key",
            "privatePostAuthRPermissions",
            "/v2/auth/r/permissions",
            (
                Rows(
                    "*",
                    (
                        Rule(KEY_RIGHTS, "2", Want.OFF, when=("0", _HARMFUL)),
                        Rule(KEY_RIGHTS, "2", Want.OFF, when=("0", words("funding wallets"))),
                        *one_of(
                            KEY_RIGHTS,
                            "0",
                            "account history orders positions funding settings wallets"
                            " withdraw ui_withdraw bfxpay",
                        ),
                    ),
                    "0",
                    nonempty=True,
                ),
            ),
        ),
        Probe(
            "wallets",
            "spot",
            "privatePostAuthRWallets",
            "/v2/auth/r/wallets",
            (_KNOWN_TYPES, _wallet(_SPOT, spendable=True)),
        ),
        Probe(
            "wallets-aside",
            "margin",
            "privatePostAuthRWallets",
            "/v2/auth/r/wallets",
            (_KNOWN_TYPES, _wallet(_OTHERS, spendable=False)),
        ),
        Probe(
            "positions",
            "margin",
            "privatePostAuthRPositions",
            "/v2/auth/r/positions",
            (Rows("*", zero(POSITIONS, "2"), "0", place=Place(symbol="0")),),
        ),
        Probe(
            "margin-base",
            "margin",
            "privatePostAuthRInfoMarginBase",
            "/v2/auth/r/info/margin/base",
            # The second item lists user profit, user swaps, balance, net, required.
            (Rows("1", zero(POSITIONS, "0") + zero(INTEREST, "1")),),
        ),
        Probe(
            "funding-used",
            "loans",
            "privatePostAuthRFundingCredits",
            "/v2/auth/r/funding/credits",
            (
                Rows(
                    "*",
                    # Side -1: we are the borrower; 1: we lend; 0: both.
                    (Rule(LOANS, "2", Want.ONE_OF, words("1"), words("-1 0")),),
                    "1",
                ),
            ),
        ),
        Probe(
            "funding-loans",
            "loans",
            "privatePostAuthRFundingLoans",
            "/v2/auth/r/funding/loans",
            (Rows("*", (Rule(LOANS, "2", Want.ONE_OF, words("1"), words("-1 0")),), "1"),),
        ),
        Probe(
            "orders",
            "margin",
            "privatePostAuthROrders",
            "/v2/auth/r/orders",
            (
                Rows(
                    "*",
                    # Types without EXCHANGE in front trade on margin.
                    (
                        Rule(
                            ORDERS,
                            "8",
                            Want.ONLY,
                            frozenset(
                                {
                                    "exchange limit",
                                    "exchange market",
                                    "exchange stop",
                                    "exchange stop limit",
                                    "exchange trailing stop",
                                    "exchange fok",
                                    "exchange ioc",
                                }
                            ),
                        ),
                    ),
                    "3",
                    place=Place(symbol="3", id="0"),
                ),
            ),
        ),
    ),
    cannot_prove={IP_LOCK: "key: Bitfinex does not tell a key's addresses"},
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts have keys of their own: not covered"),
    ),
    manual={
        DEBT: "At Bitfinex: move funds into the margin wallet until it is not below zero.",
        INTEREST: "At Bitfinex: close the financed position; interest settles daily.",
        POSITIONS: "At Bitfinex: Trading, Positions, Close.",
        ORDERS: "At Bitfinex: Trading, Orders, Cancel.",
        LOANS: "At Bitfinex: Funding, Taken, Return.",
        KEY_RIGHTS: "At Bitfinex: API keys: leave only reads and the write right of orders.",
    },
    notes=("A right to write orders covers margin orders too; the wallet must stay empty.",),
)

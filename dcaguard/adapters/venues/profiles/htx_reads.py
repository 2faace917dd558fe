"""The shapes of HTX's replies that several reads share."""

from dcaguard.adapters.venues.profile import Each, Probe
from dcaguard.core.policy.rules import (
    BALANCES,
    DEBT,
    INTEREST,
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

OK = (("status", words("ok")),)
OK_V2 = (("code", words("200")),)
_OWED, _FREE, _USED = words("loan interest"), words("trade"), words("frozen lock bank")
SPOT = words("spot")
_KNOWN = _OWED | _FREE | _USED | words("transfer-out-available loan-available")


def contract_positions_read(name: str, call: str, path: str) -> Probe:
    """Return one read: contract positions."""
    place = Place(symbol="contract_code", side="direction")
    return Probe(
        name,
        "contracts-coin",
        call,
        path,
        (Rows("data.*", zero(POSITIONS, "volume"), "contract_code", place=place),),
        envelope=OK,
    )


def contract_wallet_read(name: str, call: str, path: str) -> Probe:
    """Return one read of all coin-margined wallets; an open order freezes margin there."""
    return Probe(
        name,
        "contracts-coin",
        call,
        path,
        (
            Rows(
                "data.*",
                not_negative(DEBT, "margin_balance")
                + zero(POSITIONS, "margin_position")
                + zero(ORDERS, "margin_frozen"),
                "symbol",
                Funds("symbol", total="margin_balance"),
            ),
        ),
        envelope=OK,
    )


def v5_read(name: str, call: str, path: str, rows: tuple[Rows, ...]) -> Probe:
    """Return the reads: v5."""
    return Probe(name, "contracts-usdt", call, path, rows, envelope=OK_V2)


def account_read(each: Each, name: str) -> Probe:
    """Return one read: account."""
    return Probe(
        name,
        name,
        "privateGetAccountAccountsIdBalance",
        r"/v1/account/accounts/\d+/balance",
        (
            Rows(
                "data.list.*",
                (
                    *one_of(BALANCES, "type", " ".join(_KNOWN)),
                    Rule(DEBT, "balance", Want.ZERO, when=("type", words("loan"))),
                    Rule(INTEREST, "balance", Want.ZERO, when=("type", words("interest"))),
                    Rule(DEBT, "balance", Want.NOT_NEGATIVE, when=("type", _FREE)),
                ),
                "currency",
                Funds(
                    "currency",
                    kind="type",
                    amount="balance",
                    free_kinds=_FREE,
                    used_kinds=_USED,
                    debt_kinds=_OWED,
                    spendable=name == "spot",
                ),
            ),
            Rows("data", zero(DEBT, "debt-balance-sum", optional=True)),
        ),
        envelope=OK,
        each=each,
    )


OPEN_ORDERS = (
    Rows(
        "data.*",
        presence=ORDERS,
        place=Place(symbol="contract_code", side="side", id="order_id"),
        null_is_empty=True,
    ),
)

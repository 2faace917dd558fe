"""How a person would close a finding, as text and as data; nothing here is ever sent."""

from collections.abc import Mapping
from typing import Protocol

from dcaguard.core.account import Step
from dcaguard.core.money import plain
from dcaguard.core.policy import rules
from dcaguard.core.policy.rules import Rows
from dcaguard.core.policy.values import lookup, number

# Orders first, so that nothing new opens while the rest is closed; key rights last.
ORDER_OF_KINDS = (
    "cancel-order",
    "close-position",
    "repay",
    "repay-loan",
    "sell-token",
    "switch-mode",
    "restrict-key",
    "lock-key",
)

_KINDS = {
    rules.ORDERS: "cancel-order",
    rules.POSITIONS: "close-position",
    rules.DEBT: "repay",
    rules.INTEREST: "repay",
    rules.BALANCES: "repay",
    rules.LOANS: "repay-loan",
    rules.TOKENS: "sell-token",
    rules.MODES: "switch-mode",
    rules.KEY_RIGHTS: "restrict-key",
    rules.IP_LOCK: "lock-key",
}

_SHORT = ("sell", "short", "s", "position_side_short")


class _Words(Protocol):
    @property
    def manual(self) -> Mapping[str, str]: ...

    def code(self, raw: str, /) -> str: ...


def step_for(
    check: str, wallet: str, rows: Rows, said: tuple[str, object, str], reader: _Words
) -> Step | None:
    """Return the step that closes one finding; `said` is (subject, row, field)."""
    subject, row, name = said
    kind = _KINDS.get(check)
    if kind is None:
        return None
    value = lookup(row, name)
    action = {"kind": kind, "wallet": wallet, "field": name}
    match kind:
        case "cancel-order":
            action |= _order(rows, subject, row)
            if not action["symbol"]:
                return None  # a sum over orders; the orders themselves have their own steps
        case "close-position":
            action |= _reduce_only(rows, subject, row, name)
            if not action["symbol"]:
                return None
        case "repay" | "repay-loan":
            if not subject:
                return None
            amount = number(value)
            action |= {
                "asset": reader.code(subject),
                "amount": plain(abs(amount)) if amount else "",
            }
        case "restrict-key":
            action |= {"right": f"{subject} {name}".strip()}
        case _:
            action |= {"setting": f"{subject} {name}".strip()}
    return Step(_text(action, reader.manual.get(check, "")), action)


def _order(rows: Rows, subject: str, row: object) -> dict[str, str]:
    place = rows.place
    return {
        "symbol": _word(row, place.symbol) or subject,
        "id": _word(row, place.id),
        "side": _word(row, place.side),
    }


def _reduce_only(rows: Rows, subject: str, row: object, name: str) -> dict[str, str]:
    """Name the order that would close the position: the other side, never more than is open."""
    place = rows.place
    amount = number(lookup(row, name)) if name else None
    short = _word(row, place.side).lower() in _SHORT or (amount is not None and amount < 0)
    data = {
        "symbol": _word(row, place.symbol) or subject,
        "side": "BUY" if short else "SELL",
        "amount": plain(abs(amount)) if amount is not None else "",
        "reduce_only": "true",
    }
    notional = number(lookup(row, place.notional)) if place.notional else None
    if notional is not None:
        data |= {"notional": plain(abs(notional)), "notional_asset": place.notional_asset}
    return data


def _word(row: object, name: str) -> str:
    value = lookup(row, name) if name else ""
    return str(value) if isinstance(value, str | int) else ""


def _text(action: Mapping[str, str], manual: str) -> str:
    wallet = action["wallet"]
    match action["kind"]:
        case "cancel-order":
            what = f"Cancel order {action['id']} on {action['symbol']} ({wallet})"
        case "close-position":
            amount = action["amount"] or "all"
            what = f"Close {action['symbol']} ({wallet}): {action['side']} {amount}, reduce-only"
        case "repay":
            what = f"Repay {action['amount']} {action['asset']} ({wallet})"
        case "repay-loan":
            what = f"Repay the loan {action['asset']} ({wallet})"
        case "sell-token":
            what = f"Sell {action['setting']} ({wallet})"
        case "restrict-key":
            what = f"Take the right {action['right']} from the key"
        case "lock-key":
            what = "Bind the key to this machine's address"
        case _:
            what = f"Switch {action['setting']} off ({wallet})"
    return f"{' '.join(what.split())}. {manual}".strip()

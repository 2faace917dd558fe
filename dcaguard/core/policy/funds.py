"""What a reply's rows hold and owe, asset by asset; one unreadable amount spoils them all."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Protocol

from dcaguard.core.account import Holding
from dcaguard.core.money import ZERO
from dcaguard.core.policy.rules import Funds, Receipt, Rows, Spec
from dcaguard.core.policy.values import Missing, lookup, number


class Coins(Protocol):
    """How coin names are understood."""

    @property
    def listed(self) -> frozenset[str]:
        """Coins with a market of their own, which are never receipts."""

    def code(self, raw: str, /) -> str:
        """Return the unified code of the venue's coin name."""


class BadFunds(Exception):  # noqa: N818 - never leaves this package
    """An amount that can not be read."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"{name} {why}")
        self.name = name
        self.why = why


def holdings_of(
    spec: Spec, rows: Rows, table: list[tuple[str, object]], coins: Coins
) -> list[Holding]:
    """Return the holdings of a table; BadFunds when an asset or an amount can not be read."""
    funds = rows.funds
    assert funds is not None
    if funds.kind:
        return _by_kind(spec, funds, table, coins)
    held = []
    for key, row in table:
        if funds.when and not _meets(row, funds.when):
            continue
        raw = _asset(funds.asset, key, row)
        free, used, total, debt = _amounts(funds, raw, row)
        if total or debt or used:
            held.append(_holding((spec, funds), raw, (free, used, total, debt), coins))
    return held


def _meets(row: object, condition: tuple[str, frozenset[str]]) -> bool:
    value = lookup(row, condition[0])
    return not isinstance(value, Missing) and str(value).strip().lower() in condition[1]


def _asset(name: str, key: str, row: object) -> str:
    raw = lookup(row, name) if name else key
    if not isinstance(raw, str) or not raw.strip():
        raise BadFunds(name or "asset", "names no coin")
    return raw


def _amounts(funds: Funds, raw: str, row: object) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    def amount(name: str) -> Decimal:
        value = lookup(row, name)
        if funds.blank and value == "":
            return ZERO
        parsed = None if isinstance(value, Missing) else number(value)
        if parsed is None:
            raise BadFunds(f"{raw} {name}", "is missing" if value is None else "is no number")
        return parsed

    lent = [name for name in funds.debt if not (funds.debt_optional and _left_out(row, name))]
    debt = sum((amount(name) for name in lent), ZERO)
    if debt < 0:
        raise BadFunds(f"{raw} {funds.debt[0]}", "is negative")
    free = amount(funds.free) if funds.free else None
    used = amount(funds.used) if funds.used else None
    total = amount(funds.total) if funds.total else (free or ZERO) + (used or ZERO)
    if used is None:
        used = max(total - free, ZERO) if free is not None else ZERO
    if free is None:
        free = total - used
    if used < 0:
        raise BadFunds(f"{raw} {funds.used}", "is negative")
    # A wallet in the red lends us what is missing; some venues also list it as borrowed.
    owed = max(debt, -total if funds.owed_negative else ZERO, ZERO)
    return max(free, ZERO), used, max(total, ZERO), owed


def _left_out(row: object, name: str) -> bool:
    value = lookup(row, name)
    return isinstance(value, Missing) and value.absent


def _by_kind(
    spec: Spec, funds: Funds, table: list[tuple[str, object]], coins: Coins
) -> list[Holding]:
    parts: dict[str, list[Decimal]] = {}
    for key, row in table:
        raw = _asset(funds.asset, key, row)
        kind = str(lookup(row, funds.kind)).lower()
        value = number(lookup(row, funds.amount))
        if value is None:
            raise BadFunds(f"{raw} {funds.amount}", "is no number")
        free_used_debt = parts.setdefault(raw, [ZERO, ZERO, ZERO])
        if kind in funds.free_kinds:
            free_used_debt[0] += value
        elif kind in funds.used_kinds:
            free_used_debt[1] += value
        elif kind in funds.debt_kinds:
            free_used_debt[2] += abs(value)
    held = []
    for raw, (free, used, debt) in parts.items():
        if used < 0:
            raise BadFunds(raw, "has a negative frozen amount")
        owed = debt + max(-free, ZERO)
        amounts = (max(free, ZERO), used, max(free, ZERO) + used, owed)
        if any(amounts):
            held.append(_holding((spec, funds), raw, amounts, coins))
    return held


def added_up(holdings: list[Holding]) -> tuple[Holding, ...]:
    """Return one holding for each wallet, asset and spendability."""
    sums: dict[tuple[str, str, bool], Holding] = {}
    for held in holdings:
        key = (held.wallet, held.asset, held.spendable)
        so_far = sums.get(key)
        sums[key] = held if so_far is None else _sum(so_far, held)
    return tuple(sums.values())


def _sum(left: Holding, right: Holding) -> Holding:
    return replace(
        left,
        free=left.free + right.free,
        used=left.used + right.used,
        total=left.total + right.total,
        debt=left.debt + right.debt,
    )


def _holding(
    where: tuple[Spec, Funds],
    raw: str,
    amounts: tuple[Decimal, Decimal, Decimal, Decimal],
    coins: Coins,
) -> Holding:
    spec, funds = where
    asset = coins.code(raw)
    free, used, total, debt = amounts
    receipt = None if asset in coins.listed else _receipt(spec.receipts, asset)
    if receipt:
        match, kind = receipt
        may = funds.spendable and kind.spendable
        stands_for = kind.asset or match["asset"]
        return Holding(kind.wallet, stands_for, free, used, total, debt, may)
    return Holding(funds.wallet or spec.wallet, asset, free, used, total, debt, funds.spendable)


def _receipt(receipts: tuple[Receipt, ...], asset: str) -> tuple[re.Match[str], Receipt] | None:
    for receipt in receipts:
        match = re.fullmatch(receipt.pattern, asset)
        if match:
            return match, receipt
    return None

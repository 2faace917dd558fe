"""Balances, guard, status and plan as documents and as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dcaguard.app.limits import Limit
from dcaguard.core.account import AccountView, CheckResult, Holding, Proof
from dcaguard.core.money import money, plain
from dcaguard.core.portfolio import Kind, Portfolio, Valued
from dcaguard.render.limits import limits_json, limits_text
from dcaguard.render.table import paragraphs, plain_text, table


@dataclass(frozen=True, slots=True)
class Held:
    """What `balances` shows: real money first, what is only pretended by itself."""

    views: Mapping[str, AccountView]
    kinds: Mapping[str, Kind]  # by account
    portfolio: Portfolio  # with the coins kept elsewhere
    pretend: Mapping[Kind, Portfolio]
    base: str
    failures: Mapping[str, str]

    @property
    def valued(self) -> tuple[Valued, ...]:
        """Every holding of every kind."""
        others = [v for portfolio in self.pretend.values() for v in portfolio.valued]
        return (*self.portfolio.valued, *others)


def balances_json(held: Held) -> dict[str, object]:
    """Return the body of `balances --json`."""
    portfolio = held.portfolio
    return {
        "base_currency": held.base,
        "complete": not held.failures,  # False: NAV is only of what could be read
        "nav": plain(portfolio.nav_base),
        "exposure": plain(portfolio.gross_base),
        "leverage": None if portfolio.leverage is None else plain(portfolio.leverage),
        "pretend": [
            {"kind": kind, "nav": plain(one.nav_base), "exposure": plain(one.gross_base)}
            for kind, one in held.pretend.items()
        ],
        "accounts": _accounts(held),
        "cold": [
            {
                "place": v.account,
                "asset": v.holding.asset,
                "total": v.holding.total,
                "value": v.value_base,
            }
            for v in portfolio.valued
            if v.account not in held.views
        ],
        "unpriced": list(portfolio.unpriced),
        "unpriced_debt": list(portfolio.unpriced_debt),
        "errors": [{"where": name, "message": text} for name, text in held.failures.items()],
    }


def _accounts(held: Held) -> list[dict[str, object]]:
    value = {(v.account, v.holding): v.value_base for v in held.valued}

    def row(account: str, h: Holding) -> dict[str, object]:
        return {
            "wallet": h.wallet,
            "asset": h.asset,
            "free": h.free,
            "used": h.used,
            "total": h.total,
            "debt": h.debt,
            "earning": not h.spendable,
            "value": value.get((account, h)),
        }

    return [
        {
            "account": view.account,
            "exchange": view.exchange,
            "kind": held.kinds[view.account],
            "taken_at": view.taken_at,
            "holdings": [row(view.account, h) for h in view.holdings],
            "unread": list(view.unread),
        }
        for view in held.views.values()
    ]


def balances_text(held: Held) -> str:
    """Return every wallet with what is held, owed and earning, and what could not be read."""
    views, failures = held.views, held.failures
    unread = [
        f"{view.account}: not read: {plain_text(one)}"
        for view in views.values()
        for one in view.unread
    ]
    total = _nav(held.portfolio, held.base)
    return paragraphs(
        _wallets(held, held.portfolio),
        f"of what could be read: {total}" if failures else total,
        *(
            paragraphs(
                f"{_PRETEND[kind]} (in no total above)",
                _wallets(held, portfolio),
                _nav(portfolio, held.base),
            )
            for kind, portfolio in held.pretend.items()
        ),
        "\n".join(unread),
        plain_text(f"no price, counted as zero: {', '.join(held.portfolio.unpriced)}", 400)
        if held.portfolio.unpriced
        else "",
        "\n".join(f"{name}: {plain_text(text, 400)}" for name, text in failures.items()),
    )


_PRETEND = {Kind.SANDBOX: "the venues' test networks", Kind.PAPER: "paper accounts"}


def _wallets(held: Held, portfolio: Portfolio) -> str:
    views = held.views
    rows = [
        (
            v.account,
            v.holding.wallet,
            v.holding.asset,
            plain(v.holding.free),
            plain(v.holding.used),
            plain(v.holding.debt),
            "" if v.holding.spendable else "earning" if v.account in views else "cold",
            "no price" if v.value_base is None else money(_cents(v.value_base)),
        )
        for v in portfolio.valued
        if v.holding.total or v.holding.debt
    ]
    header = ("account", "wallet", "asset", "free", "used", "debt", "", f"value {held.base}")
    return table(header, rows, right=(3, 4, 5, 7)) if rows else "nothing held"


def _nav(portfolio: Portfolio, base: str) -> str:
    total = f"NAV {money(_cents(portfolio.nav_base))} {base}"
    total += f", exposure {money(_cents(portfolio.gross_base))} {base}"
    if portfolio.leverage is not None:
        total += f" ({plain(portfolio.leverage.quantize(Decimal('0.001')))} of NAV)"
    return total


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


_MARK = {
    Proof.PROVED: "proved",
    Proof.VIOLATED: "VIOLATED",
    Proof.CANNOT_TELL: "cannot tell",
    Proof.NOT_COVERED: "not covered",
    Proof.ADVICE: "advice",
}


def check_json(result: CheckResult) -> dict[str, object]:
    """Return one check with its evidence."""
    return {
        "check": result.check,
        "result": result.result.value,
        "wallet": result.wallet,
        "detail": result.detail,
        "evidence": [
            {"wallet": e.wallet, "field": e.field, "value": e.value} for e in result.evidence
        ],
        "steps": [{"text": step.text, "action": dict(step.action)} for step in result.steps],
    }


def guard_json(
    views: Mapping[str, AccountView],
    extra: Mapping[str, Sequence[CheckResult]],
    caps: Sequence[Limit],
    failures: Mapping[str, str],
    base: str,
) -> dict[str, object]:
    """Return the body of `guard --json`."""
    return {
        "base_currency": base,
        "accounts": [
            {
                "account": view.account,
                "exchange": view.exchange,
                "result": overall(view, extra.get(name, ())).value,
                "checks": [check_json(c) for c in (*view.checks, *extra.get(name, ()))],
                "unread": list(view.unread),
            }
            for name, view in views.items()
        ],
        "caps": limits_json(caps),
        "errors": [{"where": name, "message": text} for name, text in failures.items()],
    }


def overall(view: AccountView, extra: Sequence[CheckResult]) -> Proof:
    """Return the gravest answer of an account: violated, cannot tell, else proved."""
    results = {check.result for check in (*view.checks, *extra)}
    for proof in (Proof.VIOLATED, Proof.CANNOT_TELL):
        if proof in results:
            return proof
    return Proof.PROVED


def guard_text(
    views: Mapping[str, AccountView],
    extra: Mapping[str, Sequence[CheckResult]],
    caps: Sequence[Limit],
    failures: Mapping[str, str],
    *,
    unwind: bool,
) -> str:
    """Return the leverage report for people: violations first, each with its evidence."""
    parts = []
    for name, view in views.items():
        checks = (*view.checks, *extra.get(name, ()))
        parts.append(f"{name} ({view.exchange}): {_MARK[overall(view, extra.get(name, ()))]}")
        parts.append("\n".join(_check_lines(checks, unwind=unwind)))
    return paragraphs(
        *parts,
        limits_text(caps),
        "\n".join(f"{name}: {plain_text(text, 400)}" for name, text in failures.items()),
    )


def _check_lines(checks: Sequence[CheckResult], *, unwind: bool) -> list[str]:
    """Return a line per finding with its evidence, then one line per check that is proved."""
    order = [Proof.VIOLATED, Proof.CANNOT_TELL, Proof.ADVICE, Proof.NOT_COVERED]
    lines = []
    for check in sorted(
        (c for c in checks if c.result is not Proof.PROVED), key=lambda c: order.index(c.result)
    ):
        where = f" [{check.wallet}]" if check.wallet else ""
        detail = f": {check.detail}" if check.detail else ""
        lines.append(plain_text(f"  {_MARK[check.result]:<13}{check.check}{where}{detail}", 300))
        lines += [
            plain_text(f"      {e.wallet}: {e.field} = {e.value}", 200) for e in check.evidence
        ]
        if unwind or check.result is Proof.VIOLATED:
            lines += [f"      -> {plain_text(step.text, 300)}" for step in check.steps]
    proved: dict[str, list[str]] = {}
    for check in checks:
        if check.result is Proof.PROVED:
            proved.setdefault(check.check, []).append(check.wallet or "account")
    lines += [
        f"  {_MARK[Proof.PROVED]:<13}{name}: {', '.join(dict.fromkeys(wallets))}"
        for name, wallets in proved.items()
    ]
    return lines

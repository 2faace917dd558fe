"""Trades, decisions and proofs as documents and as text."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from dcaguard.app.by_word import TOLD
from dcaguard.core.errors import ExitCode
from dcaguard.core.money import ZERO, money, plain
from dcaguard.render.table import paragraphs, plain_text, table, when


@dataclass(frozen=True, slots=True)
class Trade:
    """One row of the view `orders` with its rows of the view `fills`."""

    order: Mapping[str, object]
    fills: tuple[Mapping[str, object], ...]
    by_word: bool = False  # nothing shows it; a person said to count it as bought


@dataclass(frozen=True, slots=True)
class VerifyRow:
    """What a check of a whole journal found."""

    path: str
    rows: int
    public_rows: int
    head: str
    findings: tuple[tuple[str, str], ...]
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A verified copy."""

    path: str
    rows: int
    head: str
    size_bytes: int


_CHECKS = ("file", "schema", "chain", "columns", "tables", "head", "orders", "totals")


def trades_json(trades: Sequence[Trade]) -> dict[str, object]:
    """Return the body of `audit trades --json`."""
    return {
        "trades": [
            {
                **trade.order,
                "fills": [dict(fill) for fill in trade.fills],
                "counted_as_bought": trade.by_word,
            }
            for trade in trades
        ]
    }


def trades_text(trades: Sequence[Trade]) -> str:
    """Return one row per order."""
    rows = [_trade_row(trade) for trade in trades]
    header = (
        "decided (UTC)", "strategy", "account", "symbol", "status", "bought", "cost", "fees", "id",
    )  # fmt: skip
    return table(header, rows, right=(5, 6)) if rows else "no order was ever written down"


def _trade_row(trade: Trade) -> tuple[object, ...]:
    order = trade.order
    amount = sum((Decimal(str(f["amount"])) for f in trade.fills), ZERO)
    cost = sum((Decimal(str(f["cost"])) for f in trade.fills), ZERO)
    fees: dict[str, Decimal] = {}
    for fill in trade.fills:
        name = str(fill["fee_currency"])
        fees[name] = fees.get(name, ZERO) + Decimal(str(fill["fee_amount"]))
    return (
        when(str(order["created_at"]))[:16],
        order["strategy"],
        order["account"],
        order["symbol"],
        f"{TOLD}: {money(Decimal(str(order['max_quote'])))}" if trade.by_word else order["status"],
        plain(amount),
        money(cost),
        " ".join(f"{plain(value)} {name}" for name, value in fees.items()),
        str(order["client_order_id"])[:8],
    )


def decisions_json(decisions: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """Return the body of `audit decisions --json`; `why` has the inputs."""
    return {"decisions": [dict(row) for row in decisions]}


def decisions_text(decisions: Sequence[Mapping[str, object]]) -> str:
    """Return one row per decision."""
    rows = []
    for row in decisions:
        reasons = row["reasons"]
        assert isinstance(reasons, list)
        codes = ", ".join(str(reason["code"]) for reason in reasons)
        rows.append(
            (
                when(str(row["decided_at"]))[:16],
                row["strategy"],
                row["symbol"],
                row["verdict"],
                row["tranche_quote"],
                row["buy_quote"],
                row["backlog_quote"],
                f"{row['regime']} {row['composite'] or ''}".strip(),
                codes,
            )
        )
    header = (
        "decided (UTC)", "strategy", "symbol", "verdict", "tranche", "buy", "backlog", "regime",
        "reasons",
    )  # fmt: skip
    return table(header, rows, right=(4, 5, 6)) if rows else "nothing was ever decided"


def verify_json(report: VerifyRow) -> dict[str, object]:
    """Return the body of `audit verify --json`."""
    return {
        "path": report.path,
        "rows": report.rows,
        "public_rows": report.public_rows,
        "head": report.head,
        "checks": list(_CHECKS),
        "findings": [{"check": check, "detail": detail} for check, detail in report.findings],
    }


def verify_text(report: VerifyRow) -> str:
    """Return what was checked and what is broken."""
    if not report.findings:
        told = f"{report.path}: sound: {report.rows} chained rows, {report.public_rows} public rows"
        return f"{told}\nchecked {', '.join(_CHECKS)}\nhead {report.head}"
    broken = [f"{check}: {plain_text(detail, 400)}" for check, detail in report.findings]
    return paragraphs(f"{report.path}: BROKEN", "\n".join(broken), "see `dcaguard help recovery`")


def backup_json(report: BackupRow) -> dict[str, object]:
    """Return the body of `audit backup --json`."""
    return asdict(report)


def backup_text(report: BackupRow) -> str:
    """Name the copy."""
    return f"wrote and verified {report.path}: {report.rows} rows, head {report.head}"

"""Trades, decisions and proofs as documents and as text."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from dcaguard.app.audit import Trade
from dcaguard.core.errors import ExitCode
from dcaguard.core.money import ZERO, money, plain
from dcaguard.ports import Entry
from dcaguard.render.run import order_json
from dcaguard.render.table import paragraphs, plain_text, table, when


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
            {**order_json(t.order), "fills": [asdict(fill) for fill in t.fills]} for t in trades
        ]
    }


def trades_text(trades: Sequence[Trade]) -> str:
    """Return one row per order."""
    rows = []
    for trade in trades:
        order = trade.order
        amount = sum((f.amount for f in trade.fills), ZERO)
        cost = sum((f.cost for f in trade.fills), ZERO)
        fees = " ".join(f"{plain(f.fee_amount)} {f.fee_currency}" for f in trade.fills)
        rows.append(
            (
                when(order.created_at)[:16],
                order.strategy,
                order.account,
                order.symbol,
                order.status.value,
                plain(amount),
                money(cost),
                fees,
                order.client_order_id[:8],
            )
        )
    header = ("decided (UTC)", "strategy", "account", "symbol", "status", "bought", "cost", "fees", "id")
    return table(header, rows, right=(5, 6)) if rows else "no order was ever written down"


def decisions_json(decisions: Sequence[Entry]) -> dict[str, object]:
    """Return the body of `audit decisions --json`; inputs are left to `why`."""
    return {
        "decisions": [
            {"seq": e.seq, **{k: v for k, v in e.body.items() if k != "inputs"}} for e in decisions
        ]
    }


def decisions_text(decisions: Sequence[Entry]) -> str:
    """Return one row per decision."""
    rows = []
    for entry in decisions:
        body = entry.body
        reasons = body["reasons"]
        assert isinstance(reasons, list)
        codes = ", ".join(str(reason["code"]) for reason in reasons)
        rows.append(
            (
                str(body["decided_at"])[:16],
                body["strategy"],
                body["symbol"],
                body["verdict"],
                body["tranche_quote"],
                body["buy_quote"],
                body["backlog_quote"],
                f"{body['regime']} {body['composite'] or ''}".strip(),
                codes,
            )
        )
    header = ("decided (UTC)", "strategy", "symbol", "verdict", "tranche", "buy", "backlog", "regime", "reasons")
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

"""One pass, as the document that scripts read and as the few lines that people read."""

from dcaguard.app.decided import Decided
from dcaguard.app.run import Result
from dcaguard.core.canonical import instant
from dcaguard.core.money import cents, money
from dcaguard.core.order import Order, Status
from dcaguard.core.reason import Verdict
from dcaguard.render.reasons import reason_json, reason_line, remedy
from dcaguard.render.table import paragraphs, plain_text, when


def run_json(result: Result) -> dict[str, object]:
    """Return the body of `run --json`."""
    return {
        "run_id": result.run_id,
        "as_of": instant(result.as_of),
        "dry_run": result.dry_run,
        "gate_enabled": result.gate_enabled,
        "regime": result.regime,
        "composite": result.composite,
        "decisions": [_decided_json(one) for one in result.decided],
        "orders": [order_json(one.order) for one in result.decided if one.order is not None],
        "notes": list(result.notes),
        "errors": [
            {"code": p.code.name, "exit": int(p.code), "where": p.where, "message": p.message}
            for p in result.problems
        ],
        "journal": {"seq": result.journal_seq, "head": result.journal_head},
    }


def _decided_json(one: Decided) -> dict[str, object]:
    decision = one.decision
    return {
        "strategy": one.tranche.strategy.name,
        "account": one.tranche.account,
        "slot": one.tranche.slot.id,
        "scheduled_at": one.tranche.slot.instant,
        "symbol": one.tranche.symbol,
        "verdict": decision.verdict.value,
        "tranche_quote": money(decision.tranche_quote),
        "buy_quote": money(decision.buy_quote) if decision.buy_quote else "0",
        "backlog_quote": money(decision.backlog_quote),
        "reasons": [reason_json(reason) for reason in decision.reasons],
        "order": None if one.order is None else order_json(one.order),
        "held_since": one.held_since,
    }


def order_json(order: Order) -> dict[str, object]:
    """Return an order as every document shows it."""
    return {
        "client_order_id": order.client_order_id,
        "strategy": order.strategy,
        # A rehearsal marks its slots in its own journal; people know them by their own names.
        "slot": order.slot.partition("#")[0],
        "symbol": order.symbol,
        "account": order.account,
        "side": "BUY",
        "type": order.type,
        "amount": order.amount,
        "limit_price": order.limit_price,
        "max_quote": order.max_quote,
        "status": order.status.value,
        "venue_order_id": order.venue_order_id,
        "created_at": order.created_at,
        "sent_at": order.sent_at,
        "closed_at": order.closed_at,
    }


def run_text(result: Result) -> str:
    """Return what a person reads after a pass."""
    gate = f"regime {result.regime}" + (
        f", composite {result.composite}" if result.composite else ""
    )
    if not result.gate_enabled:
        gate = "gate disabled: plain DCA"
    head = f"{'dry run' if result.dry_run else 'run'} {when(result.as_of)}: {gate}"
    if not result.decided:
        head += "; nothing due"
    return paragraphs(
        head,
        "\n".join(line for one in result.decided for line in _decided_lines(one)),
        "\n".join(f"note: {plain_text(note, 400)}" for note in result.notes),
        "\n".join(f"{p.code.name}: {plain_text(p.message, 600)}" for p in result.problems),
        "next, for real orders: set `live = true` for the account, then `dcaguard arm STRATEGY`"
        if result.dry_run and result.decided
        else "",
    )


def _decided_lines(one: Decided) -> list[str]:
    decision, tranche = one.decision, one.tranche
    quote = tranche.symbol.partition("/")[2]
    what = f"{tranche.strategy.name} {tranche.symbol} {tranche.slot.id}: {decision.verdict}"
    if decision.verdict is Verdict.BUY:
        what += f" {cents(decision.buy_quote)} {quote}" + _order_words(one.order)
    elif one.held_since is not None:
        what += f", held since {when(one.held_since)}"
    if decision.backlog_quote:
        what += f" (backlog {cents(decision.backlog_quote)} {quote})"
    lines = [what]
    for reason in decision.reasons:
        lines.append("  " + reason_line(reason.code.value, reason.detail))
        if remedy(reason):
            lines.append(f"    -> {remedy(reason)}")
    return lines


def _order_words(order: Order | None) -> str:
    if order is None:
        return ""
    words = {
        Status.FILLED: "filled",
        Status.PARTIAL_CLOSED: "partly filled",
        Status.UNKNOWN: "outcome not known",
        Status.INTENT: "not sent",
    }
    return f", {words.get(order.status, order.status.value.lower())}"

"""The plan as document and text."""

from datetime import UTC
from zoneinfo import ZoneInfo

from dcaguard.app.plan import Plan, Planned
from dcaguard.core.canonical import instant
from dcaguard.core.money import cents, money, plain
from dcaguard.core.schedule import Slot
from dcaguard.render.reasons import reason_json, reason_line, remedy
from dcaguard.render.table import paragraphs, plain_text, table, when


def plan_json(plan: Plan) -> dict[str, object]:
    """Return the body of `plan --json`."""
    return {
        "as_of": instant(plan.now),
        "gate_enabled": plan.gate_enabled,
        "regime": plan.regime,
        "composite": plan.composite,
        "next_run": [_planned_json(one) for one in plan.planned],
        "slots": [
            {"strategy": name, "slot": slot.id, "scheduled_at": slot.instant}
            for name, slot in plan.slots
        ],
        "notes": list(plan.notes),
    }


def _planned_json(one: Planned) -> dict[str, object]:
    decision = one.decision
    order = decision.order
    return {
        "strategy": one.strategy,
        "account": one.situation.account,
        "slot": one.slot.id,
        "scheduled_at": one.slot.instant,
        "due": one.is_due,
        "symbol": one.symbol,
        "verdict": decision.verdict.value,
        "tranche_quote": money(decision.tranche_quote),
        "buy_quote": money(decision.buy_quote) if decision.buy_quote else "0",
        "backlog_quote": money(decision.backlog_quote),
        "reasons": [reason_json(reason) for reason in decision.reasons],
        "order": None
        if order is None
        else {
            "type": order.type,
            "amount": order.amount,
            "limit_price": order.limit_price,
            "max_quote": order.max_quote,
        },
    }


def plan_text(plan: Plan) -> str:
    """Return what the next run would do, then the slots to come with their local times."""
    gate = f"regime {plan.regime}" + (f", composite {plan.composite}" if plan.composite else "")
    if not plan.gate_enabled:
        gate = "gate disabled: plain DCA"
    head = f"plan {when(plan.now)}: {gate}"
    if not plan.planned:
        head += "; no strategy has a slot to come"
    lines = [line for one in plan.planned for line in _planned_lines(one)]
    rows = [(name, local_time(slot), when(slot.instant)) for name, slot in plan.slots]
    return paragraphs(
        head,
        "\n".join(lines),
        table(("strategy", "slot (local)", "UTC"), rows) if rows else "",
        "\n".join(f"note: {plain_text(note, 400)}" for note in plan.notes),
    )


def local_time(slot: Slot) -> str:
    """Return a slot's local date and time as people read it."""
    shown = slot.instant.replace(tzinfo=UTC).astimezone(ZoneInfo(slot.zone))
    return f"{shown:%a %Y-%m-%d %H:%M} {slot.zone}"


def _planned_lines(one: Planned) -> list[str]:
    decision = one.decision
    quote = one.symbol.partition("/")[2]
    when = "due now" if one.is_due else "if it were due now"
    what = f"{one.strategy} {one.symbol} {one.slot.id} ({when}): {decision.verdict}"
    order = decision.order
    if order is not None:
        what += (
            f" {cents(decision.buy_quote)} {quote}: {order.type} {plain(order.amount)} "
            f"at no more than {plain(order.limit_price)}"
        )
    lines = [what]
    for reason in decision.reasons:
        lines.append("  " + reason_line(reason.code.value, reason.detail))
        if remedy(reason):
            lines.append(f"    -> {remedy(reason)}")
    return lines

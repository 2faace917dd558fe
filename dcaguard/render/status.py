"""Where everything stands, as document and text."""

from dcaguard.app.status import Status, StrategyStatus
from dcaguard.core.canonical import instant
from dcaguard.core.money import cents, money
from dcaguard.render.limits import limits_json, limits_text
from dcaguard.render.plan import local_time
from dcaguard.render.run import order_json
from dcaguard.render.table import paragraphs, plain_text, when


def status_json(found: Status) -> dict[str, object]:
    """Return the body of `status --json`."""
    return {
        "as_of": instant(found.now),
        "gate_enabled": found.gate_enabled,
        "regime": found.regime,
        "since": found.since,
        "composite": found.composite,
        "why": list(found.why),
        "halted": found.halted,
        "strategies": [_strategy_json(one) for one in found.strategies],
        "caps": limits_json(found.caps),
        "unresolved": [order_json(order) for order in found.unresolved],
        "resting": [order_json(order) for order in found.resting],
        "last_run": found.last_run,
        "notes": list(found.notes),
    }


def _strategy_json(one: StrategyStatus) -> dict[str, object]:
    return {
        "strategy": one.strategy.name,
        "account": one.strategy.account,
        "mode": one.mode,
        "armed": one.armed,
        "open_slot": one.open_slot.id if one.open_slot else None,
        "next_slots": [{"slot": slot.id, "scheduled_at": slot.instant} for slot in one.next_slots],
        "purses": [
            {"symbol": symbol, "backlog_quote": money(p.backlog), "carry_quote": money(p.carry)}
            for symbol, p in one.purses.items()
        ],
        "spent_quote": money(one.spent_quote),
        "left_quote": None if one.left_quote is None else money(one.left_quote),
    }


def status_text(found: Status) -> str:
    """Return where everything stands for a person."""
    gate = "gate disabled: plain DCA"
    if found.gate_enabled:
        since = f" since {when(found.since)}" if found.since else ""
        gate = f"regime {found.regime}{since}"
        gate += f", composite {found.composite}" if found.composite else ""
    return paragraphs(
        f"status {when(found.now)}: {gate}",
        "\n".join(f"  {plain_text(line, 300)}" for line in found.why),
        f"HALTED: {plain_text(found.halted)}; `dcaguard resume --confirm` lifts it"
        if found.halted is not None
        else "",
        "\n".join(line for one in found.strategies for line in _strategy_lines(one)),
        limits_text(found.caps, "`dcaguard guard` asks the venue"),
        "\n".join(
            f"order {o.client_order_id} ({o.account} {o.symbol}): outcome not known; "
            f"`dcaguard resolve {o.client_order_id[:8]}`"
            for o in found.unresolved
        ),
        "\n".join(
            f"order {o.client_order_id} ({o.account} {o.symbol}): rests since "
            f"{when(o.sent_at or o.created_at)}, at most {cents(o.max_quote)}"
            for o in found.resting
        ),
        "\n".join(f"note: {note}" for note in found.notes),
    )


def _strategy_lines(one: StrategyStatus) -> list[str]:
    quote = one.strategy.quote
    mode = one.mode if one.mode != "live" else ("live" if one.armed else "live, NOT ARMED")
    left = f", left {cents(one.left_quote)}" if one.left_quote is not None else ""
    if one.lacks:
        left += f", and what it paid in {', '.join(one.lacks)}, which has no rate here"
    head = f"{one.strategy.name} on {one.strategy.account} ({mode})"
    lines = [f"{head}: spent {cents(one.spent_quote)} {quote}{left}"]
    if one.open_slot is not None:
        lines.append(f"  open slot  {one.open_slot.id}")
    for symbol, purse in one.purses.items():
        if purse.backlog or purse.carry:
            lines.append(
                f"  {symbol}: backlog {cents(purse.backlog)}, carried {cents(purse.carry)} {quote}"
            )
    lines += [f"  next       {local_time(slot)}" for slot in one.next_slots]
    return lines

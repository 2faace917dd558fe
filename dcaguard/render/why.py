"""A slot's story as document and text."""

from collections.abc import Mapping

from dcaguard.app.why import Tale, Why
from dcaguard.core.money import plain
from dcaguard.render.reasons import reason_line
from dcaguard.render.run import order_json
from dcaguard.render.table import paragraphs, plain_text, when


def why_json(found: Why) -> dict[str, object]:
    """Return the body of `why --json`: decisions with the inputs they were made from."""
    return {
        "slots": [dict(row) for row in found.slot_rows],
        "tranches": [
            {
                "strategy": tale.strategy,
                "slot": tale.slot,
                "symbol": tale.symbol,
                "decisions": [{"seq": e.seq, **e.body} for e in tale.decisions],
                "order": None if tale.order is None else order_json(tale.order),
                "moves": [{"seq": e.seq, **e.body} for e in tale.moves],
                "fills": [fill_row(fill) for fill in tale.fills],
            }
            for tale in found.tales
        ],
    }


def fill_row(fill: object) -> dict[str, object]:
    """Return a fill's fields by name."""
    from dataclasses import asdict

    return asdict(fill)  # type: ignore[call-overload,no-any-return]


def why_text(found: Why) -> str:
    """Return the story for a person: what was decided when, on what, and what came of it."""
    parts = [
        f"{row['strategy']}: {row['count']} slot(s) missed up to {row['slot']}"
        for row in found.slot_rows
        if row["event"] == "MISSED"
    ]
    parts += ["\n".join(_tale_lines(tale)) for tale in found.tales]
    return paragraphs(*parts)


def _tale_lines(tale: Tale) -> list[str]:
    lines = [f"{tale.strategy} {tale.symbol} {tale.slot}"]
    for entry in tale.decisions:
        body = entry.body
        lines.append(
            f"  {when(entry.at)}  {body['verdict']}  tranche {body['tranche_quote']}, "
            f"buy {body['buy_quote']}, backlog {body['backlog_quote']} "
            f"(regime {body['regime']}{_composite(body)})"
        )
        if body["ask"] is not None:
            lines.append(
                f"    price  bid {body['bid']} ask {body['ask']} from "
                f"{plain_text(body['price_source'])} of {body['price_at']}"
            )
        reasons = body["reasons"]
        assert isinstance(reasons, list)
        lines += [f"    {reason_line(str(r['code']), r['detail'])}" for r in reasons]
        lines.append(f"    inputs {str(body['inputs_digest'])[:16]}  journal row {entry.seq}")
    lines += [
        f"  {when(e.at)}  order {e.body['status']} {plain_text(e.body.get('detail') or '')}"
        for e in tale.moves
    ]
    lines += [
        f"  {when(f.filled_at)}  filled {plain(f.amount)} at {plain(f.price)}: "
        f"{plain(f.cost)}, fee {plain(f.fee_amount)} {f.fee_currency} "
        f"(trade {plain_text(f.trade_id)})"
        for f in tale.fills
    ]
    return lines


def _composite(body: Mapping[str, object]) -> str:
    return f", composite {body['composite']}" if body["composite"] else ""

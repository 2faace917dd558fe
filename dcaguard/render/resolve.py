"""What a venue said about one order, as document and text."""

from dcaguard.app.resolve import Resolved
from dcaguard.core.order import Status
from dcaguard.render.run import order_json
from dcaguard.render.table import paragraphs, plain_text


def resolve_json(found: Resolved) -> dict[str, object]:
    """Return the body of `resolve --json`."""
    return {
        "order": order_json(found.order),
        "evidence": list(found.evidence),
        "proofs_of_absence": found.proofs,
        "message": found.message,
    }


def resolve_text(found: Resolved) -> str:
    """Return the order, every answer, and what to do next."""
    order = found.order
    head = (
        f"order {order.client_order_id}\n"
        f"  {order.account} {order.symbol} {order.slot}: {order.status}, at most {order.max_quote}"
    )
    said = "\n".join(f"  the venue: {plain_text(line, 300)}" for line in found.evidence)
    proofs = f"  proofs of absence: {found.proofs} of 2" if order.status is Status.UNKNOWN else ""
    return paragraphs(
        "\n".join(p for p in (head, said, proofs) if p), plain_text(found.message, 600)
    )

"""The guard's answer from stored data."""

from dcaguard.app.guard import StoredGuard
from dcaguard.core.canonical import instant
from dcaguard.render.limits import limits_json
from dcaguard.render.table import paragraphs, table, when


def then_json(found: StoredGuard) -> dict[str, object]:
    """Return the body of `guard --as-of --json`."""
    return {
        "as_of": instant(found.at),
        "stored": True,
        "base_currency": found.base_currency,
        "caps": limits_json(found.caps),
        "accounts": [
            {
                "account": name,
                "at": body["at"],
                "balances": body["rows"],
                "violations": found.violations.get(name, {}).get("rows", []),
            }
            for name, body in found.accounts.items()
        ],
    }


def then_text(found: StoredGuard) -> str:
    """Return what the journal had seen of each account by then."""
    parts = []
    for name, body in found.accounts.items():
        rows = found.violations.get(name, {}).get("rows", [])
        assert isinstance(rows, list)
        found_kinds = "; ".join(r["kind"] for r in rows) or "clean"
        parts.append(f"{name}: looked at {when(str(body['at']))}: {found_kinds}")
        held = body["rows"]
        assert isinstance(held, list)
        shown = [(r["wallet"], r["asset"], r["total"], r["debt"]) for r in held]
        parts.append(table(("wallet", "asset", "total", "debt"), shown, right=(2, 3)))
    return paragraphs(*parts) or f"nothing was looked at before {when(found.at)}"

"""The page that the demo ends with."""

from decimal import Decimal
from pathlib import Path

from dcaguard.app.demo import DemoReport
from dcaguard.core.money import money, plain
from dcaguard.core.performance import Outcome
from dcaguard.render.table import paragraphs, table


def demo_json(found: DemoReport, folder: Path) -> dict[str, object]:
    """Return the body of `demo --json`."""
    return {
        "workspace": str(folder),
        "days": found.days,
        "bought_days": found.bought_days,
        "smaller_days": found.smaller_days,
        "paused_days": found.paused_days,
        "pauses": [
            {"first": p.first, "last": p.last, "days": p.days, "regime": p.regime, "why": p.why}
            for p in found.pauses
        ],
        "result": _outcome_json(found.ours),
        "plain_dca": _outcome_json(found.plain),
        "difference": plain(found.difference.quantize(Decimal("0.000001"))),
        "backlog_quote": money(found.backlog_quote),
        "last_price": found.last_price,
        "signals": ["etf-outflow", "liquidation-spike", "everything-sold"],
    }


def _outcome_json(found: Outcome) -> dict[str, object]:
    return {
        "spent": _cents(found.spent_quote),
        "units": found.units.quantize(Decimal("0.00000001")),
        "average_cost": None if found.average_cost is None else _cents(found.average_cost),
        "terminal_wealth": _cents(found.terminal_wealth),
    }


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def demo_text(found: DemoReport, folder: Path) -> str:
    """Return what was bought, when it paused and why, what that cost, and where to look."""
    head = (
        f"{found.days} real days, 2024-06-01 to 2025-04-14, one full pass each: bought on "
        f"{found.bought_days} ({found.smaller_days} of them smaller), paused on "
        f"{found.paused_days}.\n"
        "Signals on: etf-outflow, liquidation-spike, everything-sold (with VIX and its breaker).\n"
        "All others are off in the demo's config: their data may not be shipped."
    )
    rows = [(str(p.first), str(p.last), p.days, p.regime, _short(p.why)) for p in found.pauses]
    pauses = table(("paused from", "to", "days", "regime", "because"), rows, right=(2,))
    record = (
        f"Among them: 2025-02-25, the record ETF outflow ({found.record_outflow / 1_000_000:,.1f} "
        "million USD), known on the 26th."
    )
    lines = [
        ("dcaguard", *_row(found.ours)),
        ("plain DCA", *_row(found.plain)),
    ]
    result = table(
        ("", "spent USDT", "BTC", "average cost", "wealth at the end"), lines, right=(1, 2, 3, 4)
    )
    share = found.difference * 100
    verb = "cost" if share < 0 else "saved"
    cost = (
        f"Pausing {verb} {abs(share):.2f} % of terminal wealth here "
        f"(BTC at {money(_cents(found.last_price))}; {money(found.backlog_quote)} USDT still put "
        "off).\nIt is risk control, not a promise of profit: over longer histories deferring the "
        "money cost between about 3 % and nothing."
    )
    more = (
        f"Look further:\n  cd {folder}\n"
        "  dcaguard why 2025-02-26          why it paused that day, with every number\n"
        "  dcaguard audit decisions         every decision of the replay\n"
        "  dcaguard audit verify            the journal's chain, totals and invariants\n"
        "Its prices end there: `run` and `plan` take --as-of 2025-04-14T13:00Z or earlier."
    )
    return paragraphs(head, pauses, record, result, cost, more)


def _short(why: str) -> str:
    return why if len(why) <= 110 else why[:109] + "…"


def _row(found: Outcome) -> tuple[str, str, str, str]:
    average = money(_cents(found.average_cost)) if found.average_cost is not None else "-"
    return (
        money(_cents(found.spent_quote)),
        plain(found.units.quantize(Decimal("0.00000001"))),
        average,
        money(_cents(found.terminal_wealth)),
    )

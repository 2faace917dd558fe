"""What a person confirms when arming."""

from dcaguard.app.arm import ToArm
from dcaguard.app.book import Arming
from dcaguard.core.money import plain
from dcaguard.render.table import plain_text


def arm_json(about: ToArm, armed: Arming) -> dict[str, object]:
    """Return the body of `arm --json`."""
    return {
        "strategy": about.strategy.name,
        "account": about.account,
        "exchange": about.exchange,
        "live": about.live,
        "digest": about.digest,
        "armed_at": armed.at,
        "first": armed.first,
        "unchanged": about.armed_before,
    }


def arm_text(about: ToArm) -> str:
    """Return the confirmation's question in words."""
    strategy = about.strategy
    buys = ", ".join(f"{b.symbol} {plain(b.weight)}" for b in strategy.buy)
    when = strategy.schedule.cron or f"every {strategy.schedule.every}"
    live = "LIVE: real orders" if about.live else "not live: simulated orders only"
    caps = f"{about.month_max} {about.base_currency}"
    lines = [
        f"strategy {strategy.name}: {plain_text(strategy.description)}",
        f"  buys     {plain(strategy.budget.per_slot)} {strategy.quote} per slot: {buys}",
        f"  when     {when} ({strategy.schedule.timezone})",
        f"  account  {about.account} on {about.exchange}, {live}",
        f"  caps     order_max {about.order_max}, month_max {caps}",
    ]
    if about.armed_before:
        lines.append("  exactly these rules are armed already")
    return "\n".join(lines)

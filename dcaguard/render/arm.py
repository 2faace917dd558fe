"""What a person confirms when arming, and what is bought then."""

from dcaguard.app.arm import ToArm
from dcaguard.app.arming import Arming
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
        "slots_due": [slot.id for slot in about.slots_due],
        "bought_already": about.bought_already and about.bought_already.client_order_id,
        "remembered": [
            {"symbol": symbol, "backlog_quote": purse.backlog, "carry_quote": purse.carry}
            for symbol, purse in about.remembered.items()
        ],
        "forgotten": [
            {"symbol": symbol, "backlog_quote": purse.backlog, "carry_quote": purse.carry}
            for symbol, purse in about.pretend.items()
        ],
        "no_past": about.no_past,
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
        *(f"  {line}" for line in _beside_the_slots(about)),
    ]
    if about.armed_before:
        lines.append("  exactly these rules are armed already")
    return "\n".join(lines)


def armed_text(about: ToArm, armed: Arming) -> str:
    """Return what is bought from now on, and the next step."""
    since = f"slots from {armed.at:%Y-%m-%d %H:%M} UTC on are bought"
    lines = [
        f"{about.strategy.name} is armed: {since}",
        *_beside_the_slots(about),
        "next: `dcaguard run`, by hand or from cron every five minutes (`dcaguard help cron`)",
    ]
    return "\n".join(lines)


def _beside_the_slots(about: ToArm) -> list[str]:
    """Return one line for each purchase that the schedule and the tranche alone do not show."""
    lines = [
        f"due now  slot {slot.id} was scheduled before: the next run buys it"
        for slot in about.slots_due
    ]
    if (order := about.bought_already) is not None:
        lines.append(
            f"bought   strategy {plain_text(order.strategy)} bought {order.symbol} on this account "
            f"for the slot that just was: the first slot is the next one"
        )
    for symbol, purse in about.remembered.items():
        kept = {"carried over": purse.carry, "put off by pauses": purse.backlog}
        told = " and ".join(f"{plain(value)} {why}" for why, value in kept.items() if value)
        lines.append(
            f"added    {told}, in {about.strategy.quote}: {symbol} buys it beside the tranche, "
            "within the caps"
        )
    for symbol, purse in about.pretend.items():
        total = plain(purse.backlog + purse.carry)
        lines.append(
            f"not      {total} {about.strategy.quote} that {symbol} carries was pretend money: "
            "it is not bought with what is real"
        )
    if about.no_past:
        lines.append(
            f"limits   this journal knows no order of account {about.account}: what was bought "
            "there before does not count in them (`dcaguard help recovery`)"
        )
    return lines

"""A decision as the journal keeps it, and what is asked again before its order is inserted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.context import Book, Pass
from dcaguard.app.counting import cap_uses, unpriced
from dcaguard.app.facts import Facts
from dcaguard.app.slots import order_of
from dcaguard.app.unwanted import not_ended
from dcaguard.core.canonical import digest
from dcaguard.core.decide import Decision
from dcaguard.core.money import times
from dcaguard.core.order import Status
from dcaguard.core.policy.caps import over
from dcaguard.core.policy.price import unusable
from dcaguard.core.reason import MEANINGS, Code, Reason, because
from dcaguard.core.situation import Situation


def same(body: Mapping[str, object], decision: Decision) -> bool:
    """Tell whether a written decision has this one's verdict and reason codes."""
    reasons = body["reasons"]
    assert isinstance(reasons, list)
    codes = sorted(str(reason["code"]) for reason in reasons)
    return body["verdict"] == decision.verdict and codes == sorted(r.code for r in decision.reasons)


def refused(decision: Decision, objection: Reason) -> Decision:
    """Return a BUY as what it became once something objected while it was written down."""
    return replace(
        decision,
        verdict=MEANINGS[objection.code].verdict,
        reasons=(objection,),
        buy_quote=decision.buy_quote * 0,
        from_backlog_quote=decision.buy_quote * 0,
        from_carry_quote=decision.buy_quote * 0,
        withheld_quote=decision.buy_quote * 0,
        order=None,
    )


def record_news(
    book: Book, tranche: Tranche, situation: Situation, decision: Decision, at: datetime
) -> datetime | None:
    """Write a decision that sends nothing; return since when it stands, if it is no news."""
    last = book.read.latest("decision", _subject(tranche))
    if last is not None and same(last.body, decision):
        return last.at
    record(book, tranche, situation, decision, at)
    return None


def record(
    book: Book, tranche: Tranche, situation: Situation, decision: Decision, at: datetime
) -> None:
    """Write a decision with the inputs it was made from."""
    subject, quote = _subject(tranche), situation.means.quote
    inputs = digest(situation)
    body = {
        # The head makes it unique: the same question may be asked twice at one simulated instant.
        "decision_id": digest([inputs, subject, at, book.write.head()])[:32],
        "strategy": situation.strategy,
        "slot": situation.slot,
        "symbol": situation.symbol,
        "account": situation.account,
        "verdict": decision.verdict,
        "tranche_quote": decision.tranche_quote,
        "buy_quote": decision.buy_quote,
        "backlog_quote": decision.backlog_quote,
        "withheld_quote": decision.withheld_quote,
        "carry_quote": decision.carry_quote,
        "from_backlog_quote": decision.from_backlog_quote,
        "from_carry_quote": decision.from_carry_quote,
        "regime": situation.gate.regime,
        "composite": situation.gate.composite,
        "bid": quote.bid if quote else None,
        "ask": quote.ask if quote else None,
        "price_at": quote.at if quote else None,
        "price_source": quote.source if quote else None,
        "rule_version": situation.rule_version,
        "reasons": decision.reasons,
        "inputs_digest": inputs,
        "inputs": situation,
        "decided_at": at,
        "rehearsal": book.rehearsal,
    }
    book.write.append("decision", subject, body, at)


def _subject(tranche: Tranche) -> str:
    return books.slot_subject(tranche.strategy.name, tranche.slot.key, tranche.symbol)


def recheck(
    run: Pass, facts: Facts, tranche: Tranche, situation: Situation, decision: Decision
) -> Reason | None:
    """Ask again, inside the insert transaction, what may have changed since the decision."""
    book = run.book(tranche.account)
    halted = run.world.sends_nothing()
    if halted is not None:
        return because(Code.HALTED, reason=halted)
    means = situation.means
    # The witness may take its time: what is too old by now is not bought on.
    now = max(run.now, run.world.clock.now())
    old = unusable(means.quote, means.rules, now, tranche.symbol)
    if old:
        return old[0]
    known = order_of(book, tranche.strategy.name, tranche.slot, tranche.symbol)
    if known is not None and known.status is not Status.INTENT and not book.rehearsal:
        return because(Code.ALREADY_ORDERED, order=known.client_order_id)
    if rows := not_ended(run, book, tranche.account):
        ids = [order.client_order_id for order in rows]
        return because(Code.ORDER_UNRESOLVED, orders=ids)
    caps = cap_uses(run, book, facts, tranche)
    rate = situation.means.base_per_quote
    assert rate is not None
    assert decision.order is not None
    if caps is None:
        coin = unpriced(run, book, facts, tranche, caps) or tranche.symbol.partition("/")[2]
        return because(Code.RATE_UNKNOWN, quote=coin)
    return next(iter(over(caps, times(decision.order.max_quote, rate))), None)

"""One pass: recover, look, decide, write it down, act. Safe to call every five minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dcaguard.app import book as books
from dcaguard.app.act import Tranche, buy
from dcaguard.app.context import Book, Pass
from dcaguard.app.custody import remind
from dcaguard.app.decided import Decided, after_buying
from dcaguard.app.decisions import recheck, record, same
from dcaguard.app.facts import Facts
from dcaguard.app.fetching import refresh
from dcaguard.app.gather import gather
from dcaguard.app.recover import end_unwanted, open_questions, recover, still_resting
from dcaguard.app.regimes import journal_regimes
from dcaguard.app.rehearsal import remember
from dcaguard.app.resting import Rest, buy_rests, rests_to_buy
from dcaguard.app.sight import Sight, sight_of
from dcaguard.app.situations import situation_of
from dcaguard.app.slots import DueStrategy, close, due_now, mark_looked_at, tranches
from dcaguard.app.world import Problem, World, check_clock
from dcaguard.core.decide import Decision, decide
from dcaguard.core.errors import ConfigError, ExitCode, gravest
from dcaguard.core.order import UNRESOLVED
from dcaguard.core.reason import MEANINGS, Verdict
from dcaguard.core.schedule import Slot
from dcaguard.core.situation import Situation


@dataclass(frozen=True, slots=True)
class Request:
    """What a person asked of one pass."""

    run_id: str
    strategies: tuple[str, ...] = ()  # empty: all of them
    dry_run: bool = False
    fetch: bool = True
    detailed_exit: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """All that one pass did."""

    run_id: str
    as_of: datetime
    regime: str
    composite: str
    decided: tuple[Decided, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    exit_code: ExitCode
    journal_seq: int
    journal_head: str
    dry_run: bool
    gate_enabled: bool


def run_pass(world: World, request: Request) -> Result:
    """Do one pass over the strategies; one strategy's or account's failure stops no other's."""
    run = Pass(world, request.run_id, world.clock.now(), request.dry_run)
    check_clock(world, run.now)
    run.begin()
    run.ledger.notes.extend(world.notes)
    for line in world.broken:
        run.ledger.fail(ConfigError(line))
    names = tuple(dict.fromkeys(request.strategies)) or tuple(world.strategies)
    rests: list[Rest] = []
    if not request.dry_run:
        recover(run)  # of every strategy; what is bought is only for those that were asked for
        rests = rests_to_buy(run, names)
    due = [one for name in names if (one := due_now(run, world.strategies[name])).slots]
    if request.fetch and not request.dry_run:
        _read_anew(run, decides=bool(due or rests))
    _codes_of_state(run)
    sight = sight_of(world, run.known_at or run.now)
    if not request.dry_run:
        journal_regimes(world, sight)
    decided = buy_rests(run, sight, rests)
    if due:
        facts = gather(run, sight, due)
        for one in due:
            decided += _decide_strategy(run, facts, one)
        remind(run, facts)
    code = _exit_code(run, decided, detailed=request.detailed_exit)
    run.end(int(code), code.name)
    return _result(run, sight, decided, code)


def _read_anew(run: Pass, *, decides: bool) -> None:
    """Refresh the readings that anything hangs on, and end what by them must rest no longer."""
    resting = still_resting(run)
    if decides or resting:
        run.ledger.notes.extend(refresh(run.world))
        # What was just read is true now, not before it was asked for.
        run.known_at = run.world.clock.now()
        end_unwanted(run, resting)


def _codes_of_state(run: Pass) -> None:
    """Add the codes that hold whatever is due: a halt, an order whose outcome is not known."""
    halted = run.world.halt.reason()
    if halted is not None:
        run.ledger.codes.append(ExitCode.HALTED)
        run.ledger.note(f"halted: {halted}; `dcaguard resume --confirm` lifts it")
    elif (edited := run.world.halt.edited()) is not None:
        run.ledger.codes.append(ExitCode.HALTED)
        run.ledger.note(f"nothing is sent: {edited}")
    for account in filter(run.world.is_of_this_time, run.world.config.accounts):
        if any(o.status in UNRESOLVED for o in open_questions(run.world.journal, account)):
            run.ledger.codes.append(ExitCode.ORDER_UNKNOWN)


def _decide_strategy(run: Pass, facts: Facts, due: DueStrategy) -> list[Decided]:
    decided: list[Decided] = []
    newest = due.slots[-1]
    for slot in due.slots:
        book = run.book(due.strategy.account)
        for tranche in tranches(book, due.strategy, slot):
            one = _decide_one(run, facts, tranche, armed=due.armed)
            if book.rehearsal:
                remember(run, tranche, one.decision, over=slot.key != newest.key)
            decided.append(one)
        _end_slot(run, book, due, slot, newest)
    return decided


def _end_slot(run: Pass, book: Book, due: DueStrategy, slot: Slot, newest: Slot) -> None:
    """Close a slot once all its tranches were sent; a slot caught up late has this one chance."""
    if book.rehearsal:
        return
    if slot.key != newest.key:
        close(run, book, due.strategy, slot)
    elif not tranches(book, due.strategy, slot):
        mark_looked_at(run, book, slot, newest=slot, is_open=False)


def _decide_one(run: Pass, facts: Facts, tranche: Tranche, *, armed: bool) -> Decided:
    situation = situation_of(run, facts, tranche, armed=armed)
    decision = decide(situation)
    if decision.verdict is not Verdict.BUY:
        return _held(run, tranche, situation, decision)
    book = run.book(tranche.account)
    acted = buy(
        run,
        tranche,
        decision,
        record_decision=lambda: _write_down(run, book, tranche, situation, decision),
        recheck=lambda: recheck(run, facts, tranche, situation, decision),
    )
    return after_buying(
        run, tranche, situation, decision, acted, lambda d: _held(run, tranche, situation, d)
    )


def _held(run: Pass, tranche: Tranche, situation: Situation, decision: Decision) -> Decided:
    """Write a decision that sends nothing, when its verdict or reason codes are news."""
    book = run.book(tranche.account)
    subject = books.slot_subject(tranche.strategy.name, tranche.slot.key, tranche.symbol)
    last = book.read.latest("decision", subject)
    if last is not None and not book.rehearsal and same(last.body, decision):
        return Decided(tranche, decision, situation, is_new=False, held_since=last.at)
    with book.write.transaction():
        _write_down(run, book, tranche, situation, decision)
    return Decided(tranche, decision, situation, is_new=True, held_since=None)


def _write_down(
    run: Pass, book: Book, tranche: Tranche, situation: Situation, decision: Decision
) -> None:
    """Write that the slot was looked at, and the decision."""
    mark_looked_at(run, book, tranche.slot, newest=tranche.slot, is_open=True)
    record(book, tranche, situation, decision, run.now)


def _exit_code(run: Pass, decided: Sequence[Decided], *, detailed: bool) -> ExitCode:
    codes = list(run.ledger.codes)
    bought = {one.tranche.account for one in decided if one.bought}
    for one in decided:
        for reason in one.decision.reasons:
            code = MEANINGS[reason.code].exit_code
            # A limit is news once; after that the slot is merely held. What another account
            # bought, pretend money perhaps, does not make up for it.
            if code is ExitCode.LIMIT and (one.tranche.account in bought or not one.is_new):
                continue
            codes.append(code)
    code = gravest(codes)
    if detailed and code is ExitCode.OK and decided:
        return ExitCode.BOUGHT if bought else ExitCode.HELD
    return code


def _result(run: Pass, sight: Sight, decided: Sequence[Decided], code: ExitCode) -> Result:
    seq, head = run.world.journal.head()
    enabled = run.world.config.gate.enabled
    return Result(
        run_id=run.run_id,
        as_of=run.now,
        regime=sight.regime,
        composite=sight.composite if enabled else "",
        decided=tuple(decided),
        problems=tuple(run.ledger.problems),
        notes=tuple(run.ledger.notes),
        exit_code=code,
        journal_seq=seq,
        journal_head=head,
        dry_run=run.dry_run,
        gate_enabled=enabled,
    )

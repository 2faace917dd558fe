"""Safeguards removed one by one: the simulation is tested by what it then must catch."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from unittest import mock

from dcaguard.app import (
    absence,
    act,
    answers,
    asking,
    book,
    counting,
    decisions,
    gather,
    logins,
    look,
    record,
    recover,
    run,
    slots,
)
from dcaguard.core import purse
from dcaguard.core import recover as rules
from dcaguard.core.policy import caps
from tests.sim import removals
from tests.sim.everywhere import everywhere

Removal = Callable[[ExitStack], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One safeguard and how it is taken away.

    `behind` names fences that stand before this one: they are taken away in both runs, so that
    the safeguard is the last one standing.
    """

    name: str
    remove: Removal
    seed: int  # the first seed that catches it
    behind: tuple[str, ...] = ()
    hosts: int = 1  # at least so many machines share the key in the years that are asked


def _swap(target: str, new: object) -> Removal:
    def remove(stack: ExitStack) -> None:
        stack.enter_context(mock.patch(target, new))

    return remove


def _all(real: object, new: object) -> Removal:
    return lambda stack: stack.enter_context(everywhere(real, new))


def _both(*removals: Removal) -> Removal:
    def remove(stack: ExitStack) -> None:
        for one in removals:
            one(stack)

    return remove


# --- the table: seeds are found by `python -m tests.sim.hunt` ------------------------------------

_UNBLOCKED = _all(logins.unresolved, lambda *_: [])
_RECHECK = getattr(run, "_recheck", decisions.recheck)
_UNWEIGHED = _all(absence._balance, lambda *_: ("", True))
_LOCKED = ("the lock",)
_WEIGHED = ("absence is weighed against balances",)
_LOCK = _swap("tests.sim.host.Host.locked", lambda _self: False)
MUTANTS: tuple[Mutant, ...] = (
    Mutant("the lock", _LOCK, 1),
    Mutant("the deterministic order id", _all(removals.REAL_ID, removals.any_id), 1),
    Mutant(
        "one order per slot and symbol in the journal",
        _swap("tests.sim.memory_journal.MemoryJournal.add_order", removals.forgets_slots),
        0,
        behind=("slots remember their orders", "the deterministic order id"),
    ),
    Mutant("slots remember their orders", _all(slots.order_of, lambda *_: None), 0),
    Mutant("the witness before the send", _all(act.buy, removals.blind_buy), 1),
    Mutant("a silent witness stops", _all(act.buy, removals.hasty_buy), 14),
    Mutant("SENDING before the POST", _swap("dcaguard.app.act._send", removals.post_first), 0),
    Mutant("one POST, no retry", _swap("dcaguard.app.act._after_post", removals.retry), 1),
    Mutant(
        "a lost reply is no refusal",
        _swap("dcaguard.app.act._after_post", removals.refusal),
        1,
    ),
    Mutant(
        "a crash while SENDING is unknown",
        _swap("dcaguard.app.recover._write", removals.gone_after_crash),
        13,
    ),
    Mutant(
        "unknown orders count in caps", _all(book.spending_orders, removals.without_unknown), 133
    ),
    Mutant("missing fills are asked for again", _all(book.unsettled, lambda _journal: ()), 0),
    Mutant("an unknown order blocks its account", _UNBLOCKED, 1),
    Mutant(
        "an error is no absence",
        _both(
            _all(asking.ask, removals.error_is_absence),
            _all(absence.prove, removals.proves_by_silence),
        ),
        1,
    ),
    Mutant("absence is weighed against balances", _UNWEIGHED, 24),
    Mutant(
        "absence needs time",
        _all(rules.proof_possible_at, lambda order, _s: order.created_at),
        18,
        _WEIGHED,
    ),
    Mutant("absence needs two proofs", _all(rules.absence_proved, lambda *_: True), 34, _WEIGHED),
    Mutant("recovery before decisions", _all(recover.recover, lambda _run: []), 0),
    Mutant("caps", _all(caps.over, lambda *_: ()), 2),
    Mutant("what is asked again under the lock", _all(_RECHECK, lambda *_: None), 14, _LOCKED),
    Mutant(
        "money counts where it left",  # by the send, and by the executions, which agree here
        _both(
            _all(book.spent_at, lambda order: order.created_at),
            _all(book.fills_of_orders, lambda *_: {}),
        ),
        89,
    ),
    Mutant(
        "the halt right before the POST", _swap("dcaguard.app.act._send", removals.send_halted), 0
    ),
    Mutant("balances must be known", _all(counting.cash_quote, lambda *_: Decimal(10**6)), 3),
    Mutant("debt stops", _all(gather.findings_of, lambda *_: {}), 19),
    Mutant("the venue's clock", _all(look.refuse_skew, lambda _venue: None), 0),
    Mutant(
        "a trade is kept once",
        _swap("tests.sim.memory_journal.MemoryJournal.add_fill", removals.nameless),
        0,
    ),
    Mutant("fills must add up", _all(record.settle, removals.settle_at_once), 14),
    Mutant(
        "nothing is sent again",
        _all(slots.tranches, removals.again_after_rejection),
        1,
        behind=("what is asked again under the lock",),
    ),
    Mutant(
        "the purse is emptied at SENDING",
        _all(purse.at_sending, lambda before, _decision: before),
        0,
    ),
    Mutant(
        "a refusal fills the purse again",
        _all(purse.at_refused, lambda before, *_: before),
        0,
    ),
    Mutant("a second machine's witness", _all(act.buy, removals.blind_buy), 1, hosts=2),
    Mutant(
        "two orders under one id both count",
        _all(rules.together, lambda reports: reports[0]),
        55,
        hosts=2,
    ),
    Mutant(
        "cancelled before the rest is bought",
        _all(asking.ask, removals.thinks_it_cancelled),
        1,
    ),
    Mutant(
        "a fallback buys the rest alone",
        _swap("dcaguard.app.resting._for_rest", removals.whole_again),
        1,
    ),
    Mutant("what rests counts in caps", _all(book.spending_orders, removals.without_resting), 12),
    Mutant("a halt ends what rests", _all(recover.recover, removals.rests_while_halted), 1),
    Mutant("ended orders are asked for again", _all(recover.to_ask_again, lambda *_: []), 0),
    Mutant(
        "asked again when nothing can be late",
        _swap("dcaguard.app.recover._ask_again", removals.asked_once),
        1,
    ),
    Mutant(
        "a late fill is written before its question is closed",
        _swap("dcaguard.app.recover._write_again", removals.asked_first_written_later),
        21,
    ),
    Mutant(
        "what was taken is never absent",
        _all(answers.settle_answer, removals.forgets_that_it_was_taken),
        216,
        behind=("locked quote speaks against absence",),
    ),
    Mutant(
        "locked quote speaks against absence",
        _swap("dcaguard.app.absence._locked_quote", lambda *_: Decimal(0)),
        95,
    ),
    Mutant(
        "a transaction is whole or nothing",
        _swap("tests.sim.memory_journal.MemoryJournal.transaction", removals.each_write_alone),
        3,
    ),
)

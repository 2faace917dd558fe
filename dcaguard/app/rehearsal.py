"""What a rehearsal decides counts for what it decides next, just as it will when it is done."""

from dcaguard.app import book as books
from dcaguard.app.act import Tranche
from dcaguard.app.context import Pass
from dcaguard.core.decide import Decision
from dcaguard.core.purse import at_close, at_sending, remembered_why
from dcaguard.core.reason import Verdict


def remember(run: Pass, tranche: Tranche, decision: Decision, *, over: bool) -> None:
    """Keep in mind what a decision leaves in the purse; `over` tells that its slot ends with it."""
    strategy, symbol = tranche.strategy.name, tranche.symbol
    purse = run.purses.get((strategy, symbol))
    if purse is None:
        purse = books.purse(run.book(tranche.account).read, strategy, symbol)
    if decision.verdict is Verdict.BUY:
        run.purses[strategy, symbol] = at_sending(purse, decision)
    elif over and remembered_why(decision.verdict, [reason.code for reason in decision.reasons]):
        run.purses[strategy, symbol] = at_close(
            purse, decision.withheld_quote, decision.carry_quote
        )

"""Person, venue and scheduler do anything in any order: each promise holds after each step."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dcaguard.core.order import Status
from dcaguard.core.strategy import OrderRule
from tests.sim import checks
from tests.sim.faults import Faults
from tests.sim.seams import seams
from tests.sim.world import Sim
from tests.sim.year import quiet

KINDS = ("post", "cancel", "ask", "look", "trades")


class Machine(RuleBasedStateMachine):
    """The simulated world with hypothesis as its scheduler."""

    def __init__(self) -> None:
        super().__init__()
        self._seams = seams()
        self._seams.__enter__()

    @initialize(seed=st.integers(0, 10_000))
    def begin(self, seed: int) -> None:
        self.sim = Sim(seed, Faults())
        self.sim.arm()
        self.sim.now += timedelta(days=5)

    @rule()
    def a_pass(self) -> None:
        self.sim.run()

    @rule(after=st.integers(1, 60))
    def a_pass_is_killed(self, after: int) -> None:
        self.sim.kill_at = self.sim.points + after
        self.sim.run()
        self.sim.kill_at = None

    @rule()
    def passes_overlap(self) -> None:
        self.sim.together()

    @rule()
    def a_halt(self) -> None:
        self.sim.halted = "a person"

    @rule()
    def a_halt_comes_during_a_pass(self) -> None:
        self.sim.faults.person = 0.1
        self.sim.run()
        self.sim.faults.person = 0.0

    @rule()
    def a_resume(self) -> None:
        self.sim.halted = None

    @rule(minutes=st.sampled_from([1, 5, 12, 60, 24 * 60, 6 * 24 * 60]))
    def time_goes_by(self, minutes: int) -> None:
        self.sim.wait(timedelta(minutes=minutes))

    @rule(kind=st.sampled_from(KINDS), share=st.sampled_from([0.0, 0.5, 1.0]))
    def the_venue_fails(self, kind: str, share: float) -> None:
        setattr(self.sim.faults, kind, share)

    @rule(amount=st.sampled_from([100, 1000]), name=st.sampled_from(["main", "other"]))
    def a_deposit(self, amount: int, name: str) -> None:
        if not self.sim.unresolved():
            self.sim.ledgers[name].balances["USDT"] += amount

    @rule(name=st.sampled_from(["main", "other"]))
    def a_withdrawal(self, name: str) -> None:
        balances = self.sim.ledgers[name].balances
        balances["USDT"] -= min(self.sim.ledgers[name].free, Decimal(400))

    @rule(
        per_slot=st.sampled_from([20, 60, 100]),
        order=st.sampled_from([OrderRule(), OrderRule(type="post-only")]),
        arm=st.booleans(),
    )
    def a_strategy_is_edited(self, per_slot: int, order: OrderRule, arm: bool) -> None:
        name, strategy = next(iter(self.sim.strategies.items()))
        budget = strategy.budget.model_copy(update={"per_slot": Decimal(per_slot)})
        changed = {"budget": budget, "order": order}
        self.sim.strategies[name] = strategy.model_copy(update=changed)
        if arm:
            self.sim.arm()

    @rule(data=st.data())
    def a_person_resolves(self, data: Any) -> None:
        unknown = self.sim.unresolved() + self.sim.resting()
        if unknown:
            self.sim.resolve(self.sim.host, data.draw(st.sampled_from(unknown)))

    @invariant()
    def one_order_a_slot_and_no_invented_fill(self) -> None:
        if hasattr(self, "sim"):
            checks.after_pass(self.sim)

    def teardown(self) -> None:
        try:
            if hasattr(self, "sim"):
                self._settle()
        finally:
            self._seams.__exit__(None, None, None)

    def _settle(self) -> None:
        """Nothing fails any more: the journal ends up with what the venue's ledger has."""
        quiet(self.sim)
        sent = {h.order.client_order_id for h in self.sim.held()}
        orders = self.sim.host.store.orders.values()
        assert sent <= {o.client_order_id for o in orders if o.status != Status.INTENT}


TestMachine = Machine.TestCase
TestMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)

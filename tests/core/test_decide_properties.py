"""The decision against a second telling of its rules, drawn near the edges."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal as D  # noqa: N817
from fractions import Fraction as F  # noqa: N817
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from dcaguard.core.account import Proof
from dcaguard.core.canonical import canonical_json, digest
from dcaguard.core.decide import Decision, decide
from dcaguard.core.policy.caps import CapUse
from dcaguard.core.policy.price import SecondOpinion
from dcaguard.core.purse import Purse, at_sending
from dcaguard.core.reason import MEANINGS, Code, Verdict
from dcaguard.core.situation import Finding, Situation, Trouble
from tests.core.situated import FINE, NOON, situation

# --- which tier speaks ----------------------------------------------------------------------------

DEBT = Finding("debt", "margin", Proof.VIOLATED, "x")
RIGHTS = Finding("key-rights", "", Proof.VIOLATED, "x")
FULL = CapUse("day_max", Code.CAP_DAY, D(200), D("100.01"))
# What is spoiled, the tier it belongs to (1 is the strongest), and the codes it must bring.
SPOILS: dict[str, tuple[int, dict[str, Any], tuple[Code, ...]]] = {
    "debt": (1, {"stops": {"findings": (DEBT,)}}, (Code.LEVERAGE_FOUND,)),
    "universe": (1, {"stops": {"allowed": ()}}, (Code.NOT_IN_UNIVERSE,)),
    "token": (1, {"market": {"leveraged_token": True}}, (Code.LEVERAGED_TOKEN,)),
    "future": (1, {"market": {"spot": False}}, (Code.NOT_SPOT,)),
    "halt": (2, {"stops": {"halted": "x"}}, (Code.HALTED,)),
    "unknown-order": (2, {"stops": {"unresolved": ("a",)}}, (Code.ORDER_UNRESOLVED,)),
    "unarmed": (2, {"stops": {"armed": False}}, (Code.NOT_ARMED,)),
    "down": (
        2,
        {"stops": {"troubles": (Trouble(Code.VENUE_UNAVAILABLE, "x"),)}},
        (Code.VENUE_UNAVAILABLE,),
    ),
    "suspended": (2, {"market": {"active": False}}, (Code.MARKET_INACTIVE,)),
    "spent": (2, {"wish": {"left": D(0)}}, (Code.STRATEGY_SPENT,)),
    "paused": (3, {"gate": {"regime": "PAUSED", "share": D(0)}}, (Code.REGIME_PAUSED,)),
    "dear": (3, {"wish": {"valuation_share": D(0)}}, (Code.VALUATION_HIGH,)),
    "old-price": (4, {"quote": {"at": NOON - timedelta(seconds=61)}}, (Code.PRICE_STALE,)),
    "silent-second": (
        4,
        {"means": {"second": SecondOpinion("x", None, D(1))}},
        (Code.SECOND_OPINION_UNKNOWN,),
    ),
    "no-cash-row": (4, {"means": {"cash": None}}, (Code.BALANCE_UNKNOWN,)),
    "cap": (5, {"means": {"caps": (FULL,)}}, (Code.CAP_DAY,)),
    "heap": (5, {"stops": {"concentration": "x"}}, (Code.CONCENTRATION,)),
    "wide": (5, {"quote": {"bid": D("99.4")}}, (Code.SPREAD_WIDE,)),
}


@given(st.sets(st.sampled_from(sorted(SPOILS)), max_size=5))
@example(set())
def test_the_strongest_spoiled_tier_speaks_alone_and_in_full(names: set[str]) -> None:
    at = FINE
    for name in names:
        at = situation(at=at, **SPOILS[name][1])
    found = decide(at)
    strongest = min((SPOILS[name][0] for name in names), default=None)
    expected = {c for n in names if SPOILS[n][0] == strongest for c in SPOILS[n][2]}
    if strongest is None:
        assert found.verdict is Verdict.BUY
        return
    assert {r.code for r in found.reasons} == expected
    assert len(found.reasons) == len(expected)
    verdicts = {MEANINGS[code].verdict for code in expected}
    (verdict,) = verdicts
    assert found.verdict is verdict


# --- the numbers ----------------------------------------------------------------------------------

GRID = F(1, 10**8)


def down(value: F, step: F = GRID) -> F:
    return value // step * step


def fraction(value: D | None) -> F:
    assert value is not None
    return F(value)


def near(*lines: str) -> st.SearchStrategy[D]:
    """Draw amounts on a line, a hundred-millionth and a cent off it, and in between."""
    off = ("-0.01", "-0.00000001", "0", "0.00000001", "0.01")
    edges = [max(D(line) + D(step), D(0)) for line in lines for step in off]
    between = st.decimals("0", "600", places=8, allow_nan=False, allow_infinity=False)
    return st.one_of(st.sampled_from(edges), between)


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Draw the usual value four times in five: one odd thing at a time shows most."""
    return st.integers(0, 4).flatmap(
        lambda n: st.sampled_from(others) if n == 0 else st.just(usual)
    )


def shares() -> st.SearchStrategy[D]:
    return mostly(D(1), D(0), D("0.25"), D("0.33"), D("0.5"), D("0.99"))


@st.composite
def caps(draw: Any) -> tuple[CapUse, ...]:
    codes = (Code.CAP_ORDER, Code.CAP_DAY, Code.CAP_RESERVE, Code.CAP_ACCOUNT_WEIGHT)
    return tuple(
        CapUse(code.lower(), code, draw(near("150", "300", "900")), draw(near("0", "50")), grows)
        for code, grows in draw(
            st.lists(st.tuples(st.sampled_from(codes), st.booleans()), max_size=2)
        )
    )


@st.composite
def situations(draw: Any) -> Situation:
    """Draw a situation whose numbers lie close to the lines that decide."""
    regime = draw(mostly("NORMAL", "CAUTION", "PROBE", "PAUSED", "COOLOFF"))
    share = D(0) if regime in {"PAUSED", "COOLOFF"} else draw(shares())
    ask = draw(mostly(D(100), D("100.005"), D("0.017"), D("63251.7")))
    bid = ask * (1 - draw(mostly(D("0.0049"), D(0), D("0.0051"))))
    return situation(
        wish={
            "base": draw(st.one_of(near("100"), near("0", "5", "100"))),
            "multiplier": draw(st.sampled_from([D("0.5"), D(1), D("1.5"), D(2)])),
            "valuation_share": draw(shares()),
            "ladder_share": draw(st.sampled_from([D(0), D(1)])),
            "pause_mode": draw(st.sampled_from(["defer", "skip", "half"])),
            "backlog": draw(near("0", "100")),
            "carry": draw(near("0", "3")),
            "catch_up_multiple": draw(st.sampled_from([D(1), D("1.5"), D(2), D(3)])),
            "backlog_max": draw(near("0", "100", "200")),
            "left": draw(st.one_of(st.none(), st.none(), near("0", "100", "150"))),
            "order_type": draw(st.sampled_from(["limit-ioc", "market", "post-only"])),
        },
        gate={
            "enabled": draw(st.booleans()),
            "regime": regime,
            "share": share,
            "lock": draw(mostly("", "locked")),
        },
        means={
            "caps": draw(caps()),
            "cash": draw(st.one_of(near("100", "150", "400"), mostly(D(500), None, D(0)))),
            "base_per_quote": draw(mostly(D(1), None, D(0), D("1.07"), D("0.333333"))),
            "second": draw(mostly(None, SecondOpinion("x", ask / D("1.01"), D("0.02")))),
        },
        market={
            "taker_fee": draw(st.sampled_from([D(0), D("0.001"), D("0.026")])),
            "amount_step": draw(mostly(D("1E-8"), D("0.0001"), D(1))),
            "price_step": draw(mostly(D("0.01"), D("1E-6"), D(1))),
            "amount_min": draw(mostly(None, D("0.001"), D(1))),
            "amount_max": draw(mostly(None, D("0.00155"), D(1))),
            "cost_min": draw(st.sampled_from([None, D(5)])),
        },
        quote={"ask": ask, "bid": bid},
    )


class Told:
    """The same rules told a second time, in fractions and from the situation alone."""

    def __init__(self, at: Situation) -> None:
        self.at = at
        wish = at.wish
        base = F(wish.base) if wish.left is None else min(F(wish.base), F(wish.left))
        self.share = self._gate() * F(wish.valuation_share)
        self.tranche = down(base * F(wish.multiplier))
        self.allowed = down(self.tranche * self.share)
        self.base = min(down(base * self.share), self.allowed)
        self.carry = down(F(wish.carry) * self.share)
        room = base * (F(wish.catch_up_multiple) - 1)
        open_itself = not at.gate.enabled or at.gate.share == 1
        repays = self.share == 1 and open_itself  # a rung releases a tranche, no backlog
        self.backlog = min(F(wish.backlog), down(room)) if repays else F(0)
        self.wanted = self.allowed + self.carry + self.backlog

    def _gate(self) -> F:
        gate, wish = self.at.gate, self.at.wish
        if not gate.enabled:
            return F(1)
        if gate.lock:
            return F(0)
        if gate.regime != "PAUSED":
            return F(gate.share)
        if wish.ladder_share:
            return F(1)
        return F(1, 2) if wish.pause_mode == "half" else F(0)

    def buys(self) -> bool:
        return self._may() and self._countable() and self._fits() and self._fair() and self._large()

    def _may(self) -> bool:
        wish, market = self.at.wish, self.at.means.market
        assert market is not None
        rate = self.at.means.base_per_quote
        # A policy has one order cap; of several only the first is asked.
        order_max = [c.limit_base for c in self.at.means.caps if c.code is Code.CAP_ORDER][:1]
        if rate and market.cost_min is not None:
            smallest = F(market.cost_min) * F(rate)
            if any(F(limit) < smallest for limit in order_max):
                return False
        left = wish.left is None or wish.left > 0
        return left and (wish.base > 0 or self.wanted > 0) and self.share > 0

    def _countable(self) -> bool:
        return bool(self.at.means.base_per_quote) and self.at.means.cash is not None

    def _fits(self) -> bool:
        rate, cash = fraction(self.at.means.base_per_quote), fraction(self.at.means.cash)
        order = self.base * rate
        within = all(
            F(c.used_base) + (order if c.grows else 0) <= F(c.limit_base)
            for c in self.at.means.caps
            if order > 0
        )
        return within and cash >= self.base and (cash > 0 or self.wanted <= 0)

    def _fair(self) -> bool:
        quote, rules = self.at.means.quote, self.at.means.rules
        assert quote is not None
        bid, ask = fraction(quote.bid), fraction(quote.ask)
        return (ask - bid) / ((ask + bid) / 2) <= F(rules.spread_max)

    def spendable(self) -> F:
        rate = fraction(self.at.means.base_per_quote)
        rooms = [fraction(self.at.means.cash)]
        growing = [
            max(F(c.limit_base) - F(c.used_base), F(0)) for c in self.at.means.caps if c.grows
        ]
        if growing:
            rooms.append(down(min(growing) / rate))
        if self.at.wish.left is not None:
            rooms.append(F(self.at.wish.left))
        return min(self.wanted, max(min(rooms), self.base))

    def amount(self) -> tuple[F, F, F]:
        """Return (amount, limit, price that the minimum is counted at)."""
        market, quote = self.at.means.market, self.at.means.quote
        assert market is not None
        assert quote is not None
        bid, ask = fraction(quote.bid), fraction(quote.ask)
        resting = self.at.wish.order_type == "post-only"
        highest = bid if resting else ask * (1 + F(self.at.means.rules.collar))
        limit = down(highest, F(market.price_step))
        if not limit:
            return F(0), limit, F(0)
        step = F(market.amount_step)
        amount = down(self.spendable() / (limit * (1 + F(market.taker_fee))), step)
        if market.amount_max is not None:
            amount = min(amount, down(F(market.amount_max), step))
        return amount, limit, min(ask, limit)

    def _large(self) -> bool:
        market = self.at.means.market
        assert market is not None
        amount, _, price = self.amount()
        if not amount or (market.amount_min is not None and amount < F(market.amount_min)):
            return False
        return market.cost_min is None or amount * price >= F(market.cost_min)


@settings(max_examples=400)
@given(situations())
def test_it_buys_exactly_when_a_second_telling_of_the_rules_would(at: Situation) -> None:
    told, found = Told(at), decide(at)
    assert (found.verdict is Verdict.BUY) == told.buys()
    assert F(found.tranche_quote) == told.tranche
    if found.verdict is Verdict.BUY:
        assert F(found.buy_quote) == told.spendable()
        amount, limit, _ = told.amount()
        assert found.order is not None
        assert (F(found.order.amount), F(found.order.limit_price)) == (amount, limit)
    else:
        assert found.buy_quote == 0
        assert found.order is None


def test_the_draws_above_reach_both_answers() -> None:
    """The property would be empty if nearly everything were refused."""
    verdicts: list[Verdict] = []

    @settings(max_examples=200, database=None)
    @given(situations())
    def draw(at: Situation) -> None:
        verdicts.append(decide(at).verdict)

    draw()
    assert verdicts.count(Verdict.BUY) >= len(verdicts) // 20
    assert len(verdicts) - verdicts.count(Verdict.BUY) >= len(verdicts) // 20


@settings(max_examples=400)
@given(situations())
def test_no_buy_passes_a_limit_or_costs_more_than_decided(at: Situation) -> None:
    found = decide(at)
    if found.order is None:
        return
    market, order = at.means.market, found.order
    assert market is not None
    worst = F(order.amount) * F(order.limit_price) * (1 + F(market.taker_fee))
    assert worst == F(order.max_quote) <= F(found.buy_quote) <= fraction(at.means.cash)
    for cap in at.means.caps:
        if cap.grows:
            spent = worst * fraction(at.means.base_per_quote)
            assert F(cap.used_base) + spent <= F(cap.limit_base)
    if at.wish.left is not None:
        assert found.buy_quote <= at.wish.left


@settings(max_examples=400)
@given(situations())
def test_no_money_is_made_and_none_is_lost(at: Situation) -> None:
    """The tranche is either bought, put off, carried, or let go for a reason that says so."""
    found, wish = decide(at), at.wish
    if found.verdict is Verdict.BUY:
        purse = at_sending(Purse(wish.backlog, wish.carry), found)
        assert purse.backlog == found.backlog_quote
        assert purse.carry == wish.carry - found.from_carry_quote >= 0
        own = found.buy_quote - found.from_backlog_quote - found.from_carry_quote
        assert D(0) <= own <= found.tranche_quote - _put_off(at, found)
    elif found.verdict is Verdict.PAUSE:
        assert found.withheld_quote in {D(0), found.tranche_quote} or _at_ceiling(at, found)
    assert found.withheld_quote <= found.tranche_quote
    assert found.backlog_quote == wish.backlog - found.from_backlog_quote + found.withheld_quote
    ceiling = max(wish.backlog, wish.backlog_max)
    assert D(0) <= found.backlog_quote <= ceiling
    if wish.pause_mode == "skip":
        assert found.withheld_quote == 0


def _put_off(at: Situation, found: Decision) -> D:
    whole = at.wish.pause_mode == "skip" or _at_ceiling(at, found)
    return D(0) if whole else found.withheld_quote


def _at_ceiling(at: Situation, found: Decision) -> bool:
    return at.wish.backlog + found.withheld_quote >= at.wish.backlog_max


UNKNOWNS: tuple[dict[str, Any], ...] = (
    {"means": {"market": None}},
    {"means": {"quote": None}},
    {"means": {"cash": None}},
    {"means": {"base_per_quote": None}},
    {"means": {"second": SecondOpinion("x", None, D(1))}},
    {"quote": {"bid": None}},
    {"quote": {"ask": None}},
    {"quote": {"ask": D("NaN")}},
    {"quote": {"bid": D("Infinity")}},
    {"stops": {"findings": (replace(DEBT, result=Proof.CANNOT_TELL),)}},
    {"stops": {"revenue_lack": "no data"}},
    {"stops": {"troubles": (Trouble(Code.BALANCE_UNKNOWN, "x"),)}},
)


@given(situations(), st.sampled_from(UNKNOWNS))
def test_anything_unknown_never_buys(at: Situation, unknown: dict[str, Any]) -> None:
    found = decide(situation(at=at, **unknown))
    assert found.verdict is not Verdict.BUY
    assert found.order is None


# --- replay ---------------------------------------------------------------------------------------


@given(situations())
def test_the_same_situation_always_gives_the_same_decision_and_the_same_digest(
    at: Situation,
) -> None:
    again = replace(at, wish=replace(at.wish), means=replace(at.means, caps=(*at.means.caps,)))
    assert again is not at
    assert (digest(again), decide(again)) == (digest(at), decide(at))


@given(situations())
def test_spelling_a_number_differently_changes_no_digest(at: Situation) -> None:
    base = at.wish.base
    padded = base.quantize(D("1E-12")) if base else D("0E-9")
    other = situation(at=at, wish={"base": padded})
    assert canonical_json(other) == canonical_json(at)


@given(situations(), st.sampled_from(["backlog", "carry", "base"]))
def test_a_changed_number_changes_the_digest(at: Situation, name: str) -> None:
    changed = situation(at=at, wish={name: getattr(at.wish, name) + D("1E-8")})
    assert digest(changed) != digest(at)

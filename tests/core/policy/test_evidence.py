"""The strict reading of a reply, rule by rule."""

from decimal import Decimal

import pytest

from dcaguard.core.account import Proof
from dcaguard.core.policy.evidence import Reader, evaluate, merge
from dcaguard.core.policy.funds import added_up
from dcaguard.core.policy.judge import judge, worst
from dcaguard.core.policy.rules import (
    Funds,
    Place,
    Receipt,
    Rows,
    Rule,
    Spec,
    Want,
    locked,
    not_negative,
    nothing,
    off,
    one_of,
    only,
    rights,
    zero,
)

READER = Reader(str.upper, {"debt": "By hand."})
P, V, U, A = Proof.PROVED, Proof.VIOLATED, Proof.CANNOT_TELL, Proof.ADVICE


def told(rule: Rule, value: object) -> Proof:
    return judge(rule, {rule.field: value})[0]


@pytest.mark.parametrize(
    ("value", "result"),
    [("0", P), ("0.00", P), (0, P), ("-0", P), (Decimal("0E-18"), P), ("1e-18", V), ("-1", V)]
    + [(bad, U) for bad in (None, "", "x", "NaN", "1e400", [], {}, True, 1.5)],  # type: ignore[var-annotated]
    ids=repr,
)
def test_a_debt_must_be_the_number_zero(value: object, result: Proof) -> None:
    assert told(zero("debt", "x")[0], value) is result


def test_a_blank_is_zero_only_where_the_venue_writes_it_so() -> None:
    assert told(zero("debt", "x", blank=True)[0], "") is P
    assert told(zero("debt", "x", blank=True)[0], None) is U


@pytest.mark.parametrize(
    ("value", "result"), [("0", P), ("5", P), ("-0.01", V), (None, U)], ids=repr
)
def test_a_balance_may_not_be_below_zero(value: object, result: Proof) -> None:
    assert told(not_negative("debt", "x")[0], value) is result


@pytest.mark.parametrize(
    ("value", "result"),
    [(False, P), ("false", P), (0, P), ("0", P), ("OFF", P), (True, V), ("1", V), ("on", V)]
    + [(bad, U) for bad in (None, "", "maybe", 2, [], {})],  # type: ignore[var-annotated]
    ids=repr,
)
def test_a_switch_must_be_off(value: object, result: Proof) -> None:
    assert told(off("modes", "x")[0], value) is result


@pytest.mark.parametrize(
    ("value", "result"),
    [("A", P), ("b", V), ("c", A), ("d", U), (None, U), ([], U), (1, U)],
    ids=repr,
)
def test_a_word_must_be_known(value: object, result: Proof) -> None:
    assert told(one_of("modes", "x", "a", bad="b", advice="c")[0], value) is result


@pytest.mark.parametrize(
    ("value", "result"), [("None", P), ("3:1", V), (None, U), ([], U)], ids=repr
)
def test_only_one_word_may_be_harmless(value: object, result: Proof) -> None:
    assert told(only("orders", "x", "none")[0], value) is result


@pytest.mark.parametrize(
    ("value", "result"),
    [(["Read"], P), ("read,trade", P), ("read, withdraw", V), (["read", "new"], U)]
    + [(bad, U) for bad in (None, {}, 5, [1], [], "")],  # type: ignore[misc, var-annotated]
    ids=repr,
)
def test_rights_must_be_known_and_harmless(value: object, result: Proof) -> None:
    assert told(rights("x", "read trade", "withdraw")[0], value) is result


def test_a_harmful_right_is_found_among_unknown_ones() -> None:
    assert told(rights("x", "read", "withdraw")[0], "odd,withdraw") is V


@pytest.mark.parametrize(
    ("value", "result"),
    [
        (["203.0.113.7"], P),
        ("203.0.113.7", P),
        (True, P),
        *((open_to_all, A) for open_to_all in (False, [], "", ["*"], "0.0.0.0/0")),
        (None, U),
        ({}, U),
    ],
    ids=repr,
)
def test_a_key_without_addresses_is_advice(value: object, result: Proof) -> None:
    assert told(locked("x")[0], value) is result


@pytest.mark.parametrize(
    ("value", "result"), [([], P), ({}, P), ("", P), ([1], V), (None, U)], ids=repr
)
def test_what_must_be_empty_is_empty(value: object, result: Proof) -> None:
    assert told(nothing("key-rights", "x")[0], value) is result


def test_a_missing_field_is_no_proof_unless_the_rule_says_so() -> None:
    assert judge(zero("debt", "x")[0], {})[0] is U
    assert judge(zero("debt", "x", optional=True)[0], {})[0] is P
    assert judge(zero("debt", "x", optional=True)[0], {"x": None})[0] is U


def spec(*rows: Rows, **more: object) -> Spec:
    return Spec("margin", rows, **more)  # type: ignore[arg-type]


def by_check(found: object, check: str) -> Proof:
    (result,) = [r.result for r in found.results if r.check == check]  # type: ignore[attr-defined]
    return result  # type: ignore[no-any-return]


ROWS = Rows("list.*", zero("debt", "owed"), "coin", Funds("coin", total="total", debt=("owed",)))


@pytest.mark.parametrize(
    "body", [{}, {"list": None}, {"list": 5}, [], "x", None, {"list": [7]}], ids=repr
)
def test_a_table_that_is_not_there_proves_nothing(body: object) -> None:
    assert by_check(evaluate(spec(ROWS), body, READER), "debt") is U


def test_an_empty_table_is_clean_unless_it_must_have_rows() -> None:
    assert by_check(evaluate(spec(ROWS), {"list": []}, READER), "debt") is P
    must = Rows("list.*", zero("debt", "owed"), nonempty=True)
    assert by_check(evaluate(spec(must), {"list": []}, READER), "debt") is U


def test_one_list_of_rights_among_several_may_be_empty() -> None:
    rule = rights("x", "read", "withdraw", blank=True)[0]
    assert told(rule, []) is P
    assert told(rule, None) is U
    assert told(rule, ["withdraw"]) is V


def test_an_object_is_a_table_only_where_the_venue_writes_one() -> None:
    body = {"list": {"a": {"owed": "0"}}}
    as_list = Rows("list.*", zero("debt", "owed"))
    as_object = Rows("list.{}", zero("debt", "owed"))
    assert by_check(evaluate(spec(as_list), body, READER), "debt") is U
    assert by_check(evaluate(spec(as_list), {"list": {}}, READER), "debt") is U
    assert by_check(evaluate(spec(as_object), body, READER), "debt") is P
    assert by_check(evaluate(spec(as_object), {"list": {"a": {"owed": "1"}}}, READER), "debt") is V


def test_a_row_of_the_kind_that_must_be_there_is_missed_among_others() -> None:
    mine = ("w", frozenset({"mine"}))
    must = spec(Rows("*", zero("debt", "owed"), when=mine, nonempty=True))
    other, own = {"w": "other", "owed": "9"}, {"w": "mine", "owed": "0"}
    assert by_check(evaluate(must, [other], READER), "debt") is U
    assert by_check(evaluate(must, [other, own], READER), "debt") is P


def test_a_row_of_optional_fields_has_at_least_one_of_them() -> None:
    rules = zero("debt", "a", "b", optional=True)
    some = spec(Rows("", rules, any_of=("a", "b")))
    assert by_check(evaluate(some, {"c": "0"}, READER), "debt") is U
    assert by_check(evaluate(some, {"b": "0"}, READER), "debt") is P


def test_a_full_page_is_not_the_whole_list_but_shows_what_is_on_it() -> None:
    page = spec(Rows("*", zero("debt", "owed"), full_page=2))
    assert by_check(evaluate(page, [{"owed": "0"}], READER), "debt") is P
    assert by_check(evaluate(page, [{"owed": "0"}] * 2, READER), "debt") is U
    assert by_check(evaluate(page, [{"owed": "0"}, {"owed": "1"}], READER), "debt") is V


def test_null_is_an_empty_table_only_where_the_venue_writes_it_so() -> None:
    orders = Rows("a.list.*", presence="orders", null_is_empty=True)
    assert by_check(evaluate(spec(orders), {"a": {"list": None}}, READER), "orders") is P
    assert by_check(evaluate(spec(orders), {"a": {}}, READER), "orders") is U


def test_an_envelope_that_says_no_spoils_every_check() -> None:
    guarded = spec(ROWS, envelope=(("code", frozenset({"0"})),))
    assert by_check(evaluate(guarded, {"code": 0, "list": []}, READER), "debt") is P
    assert by_check(evaluate(guarded, {"code": 5, "list": []}, READER), "debt") is U
    assert by_check(evaluate(guarded, {"list": []}, READER), "balances") is U


def test_a_debt_is_told_with_its_field_its_value_and_its_step() -> None:
    body = {"list": [{"coin": "btc", "owed": "0.10", "total": "1"}]}
    found = evaluate(spec(ROWS), body, READER)
    (debt,) = [r for r in found.results if r.check == "debt"]
    assert (debt.evidence[0].field, debt.evidence[0].value) == ("btc owed", "0.10")
    assert debt.steps[0].action["asset"] == "BTC"
    assert debt.steps[0].text == "Repay 0.1 BTC (margin). By hand."
    assert len(debt.steps) == 1
    assert found.holdings[0].debt == Decimal("0.1")


def test_the_sum_of_debts_or_the_negative_total_is_owed_whichever_is_more() -> None:
    rows = Rows("*", (), "c", Funds("c", total="t", debt=("a", "b")))
    body = [{"c": "x", "t": "-5", "a": "1", "b": "2"}, {"c": "y", "t": "-1", "a": "1", "b": "2"}]
    found = evaluate(spec(rows), body, READER)
    assert [h.debt for h in found.holdings] == [5, 3]
    assert [h.total for h in found.holdings] == [0, 0]
    assert by_check(found, "debt") is V


def test_a_negative_debt_or_a_negative_hold_is_impossible() -> None:
    rows = Rows("*", (), "c", Funds("c", total="t", used="u", debt=("a",)))
    for body in (
        [{"c": "x", "t": "1", "u": "0", "a": "-1"}],
        [{"c": "x", "t": "1", "u": "-1", "a": "0"}],
    ):
        assert by_check(evaluate(spec(rows), body, READER), "balances") is U


@pytest.mark.parametrize(
    ("row", "free", "used", "total"),
    [
        ({"c": "x", "f": "3", "u": "1", "t": "4"}, 3, 1, 4),
        ({"c": "x", "f": "3", "u": "0", "t": "0"}, 3, 0, 3),
    ],
    ids=repr,
)
def test_free_and_used_make_the_total(
    row: dict[str, str], free: int, used: int, total: int
) -> None:
    funds = Funds("c", free="f", used="u") if row["t"] == "0" else Funds("c", used="u", total="t")
    (one,) = evaluate(spec(Rows("*", (), "c", funds)), [row], READER).holdings
    assert (one.free, one.used, one.total) == (free, used, total)  # type: ignore[comparison-overlap]


def test_a_receipt_stands_for_its_coin_and_a_listed_coin_for_itself() -> None:
    rows = Rows("*", (), "c", Funds("c", total="t", spendable=True))
    kinds = (Receipt("LD(?P<asset>.+)"), Receipt("E2", asset="ETH", spendable=True, wallet="spot"))
    body = [{"c": "LDBTC", "t": "1"}, {"c": "E2", "t": "2"}]
    one, two = evaluate(spec(rows, receipts=kinds), body, READER).holdings
    assert (one.wallet, one.asset, one.spendable) == ("earn", "BTC", False)
    assert (two.wallet, two.asset, two.spendable) == ("spot", "ETH", True)
    listed = Reader(str.upper, {}, frozenset({"LDBTC"}))
    assert evaluate(spec(rows, receipts=kinds), body, listed).holdings[0].asset == "LDBTC"


def test_rows_by_kind_are_added_up_by_coin() -> None:
    funds = Funds(
        "c",
        kind="k",
        amount="v",
        free_kinds=frozenset({"trade"}),
        used_kinds=frozenset({"frozen"}),
        debt_kinds=frozenset({"loan"}),
    )
    body = [
        {"c": "x", "k": "trade", "v": "5"},
        {"c": "x", "k": "frozen", "v": "1"},
        {"c": "x", "k": "loan", "v": "-2"},
        {"c": "x", "k": "loan-available", "v": "99"},
    ]
    (one,) = evaluate(spec(Rows("*", (), "c", funds)), body, READER).holdings
    assert (one.free, one.used, one.total, one.debt) == (5, 1, 6, 2)  # type: ignore[comparison-overlap]


def test_a_position_is_closed_by_the_other_side_and_never_by_more() -> None:
    place = Place(symbol="s", side="d", notional="n", notional_asset="USD")
    rows = Rows("*", zero("positions", "a"), "s", place=place)
    body = [{"s": "P", "d": "", "a": "-2", "n": "-100"}, {"s": "Q", "d": "short", "a": "3"}]
    (found,) = evaluate(spec(rows), body, READER).results
    first, second = (step.action for step in found.steps)
    assert (first["side"], first["amount"], first["reduce_only"]) == ("BUY", "2", "true")
    assert (first["notional"], second["side"], second["amount"]) == ("100", "BUY", "3")
    assert "notional" not in second


def test_the_gravest_answer_of_a_wallet_counts() -> None:
    assert worst([P, A, U, V]) is V
    assert worst([P, A, U]) is U
    assert worst([P, Proof.NOT_COVERED, A]) is A
    assert worst([]) is P
    clean = evaluate(spec(ROWS), {"list": []}, READER).results
    broken = evaluate(spec(ROWS), {}, READER).results
    assert {r.result for r in merge((*clean, *broken))} == {U}
    assert len(merge((*clean, *broken))) == 2


def test_holdings_of_one_coin_in_one_wallet_are_added_up() -> None:
    rows = Rows("*", (), "c", Funds("c", free="f", used="u", debt=("d",)))
    body = [
        {"c": "x", "f": "1", "u": "2", "d": "4"},
        {"c": "X", "f": "10", "u": "20", "d": "40"},
        {"c": "y", "f": "5", "u": "0", "d": "0"},
    ]
    both, other = added_up(list(evaluate(spec(rows), body, READER).holdings))
    assert (both.free, both.used, both.total, both.debt) == (11, 22, 33, 44)  # type: ignore[comparison-overlap]
    assert (other.asset, other.total) == ("Y", 5)  # type: ignore[comparison-overlap]


def test_conditions_choose_the_rows_and_rules_that_apply() -> None:
    loans = Rule("debt", "v", Want.ZERO, when=("k", frozenset({"loan"})))
    rows = Rows("*", (loans,), "k", when=("w", frozenset({"mine"})))
    body = [
        {"w": "mine", "k": "loan", "v": "0"},
        {"w": "mine", "k": "free", "v": "7"},
        {"w": "other", "k": "loan", "v": "7"},
    ]
    assert by_check(evaluate(spec(rows), body, READER), "debt") is P
    body[0]["v"] = "7"
    assert by_check(evaluate(spec(rows), body, READER), "debt") is V

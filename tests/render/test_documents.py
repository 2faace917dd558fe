"""What scripts and people read: the same facts, in one document and in a few lines."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal as D  # noqa: N817
from typing import Any

import pytest

from dcaguard.app.act import Tranche
from dcaguard.app.decided import Decided
from dcaguard.app.limits import Limit
from dcaguard.app.run import Result
from dcaguard.app.world import Problem
from dcaguard.core.account import AccountView, CheckResult, Evidence, Holding, Proof, Step
from dcaguard.core.canonical import jsonable
from dcaguard.core.decide import decide
from dcaguard.core.errors import ExitCode
from dcaguard.core.order import Order, Status
from dcaguard.core.portfolio import Kind, build
from dcaguard.core.reason import Code, because
from dcaguard.core.schedule import Slot
from dcaguard.core.strategy import Strategy
from dcaguard.render.look import Held, balances_json, balances_text, guard_json, guard_text, overall
from dcaguard.render.reasons import numbers, reason_json, reason_line, reason_lines, remedy
from dcaguard.render.run import order_json, run_json, run_text
from tests.core.situated import FINE, NOON, situation

EVIL = "\x1b[2Jgone\nDENY"
SLOT = Slot("plan", datetime(2025, 3, 3, 9), "UTC", datetime(2025, 3, 3, 9, tzinfo=UTC))  # noqa: DTZ001
STRATEGY = Strategy.model_validate(
    {
        "name": "plan",
        "account": "main",
        "quote": "USDT",
        "schedule": {"cron": "0 9 * * *"},
        "budget": {"per_slot": D(100)},
        "buy": [{"symbol": "BTC/USDT", "weight": D(1)}],
    }
)
ORDER = Order(
    "ab" * 16, "r", "plan", SLOT.id, "BTC/USDT", "main", "limit-ioc", D("0.5"), D(101), D("50.5"),
    NOON, Status.FILLED,
)  # fmt: skip


def decided(at: Any = FINE, **parts: Any) -> Decided:
    given: dict[str, Any] = {"is_new": True, "held_since": None} | parts
    return Decided(Tranche(STRATEGY, SLOT, "BTC/USDT"), decide(at), at, **given)


def result(*rows: Decided, **parts: Any) -> Result:
    given: dict[str, Any] = {
        "run_id": "r",
        "as_of": NOON,
        "regime": "NORMAL",
        "composite": "0.10",
        "problems": (),
        "notes": (),
        "exit_code": ExitCode.OK,
        "journal_seq": 7,
        "journal_head": "9c1f",
        "dry_run": False,
        "gate_enabled": True,
    }
    return Result(decided=rows, **(given | parts))


def test_a_runs_document_holds_what_the_contract_shows() -> None:
    doc = json.loads(json.dumps(jsonable(run_json(result(decided(order=ORDER))))))
    (decision,) = doc["decisions"]
    assert doc["journal"] == {"seq": 7, "head": "9c1f"}
    assert doc["as_of"] == "2025-03-03T12:00:00Z"
    assert (decision["verdict"], decision["tranche_quote"], decision["buy_quote"]) == (
        "BUY",
        "100.00",
        "100.00",
    )
    assert decision["slot"] == "2025-03-03T09:00+00:00[UTC]"
    assert decision["reasons"] == [
        {"code": "REGIME_NORMAL", "detail": {"composite": "0.10", "share": "1"}}
    ]
    assert doc["orders"] == [decision["order"]]
    assert decision["order"]["side"] == "BUY"


def test_amounts_in_documents_are_strings_and_nothing_bought_is_zero() -> None:
    paused = decided(situation(gate={"regime": "PAUSED", "share": D(0)}))
    (decision,) = json.loads(json.dumps(jsonable(run_json(result(paused)))))["decisions"]
    assert (decision["buy_quote"], decision["backlog_quote"], decision["order"]) == (
        "0",
        "100.00",
        None,
    )
    order = jsonable(order_json(ORDER))
    assert isinstance(order, dict)
    assert (order["amount"], order["limit_price"], order["max_quote"]) == ("0.5", "101", "50.5")


def test_a_problem_is_told_with_its_code_and_place() -> None:
    problem = Problem(ExitCode.ORDER_UNKNOWN, "account main: not known", "main")
    doc = run_json(result(problems=(problem,)))
    assert doc["errors"] == [
        {
            "code": "ORDER_UNKNOWN",
            "exit": 80,
            "where": "main",
            "message": "account main: not known",
        }
    ]
    assert "ORDER_UNKNOWN: account main: not known" in run_text(result(problems=(problem,)))


def test_people_read_what_was_bought_and_why() -> None:
    shown = run_text(result(decided(order=ORDER)))
    assert shown.splitlines()[0] == "run 2025-03-03 12:00:00Z: regime NORMAL, composite 0.10"
    assert "BUY 100.00 USDT, filled" in shown
    assert "REGIME_NORMAL The gate is open." in shown


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (Status.PARTIAL_CLOSED, "partly filled"),
        (Status.UNKNOWN, "outcome not known"),
        (Status.INTENT, "not sent"),
        (Status.OPEN, "open"),
    ],
)
def test_an_orders_state_is_told_in_words(status: Status, words: str) -> None:
    assert f", {words}" in run_text(result(decided(order=replace(ORDER, status=status))))


def test_people_read_the_remedy_where_there_is_one() -> None:
    shown = run_text(result(decided(situation(means={"cash": D(1)}))))
    assert "DENY" in shown
    assert "-> Add cash; the slot stays open until the next one." in shown


def test_a_held_decision_says_since_when_and_a_quiet_run_says_so() -> None:
    paused = decided(situation(gate={"regime": "PAUSED", "share": D(0)}), held_since=NOON)
    assert "PAUSE, held since 2025-03-03 12:00:00Z (backlog 100.00 USDT)" in run_text(
        result(paused)
    )
    assert run_text(result(gate_enabled=False)) == (
        "run 2025-03-03 12:00:00Z: gate disabled: plain DCA; nothing due"
    )


def test_a_rehearsal_names_the_next_step() -> None:
    shown = run_text(result(decided(order=ORDER), dry_run=True))
    assert shown.startswith("dry run ")
    assert "live = true" in shown.splitlines()[-1]
    assert "live = true" not in run_text(result(dry_run=True))


def test_text_from_a_venue_can_not_draw_on_the_terminal() -> None:
    shown = run_text(
        result(
            decided(situation(stops={"halted": EVIL})),
            notes=(EVIL,),
            problems=(Problem(ExitCode.PROTOCOL, EVIL),),
        )
    )
    assert "\x1b" not in shown
    assert shown.count("\\x1b[2Jgone\\x0aDENY") == 3


# --- reasons --------------------------------------------------------------------------------------


def test_a_reason_is_code_sentence_and_numbers() -> None:
    reason = because(Code.CAP_DAY, cap="day_max", limit=D(5), empty="", none=None, names=("a", "b"))
    assert reason_json(reason)["code"] == "CAP_DAY"
    assert numbers(reason.detail) == "(cap day_max, limit 5, names a/b)"
    assert reason_line("CAP_DAY", {}) == "CAP_DAY It would pass `day_max`."
    assert reason_lines([reason])[0].endswith("(cap day_max, limit 5, names a/b)")


def test_a_code_of_a_newer_version_is_shown_without_a_sentence() -> None:
    assert reason_line("FROM_THE_FUTURE", {"a": 1}) == "FROM_THE_FUTURE (a 1)"


def test_nothing_to_do_is_no_remedy() -> None:
    assert remedy(because(Code.REGIME_PAUSED)) == ""
    assert remedy(because(Code.CAP_RESERVE)) == "Add cash."


# --- balances and guard ---------------------------------------------------------------------------

VIEW = AccountView(
    "main",
    "kraken",
    NOON,
    (
        Holding("spot", "BTC", D(1), D("0.5"), D("1.5"), D(0)),
        Holding("earn", "ETH", D(2), D(0), D(2), D(0), spendable=False),
        Holding("spot", EVIL, D(1), D(0), D(1), D("0.5")),
        Holding("spot", "NIL", D(0), D(0), D(0), D(0)),
    ),
    (
        CheckResult("debt", Proof.PROVED, wallet="spot"),
        CheckResult("debt", Proof.PROVED, wallet="margin"),
        CheckResult(
            "positions",
            Proof.VIOLATED,
            (Evidence("usdm", "positionAmt", EVIL),),
            "a short is open",
            "usdm",
            (Step("close the position"),),
        ),
        CheckResult("modes", Proof.ADVICE, (), "unified"),
    ),
    unread=(f"funding: {EVIL}",),
)
PRICES = {"BTC": D(100), "ETH": D(10)}
WHOLE = build([VIEW], {"cold": {"BTC": D("0.5")}}, PRICES)


def held(**failures: str) -> Held:
    return Held({"main": VIEW}, {"main": Kind.REAL}, WHOLE, {}, "USD", failures)


def test_balances_show_what_is_locked_earning_cold_and_without_a_price() -> None:
    doc = json.loads(json.dumps(jsonable(balances_json(held(b="down")))))
    assert (doc["nav"], doc["exposure"], doc["leverage"]) == ("220", "220", "1")
    btc, eth, odd, _ = doc["accounts"][0]["holdings"]
    assert (btc["used"], btc["earning"], btc["value"]) == ("0.5", False, "150")
    assert (eth["earning"], eth["value"]) == (True, "20")
    assert (odd["debt"], odd["value"]) == ("0.5", None)
    assert doc["cold"] == [{"place": "cold", "asset": "BTC", "total": "0.5", "value": "50"}]
    assert doc["unpriced"] == doc["unpriced_debt"] == [EVIL]
    assert doc["errors"] == [{"where": "b", "message": "down"}]


def test_balances_for_people_leave_out_empty_rows_and_escape_names() -> None:
    shown = balances_text(held(b=EVIL))
    assert "NIL" not in shown
    assert "\x1b" not in shown
    assert "NAV 220.00 USD, exposure 220.00 USD (1 of NAV)" in shown
    assert "no price" in shown
    assert "earning" in shown
    nothing = Held({}, {}, build([], {}, {}), {}, "USD", {})
    assert balances_text(nothing).startswith("nothing held")


def test_pretend_money_is_shown_by_itself_and_in_no_total() -> None:
    paper = replace(VIEW, account="paper", exchange="paper", unread=())
    views, kinds = {"main": VIEW, "paper": paper}, {"main": Kind.REAL, "paper": Kind.PAPER}
    both = Held(views, kinds, WHOLE, {Kind.PAPER: build([paper], {}, PRICES)}, "USD", {})
    shown = balances_text(both).split("paper accounts (in no total above)")
    assert "NAV 220.00 USD" in shown[0]
    assert "paper" not in shown[0]
    assert "NAV 170.00 USD" in shown[1]
    doc = json.loads(json.dumps(jsonable(balances_json(both))))
    assert (doc["nav"], doc["pretend"][0]["kind"], doc["pretend"][0]["nav"]) == (
        "220",
        "PAPER",
        "170",
    )
    assert [one["kind"] for one in doc["accounts"]] == ["REAL", "PAPER"]
    assert doc["accounts"][1]["holdings"][0]["value"] == "150"


def test_guard_tells_violations_first_with_evidence_and_steps() -> None:
    cap = Limit("day_max", D(100), D("40.5"), D("59.5"))
    shown = guard_text({"main": VIEW}, {}, [cap], {}, unwind=False)
    lines = [line.strip() for line in shown.splitlines() if line.strip()]
    assert lines[0] == "main (kraken): VIOLATED"
    assert lines[1] == "VIOLATED     positions [usdm]: a short is open"
    assert lines[2].startswith("usdm: positionAmt = \\x1b[2J")
    assert lines[3] == "-> close the position"
    assert "proved       debt: spot, margin" in lines
    assert lines[-1].split() == ["day_max", "100.00", "40.50", "59.50"]


def test_guards_document_keeps_evidence_as_the_venue_spelled_it() -> None:
    doc = guard_json({"main": VIEW}, {}, [], {}, "USD")
    accounts: Any = doc["accounts"]
    check = accounts[0]["checks"][2]
    assert (check["check"], check["result"], check["wallet"]) == ("positions", "VIOLATED", "usdm")
    assert check["evidence"] == [{"wallet": "usdm", "field": "positionAmt", "value": EVIL}]
    assert accounts[0]["result"] == "VIOLATED"


@pytest.mark.parametrize(
    ("results", "whole"),
    [
        ((), Proof.PROVED),
        ((Proof.ADVICE, Proof.NOT_COVERED), Proof.PROVED),
        ((Proof.CANNOT_TELL, Proof.PROVED), Proof.CANNOT_TELL),
        ((Proof.CANNOT_TELL, Proof.VIOLATED), Proof.VIOLATED),
    ],
)
def test_the_gravest_answer_is_the_accounts(results: tuple[Proof, ...], whole: Proof) -> None:
    checks = tuple(CheckResult("debt", one) for one in results)
    assert overall(replace(VIEW, checks=()), checks) is whole

"""Whatever a ruled field turns into, what is not clean and complete is never PROVED."""

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcaguard.adapters.venues.profile import Probe
from dcaguard.adapters.venues.profiles import PROFILES
from dcaguard.core.account import Proof
from dcaguard.core.policy.evidence import Reader, evaluate
from dcaguard.core.policy.judge import applies
from dcaguard.core.policy.rules import DEBT, INTEREST, Rows, Rule, Want
from dcaguard.core.policy.values import Missing, lookup, rows_at

from .driver import answer, exchange
from .replies import BITGET_UNIFIED, CLEAN, GATE_UNIFIED

NAMED = [*CLEAN.items(), ("bitget", BITGET_UNIFIED), ("gate", GATE_UNIFIED)]
READER = Reader(str.upper)
NUMBERS = {Want.ZERO, Want.NOT_NEGATIVE}

Target = tuple[Probe, Any, Rows, int, Rule]


def bodies(venue: str, answers: dict[str, Any]) -> list[tuple[Probe, Any]]:
    """Return (probe, clean reply) for each probe that the clean account answers."""
    found = []
    for probe in PROFILES[venue].probes:
        made = exchange(venue)
        made.fetch = lambda url, m="GET", h=None, body=None: answer(answers, url, body)
        ids = {"id": 100002} if "{id}" in probe.path or "accounts/" in probe.path else {}
        params = {**probe.params, **ids, **({"uid": 1} if venue == "htx" else {})}
        try:
            reply = getattr(made, probe.call)(params)
        except AssertionError:
            continue  # not asked in this mode
        found.append((probe, reply))
    return found


def targets(venue: str, answers: dict[str, Any]) -> list[Target]:
    """Return every ruled number of every row that a clean account shows."""
    found: list[Target] = []
    for probe, reply in bodies(venue, answers):
        body = _decimal(reply)
        for rows in probe.rows:
            table = rows_at(body, rows.at)
            if isinstance(table, Missing):
                continue
            for index, (_, row) in enumerate(table):
                if rows.when and not applies(row, rows.when):
                    continue
                for rule in rows.rules:
                    asked = rule.when is None or applies(row, rule.when)
                    there = not isinstance(lookup(row, rule.field), Missing)
                    if rule.want in NUMBERS and asked and there and rule.finding is Proof.VIOLATED:
                        found.append((probe, body, rows, index, rule))
    return found


def _decimal(body: Any) -> Any:
    if isinstance(body, float):
        return Decimal(repr(body))
    if isinstance(body, dict):
        return {k: _decimal(v) for k, v in body.items()}
    if isinstance(body, list):
        return [_decimal(v) for v in body]
    return body


def spoiled(target: Target, value: Any) -> Any:
    _, body, rows, index, rule = target
    body = copy.deepcopy(body)
    table = rows_at(body, rows.at)
    assert isinstance(table, list)
    place: Any = table[index][1]
    *way, last = rule.field.split(".")
    for part in way:
        place = place[int(part)] if isinstance(place, list) else place[part]
    if isinstance(place, list):
        place[int(last)] = value
    elif value is ...:
        del place[last]
    else:
        place[last] = value
    return body


def answers_of(target: Target, value: Any) -> list[Proof]:
    probe, *_, rule = target
    read = evaluate(probe.spec(()), spoiled(target, value), READER)
    return [r.result for r in read.results if r.check == rule.check]


ALL: list[Target] = [t for venue, answers in NAMED for t in targets(venue, answers)]
IDS = [f"{i}-{t[0].wallet}-{t[4].field}" for i, t in enumerate(ALL)]
amounts = st.decimals(
    min_value=Decimal("1e-18"), max_value=Decimal("1e15"), allow_nan=False, places=18
)
junk = st.one_of(  # type: ignore[var-annotated]
    st.sampled_from([None, "1e400", "-1e400", "NaN", "inf", "abc", [], {}, True, "1,5", "0x1"]),
    st.text(alphabet="abcxyz-", min_size=1),
)


def test_every_venue_has_ruled_numbers() -> None:
    assert {t[0].call for t in ALL}
    for venue, answers in NAMED:
        assert targets(venue, answers), venue


@pytest.mark.parametrize("target", ALL, ids=IDS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(amount=amounts)
def test_any_amount_owed_or_open_is_a_violation(target: Target, amount: Decimal) -> None:
    rule = target[4]
    value = -amount if rule.want is Want.NOT_NEGATIVE else amount
    assert Proof.VIOLATED in answers_of(target, str(value))
    if rule.check in {DEBT, INTEREST} and rule.want is Want.ZERO:
        assert Proof.PROVED not in answers_of(target, str(-amount))


@pytest.mark.parametrize("target", ALL, ids=IDS)
@settings(max_examples=15, suppress_health_check=list(HealthCheck), deadline=None)
@given(value=junk)
def test_no_junk_in_a_ruled_number_is_proof(target: Target, value: Any) -> None:
    assert Proof.PROVED not in answers_of(target, value)


@pytest.mark.parametrize("target", [t for t in ALL if not t[4].optional])
def test_no_missing_number_is_proof(target: Target) -> None:
    row = rows_at(target[1], target[2].at)
    assert isinstance(row, list)
    value: Any = None if isinstance(row[target[3]][1], list) else ...
    assert Proof.PROVED not in answers_of(target, value)

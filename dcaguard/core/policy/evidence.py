"""A reply is read strictly: what is missing, null or not a number is never proof of anything."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from dcaguard.core.account import CheckResult, Evidence, Holding, Proof, Step
from dcaguard.core.money import plain
from dcaguard.core.policy.funds import BadFunds, holdings_of
from dcaguard.core.policy.judge import applies, judge, worst
from dcaguard.core.policy.rules import BALANCES, DEBT, Rows, Spec, Want
from dcaguard.core.policy.steps import step_for
from dcaguard.core.policy.values import Missing, lookup, rows_at, shown


@dataclass(frozen=True, slots=True)
class Finding:
    """What one field came to."""

    check: str
    result: Proof
    evidence: Evidence
    sentence: str
    step: Step | None = None
    implied: bool = False  # a net amount below zero: what it is made of has its own finding


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What one reply says."""

    holdings: tuple[Holding, ...]
    results: tuple[CheckResult, ...]


@dataclass(frozen=True, slots=True)
class Reader:
    """What the reading of a reply needs besides the reply."""

    unified: Callable[[str], str]  # the venue's coin name -> unified code
    manual: Mapping[str, str] = field(default_factory=dict)  # check -> how to close it by hand
    listed: frozenset[str] = frozenset()  # coins with a market of their own: never receipts

    def code(self, raw: str, /) -> str:
        """Return the unified code of the venue's coin name."""
        return self.unified(raw)


def evaluate(spec: Spec, body: object, reader: Reader) -> Evaluated:
    """Read one reply. Every check of `spec` gets an answer; only clean and complete is PROVED."""
    broken = _envelope_fault(spec, body)
    if broken:
        return Evaluated((), cannot_tell(spec, broken))
    findings: list[Finding] = []
    holdings: list[Holding] = []
    for rows in spec.rows:
        found, held = _read_rows(spec, rows, body, reader)
        findings += found
        holdings += held
    findings = _without_implied_steps(findings)
    results = tuple(
        summarise(check, spec.wallet, [f for f in findings if f.check == check])
        for check in spec.checks
    )
    return Evaluated(tuple(holdings), results)


def _without_implied_steps(findings: list[Finding]) -> list[Finding]:
    named = {
        f.step.action.get("asset") for f in findings if f.step and f.check == DEBT and not f.implied
    }
    return [
        replace(f, step=None) if f.implied and f.step and f.step.action.get("asset") in named else f
        for f in findings
    ]


def cannot_tell(spec: Spec, why: str) -> tuple[CheckResult, ...]:
    """Return CANNOT_TELL for every check that this reply would have spoken to."""
    return answers(spec, Proof.CANNOT_TELL, why)


def answers(
    spec: Spec, result: Proof, why: str, evidence: tuple[Evidence, ...] = ()
) -> tuple[CheckResult, ...]:
    """Return the same answer for every check of `spec`."""
    return tuple(
        CheckResult(check, result, evidence, f"{spec.wallet}: {why}", spec.wallet)
        for check in spec.checks
    )


def summarise(check: str, wallet: str, findings: list[Finding]) -> CheckResult:
    """Fold the findings of one check in one wallet into its answer."""
    result = worst(f.result for f in findings)
    grave = [f for f in findings if f.result is not Proof.PROVED]
    detail = "; ".join(dict.fromkeys(f.sentence for f in grave)) or "nothing found"
    return CheckResult(
        check,
        result,
        tuple(f.evidence for f in grave),
        f"{wallet}: {detail}",
        wallet,
        tuple(f.step for f in grave if f.step),
    )


def merge(results: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Join answers to the same check in the same wallet; the gravest counts, all is kept."""
    grouped: dict[tuple[str, str], list[CheckResult]] = {}
    for result in results:
        grouped.setdefault((result.check, result.wallet), []).append(result)
    return tuple(_joined(group) for group in grouped.values())


def _joined(group: list[CheckResult]) -> CheckResult:
    result = worst([r.result for r in group])
    grave = [r for r in group if r.result is not Proof.PROVED] or group[:1]
    return CheckResult(
        group[0].check,
        result,
        tuple(e for r in group for e in r.evidence),
        "; ".join(dict.fromkeys(r.detail for r in grave)),
        group[0].wallet,
        tuple(s for r in group for s in r.steps),
    )


def _envelope_fault(spec: Spec, body: object) -> str:
    for name, allowed in spec.envelope:
        value = lookup(body, name)
        if isinstance(value, Missing):
            return f"the reply has no {name}"
        if shown(value).lower() not in allowed:
            return f"the reply says {name} = {shown(value)}"
    return ""


def _read_rows(
    spec: Spec, rows: Rows, body: object, reader: Reader
) -> tuple[list[Finding], list[Holding]]:
    table = rows_at(body, rows.at)
    if rows.null_is_empty and lookup(body, rows.at.removesuffix(".*")) is None:
        table = []
    if isinstance(table, Missing):
        left_out = rows.optional and table.absent
        return [] if left_out else _all_unclear(spec, rows, table.why), []
    if rows.nonempty and not any(_asked(rows, row) for _, row in table):
        return _all_unclear(spec, rows, "has no row of this kind" if table else "is empty"), []
    findings = [f for keyed in table for f in _judge_row(spec, rows, keyed, reader)]
    if rows.full_page and len(table) >= rows.full_page:
        findings += _all_unclear(spec, rows, f"may go on beyond {len(table)} rows")
    holdings: list[Holding] = []
    if rows.funds:
        try:
            holdings = holdings_of(spec, rows, table, reader)
        except BadFunds as bad:
            findings += [_unclear(c, spec, bad.name, bad.why) for c in (BALANCES, DEBT)]
        findings += _owed(spec, holdings, findings, reader)
    return findings, holdings


def _judge_row(spec: Spec, rows: Rows, keyed: tuple[str, object], reader: Reader) -> list[Finding]:
    row = keyed[1]
    if row is None and rows.optional:
        return []
    if not isinstance(row, dict | list) and any(rule.field for rule in rows.rules):
        return _all_unclear(spec, rows, "is no row")
    if not _asked(rows, row):
        return []
    if rows.any_of and all(isinstance(lookup(row, f), Missing) for f in rows.any_of):
        return _all_unclear(spec, rows, "has none of the known fields")
    return _read_row(spec, rows, keyed, reader)


def _asked(rows: Rows, row: object) -> bool:
    return rows.when is None or applies(row, rows.when)


def _all_unclear(spec: Spec, rows: Rows, why: str) -> list[Finding]:
    return [_unclear(check, spec, rows.at, why) for check in _checks_of(rows)]


def _checks_of(rows: Rows) -> tuple[str, ...]:
    return Spec("", (rows,)).checks


def _read_row(spec: Spec, rows: Rows, keyed: tuple[str, object], reader: Reader) -> list[Finding]:
    key, row = keyed
    subject = shown(lookup(row, rows.subject)) if rows.subject else key
    findings = []
    for rule in rows.rules:
        if rule.when and not applies(row, rule.when):
            continue
        result, value, sentence = judge(rule, row)
        said = Evidence(spec.wallet, _named(rule.field, subject) or "(reply)", value)
        step = None
        if result in {Proof.VIOLATED, Proof.ADVICE}:
            step = step_for(rule.check, spec.wallet, rows, (subject, row, rule.field), reader)
        text = f"{subject} {sentence}".strip()
        implied = rule.want is Want.NOT_NEGATIVE
        findings.append(Finding(rule.check, result, said, text, step, implied))
    if rows.presence and not _excepted(rows, row):
        findings.append(_present(spec, rows, subject, row, reader))
    return findings


def _excepted(rows: Rows, row: object) -> bool:
    if rows.presence_except and applies(row, rows.presence_except):
        return True
    if rows.presence_unless is None:
        return False
    name, pattern = rows.presence_unless
    return re.fullmatch(pattern, shown(lookup(row, name))) is not None


def _present(spec: Spec, rows: Rows, subject: str, row: object, reader: Reader) -> Finding:
    step = step_for(rows.presence, spec.wallet, rows, (subject, row, ""), reader)
    place = rows.place
    marks = [n for n in (place.id, place.symbol, place.side) if n]
    value = " ".join(shown(lookup(row, n)) for n in marks) or shown(row)
    said = Evidence(spec.wallet, marks[0] if marks else rows.at, value[:200])
    return Finding(rows.presence, Proof.VIOLATED, said, f"{value[:80]} is open", step)


def _owed(
    spec: Spec, holdings: list[Holding], known: list[Finding], reader: Reader
) -> list[Finding]:
    """Name debts that no rule has named: negative totals and the debt fields of the funds."""
    owing = {f.step.action.get("asset", "") for f in known if f.step}
    named = {reader.code(raw) for raw in owing if raw}
    findings = []
    for held in holdings:
        if held.debt > 0 and held.asset not in named:
            said = Evidence(spec.wallet, f"{held.asset} debt", plain(held.debt))
            row = {"amount": plain(held.debt)}
            step = step_for(DEBT, spec.wallet, Rows(""), (held.asset, row, "amount"), reader)
            text = f"{held.asset} owed: {plain(held.debt)}"
            findings.append(Finding(DEBT, Proof.VIOLATED, said, text, step))
    return findings


def _unclear(check: str, spec: Spec, name: str, why: str) -> Finding:
    said = Evidence(spec.wallet, name or "(reply)", "")
    return Finding(check, Proof.CANNOT_TELL, said, f"{name or 'the reply'} {why}")


def _named(name: str, subject: str) -> str:
    return f"{subject} {name}".strip() if subject else name

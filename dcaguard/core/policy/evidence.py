"""A reply is read strictly: what is missing, null or not a number is never proof of anything."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from dcaguard.core.account import CheckResult, Evidence, Holding, Proof, Step
from dcaguard.core.money import plain
from dcaguard.core.policy.funds import BadFunds, holdings_of
from dcaguard.core.policy.rules import BALANCES, DEBT, Rows, Rule, Spec, Want
from dcaguard.core.policy.steps import step_for
from dcaguard.core.policy.values import MISSING, Missing, lookup, number, rows_at, switch, wordlist

# The gravest of several findings is the answer.
GRAVITY = (
    Proof.VIOLATED,
    Proof.CANNOT_TELL,
    Proof.ADVICE,
    Proof.NOT_COVERED,
    Proof.PROVED,
)


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


def worst(results: "Iterator[Proof] | list[Proof] | tuple[Proof, ...]") -> Proof:
    """Return the gravest of `results`; PROVED for none."""
    return min(results, key=GRAVITY.index, default=Proof.PROVED)


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
        if rows.optional:
            return [], []
        return [_unclear(c, spec, rows.at, table.why) for c in _checks_of(rows)], []
    if rows.nonempty and not table:
        return [_unclear(c, spec, rows.at, "is empty") for c in _checks_of(rows)], []
    findings: list[Finding] = []
    holdings: list[Holding] = []
    for key, row in table:
        if row is None and rows.optional:
            continue
        if not isinstance(row, dict | list) and any(rule.field for rule in rows.rules):
            findings += [_unclear(c, spec, rows.at, "is no row") for c in _checks_of(rows)]
        elif rows.when is None or applies(row, rows.when):
            findings += _read_row(spec, rows, (key, row), reader)
    if rows.funds:
        try:
            holdings = holdings_of(spec, rows, table, reader)
        except BadFunds as bad:
            for check in (BALANCES, DEBT):
                findings.append(_unclear(check, spec, bad.name, bad.why))
        findings += _owed(spec, holdings, findings, reader)
    return findings, holdings


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


def applies(row: object, condition: tuple[str, frozenset[str]]) -> bool:
    """Tell whether the row's field has one of the values."""
    name, allowed = condition
    return shown(lookup(row, name)).lower() in allowed


def judge(rule: Rule, row: object) -> tuple[Proof, str, str]:
    """Return (answer, value as the venue wrote it, sentence) of one field."""
    value = lookup(row, rule.field)
    if isinstance(value, Missing):
        if rule.optional:
            return Proof.PROVED, "", ""
        return Proof.CANNOT_TELL, "", f"{rule.field} {value.why}"
    said = shown(value)
    result = _weigh(rule, value)
    if result is Proof.CANNOT_TELL:
        return result, said, f"{rule.field} = {said} is not understood"
    return result, said, f"{rule.field} = {said}"


def _weigh(rule: Rule, value: object) -> Proof:
    match rule.want:
        case Want.ZERO | Want.NOT_NEGATIVE:
            return _weigh_number(rule, value)
        case Want.OFF:
            on = switch(value)
            return Proof.CANNOT_TELL if on is None else rule.finding if on else Proof.PROVED
        case Want.ONE_OF:
            return _weigh_word(rule, value)
        case Want.ONLY:
            return _weigh_only(rule, value)
        case Want.RIGHTS:
            return _weigh_rights(rule, value)
        case Want.LOCKED:
            return _weigh_lock(rule, value)
        case Want.NOTHING:
            if value is None:
                return Proof.CANNOT_TELL
            return Proof.PROVED if value in ([], {}, "") else rule.finding


def _weigh_number(rule: Rule, value: object) -> Proof:
    if rule.blank and value == "":
        return Proof.PROVED
    amount: Decimal | None = number(value)
    if amount is None:
        return Proof.CANNOT_TELL
    clean = amount == 0 if rule.want is Want.ZERO else amount >= 0
    return Proof.PROVED if clean else rule.finding


def _weigh_word(rule: Rule, value: object) -> Proof:
    if value is None or isinstance(value, dict | list):
        return Proof.CANNOT_TELL
    word = shown(value).strip().lower()
    if word in rule.bad:
        return rule.finding
    if word in rule.advice:
        return Proof.ADVICE
    return Proof.PROVED if word in rule.good else Proof.CANNOT_TELL


def _weigh_only(rule: Rule, value: object) -> Proof:
    if value is None or isinstance(value, dict | list):
        return Proof.CANNOT_TELL
    return Proof.PROVED if shown(value).strip().lower() in rule.good else rule.finding


def _weigh_rights(rule: Rule, value: object) -> Proof:
    listed = wordlist(value)
    if listed is None:
        return Proof.CANNOT_TELL
    if listed & rule.bad:
        return rule.finding
    return Proof.PROVED if listed <= rule.good else Proof.CANNOT_TELL


def _weigh_lock(rule: Rule, value: object) -> Proof:
    on = switch(value)
    if on is not None:
        return Proof.PROVED if on else rule.finding
    listed = wordlist(value)
    if listed is None:
        return Proof.CANNOT_TELL
    return Proof.PROVED if listed - {"*", "0.0.0.0", "0.0.0.0/0"} else rule.finding


def _unclear(check: str, spec: Spec, name: str, why: str) -> Finding:
    said = Evidence(spec.wallet, name or "(reply)", "")
    return Finding(check, Proof.CANNOT_TELL, said, f"{name or 'the reply'} {why}")


def _named(name: str, subject: str) -> str:
    return f"{subject} {name}".strip() if subject else name


def shown(value: object) -> str:
    """Return a venue's value as it wrote it, for people and comparison."""
    match value:
        case Missing():
            return ""
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case Decimal():
            return format(value, "f") if abs(value.adjusted()) < 40 else str(value)
        case dict() | list():
            return "[]" if value == [] else "{}" if value == {} else str(value)[:200]
    return str(value)


__all__ = ["MISSING", "Evaluated", "Finding", "Reader", "cannot_tell", "evaluate", "merge"]

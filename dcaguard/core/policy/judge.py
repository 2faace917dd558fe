"""One field against one rule: clean, a finding, or not understood."""

from collections.abc import Iterable

from dcaguard.core.account import Proof
from dcaguard.core.policy.rules import Rule, Want
from dcaguard.core.policy.values import Missing, lookup, number, shown, switch, wordlist

# The gravest of several findings is the answer.
GRAVITY = (
    Proof.VIOLATED,
    Proof.CANNOT_TELL,
    Proof.ADVICE,
    Proof.NOT_COVERED,
    Proof.PROVED,
)

# An address list that lets everyone in is no lock.
_EVERYWHERE = frozenset({"*", "0.0.0.0", "0.0.0.0/0"})  # noqa: S104 - read, not bound


def applies(row: object, condition: tuple[str, frozenset[str]]) -> bool:
    """Tell whether the row's field has one of the values."""
    name, allowed = condition
    return shown(lookup(row, name)).strip().lower() in allowed


def judge(rule: Rule, row: object) -> tuple[Proof, str, str]:
    """Return (answer, value as the venue wrote it, sentence) of one field."""
    value = lookup(row, rule.field)
    if isinstance(value, Missing):
        if rule.optional and value.absent:
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
    amount = number(value)
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
    if listed is None or not (listed or rule.blank):
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
    return Proof.PROVED if listed - _EVERYWHERE else rule.finding


def worst(results: Iterable[Proof]) -> Proof:
    """Return the gravest of `results`; PROVED for none."""
    return min(results, key=GRAVITY.index, default=Proof.PROVED)

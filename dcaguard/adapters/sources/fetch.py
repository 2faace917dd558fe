"""All sources at once: as long as the slowest, and one failure never stops another."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dcaguard.adapters.sources.source import PartialFetchError
from dcaguard.core.errors import DataInvalidError, DcaguardError, TryAgainError
from dcaguard.core.reading import Reading
from dcaguard.core.reading_checks import Problem, Row, outliers
from dcaguard.core.reading_days import day_key
from dcaguard.core.reading_disputes import disagreements
from dcaguard.core.reading_splits import split_ratios, too_shallow
from dcaguard.core.series import lookup
from dcaguard.ports import Clock, Source

_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class FetchOutcome:
    """What one source gave: readings, an error, or both when some of its series failed."""

    name: str
    readings: tuple[Reading, ...] = ()
    error: DcaguardError | None = None
    restated: frozenset[str] = frozenset()  # shares whose whole past was told anew, after a split


def fetch_all(
    sources: Sequence[Source],
    since: Mapping[str, datetime],
    budget_seconds: float,
    clock: Clock,
    history: Mapping[str, Sequence[Reading]] | None = None,
    groups: Mapping[str, str] | None = None,
) -> list[FetchOutcome]:
    """Return one outcome per source, in the order given; the first source wins a shared series.

    `history` holds trusted readings by series: what is ten times away from them is refused, and
    so is what contradicts an independent source's word in it; `groups` are the independence
    groups of sources that are not asked now. Days on which independent sources contradict each
    other are refused for both. A source that is not done within the budget is a TryAgainError
    (75); nothing else is raised.
    """
    outcomes: dict[int, FetchOutcome] = {}
    known = history or {}

    def fetch(at: int, source: Source) -> None:
        outcomes[at] = _with_splits(source, since, known)

    threads = [
        # Daemons, so that a source that hangs cannot keep the process alive.
        threading.Thread(target=fetch, args=(at, source), daemon=True)
        for at, source in enumerate(sources)
    ]
    deadline = clock.monotonic() + budget_seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        while thread.is_alive() and clock.monotonic() < deadline:
            thread.join(_POLL_SECONDS)
    done = dict(outcomes)
    found = [done.get(at) or _late(source) for at, source in enumerate(sources)]
    own = {s.name: str(getattr(s, "group", s.name)) for s in sources}
    plausible = [_plausible(outcome, known) for outcome in found]
    everything = [reading for outcome in plausible for reading in outcome.readings]
    # What was known of a share before its split contradicts nobody after it.
    restated = {name for outcome in plausible for name in outcome.restated}
    held = {reading.series for reading in everything} - restated
    before = [reading for name in held for reading in known.get(name, ())]
    return _merged(plausible, disagreements(everything, {**(groups or {}), **own}, before))


def _fetch(source: Source, since: Mapping[str, datetime]) -> FetchOutcome:
    try:
        return FetchOutcome(source.name, tuple(source.fetch(since)))
    except PartialFetchError as error:
        return FetchOutcome(source.name, error.readings, error)
    except DcaguardError as error:
        return FetchOutcome(source.name, error=error)
    except Exception as error:  # noqa: BLE001  # a parser's bug is one source's failure
        msg = f"{source.name}: the page was not understood ({type(error).__name__}): not used"
        return FetchOutcome(source.name, error=DataInvalidError(msg))


def _with_splits(
    source: Source, since: Mapping[str, datetime], known: Mapping[str, Sequence[Reading]]
) -> FetchOutcome:
    """Ask a source; of shares that it shows restated, ask for all that it has, or take nothing."""
    found = _fetch(source, since)
    ratios = split_ratios(found.readings, known)
    if not ratios:
        return found
    again = _fetch(source, {name: at for name, at in since.items() if name not in ratios})
    good = [reading for reading in found.readings if reading.series not in ratios]
    errors: list[DcaguardError] = [found.error] if found.error else []
    restated: set[str] = set()
    for name, ratio in ratios.items():
        whole = [reading for reading in again.readings if reading.series == name]
        shallow = too_shallow(f"{source.name}: {name}", ratio, whole, known[name])
        if shallow:
            errors.append(DataInvalidError(str(shallow)))
        else:
            good += whole
            restated.add(name)
    return FetchOutcome(source.name, tuple(good), _joined(errors, good), frozenset(restated))


def _late(source: Source) -> FetchOutcome:
    msg = f"{source.name}: not done in time: try again later"
    return FetchOutcome(source.name, error=TryAgainError(msg))


def _plausible(outcome: FetchOutcome, history: Mapping[str, Sequence[Reading]]) -> FetchOutcome:
    """Refuse the series whose new values are not of the size of the known ones."""
    by_series: dict[str, list[Reading]] = {}
    for reading in outcome.readings:
        by_series.setdefault(reading.series, []).append(reading)
    errors: list[DcaguardError] = [outcome.error] if outcome.error else []
    good: list[Reading] = []
    for name, readings in by_series.items():
        about = lookup(name)
        rows = [Row(f"{outcome.name}: {name} of {r.as_of.date()}", r) for r in readings]
        past = () if name in outcome.restated else history.get(name, ())
        wrong = outliers(rows, about, past) if about else []
        if wrong:
            errors.append(DataInvalidError(str(wrong[0])))
        else:
            good += readings
    return FetchOutcome(outcome.name, tuple(good), _joined(errors, good), outcome.restated)


def _joined(errors: Sequence[DcaguardError], good: Sequence[Reading]) -> DcaguardError | None:
    if len(errors) > 1:
        return PartialFetchError(errors, good)
    return errors[0] if errors else None


def _place(reading: Reading) -> str:
    return f"{reading.series} {reading.as_of.date()}"


def _merged(outcomes: Sequence[FetchOutcome], disagreeing: Sequence[Problem]) -> list[FetchOutcome]:
    """Keep one reading per series and day, the first source's; none where sources contradict."""
    disputes = {problem.where: problem for problem in disagreeing}
    taken: set[tuple[str, datetime]] = set()
    merged = []
    for outcome in outcomes:
        kept: list[Reading] = []
        refused: dict[str, None] = {}
        doubted = {
            r.series for r in outcome.readings if _place(r) in disputes
        } & outcome.restated  # the past of a split share is taken whole or not at all
        for reading in outcome.readings:
            dispute = disputes.get(_place(reading))
            if dispute:
                refused[str(dispute)] = None
            elif reading.series in doubted:
                continue
            elif day_key(reading) not in taken:
                taken.add(day_key(reading))
                kept.append(reading)
        errors: list[DcaguardError] = [outcome.error] if outcome.error else []
        errors += [DataInvalidError(text) for text in refused]
        merged.append(FetchOutcome(outcome.name, tuple(kept), _joined(errors, kept)))
    return merged

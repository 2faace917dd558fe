"""What all sources share: what they declare, how their rows are checked, how they fail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Literal

from dcaguard.adapters.sources.content import exact_json
from dcaguard.adapters.sources.fields import ShapeError
from dcaguard.adapters.sources.http import BUDGET_SECONDS, Page, PoliteClient, Request, rebased
from dcaguard.core.errors import (
    ConfigError,
    DataInvalidError,
    DcaguardError,
    TryAgainError,
    gravest,
)
from dcaguard.core.observed import default_observed_at
from dcaguard.core.reading import Reading
from dcaguard.core.reading_checks import Problem, Row, not_ascending, problems
from dcaguard.core.reading_gaps import lacking
from dcaguard.core.series import lookup
from dcaguard.core.source_params import SourceParams
from dcaguard.ports import Clock


@dataclass(frozen=True, slots=True)
class About:
    """What `signals sources` shows of a source."""

    name: str
    series: tuple[str, ...]
    units: tuple[str, ...]
    group: str  # sources of one group mirror one table: they do not confirm each other
    updates_utc: str
    licence: str
    needs_key: bool
    hosts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of one page, and the days on which the provider itself shows no value."""

    rows: list[Row]
    holes: frozenset[date] = frozenset()


class PartialFetchError(DataInvalidError):
    """Some series of a source failed; `readings` holds those that did not."""

    def __init__(self, errors: Sequence[DcaguardError], readings: Sequence[Reading]) -> None:
        """Say the first failures in one line and take the gravest one's exit code."""
        told = list(dict.fromkeys(str(error) for error in errors))
        more = len(told) - _TOLD_MAX
        tail = [f"and {more} more of its pages failed"] if more > 0 else []
        super().__init__("; ".join([*told[:_TOLD_MAX], *tail]))
        self.exit_code = gravest([error.exit_code for error in errors])
        self.readings = tuple(readings)


# (exchange id, base_url, paths) -> a keyless ccxt client whose guarded session lets out GETs of
# these paths (regular expressions) alone.
OpenExchange = Callable[[str, str | None, tuple[str, ...]], Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What every source needs from outside: time, the client, and its key if it has one."""

    clock: Clock
    client: PoliteClient
    key: str | None = None
    budget_seconds: float = BUDGET_SECONDS
    open_exchange: OpenExchange | None = None
    key_error: DcaguardError | None = None  # why the key that was asked for could not be read


REVISED_WITHIN = timedelta(days=10)
_TOLD_MAX = 4  # failures in one line; the rest are counted


class WebSource:
    """One provider. Subclasses declare themselves and say how to collect their rows."""

    name: ClassVar[str]
    group: ClassVar[str]
    updates_utc: ClassVar[str]
    licence: ClassVar[str]
    needs_key: ClassVar[bool] = False
    hosts: ClassVar[frozenset[str]]
    ascending: ClassVar[bool] = True  # its tables rise by date; anything else is a changed table
    one_host: ClassVar[bool] = True  # a rate limit of one page is a rate limit of them all

    def __init__(self, params: SourceParams, context: Context) -> None:
        """Take the person's table and what the source needs from outside."""
        self._base_url = params.base_url
        self._context = context
        self._parsed: tuple[str, object] | None = None  # digest and document of the last page

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        raise NotImplementedError

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        """Return independent pieces of work, each giving the rows of one page."""
        raise NotImplementedError

    def lacks(self) -> tuple[str, ...]:
        """Return what a person must give, besides a key, before it can be asked."""
        return ()

    def describe(self) -> About:
        """Return what `signals sources` shows."""
        found = (lookup(name) for name in self.series)
        units = tuple(about.unit if about else "unknown" for about in found)
        return About(
            self.name, self.series, units, self.group, self.updates_utc, self.licence,
            self.needs_key, self.hosts,
        )  # fmt: skip

    def fetch(self, since: Mapping[str, datetime]) -> list[Reading]:
        """Return readings newer than `since`, oldest first.

        A row that is not complete yet is not a reading. Raises DataInvalidError (65),
        VenueUnavailableError (69), TryAgainError (75), ConfigError (78) for a missing key, or
        PartialFetchError when only some of its series failed.
        """
        if self.needs_key and not self._context.key:
            msg = f"sources.{self.name}: needs a key: set credentials, or enabled = false"
            raise self._context.key_error or ConfigError(msg)
        self._context.client.start(self._context.budget_seconds)
        readings: list[Reading] = []
        errors: list[DcaguardError] = []
        for job in self._jobs(since):
            try:
                good, lacks = self._checked(job(), since)
                readings += good
                errors += [DataInvalidError(str(gap)) for gap in lacks]
            except ShapeError as error:
                self._context.client.distrust(self.name)
                msg = f"{self.name}: {error}: the page has changed; not used"
                errors.append(DataInvalidError(msg))
            except DataInvalidError as error:
                # The page is kept for a person to see, and not believed to be unchanged.
                self._context.client.distrust(self.name)
                errors.append(error)
            except TryAgainError as error:
                errors.append(error)
                if self.one_host:
                    break  # Asking on would only lengthen the ban.
            except DcaguardError as error:
                errors.append(error)
        if len(errors) == 1 and not readings:
            raise errors[0]
        if errors:
            raise PartialFetchError(errors, readings)
        return sorted(readings, key=lambda r: (r.series, r.as_of, r.observed_at))

    def _checked(
        self, found: Found, since: Mapping[str, datetime]
    ) -> tuple[list[Reading], list[Problem]]:
        """Return the readings of a page that is right as it is, and the days that it lacks."""
        now = self._context.clock.now()
        by_series: dict[str, list[Row]] = {}
        for row in found.rows:
            by_series.setdefault(row.reading.series, []).append(row)
        good: list[Reading] = []
        lacks: list[Problem] = []
        for name, own in by_series.items():
            about = lookup(name)
            if about is None:
                msg = f"{self.name}: {name!r} is not a known series: correct the config"
                raise ConfigError(msg)
            disorder = not_ascending(own) if self.ascending else None
            wrong = [*([disorder] if disorder else [])]
            wrong += problems(own, about, now, gapless=False)
            if wrong:
                more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
                raise DataInvalidError(f"{wrong[0]}{more}")
            newest = since.get(name)
            # Recent days are read again: providers revise them, and fill some in late.
            floor = None if newest is None else newest - REVISED_WITHIN
            fresh = [row for row in own if floor is None or row.reading.as_of > floor]
            known = [row.reading for row in fresh if row.reading.observed_at <= now]
            good += {reading.as_of: reading for reading in known}.values()
            # A day that a page lacks is lost; the page is not. It is told while it is recent.
            lacks += lacking(fresh, about, found.holes)
        return good, lacks

    def _ask(
        self,
        url: str,
        kind: Literal["json", "csv", "html"] = "json",
        *,
        headers: Mapping[str, str] | None = None,
        post: Mapping[str, str] | None = None,
        fresh_seconds: float = 0,
    ) -> Page:
        address = rebased(url, self._base_url)
        base_host = rebased("https://x/", self._base_url).split("/")[2].rsplit("@")[-1]
        own = {_host(base_host)} if self._base_url else set()
        request = Request(
            self.name, address, kind, self.hosts | own, headers or {}, post, fresh_seconds
        )
        return self._context.client.page(request)

    def _json(self, page: Page) -> object:
        # Several jobs may read one list: a large one is parsed once.
        if self._parsed is None or self._parsed[0] != page.sha256:
            self._parsed = None
            where = f"{self.name}: {page.url.partition('?')[0]}"
            self._parsed = (page.sha256, exact_json(where, page.text))
        return self._parsed[1]

    def _dated(
        self,
        page: Page,
        series: str,
        day: date,
        value: Decimal,
        not_before: datetime | None = None,
    ) -> Row:
        """Return the value of a day: known when its kind is published, later if slower here."""
        as_of = datetime.combine(day, time(), UTC)
        about = lookup(series)
        observed_at = default_observed_at(about, as_of) if about else as_of
        observed_at = max(observed_at, not_before or observed_at)
        reading = Reading(series, as_of, observed_at, value, self.name, page.sha256)
        return Row(f"{self.name}: {series} of {day}", reading)

    def _live(self, page: Page, series: str, value: Decimal) -> Row:
        """Return a value that is true now and known from now on."""
        now = self._context.clock.now()
        reading = Reading(series, now, now, value, self.name, page.sha256)
        return Row(f"{self.name}: {series}", reading)

    def _bad(self, page: Page, what: str, remedy: str = "the page has changed; not used"
             ) -> DataInvalidError:  # fmt: skip
        return DataInvalidError(f"{self.name}: {page.url.partition('?')[0]}: {what}: {remedy}")


def _host(netloc: str) -> str:
    """Return the host of host:port, also for [::1]:8080."""
    if netloc.startswith("["):
        return netloc[1:].partition("]")[0]
    return netloc.partition(":")[0]

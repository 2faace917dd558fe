"""SEC filings: 8-K items that tell of a delisting or a debt that falls due, and share counts."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from dcaguard import __version__
from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.content import NotThereError
from dcaguard.adapters.sources.http import Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.errors import ConfigError, DataInvalidError
from dcaguard.core.reading_problem import Row
from dcaguard.core.source_params import EdgarParams

_ALARMS = frozenset({"3.01", "2.04"})
_LOOK_BACK = timedelta(days=400)
_DAY = timedelta(days=1)
_QUARTER_DAYS = range(75, 106)  # reports also hold means over half a year and more
# Shares on the cover of a report, and the mean of a quarter with all that may become shares.
_SHARES = {
    "shares": "dei/EntityCommonStockSharesOutstanding",
    "diluted_shares": "us-gaap/WeightedAverageNumberOfDilutedSharesOutstanding",
}


class Edgar(WebSource):
    """Alarming items per day on which a company filed an 8-K; 0 is a day of harmless ones."""

    name = "edgar"
    group = "sec"
    updates_utc = "as companies file"
    licence = "public domain; the SEC asks for a contact and at most 10 requests per second"
    hosts = frozenset({"data.sec.gov"})

    def __init__(self, params: EdgarParams, context: Context) -> None:
        """Take the companies and whom the SEC may write to."""
        super().__init__(params, context)
        self._ciks = params.ciks
        self._contact = params.contact
        self._shares = params.shares

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        whats = ("notice", *(_SHARES if self._shares else ()))
        return tuple(f"dat.{ticker}.{what}" for ticker in self._ciks for what in whats)

    def lacks(self) -> tuple[str, ...]:
        """Name the contact, without which the SEC does not answer."""
        known = "@" in self._contact and self._contact.isascii()
        return () if known else ('contact = "Name name@example.org"',)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        if self.lacks():
            msg = 'sources.edgar: the SEC wants a contact: set contact = "Name name@example.org"'
            raise ConfigError(msg)
        jobs: list[Callable[[], Found]] = [
            partial(self._notices, ticker, cik) for ticker, cik in self._ciks.items()
        ]
        if self._shares:
            jobs += [partial(self._counts, ticker, cik) for ticker, cik in self._ciks.items()]
        return jobs

    def _get(self, path: str) -> Page:
        agent = {"User-Agent": f"dcaguard/{__version__} {self._contact}"}
        return self._ask(f"https://data.sec.gov/{path}", headers=agent)

    def _counts(self, ticker: str, cik: str) -> Found:
        """Read both share counts; a company reports one, the other, or (abroad) neither."""
        rows: list[Row] = []
        unknown = 0
        for what, concept in _SHARES.items():
            try:
                page = self._get(f"api/xbrl/companyconcept/CIK{cik:0>10}/{concept}.json")
            except NotThereError:
                unknown += 1
                continue
            facts = fields.at_pointer(self._json(page), "/units/shares")
            rows += self._reported(page, f"dat.{ticker}.{what}", fields.rows(facts, "shares"))
        if unknown == len(_SHARES):
            msg = f"{self.name}: {ticker} reports no share count: import it, or shares = false"
            raise DataInvalidError(msg)
        return Found(rows)

    def _reported(self, page: Page, series: str, facts: list[object]) -> list[Row]:
        oldest = self._context.clock.now().date() - _LOOK_BACK
        first: dict[date, tuple[date, Decimal]] = {}
        for fact in facts:
            end = fields.day(fields.field(fact, "end"), "end")
            filed = fields.day(fields.field(fact, "filed"), "filed")
            start = fields.mapping(fact, "a fact").get("start")
            whole = start is None or (end - fields.day(start, "start")).days in _QUARTER_DAYS
            # Later reports repeat it, perhaps restated for a split: the first is what was known.
            if whole and end >= oldest and filed < first.get(end, (date.max,))[0]:
                first[end] = (filed, fields.number(fields.field(fact, "val"), "val"))
        return [
            self._dated(page, series, end, count, datetime.combine(filed + _DAY, time(), UTC))
            for end, (filed, count) in sorted(first.items())
        ]

    def _notices(self, ticker: str, cik: str) -> Found:
        page = self._get(f"submissions/CIK{cik:0>10}.json")
        recent = fields.at_pointer(self._json(page), "/filings/recent")
        columns = [fields.field(recent, name) for name in ("form", "filingDate", "items")]
        forms, days, items = (fields.rows(column, "filings") for column in columns)
        if not len(forms) == len(days) == len(items):
            raise self._bad(page, "the columns of filings have different lengths")
        oldest = self._context.clock.now().date() - _LOOK_BACK
        counts: dict[date, int] = {}
        for form, filed, item in zip(forms, days, items, strict=True):
            day = fields.day(filed, "filingDate")
            if form not in ("8-K", "8-K/A") or day < oldest:
                continue
            named = {part.strip() for part in fields.text(item, "items").split(",")}
            counts[day] = counts.get(day, 0) + len(named & _ALARMS)
        series = f"dat.{ticker}.notice"
        rows = [
            self._dated(page, series, day, Decimal(count)) for day, count in sorted(counts.items())
        ]
        return Found(rows)

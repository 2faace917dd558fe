"""SEC filings: 8-K items that tell of a delisting notice or of a debt that falls due."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial

from dcaguard import __version__
from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.errors import ConfigError
from dcaguard.core.source_params import EdgarParams

_ALARMS = frozenset({"3.01", "2.04"})
_LOOK_BACK = timedelta(days=400)


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

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        return tuple(f"dat.{ticker}.notice" for ticker in self._ciks)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        if "@" not in self._contact or not self._contact.isascii():
            msg = 'sources.edgar: the SEC wants a contact: set contact = "Name name@example.org"'
            raise ConfigError(msg)
        return [partial(self._company, ticker, cik) for ticker, cik in self._ciks.items()]

    def _company(self, ticker: str, cik: str) -> Found:
        agent = {"User-Agent": f"dcaguard/{__version__} {self._contact}"}
        page = self._ask(f"https://data.sec.gov/submissions/CIK{cik:0>10}.json", headers=agent)
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

"""The financial stress index of the US Office of Financial Research."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, time

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.content import csv_rows
from dcaguard.adapters.sources.source import Found, WebSource
from dcaguard.core.observed import next_business_day

_URL = "https://www.financialresearch.gov/financial-stress-index/data/fsi.csv"
_PUBLISHED = time(13, 30)  # of the second business day


class Ofr(WebSource):
    """Stress per business day: 0 is usual, above is stress."""

    name = "ofr"
    group = "ofr"
    updates_utc = "two business days later"
    licence = "public domain"
    hosts = frozenset({"www.financialresearch.gov"})

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves."""
        return ("ofr.fsi",)

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [self._index]

    def _index(self) -> Found:
        page = self._ask(_URL, "csv")
        table = csv_rows(f"{self.name}: {page.url.partition('?')[0]}", page.text)
        header = [cell.strip().lower() for cell in table[0]]
        if "date" not in header or "ofr fsi" not in header:
            raise self._bad(page, f"the header is {','.join(header)[:60]!r}")
        at, of = header.index("date"), header.index("ofr fsi")
        rows = []
        for cells in table[1:]:
            if len(cells) != len(header):
                raise self._bad(page, f"a row has {len(cells)} cells")
            day = fields.day(cells[at], "Date")
            value = fields.number_or_none(cells[of].strip(), "OFR FSI")
            if value is not None:
                later = next_business_day(next_business_day(day))
                published = datetime.combine(later, _PUBLISHED, UTC)
                rows.append(self._dated(page, "ofr.fsi", day, value, published))
        if not rows:
            raise self._bad(page, "the table has no value", "empty is not zero; try again later")
        return Found(rows)

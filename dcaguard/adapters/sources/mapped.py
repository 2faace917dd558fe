"""Any CSV or JSON that a person maps to a series, from an address or a local file."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from dcaguard.adapters.sources import fields
from dcaguard.adapters.sources.content import checked_text, csv_rows
from dcaguard.adapters.sources.http import SIZE_MAX_BYTES, Page
from dcaguard.adapters.sources.source import Context, Found, WebSource
from dcaguard.core.errors import NoInputError
from dcaguard.core.money import parse_decimal, times
from dcaguard.core.reading import Reading
from dcaguard.core.reading_problem import Row
from dcaguard.core.series import lookup
from dcaguard.core.source_mappings import CsvMapping, JsonMapping
from dcaguard.core.source_params import SourceParams


class _Mapped(WebSource):
    group = "each table"  # a table is an opinion of its own: its readings carry its name
    updates_utc = "as its provider does"
    licence = "as its provider says"
    ascending = False

    def __init__(
        self, tables: Mapping[str, CsvMapping | JsonMapping], context: Context, folder: Path
    ) -> None:
        """Take the mappings that are enabled; paths are relative to `folder`."""
        super().__init__(SourceParams(), context)
        self._tables = {name: table for name, table in tables.items() if table.enabled}
        self._folder = folder
        addresses = (table.url for table in self._tables.values() if table.url)
        self.hosts = frozenset(urlsplit(url).hostname or "" for url in addresses)  # type: ignore[misc]

    @property
    def series(self) -> tuple[str, ...]:
        """The names it serves as configured."""
        return tuple(dict.fromkeys(table.series for table in self._tables.values()))

    def _jobs(self, since: Mapping[str, datetime]) -> Iterable[Callable[[], Found]]:
        del since
        return [partial(self._one, name, table) for name, table in self._tables.items()]

    def _one(self, name: str, table: CsvMapping | JsonMapping) -> Found:
        scale = parse_decimal(table.multiplier)
        assert scale is not None, "the config is refused before"
        kind: Literal["csv", "json"] = "csv" if isinstance(table, CsvMapping) else "json"
        page = self._ask(table.url, kind) if table.url else self._file(name, table.path or "", kind)
        rows, holes = [], set()
        pairs = [(fields.instant(at, "as_of"), value) for at, value in self._pairs(page, table)]
        by_day = _is_by_day(table.series, [when for when, _ in pairs])
        for when, value in pairs:
            known = fields.number_or_none(value, "value")
            if known is None:
                holes.add(when.date())
            else:
                row = self._row(page, table.series, when, times(known, scale), by_day=by_day)
                said = replace(row.reading, source=f"{self.name}.{name}")
                rows.append(Row(row.where, said))
        if not rows:
            raise self._bad(page, "no value came", "empty is not zero; check the mapping")
        return Found(rows, frozenset(holes))

    def _row(self, page: Page, series: str, at: datetime, value: Decimal, *, by_day: bool) -> Row:
        """Return a day's value under its day, and what is read at any hour under its hour."""
        if by_day:
            return self._dated(page, series, at.date(), value)
        reading = Reading(series, at, at, value, self.name, page.sha256)
        return Row(f"{self.name}: {series} of {at:%Y-%m-%dT%H:%M:%SZ}", reading)

    def _pairs(
        self, page: Page, table: CsvMapping | JsonMapping
    ) -> Iterable[tuple[object, object]]:
        raise NotImplementedError

    def _file(self, name: str, path: str, kind: str) -> Page:
        try:
            with (self._folder / path).open("rb") as file:
                body = file.read(SIZE_MAX_BYTES + 1)
        except OSError as error:
            why = (error.strerror or "cannot be read").lower()
            msg = f"sources.{self.name}.{name}: {path}: {why}: check the path"
            raise NoInputError(msg) from error
        page = Page(path, body, "", hashlib.sha256(body).hexdigest())
        if len(body) > SIZE_MAX_BYTES:
            raise self._bad(page, "larger than 8 MiB", "split the file")
        text = checked_text(f"{self.name}: {path}", kind, "", body)
        return Page(path, body, text, page.sha256)


def _is_by_day(series: str, times: Sequence[datetime]) -> bool:
    """Tell whether a table tells days: of what is read at any hour, one hour marks all as times."""
    about = lookup(series)
    return about is None or about.one_a_day or all(at.time() == time() for at in times)


class MappedCsv(_Mapped):
    """`[sources.csv.NAME]`: one column of a CSV becomes a series."""

    name = "csv"

    def _pairs(
        self, page: Page, table: CsvMapping | JsonMapping
    ) -> Iterable[tuple[object, object]]:
        assert isinstance(table, CsvMapping)
        header, *rows = csv_rows(f"{self.name}: {page.url.partition('?')[0]}", page.text)
        missing = {table.as_of, table.value} - set(header)
        if missing:
            raise self._bad(page, f"no column {min(missing)!r}", "correct the mapping")
        if any(header.count(name) > 1 for name in (table.as_of, table.value)):
            raise self._bad(page, "a column stands twice", "correct the file")
        at, value = header.index(table.as_of), header.index(table.value)
        # A short row lacks its last cells; a blank line is no row.
        full = [[*row, *([""] * (len(header) - len(row)))] for row in rows if row]
        return [(row[at].strip(), row[value].strip()) for row in full]


class MappedJson(_Mapped):
    """`[sources.json.NAME]`: values of a JSON document become a series."""

    name = "json"

    def _pairs(
        self, page: Page, table: CsvMapping | JsonMapping
    ) -> Iterable[tuple[object, object]]:
        assert isinstance(table, JsonMapping)
        found = fields.at_pointer(self._json(page), table.items)
        items = found if isinstance(found, list) else [found]
        return [
            (fields.at_pointer(item, table.as_of), fields.at_pointer(item, table.value))
            for item in fields.rows(items, "items")
        ]

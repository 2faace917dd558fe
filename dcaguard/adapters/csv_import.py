"""Readings from a person's CSV: every row is right, or the file is refused with its line."""

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import NoReturn

from dcaguard.core.errors import DataInvalidError, NoInputError
from dcaguard.core.money import parse_decimal
from dcaguard.core.observed import default_observed_at
from dcaguard.core.reading import IMPORTED, Reading
from dcaguard.core.reading_checks import Row, problems
from dcaguard.core.reading_gaps import month_gaps
from dcaguard.core.series import Calendar, Series, lookup, nearest

SIZE_MAX_BYTES = 64 * 1024 * 1024
_HEADERS = (["as_of", "value"], ["as_of", "value", "observed_at"])
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_MONTH_MIN = timedelta(days=28)
_NEAR = timedelta(days=45)
_SAY_WHICH = (
    "add observed_at (a monthly mean is known on the 5th of the next month), or "
    "--observed-at-lag, or import it together with the {series} before it"
)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    as_of: datetime
    value: Decimal
    observed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportFile:
    """What a file says, and of which of its readings it does not say when they became known."""

    readings: list[Reading]
    guessed: frozenset[Reading]


def read_import(
    path: Path,
    series: str,
    *,
    now: datetime,
    lag: timedelta | None = None,
    history: Sequence[Reading] = (),
) -> ImportFile:
    """Return the file's readings in order of as_of; identical rows count once.

    `lag` is the time from as_of to observed_at; None takes the series' own rule. Raises
    NoInputError (66) for a missing file, DataInvalidError (65) as `file:line: what: remedy`.
    """
    about = known_series(series)
    raw = read_bytes(path)
    lines = list(_lines(path.name, decode(path.name, raw)))
    if not lines:
        _refuse(path.name, 1, "no row follows the header", "add rows of as_of,value")
    digest = hashlib.sha256(raw).hexdigest()
    monthly = about.calendar is Calendar.BUSINESS and _is_monthly(lines, history)
    if monthly is None and lag is None and lines[0].observed_at is None:
        what = f"a first of a month alone: a daily {series}, or the mean of that month?"
        _refuse(path.name, lines[0].number, what, _SAY_WHICH.format(series=series))
    rows, guessed = [], set[Reading]()
    for line in lines:
        where = f"{path.name}:{line.number}"
        _refuse_future_claim(where, line, now)
        observed_at = line.observed_at or _observed(about, line.as_of, lag, monthly=bool(monthly))
        source = f"{IMPORTED}{path.name}"
        reading = Reading(series, line.as_of, observed_at, line.value, source, digest)
        rows.append(Row(where, reading))
        if line.observed_at is None and lag is None:
            guessed.add(reading)
    vintages = all(line.observed_at for line in lines)
    # Vintages say when each value became known: they may be revisions alone.
    found = problems(rows, about, now, history, gapless=not (vintages or monthly))
    if found := found or (month_gaps(rows) if monthly and not vintages else []):
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        raise DataInvalidError(f"{found[0]}{more}")
    unique = {(row.reading.as_of, row.reading.observed_at): row.reading for row in rows}
    return ImportFile([unique[key] for key in sorted(unique)], frozenset(guessed))


def known_series(name: str) -> Series:
    """Return the series called `name`; DataInvalidError (65) names the nearest known one."""
    about = lookup(name)
    if about is None:
        msg = f"series: {name!r} is not known: did you mean {nearest(name)}?"
        raise DataInvalidError(msg)
    return about


def read_bytes(path: Path) -> bytes:
    """Return the file's bytes, unpacked when gzip; at most SIZE_MAX_BYTES either way."""
    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_MAX_BYTES + 1)
    except OSError as error:
        msg = f"{path}: {(error.strerror or 'cannot be read').lower()}: check the name of the file"
        raise NoInputError(msg) from error
    if raw[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(raw)) as unpacked:
                raw = unpacked.read(SIZE_MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            _refuse(path.name, 1, "the gzip data is damaged or cut", "pack the file again")
    if len(raw) > SIZE_MAX_BYTES:
        _refuse(path.name, 1, "larger than 64 MiB", "split the file")
    return raw


def decode(name: str, raw: bytes) -> str:
    """Return the text; DataInvalidError (65) names the line that is not clean UTF-8."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        _refuse(name, 1, "the text is UTF-16", "save the file as UTF-8")
    if (at := raw.find(b"\0")) >= 0:
        _refuse(name, raw.count(b"\n", 0, at) + 1, "NUL bytes", "save the file as UTF-8 text")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        _refuse(name, line, "bytes that are not UTF-8", "save the file as UTF-8")


def _lines(name: str, text: str) -> Iterator[_Line]:
    # Old Mac line ends would make one line of the whole file.
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n")), strict=True)
    header: list[str] | None = None
    try:
        for raw_cells in reader:
            cells = [cell.strip() for cell in raw_cells]
            if not any(cells):
                continue
            if header is None:
                header = _header(name, reader.line_num, cells)
                continue
            yield _line(name, reader.line_num, header, cells)
    except csv.Error as error:
        _refuse(name, reader.line_num, f"not a CSV row ({error})", "quote the cell properly")
    if header is None:
        _refuse(name, 1, "the file is empty", "begin it with as_of,value")


def _header(name: str, number: int, cells: list[str]) -> list[str]:
    header = [cell.lower() for cell in cells]
    if header not in _HEADERS:
        shown = ",".join(cells)[:80]
        remedy = "it must be as_of,value or as_of,value,observed_at"
        _refuse(name, number, f"the header is {shown!r}", remedy)
    return header


def _line(name: str, number: int, header: list[str], cells: list[str]) -> _Line:
    # A trailing observed_at may be left away with its comma.
    if not len(header) - (len(header) == len(_HEADERS[1])) <= len(cells) <= len(header):
        what = f"{len(cells)} cells where the header has {len(header)}"
        _refuse(name, number, what, "write 1113.7, not 1,113.7; separate cells by commas")
    as_of = _instant(name, number, cells[0])
    value = _value(name, number, cells[1])
    claimed = cells[2] if len(cells) == len(_HEADERS[1]) else ""
    return _Line(number, as_of, value, _instant(name, number, claimed) if claimed else None)


def _instant(name: str, number: int, text: str) -> datetime:
    remedy = "write 2025-02-25 or 2025-02-25T12:30:00Z"
    if not (_DATE.fullmatch(text) or _TIME.fullmatch(text)):
        _refuse(name, number, f"{text[:40]!r} is not a date", remedy)
    try:
        at = datetime.fromisoformat(text)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        _refuse(name, number, f"{text[:40]!r} is not a date", remedy)


def _value(name: str, number: int, text: str) -> Decimal:
    if text in {"", "-"}:
        _refuse(name, number, "the value is missing", "leave the row out: missing is not zero")
    value = parse_decimal(text) if _NUMBER.fullmatch(text) else None
    if value is None:
        _refuse(name, number, f"{text[:40]!r} is not a number", "write it plainly: -1113700000.5")
    return value


def _is_monthly(lines: list[_Line], history: Sequence[Reading]) -> bool | None:
    """Tell whether the rows are means of months; None when neither file nor journal can tell."""
    days = sorted({line.as_of for line in lines})
    if len(days) == 1 and days[0].day == 1:
        near = [r.as_of for r in history if timedelta(0) < abs(r.as_of - days[0]) <= _NEAR]
        return all(at.day == 1 for at in near) if near else None
    return len(days) > 1 and all(
        before.day == after.day == 1 and after - before >= _MONTH_MIN
        for before, after in pairwise(days)
    )


def _observed(about: Series, as_of: datetime, lag: timedelta | None, *, monthly: bool) -> datetime:
    return default_observed_at(about, as_of, monthly=monthly) if lag is None else as_of + lag


def _refuse_future_claim(where: str, line: _Line, now: datetime) -> None:
    # A derived observed_at may lie ahead: the row counts from then on. A claimed one is a slip.
    if line.observed_at is not None and line.observed_at > now:
        msg = f"{where}: observed_at lies in the future: correct it or leave it empty"
        raise DataInvalidError(msg)


def _refuse(name: str, line: int, what: str, remedy: str) -> NoReturn:
    msg = f"{name}:{line}: {what}: {remedy}"
    raise DataInvalidError(msg)

"""Readings are added and never changed; one chained row vouches for a whole batch."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from dcaguard.adapters.journal.book import Book, insert_typed
from dcaguard.adapters.journal.decode import READING_COLUMNS, readings_of
from dcaguard.adapters.journal.projection import EPOCH, Cells, microseconds
from dcaguard.adapters.journal.tables import READINGS
from dcaguard.core.canonical import canonical_json, instant, parse_instant
from dcaguard.core.money import plain
from dcaguard.core.reading import IMPORTED, Reading
from dcaguard.ports import AddedReadings

_Key = tuple[str, int, int]


def add_readings(
    book: Book, readings: Sequence[Reading], at: datetime, *, revision: bool
) -> AddedReadings:
    """Add what is new in one transaction; with conflicts (and no `revision`) nothing is written."""
    with book.transaction():
        new: dict[_Key, Reading] = {}
        conflicts: list[Reading] = []
        same = 0
        # Of several words on one time only the last can be the newest from now on.
        last = {_key(r)[:2]: r for r in sorted(readings, key=lambda r: r.observed_at)}
        for reading in readings:
            known = _value_at(book, new, reading)
            if known is None:
                new[_key(reading)] = reading
            elif known == plain(reading.value):
                same += 1
            elif (
                revision and last[_key(reading)[:2]] is reading and _revise(book, new, reading, at)
            ):
                pass
            elif revision:
                same += 1
            else:
                conflicts.append(reading)
        if conflicts:
            return AddedReadings(new=0, same=same, conflicts=tuple(conflicts))
        if new:
            _write(book, list(new.values()), at, revision=revision)
    return AddedReadings(new=len(new), same=same)


def _key(reading: Reading) -> _Key:
    return reading.series, microseconds(reading.as_of), microseconds(reading.observed_at)


def _value_at(book: Book, new: dict[_Key, Reading], reading: Reading) -> str | None:
    """Return the value known under the reading's key, in this batch or before it."""
    key = _key(reading)
    if key in new:
        return plain(new[key].value)
    row = book.connection.execute(
        "SELECT value FROM readings_stored WHERE series = ? AND as_of_us = ? AND observed_us = ?",
        key,
    ).fetchone()
    return None if row is None else str(row[0])


def _revise(book: Book, new: dict[_Key, Reading], reading: Reading, at: datetime) -> bool:
    """Add a conflicting value as a later reading; False when the newest one says it already."""
    series, as_of_us, observed_us = _key(reading)
    row = book.connection.execute(
        """SELECT observed_us, value FROM readings_stored WHERE series = ? AND as_of_us = ?
        ORDER BY observed_us DESC LIMIT 1""",
        (series, as_of_us),
    ).fetchone()
    known = [] if row is None else [(int(row[0]), str(row[1]))]
    known += [(k[2], plain(r.value)) for k, r in new.items() if k[:2] == (series, as_of_us)]
    newest_us, newest_value = max(known)
    if newest_value == plain(reading.value):
        return False
    later_us = max(microseconds(at), newest_us + 1)
    observed_at = EPOCH + timedelta(microseconds=later_us)
    assert later_us > observed_us, "a revision is a later reading"
    new[series, as_of_us, later_us] = Reading(
        series, reading.as_of, observed_at, reading.value, reading.source, reading.raw_sha256
    )
    return True


def _write(book: Book, readings: list[Reading], at: datetime, *, revision: bool) -> None:
    """Chain the batch's row and insert its readings."""
    rows = [_cells(reading) for reading in readings]
    data = {
        "count": len(rows),
        "digest": batch_digest(rows),
        "raw_sha256": sorted({reading.raw_sha256 for reading in readings}),
        "series": dict(Counter(reading.series for reading in readings)),
        "revision": revision,
    }
    seq = book.add("readings", "", data, at)
    insert_typed(book.connection, READINGS, seq, rows)


def _cells(reading: Reading) -> Cells:
    return (
        _utf8(reading.series),
        instant(reading.as_of),
        instant(reading.observed_at),
        plain(reading.value),
        _utf8(reading.source),
        reading.raw_sha256,
        microseconds(reading.as_of),
        microseconds(reading.observed_at),
    )


def _utf8(text: str) -> str:
    """Return text that SQLite can hold: a file's name may carry bytes that are no UTF-8."""
    return text.encode("utf-8", "replace").decode()


def batch_digest(rows: Iterable[Cells]) -> str:
    """Return the sha256 over the stored cells of a batch, one canonical JSON line per reading."""
    found = hashlib.sha256()
    for row in rows:
        found.update(canonical_json(row).encode("utf-8", "surrogatepass") + b"\n")
    return found.hexdigest()


def readings(book: Book, series: Sequence[str], left_out: Sequence[int] = ()) -> list[Reading]:
    """Return readings ordered by series, as_of, observed_at, without what these batches fetched."""
    wanted, values = ["true"], list[str]()
    if series:
        wanted.append(f"series IN ({', '.join('?' * len(series))})")
        values += series
    if left_out:
        wanted.append(f"NOT ({_FETCHED_IN})")
        values.append(canonical_json(left_out))
    rows = book.connection.execute(
        f"SELECT {READING_COLUMNS} FROM readings_stored WHERE {' AND '.join(wanted)} "
        "ORDER BY series, as_of_us, observed_us",
        values,
    ).fetchall()
    return readings_of(rows)


# What a person imported, they vouch for: it was known when they say.
_VOUCHED = f"substr(source, 1, {len(IMPORTED)}) = '{IMPORTED}'"
_FETCHED_IN = f"seq IN (SELECT value FROM json_each(?)) AND NOT {_VOUCHED}"


def fetched_after(book: Book, at: datetime) -> tuple[int, ...]:
    """Return the batches with something fetched after an instant: a look back leaves it out.

    None when nothing at all had been written by then: no decision was taken either, and all that
    is known today may tell of that time.
    """
    rows = book.connection.execute("SELECT seq, at FROM journal WHERE kind = 'readings'").fetchall()
    later = [int(seq) for seq, written in rows if parse_instant(str(written)) > at]
    if not later or len(later) == len(rows):
        return ()
    found = book.connection.execute(
        f"SELECT DISTINCT seq FROM readings_stored WHERE {_FETCHED_IN} ORDER BY seq",
        (canonical_json(later),),
    ).fetchall()
    return tuple(int(seq) for (seq,) in found)


def readings_count(book: Book) -> int:
    """Return the number of readings ever added: it grows with each."""
    return int(
        book.connection.execute("SELECT coalesce(max(id), 0) FROM readings_stored").fetchone()[0]
    )


def readings_mark(book: Book) -> str:
    """Return the number of readings and the hash of the chained row that vouches for the newest.

    That hash covers every row before it, so no other journal's readings share it.
    """
    return _mark(book, readings_count(book))


def holds_mark(book: Book, mark: str) -> bool:
    """Tell whether a mark's readings are the first ones here: not another journal's, nor undone."""
    count = _count_of(mark)
    return count is not None and count <= readings_count(book) and mark == _mark(book, count)


def _mark(book: Book, count: int) -> str:
    row = book.connection.execute(
        "SELECT hash FROM journal WHERE seq = (SELECT seq FROM readings_stored WHERE id = ?)",
        (count,),
    ).fetchone()
    return f"{count}:{'' if row is None else row[0]}"


def _count_of(mark: str) -> int | None:
    count = mark.partition(":")[0]
    return int(count) if count.isdecimal() else None


def oldest_observed_since(book: Book, mark: str) -> datetime | None:
    """Return the smallest observed_at among readings added after `mark`; None for none."""
    (us,) = book.connection.execute(
        "SELECT min(+observed_us) FROM readings_stored WHERE id > ?", (_count_of(mark) or 0,)
    ).fetchone()
    return None if us is None else EPOCH + timedelta(microseconds=us)

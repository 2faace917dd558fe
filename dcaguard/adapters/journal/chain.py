"""Every row holds the hash of the row before it: a changed, missing or swapped row shows.

`hash` = sha256(`prev_hash` || `body`) in lower-case hex over UTF-8; the first row's `prev_hash` is
the empty text. `body` = {"at", "data", "kind", "run_id", "seq", "subject"} in canonical JSON, where
`data` is what the caller said.
"""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dcaguard.core.canonical import canonical_json, instant

FIRST_PREV_HASH = ""
CHECKPOINT = "checkpoint"
CHECKPOINT_ROWS = 500  # an open re-reads at most about this many rows

COLUMNS = "seq, at, run_id, kind, subject, body, prev_hash, hash"
Scrub = Callable[[str], str]  # takes the secrets out of one text
RawRow = tuple[int, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold, and why."""

    seq: int
    why: str


def chain_hash(prev_hash: str, body: str) -> str:
    """Return the hash of a row whose text is `body` after the row with `prev_hash`."""
    return hashlib.sha256((prev_hash + body).encode()).hexdigest()


def newest(connection: sqlite3.Connection) -> tuple[int, str]:
    """Return (seq, hash) of the newest row; (0, "") when there is none."""
    row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return (0, FIRST_PREV_HASH) if row is None else (row[0], row[1])


def body_text(seq: int, at: str, named: tuple[str, str, str], data: Mapping[str, object]) -> str:
    """Return the body of a row; `named` is (run_id, kind, subject)."""
    run_id, kind, subject = named
    text = canonical_json(
        {"at": at, "data": data, "kind": kind, "run_id": run_id, "seq": seq, "subject": subject}
    )
    # Venues send texts with lone surrogates; they have no UTF-8 and must not stop a result from
    # being written down.
    return text.encode("utf-8", "replace").decode()


def insert_row(
    connection: sqlite3.Connection,
    named: tuple[str, str, str],
    data: Mapping[str, object],
    at: datetime,
    scrub: Scrub,
) -> tuple[int, dict[str, object]]:
    """Chain one row inside the caller's transaction; return its seq and its data as stored.

    No secret that `scrub` knows gets into it, however a venue or a proxy repeats one.
    """
    last_seq, prev_hash = newest(connection)
    seq, at_text = last_seq + 1, instant(at)
    body = body_text(seq, at_text, named, data)
    stored = json.loads(body)
    texts = "\0".join(_texts(stored))
    if scrub(texts) != texts:
        stored = _without_secrets(stored, scrub)
        body = canonical_json(stored)
    columns = (stored["run_id"], stored["kind"], stored["subject"])
    connection.execute(
        f"INSERT INTO journal ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (seq, at_text, *columns, body, prev_hash, chain_hash(prev_hash, body)),
    )
    return seq, stored["data"]


def _texts(value: object) -> Iterator[str]:
    """Yield every text in what JSON holds, names included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _texts(item)


def _without_secrets(value: Any, scrub: Scrub) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_without_secrets(item, scrub) for item in value]
    if isinstance(value, dict):
        return {scrub(name): _without_secrets(item, scrub) for name, item in value.items()}
    return value


def last_checkpoint(connection: sqlite3.Connection) -> int:
    """Return the seq of the newest checkpoint row, 0 for none."""
    row = connection.execute(
        "SELECT max(seq) FROM journal WHERE kind = ? AND subject = ''", (CHECKPOINT,)
    ).fetchone()
    return row[0] or 0


def checkpoint_due(connection: sqlite3.Connection) -> bool:
    """Tell whether enough rows were written since the newest checkpoint."""
    return newest(connection)[0] - last_checkpoint(connection) >= CHECKPOINT_ROWS


def rows_since(connection: sqlite3.Connection, seq: int) -> Iterator[RawRow]:
    """Yield the raw rows from `seq` on, in order."""
    yield from connection.execute(
        f"SELECT {COLUMNS} FROM journal WHERE seq >= ? ORDER BY seq", (seq,)
    )


def first_break(rows: Iterable[RawRow], expected_seq: int, prev_hash: str) -> Break | None:
    """Return where consecutive rows stop being a chain that follows `prev_hash`, or None."""
    for row in rows:
        broken = row_break(row, expected_seq, prev_hash)
        if broken:
            return broken
        expected_seq, prev_hash = expected_seq + 1, row[7]
    return None


def row_break(row: RawRow, expected_seq: int, prev_hash: str) -> Break | None:
    """Return what is wrong with one row as the successor of `prev_hash`, or None."""
    seq, stored_prev, stored_hash = row[0], row[6], row[7]
    body: object = row[5]  # a flipped byte may have turned the text into a number
    if seq != expected_seq:
        return Break(expected_seq, "the row is missing")
    if stored_prev != prev_hash:
        return Break(seq, "its prev_hash is not the hash of the row before it")
    if not isinstance(body, str) or chain_hash(prev_hash, body) != stored_hash:
        return Break(seq, "its hash does not match its body")
    return None


def tail_break(connection: sqlite3.Connection, from_seq: int) -> Break | None:
    """Return where the chain breaks from row `from_seq` (at least 1) to the newest, or None."""
    if from_seq <= 1:
        return first_break(rows_since(connection, 1), 1, FIRST_PREV_HASH)
    row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (from_seq - 1,)).fetchone()
    if row is None:
        return Break(from_seq - 1, "the row is missing")
    return first_break(rows_since(connection, from_seq), from_seq, row[0])

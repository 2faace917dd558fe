"""A journal is opened only when file, schema, chain and head hold; a crash's traces are healed."""

import os
import sqlite3
from datetime import datetime
from pathlib import Path

from dcaguard.adapters.files import create_private, make_private, plain_file_exists, sync_folder
from dcaguard.adapters.journal import chain
from dcaguard.adapters.journal.book import Book, roll_back
from dcaguard.adapters.journal.connect import (
    VERIFY,
    connect,
    refuse_newer,
    roll_back_torn_write,
    told,
    use_rollback_journal,
)
from dcaguard.adapters.journal.disk import keep_ballast, refuse_remote
from dcaguard.adapters.journal.head import (
    Head,
    check_head,
    read_head,
    refuse_lost,
    write_head,
)
from dcaguard.adapters.journal.migrate import check_schema, migrate, user_version
from dcaguard.adapters.journal.schema import schema_version
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.core.errors import ConfigError, IntegrityError, NoInputError

QUICK_CHECK_BYTES_MAX = 4 * 1024 * 1024  # a whole-file check stays a matter of milliseconds


def open_journal(  # noqa: PLR0913 - each but the clock has a default
    path: Path,
    *,
    clock_now: datetime,
    create: bool = True,
    read_only: bool = False,
    checked: bool = True,
    scrub: chain.Scrub = str,
    known_by: datetime | None = None,
) -> SqliteJournal:
    """Open the journal at `path`; its head file stands beside it as NAME.head.

    For writing: makes the file when it is missing (`create`), migrates, checks the newest part of
    the chain, the triggers and the head, and heals what a crash left. `read_only` makes, migrates
    and changes nothing (but lets SQLite undo a write that was cut off). `checked=False` leaves
    schema, chain and head to `verify_all`; only for reading. `scrub` takes the secrets out of each
    text before it is written. `known_by` is the instant of a look back: readings that were fetched
    after it are not seen.
    Errors: 66 missing, 73 a link or folder in its place, 74 disk, 75 locked, 77 another's file,
    78 newer version, foreign file or remote file system, 83 damaged, cut, older or lost.
    """
    assert checked or read_only, "writing needs a checked journal"
    head_path = path.with_suffix(".head")
    with told(path, "open the journal"):
        head = read_head(head_path)  # before the database, which may only be newer
        _find_file(path, head_path, head, create=create and not read_only)
        if read_only:
            roll_back_torn_write(path)
        else:
            _take_from_others(path, head_path)
        connection = connect(path, read_only=read_only)
        try:
            book = Book(connection, path, head_path, scrub)
            if read_only:
                notes = _begin_reading(book, head, checked=checked)
            else:
                notes = _begin_writing(book, head, clock_now)
        except BaseException:
            connection.close()
            raise
    return SqliteJournal(book, notes, known_by)


def _find_file(path: Path, head_path: Path, head: Head | None, *, create: bool) -> None:
    """Make sure that a file of a version we know stands at `path`."""
    refuse_remote(path)
    if plain_file_exists(path):
        refuse_newer(path)
        return
    refuse_lost(path, head_path, head)
    if not create:
        raise NoInputError(f"{path}: there is no journal yet: the first `dcaguard run` makes it.")
    os.close(create_private(path))
    sync_folder(path.parent)


def _take_from_others(path: Path, head_path: Path) -> None:
    """Take group's and others' rights from what an older program or a copy may have left open."""
    for file in (path, head_path):
        if plain_file_exists(file):
            make_private(file)


def _begin_reading(book: Book, head: Head | None, *, checked: bool) -> tuple[str, ...]:
    found = user_version(book.connection)
    if found == 0:
        refuse_lost(book.path, book.head_path, head)
        raise NoInputError(f"{book.path}: the journal is still empty: run `dcaguard run` first.")
    if found < schema_version():
        raise ConfigError(
            f"{book.path}: has schema {found}, this program reads {schema_version()}: "
            "any command that writes, such as `dcaguard run`, brings it up to date."
        )
    if checked:
        newest = _check(book, head)
        if head is None and newest[0]:
            return (f"{book.head_path}: is missing; the next run writes it again.",)
    return ()


def _begin_writing(book: Book, head: Head | None, now: datetime) -> tuple[str, ...]:
    connection, notes = book.connection, []
    if user_version(connection) == 0:
        refuse_lost(book.path, book.head_path, head)
    use_rollback_journal(connection, book.path)
    copy = migrate(connection, book.path)
    if copy is not None:
        notes.append(f"{book.path}: brought up to date; the copy of before is {copy}.")
    _quick_check(connection, book.path)
    newest = _check(book, head)
    keep_ballast(book.ballast_path)
    if head is None and newest[0]:
        notes.append(_accept_without_head(book, newest, now))
    elif head is None or head[0] < newest[0]:
        write_head(book.head_path, newest)  # new, or killed between commit and head
    return tuple(notes)


def _accept_without_head(book: Book, newest: Head, now: datetime) -> str:
    """Go on with a journal whose head was removed, and never hide that it was.

    That is the way back after a restored backup. An order that a cut tail forgot is found at the
    venue before anything is sent, and what else was bought since is read from the venue's trades.
    """
    with book.transaction():
        book.add("head-missing", "", {"seq": newest[0], "hash": newest[1]}, now)
    return (
        f"{book.head_path}: was missing: rows after {newest[0]}, if there were any, are not known. "
        "This is recorded; before the next live order the venue is asked for its trades of this "
        "month, and those that are not known here count in the caps."
    )


def _quick_check(connection: sqlite3.Connection, path: Path) -> None:
    """Let SQLite look over a small file; large ones are left to `audit verify`."""
    if path.stat().st_size > QUICK_CHECK_BYTES_MAX:
        return
    (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer != "ok":
        raise IntegrityError(f"{path}: the file is damaged ({answer}): {VERIFY}.")


def _check(book: Book, head: Head | None) -> Head:
    """Return the newest (seq, hash) when schema, head and the newest part of the chain hold."""
    connection = book.connection
    connection.execute("BEGIN")
    try:
        check_schema(connection, book.path)
        if head is not None:
            check_head(connection, book.path, book.head_path, head)
        since = chain.last_checkpoint(connection)
        if head is not None:
            since = min(since, head[0])
        broken = chain.tail_break(connection, since)
        if broken:
            raise IntegrityError(
                f"{book.path}: row {broken.seq}: {broken.why}: the journal was changed: {VERIFY}."
            )
        return chain.newest(connection)
    finally:
        roll_back(connection)

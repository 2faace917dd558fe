"""A copy is proved before it has a name; a schema moves forward or stays where it was."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, migrate, open_journal, schema
from dcaguard.core.errors import CantCreateError, ConfigError, IntegrityError, StorageError
from dcaguard.core.reading import Reading

Opened = Callable[..., SqliteJournal]


def test_a_backup_is_a_sound_private_copy(
    journal: SqliteJournal, noon: datetime, tmp_path: Path
) -> None:
    for number in range(3):
        journal.append("note", "", {"n": number}, noon)
    dest = tmp_path / "copy.db"
    report = journal.backup(dest)
    assert (report.path, report.seq, report.hash) == (dest, *journal.head())
    assert report.size_bytes == dest.stat().st_size
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    with open_journal(dest, clock_now=noon, read_only=True) as copy:
        assert copy.head() == journal.head()
        assert [f.check for f in copy.verify_all().findings] == ["head"]  # it has none of its own
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        *("copy.db", "dcaguard.ballast", "dcaguard.db", "dcaguard.head")
    ]


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "folder", "itself"])
def test_a_backup_never_overwrites(
    journal: SqliteJournal, noon: datetime, tmp_path: Path, kind: str
) -> None:
    journal.append("note", "", {}, noon)
    dest, other = tmp_path / "copy.db", tmp_path / "other"
    match kind:
        case "file":
            dest.write_text("mine")
        case "link":
            other.write_text("mine")
            dest.symlink_to(other)
        case "dangling":
            dest.symlink_to(other)
        case "folder":
            dest.mkdir()
        case _:
            dest = journal.path
    listing = sorted(tmp_path.iterdir())
    with pytest.raises(CantCreateError):
        journal.backup(dest)
    assert sorted(tmp_path.iterdir()) == listing
    assert not other.exists() or other.read_text() == "mine"
    assert journal.verify_all().ok


def test_a_backup_into_a_missing_folder_is_74(journal: SqliteJournal, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="create the folder first"):
        journal.backup(tmp_path / "nowhere" / "copy.db")


def test_a_damaged_journal_gives_no_backup(opened: Opened, path: Path, noon: datetime) -> None:
    with opened() as journal:
        journal.append("note", "", {"n": 1}, noon)
    path.write_bytes(path.read_bytes().replace(b'{"n":1}', b'{"n":2}'))
    damaged = opened(read_only=True, checked=False)
    with pytest.raises(IntegrityError, match="no backup was kept"):
        damaged.backup(path.with_name("copy.db"))
    assert not path.with_name("copy.db").exists()


def version_2() -> Iterator[str]:
    yield "CREATE TABLE later (a TEXT NOT NULL) STRICT"
    yield "ALTER TABLE later ADD COLUMN b TEXT"


@pytest.fixture
def version_1_file(opened: Opened, path: Path, noon: datetime) -> Path:
    with opened() as journal:
        journal.append("note", "", {"n": 1}, noon)
        journal.add_readings([Reading("s", noon, noon, Decimal(1), "t", "0")], noon)
    return path


def tables(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        return [name for (name,) in found]


def test_a_migration_keeps_a_proved_copy_of_before(
    opened: Opened, version_1_file: Path, monkeypatch: pytest.MonkeyPatch, noon: datetime
) -> None:
    monkeypatch.setitem(schema.MIGRATIONS, 2, version_2)
    with pytest.raises(ConfigError, match="has schema 1, this program reads 2"):
        opened(read_only=True)
    journal = opened()
    copy = version_1_file.with_name("dcaguard.db.v1.backup")
    assert str(copy) in journal.notes[0]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert "later" in tables(version_1_file)
    assert "later" not in tables(copy)
    journal.append("note", "", {"n": 2}, noon)
    assert journal.verify_all().ok
    assert opened().notes == ()
    monkeypatch.undo()
    with pytest.raises(ConfigError, match="newer dcaguard"):  # the older program again
        opened()
    with open_journal(copy, clock_now=noon, read_only=True) as before:
        assert before.head()[0] == 2


@pytest.mark.parametrize("at", ["begin", "half", "commit", "copy"])
def test_a_migration_killed_half_way_leaves_the_old_version(
    opened: Opened,
    version_1_file: Path,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
) -> None:
    child = os.fork()
    if child == 0:
        with suppress(BaseException):
            _die_migrating(version_1_file, noon, at)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9, "the edge was never reached"
    with opened() as journal:
        assert journal.verify_all().ok
        assert journal.head()[0] == 2
    assert "later" not in tables(version_1_file)
    monkeypatch.setitem(schema.MIGRATIONS, 2, version_2)
    assert opened().verify_all().ok
    assert "later" in tables(version_1_file)


def _die_migrating(path: Path, noon: datetime, at: str) -> None:
    def killed() -> Iterator[str]:
        yield "CREATE TABLE later (a TEXT NOT NULL) STRICT"
        if at == "half":
            os._exit(9)

    schema.MIGRATIONS[2] = killed
    edge = {"begin": "begin", "commit": "commit", "copy": "back_up", "half": "begin"}[at]
    real = getattr(migrate, edge)

    def die(*arguments: object) -> object:
        if at == "half":
            return real(*arguments)
        os._exit(9)

    setattr(migrate, edge, die)
    open_journal(path, clock_now=noon)

"""Opening heals what a crash left and refuses what a crash cannot explain."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, book, open_journal, schema
from dcaguard.core.errors import (
    CantCreateError,
    ConfigError,
    IntegrityError,
    NoInputError,
    StorageError,
    TryAgainError,
)

Opened = Callable[..., SqliteJournal]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def write(journal: SqliteJournal, count: int, at: datetime) -> None:
    for number in range(count):
        journal.append("note", "", {"n": number}, at)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_every_file_is_private_whatever_the_umask(
    opened: Opened, path: Path, noon: datetime, umask: int
) -> None:
    before = os.umask(umask)
    try:
        journal = opened()
        write(journal, 2, noon)
        with journal.transaction():
            journal.append("note", "", {}, noon)
            assert mode(path.with_name("dcaguard.db-journal")) == 0o600
    finally:
        os.umask(before)
    found = {p.name: mode(p) for p in path.parent.iterdir()}
    assert found == dict.fromkeys(["dcaguard.db", "dcaguard.head", "dcaguard.ballast"], 0o600)


def test_what_others_could_read_is_closed_at_open(
    opened: Opened, path: Path, noon: datetime
) -> None:
    write(opened(), 1, noon)
    head = path.with_suffix(".head")
    path.chmod(0o644)
    head.chmod(0o666)
    opened()
    assert (mode(path), mode(head)) == (0o600, 0o600)


@pytest.mark.parametrize("name", ["dcaguard.db", "dcaguard.head"])
@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_anything_but_a_plain_file_is_refused(
    opened: Opened, path: Path, name: str, kind: str
) -> None:
    there, elsewhere = path.parent / name, path.parent / "elsewhere"
    match kind:
        case "link":
            elsewhere.write_bytes(b"")
            there.symlink_to(elsewhere)
        case "dangling":
            there.symlink_to(elsewhere)
        case "folder":
            there.mkdir()
        case _:
            os.mkfifo(there)
    with pytest.raises(CantCreateError, match="not a plain file"):
        opened()
    assert not elsewhere.exists() or elsewhere.read_bytes() == b""


def test_a_lost_database_is_not_made_anew_while_its_head_stands(
    opened: Opened, path: Path, noon: datetime
) -> None:
    journal = opened()
    write(journal, 3, noon)
    journal.close()
    path.unlink()
    for options in ({}, {"read_only": True}):
        with pytest.raises(IntegrityError, match=r"knows 3 rows.*remove .*dcaguard\.head"):
            opened(**options)
    assert not path.exists()
    path.write_bytes(b"")  # `touch` is no way round
    with pytest.raises(IntegrityError, match="missing or empty"):
        opened()
    path.unlink()
    path.with_suffix(".head").unlink()
    assert opened().head() == (0, "")


def test_an_older_copy_is_refused_until_a_person_removes_the_head(
    opened: Opened, path: Path, noon: datetime, tmp_path: Path
) -> None:
    journal = opened()
    write(journal, 3, noon)
    shutil.copy(path, tmp_path / "older")
    write(journal, 2, noon)
    journal.close()
    shutil.copy(tmp_path / "older", path)
    with pytest.raises(IntegrityError, match=r"ends at row 3, but .* knows row 5"):
        opened()
    path.with_suffix(".head").unlink()
    again = opened()
    assert len(again.notes) == 1
    assert "was missing" in again.notes[0]
    entry = again.latest("head-missing", "")
    assert entry is not None
    assert entry.body["seq"] == 3
    again.close()
    assert opened().notes == ()


def test_rows_cut_off_the_end_are_missed(opened: Opened, path: Path, noon: datetime) -> None:
    journal = opened()
    write(journal, 5, noon)
    journal.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_schema WHERE name = 'journal_no_delete'"
        ).fetchone()
        connection.execute("DROP TRIGGER journal_no_delete")
        connection.execute("DELETE FROM journal WHERE seq > 3")
        connection.execute(sql)
    with pytest.raises(IntegrityError, match="cut"):
        opened()


def test_a_row_changed_since_the_newest_checkpoint_stops_the_open(
    opened: Opened, path: Path, noon: datetime
) -> None:
    journal = opened()
    write(journal, 5, noon)
    journal.close()
    content = path.read_bytes()
    path.write_bytes(content.replace(b'{"n":3}', b'{"n":4}'))
    with pytest.raises(IntegrityError, match=r"row 4: its hash does not match.*audit verify"):
        opened()


def test_old_rows_are_left_to_verify_and_the_newest_checkpoint_is_where_opening_begins(
    opened: Opened, path: Path, noon: datetime
) -> None:
    journal = opened()
    with journal.transaction():
        write(journal, 600, noon)
    write(journal, 3, noon)
    journal.close()
    path.write_bytes(path.read_bytes().replace(b'{"n":300}', b'{"n":301}'))
    again = opened()
    assert [f.check for f in again.verify_all().findings] == ["chain"]


def test_a_crash_between_commit_and_head_heals_silently(
    opened: Opened, path: Path, noon: datetime
) -> None:
    journal = opened()
    write(journal, 2, noon)
    older = path.with_suffix(".head").read_bytes()
    write(journal, 3, noon)
    journal.close()
    path.with_suffix(".head").write_bytes(older)
    before = path.read_bytes()
    assert opened(read_only=True).verify_all().ok
    assert path.with_suffix(".head").read_bytes() == older
    again = opened()
    assert again.notes == ()
    assert path.with_suffix(".head").read_text().startswith("5 ")
    assert path.read_bytes() == before


def test_a_head_of_another_journal_is_refused(opened: Opened, path: Path, noon: datetime) -> None:
    journal = opened()
    write(journal, 2, noon)
    journal.close()
    path.with_suffix(".head").write_text(f"2 {'a' * 64}\n")
    with pytest.raises(IntegrityError, match="is not the one"):
        opened()


@pytest.mark.parametrize("content", ["", "2", "x y\n", "-1 -\n", "1 zz\n", "1 " + "A" * 64 + "\n"])
def test_a_head_that_cannot_be_read_is_refused(
    opened: Opened, path: Path, noon: datetime, content: str
) -> None:
    journal = opened()
    write(journal, 2, noon)
    journal.close()
    path.with_suffix(".head").write_text(content)
    with pytest.raises(IntegrityError, match="cannot be read"):
        opened()


def test_a_removed_head_is_a_finding_for_verify(opened: Opened, path: Path, noon: datetime) -> None:
    journal = opened()
    write(journal, 2, noon)
    journal.close()
    path.with_suffix(".head").unlink()
    with opened(read_only=True) as again:
        assert [f.check for f in again.verify_all().findings] == ["head"]
        assert "is missing" in again.notes[0]


def test_a_newer_file_is_left_byte_for_byte(opened: Opened, path: Path, noon: datetime) -> None:
    journal = opened()
    write(journal, 2, noon)
    journal.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA user_version = 2")
    path.chmod(0o640)
    before, listing = path.read_bytes(), sorted(path.parent.iterdir())
    for options in ({}, {"read_only": True}):
        with pytest.raises(ConfigError, match=r"newer dcaguard \(schema 2, this one knows 1\)"):
            opened(**options)
    assert path.read_bytes() == before
    assert mode(path) == 0o640
    assert sorted(path.parent.iterdir()) == listing


def test_another_programs_database_is_left_alone(opened: Opened, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA application_id = 7")
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="another program"):
        opened()
    assert path.read_bytes() == before


def test_a_database_without_identity_but_with_tables_is_left_alone(
    opened: Opened, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    before = path.read_bytes()
    with pytest.raises(ConfigError, match="another program"):
        opened()
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(opened: Opened, path: Path) -> None:
    path.write_bytes(b"buy low " * 600)
    with pytest.raises(IntegrityError, match="not a SQLite file"):
        opened()


def test_reading_never_makes_or_changes_a_file(opened: Opened, path: Path, noon: datetime) -> None:
    with pytest.raises(NoInputError, match="no journal yet"):
        opened(read_only=True)
    with pytest.raises(NoInputError):
        opened(create=False)
    assert list(path.parent.iterdir()) == []
    write(opened(), 2, noon)
    path.with_suffix(".ballast").unlink()
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()}
    with opened(read_only=True) as journal:
        assert journal.head()[0] == 2
        with pytest.raises(StorageError, match="readonly"):
            write(journal, 1, noon)
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in path.parent.iterdir()} == before


def test_a_locked_file_says_try_again(opened: Opened, path: Path, noon: datetime) -> None:
    journal = opened()
    write(journal, 1, noon)
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(TryAgainError, match="locked"):
            write(journal, 1, noon)
        shell.execute("ROLLBACK")
        shell.execute("BEGIN EXCLUSIVE")
        with pytest.raises(TryAgainError, match="locked"):
            opened()
        with pytest.raises(TryAgainError, match="locked"):
            opened(read_only=True)
        shell.execute("ROLLBACK")
    write(journal, 1, noon)
    assert journal.head()[0] == 2


def test_a_reader_that_never_ends_fails_the_commit_whole(
    opened: Opened, path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(book, "BUSY_COMMIT_SECONDS", 0.1)
    journal = opened()
    write(journal, 1, noon)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM journal").fetchall()
        with pytest.raises(TryAgainError):
            write(journal, 1, noon)
        reader.execute("ROLLBACK")
    assert journal.head()[0] == 1
    write(journal, 1, noon)
    assert journal.verify_all().ok


def test_wal_is_left_behind(opened: Opened, path: Path, noon: datetime) -> None:
    write(opened(), 1, noon)
    with closing(sqlite3.connect(path, isolation_level=None)) as shell:
        shell.execute("PRAGMA journal_mode = WAL")
        shell.execute("CREATE TABLE mine (x)")
    write(opened(), 1, noon)
    with closing(sqlite3.connect(path)) as shell:
        assert shell.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_missing_folder_is_named_with_the_remedy(tmp_path: Path, noon: datetime) -> None:
    with pytest.raises(StorageError, match=r"nowhere.*create the folder first"):
        open_journal(tmp_path / "nowhere" / "dcaguard.db", clock_now=noon)


AS_NOBODY = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from dcaguard.adapters.journal import open_journal
from dcaguard.core.errors import DcaguardError
if os.geteuid() == 0:
    os.setgid(65534); os.setuid(65534)
try:
    with open_journal(Path(sys.argv[1]), clock_now=datetime(2025, 1, 1, tzinfo=UTC)) as journal:
        os.chmod(Path(sys.argv[1]).parent, 0o500)
        journal.append("note", "", {}, datetime(2025, 1, 1, tzinfo=UTC))
except DcaguardError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("when", ["before", "between"])
def test_a_read_only_folder_is_74_with_a_remedy(path: Path, when: str) -> None:
    folder = path.parent / "state"
    folder.mkdir()
    os.chmod(path.parent.parent, 0o755)  # noqa: PTH101 - pytest makes it private
    os.chmod(path.parent.parent.parent, 0o755)  # noqa: PTH101
    path.parent.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
    folder.chmod(0o500 if when == "before" else 0o700)
    root = str(Path(schema.__file__).parents[3])
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(folder / "dcaguard.db")],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": root, "PATH": "/usr/bin:/bin"},
        cwd="/",
    )
    assert done.stdout.startswith("StorageError"), done.stdout + done.stderr
    assert "rights" in done.stdout or "right to write" in done.stdout

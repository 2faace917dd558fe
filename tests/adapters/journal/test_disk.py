"""A full or a foreign disk stops a send before it, and never the result after it."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from dcaguard.adapters.journal import SqliteJournal, book, disk, room_for_send
from dcaguard.adapters.journal.disk import BALLAST_BYTES, FREE_BYTES_MIN, mount_of, refuse_remote
from dcaguard.core.errors import ConfigError, StorageError
from dcaguard.core.order import Fill, Order, Status

Opened = Callable[..., SqliteJournal]

MOUNTS = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
30 27 0:30 / /mnt/nas rw - nfs4 server:/export rw,vers=4.2
31 27 0:31 / /mnt/my\040share rw - cifs //server/share rw
32 27 0:32 / /home/me/drive rw shared:7 - fuse.sshfs me@host: rw
33 27 0:33 / /mnt/c rw - 9p drvfs rw,aname=drvfs
34 27 0:34 / /mnt/usb rw - fuseblk /dev/sdb1 rw
35 27 0:35 / /tmp rw - tmpfs tmpfs rw
36 27 0:36 / /data rw - nfs old:/data rw
37 27 0:37 / /data rw - xfs /dev/vdb rw
38 27 0:38 / /box rw - overlay overlay rw
39 27 0:39 / /vm rw - 9p hostshare rw,trans=virtio
"""


@pytest.mark.parametrize(
    "folder", ["/mnt/nas", "/mnt/nas/deep/er", "/mnt/my share", "/home/me/drive/x", "/mnt/c/a"]
)
def test_remote_file_systems_are_refused(folder: str) -> None:
    with pytest.raises(ConfigError, match=r"file system.*\[journal\] path"):
        refuse_remote(Path(folder) / "dcaguard.db", MOUNTS)


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/me", "ext4"),
        ("/mnt/nasty", "ext4"),
        ("/tmp/x", "tmpfs"),
        ("/data", "xfs"),  # mounted over an older one
        ("/box", "overlay"),
        ("/vm", "9p"),
    ],
)
def test_local_file_systems_are_fine(folder: str, kind: str) -> None:
    assert mount_of(Path(folder), MOUNTS)[0] == kind
    refuse_remote(Path(folder) / "dcaguard.db", MOUNTS)


def test_fuse_disks_are_refused_too() -> None:
    with pytest.raises(ConfigError, match="fuseblk"):
        refuse_remote(Path("/mnt/usb/dcaguard.db"), MOUNTS)


def test_the_journal_asks_before_it_makes_a_file(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = path.parent / "mountinfo"
    table.write_text(f"27 1 0:1 / / rw - ext4 d rw\n30 27 0:3 / {path.parent} rw - nfs4 s:/x rw\n")
    monkeypatch.setattr(disk, "_MOUNTINFO", table)
    with pytest.raises(ConfigError, match="nfs4"):
        opened()
    assert not path.exists()


@pytest.mark.parametrize(("missing_bytes", "refused"), [(1, True), (0, False)])
def test_a_send_needs_room(
    path: Path, monkeypatch: pytest.MonkeyPatch, missing_bytes: int, refused: bool
) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _: FREE_BYTES_MIN - missing_bytes)
    if refused:
        with pytest.raises(StorageError, match=r"64 MiB are needed.*Nothing was sent"):
            room_for_send(path)
    else:
        room_for_send(path)


def test_the_ballast_holds_real_blocks(opened: Opened, path: Path) -> None:
    opened()
    found = path.with_suffix(".ballast").stat()
    assert found.st_size == BALLAST_BYTES
    assert found.st_blocks * 512 >= BALLAST_BYTES


def test_no_ballast_is_kept_on_a_nearly_full_disk(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "free_bytes", lambda _: FREE_BYTES_MIN)
    opened()
    assert not path.with_suffix(".ballast").exists()


def fill_up(journal: SqliteJournal) -> Callable[[], None]:
    """Let SQLite find the disk full until the ballast is given back."""
    connection = journal._book.connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def free() -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    return free


def test_a_full_disk_before_a_send_is_74_and_keeps_the_ballast(
    opened: Opened, path: Path, noon: datetime, an_order: Callable[..., Order]
) -> None:
    journal = opened()
    fill_up(journal)
    huge = an_order(run_id="x" * 30000)
    with pytest.raises(StorageError, match="full"):
        journal.add_order(huge, "key", "digest", noon)
    assert journal.orders() == []
    assert path.with_suffix(".ballast").exists()
    assert journal.verify_all().ok


def test_the_step_before_a_send_leaves_the_ballast_for_the_result(
    opened: Opened, path: Path, noon: datetime, an_order: Callable[..., Order]
) -> None:
    journal = opened()
    journal.add_order(an_order(), "key", "digest", noon)
    fill_up(journal)
    with pytest.raises(StorageError, match="full"):
        journal.move_order(f"{1:032x}", Status.SENDING, noon, {"detail": "x" * 20000})
    assert [one.status for one in journal.orders()] == [Status.INTENT]
    assert path.with_suffix(".ballast").exists()


def test_the_result_of_a_send_is_written_with_the_ballasts_space(
    opened: Opened,
    path: Path,
    noon: datetime,
    an_order: Callable[..., Order],
    a_fill: Callable[..., Fill],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = opened()
    journal.add_order(an_order(), "key", "digest", noon)
    journal.move_order(f"{1:032x}", Status.SENDING, noon)
    free, real = fill_up(journal), disk.drop_ballast

    def drop(ballast: Path) -> bool:
        free()
        return real(ballast)

    monkeypatch.setattr(book, "drop_ballast", drop)
    evidence = {"evidence": ["x" * 20000], "filled": a_fill().amount}
    done = journal.move_order(f"{1:032x}", Status.FILLED, noon, evidence)
    assert done.status is Status.FILLED
    assert not path.with_suffix(".ballast").exists()
    assert journal.add_fill(a_fill(), noon)
    assert journal.verify_all().ok
    opened()
    assert path.with_suffix(".ballast").exists()


def test_several_results_together_survive_a_full_disk(
    opened: Opened,
    noon: datetime,
    an_order: Callable[..., Order],
    a_fill: Callable[..., Fill],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = opened()
    journal.add_order(an_order(), "key", "digest", noon)
    journal.move_order(f"{1:032x}", Status.SENDING, noon)
    free, real = fill_up(journal), disk.drop_ballast

    def drop(ballast: Path) -> bool:
        free()
        return real(ballast)

    monkeypatch.setattr(book, "drop_ballast", drop)

    def results() -> None:
        facts = {"filled": a_fill().amount, "evidence": ["x" * 20000]}
        journal.move_order(f"{1:032x}", Status.FILLED, noon, facts)
        journal.add_fill(a_fill(), noon)

    journal.after_send(results)
    assert [fill.trade_id for fill in journal.fills()] == ["t1"]
    assert journal.verify_all().ok


def test_without_ballast_a_full_disk_is_74_and_the_order_stays_sending(
    opened: Opened, path: Path, noon: datetime, an_order: Callable[..., Order]
) -> None:
    journal = opened()
    journal.add_order(an_order(), "key", "digest", noon)
    journal.move_order(f"{1:032x}", Status.SENDING, noon)
    path.with_suffix(".ballast").unlink()
    fill_up(journal)
    with pytest.raises(StorageError, match="full"):
        journal.move_order(f"{1:032x}", Status.FILLED, noon, {"detail": "x" * 20000})
    assert [o.status for o in journal.orders()] == [Status.SENDING]


def test_a_nearly_full_disk_gets_the_ballast_before_the_write(
    opened: Opened, path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    monkeypatch.setattr(book, "free_bytes", lambda _: disk.NEARLY_FULL_BYTES - 1)
    journal.append("note", "", {}, noon)
    assert not path.with_suffix(".ballast").exists()


def test_a_head_that_cannot_be_written_is_74_and_the_row_is_kept_once(
    opened: Opened, path: Path, noon: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match=r"No space left.*free some space"):
            journal.append("note", "", {"n": 1}, noon)
    assert [e.body for e in journal.entries("note")] == [{"n": 1}]
    assert path.with_suffix(".head").read_text() == "0 -\n"
    assert not list(path.parent.glob(".*tmp"))
    assert opened().notes == ()
    assert path.with_suffix(".head").read_text().startswith("1 ")


LIMITED = """
import resource, sys
from datetime import datetime, UTC
from pathlib import Path
from dcaguard.adapters.journal import open_journal
from dcaguard.core.errors import DcaguardError
at = datetime(2025, 3, 3, tzinfo=UTC)
with open_journal(Path(sys.argv[1]), clock_now=at) as journal:
    size = Path(sys.argv[1]).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 8192, size + 8192))
    written = 0
    try:
        while True:
            journal.append("note", "", {"pad": "x" * 3000}, at)
            written += 1
    except DcaguardError as error:
        print(written, type(error).__name__, int(error.exit_code))
"""


def test_a_write_that_the_kernel_refuses_is_74_and_what_was_written_stands(
    opened: Opened, path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True, check=True
    )
    written, name, code = done.stdout.split()
    assert name in {"StorageError", "DiskFullError"}
    assert code == "74"
    journal = opened()
    assert journal.head()[0] == int(written)
    assert journal.verify_all().ok

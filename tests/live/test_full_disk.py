"""A disk that is full, before or after the send: nothing is lost and nothing is sent twice."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.live.conftest import Live
from tests.live.workspace import Ran

NEARLY_FULL = """
import os
real = os.statvfs
class Full:
    def __init__(self, found):
        self.f_bavail, self.f_frsize = 10, 4096
os.statvfs = lambda path: Full(real(path))
"""
# What the disk does once the order is out: every further write of a result fails.
FULL_AFTER_SENDING = """
from dcaguard.adapters.journal.store import SqliteJournal
from dcaguard.adapters.venues.ccxt_venue import CcxtVenue
from dcaguard.core.errors import StorageError
place = CcxtVenue.place
def full(self, *_):
    raise StorageError("dcaguard.db: no space left on device.")
def placed(self, order):
    done = place(self, order)
    SqliteJournal.after_send = full
    return done
CcxtVenue.place = placed
"""


def test_a_nearly_full_disk_sends_nothing_and_keeps_the_slot(live: Live) -> None:
    live.space.patch("full", NEARLY_FULL)
    found = live.run()
    assert found.code == 74, found.out
    assert live.posts == 0
    live.space.unpatch("full")
    assert live.run().code == 0
    assert live.posts == 1


def test_a_result_that_can_not_be_written_is_told_and_found_again(
    live: Live,
) -> None:
    live.space.patch("full", FULL_AFTER_SENDING)
    found = live.space.call("run", "--no-fetch")
    assert found.code == 74, found.err
    venue_id = live.server.orders()[0]["order_id"]
    assert venue_id in found.err  # what the venue said, where a person sees it
    assert live.statuses == ["SENDING"]
    live.space.unpatch("full")
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()


STRACE = shutil.which("strace") or ""
# The command closes its memory to other processes of its user: only root looks in all the same.
TRACEABLE = bool(STRACE) and os.uname().sysname == "Linux" and os.geteuid() == 0


def _failing_disk(live: Live, call: str, log: Path) -> Ran:
    """Run the bare command while the kernel refuses one kind of call on the journal's files."""
    folder = live.space.folder
    files = [folder / name for name in ("dcaguard.db", "dcaguard.db-journal")]
    watched = [word for file in files for word in ("-P", str(file))]
    inject = f"inject={call}:error=EIO"
    line = [STRACE, "-f", "-qq", "-o", str(log), *watched, "-e", f"trace={call}", "-e", inject]
    line += live.space.command("run", "--json", "--no-fetch")
    done = subprocess.run(
        line, cwd=folder, env=live.space.environment(), capture_output=True, text=True, check=False
    )
    assert "INJECTED" in log.read_text(), "the fault did not strike"
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(not TRACEABLE, reason="needs strace, and root")
@pytest.mark.parametrize("call", ["pwrite64", "fsync,fdatasync"])
def test_a_disk_that_fails_before_the_order_sends_nothing(
    live: Live, tmp_path: Path, call: str
) -> None:
    found = _failing_disk(live, call, tmp_path / "trace")
    assert found.code == 74, found.out + found.err
    assert live.posts == 0
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    assert live.space.call("audit", "verify").code == 0

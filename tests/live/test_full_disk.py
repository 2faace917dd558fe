"""A disk that is full, before or after the send: nothing is lost and nothing is sent twice."""

from pathlib import Path

from tests.live.conftest import Live

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


def _with(live: Live, folder: Path, code: str) -> None:
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(code)
    live.space.environ["PYTHONPATH"] = f"{folder}:{live.space.environment()['PYTHONPATH']}"


def test_a_nearly_full_disk_sends_nothing_and_keeps_the_slot(binance: Live, tmp_path: Path) -> None:
    _with(binance, tmp_path / "full", NEARLY_FULL)
    found = binance.run()
    assert found.code == 74, found.out
    assert binance.posts == 0
    binance.space.environ.clear()
    assert binance.run().code == 0
    assert binance.posts == 1


def test_a_result_that_can_not_be_written_is_told_and_found_again(
    live: Live, tmp_path: Path
) -> None:
    _with(live, tmp_path / "full", FULL_AFTER_SENDING)
    found = live.space.call("run", "--no-fetch")
    assert found.code == 74, found.err
    venue_id = live.server.orders()[0]["order_id"]
    assert venue_id in found.err  # what the venue said, where a person sees it
    assert live.statuses == ["SENDING"]
    live.space.environ.clear()
    assert live.run().code == 0
    assert (live.statuses, live.posts) == (["FILLED"], 1)
    assert live.books_agree()

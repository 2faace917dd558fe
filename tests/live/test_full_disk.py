"""A disk that is full, before or after the send: nothing is lost and nothing is sent twice."""

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

"""The journal of a workspace that has none yet: it knows nothing and can not be written to."""

# ruff: noqa: ARG002 - a port's signatures, and nothing to do with them

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import NoReturn, TypeVar

from dcaguard.core.errors import StorageError
from dcaguard.core.order import Fill, Order, Status
from dcaguard.core.reading import Reading
from dcaguard.ports import AddedReadings, Entry

Written = TypeVar("Written")
NO_READINGS = "0:"


def _refuse() -> NoReturn:
    msg = "there is no journal yet: `dcaguard run` makes one"
    raise StorageError(msg)


class EmptyJournal:
    """The port `Journal` with nothing in it, for commands that only read."""

    def transaction(self) -> AbstractContextManager[None]:
        """Nothing to lock."""
        return nullcontext()

    def after_send(self, write: Callable[[], Written]) -> Written:
        """Refused."""
        del write
        _refuse()

    def begin_run(
        self, run_id: str, mode: str, version: str, config_digest: str, at: datetime
    ) -> None:
        """Refused."""
        _refuse()

    def end_run(self, exit_code: int, code: str, at: datetime) -> None:
        """Refused."""
        _refuse()

    def append(self, kind: str, subject: str, body: Mapping[str, object], at: datetime) -> int:
        """Refused."""
        _refuse()

    def head(self) -> tuple[int, str]:
        """Nothing was written."""
        return (0, "")

    def last_at(self) -> datetime | None:
        """Nothing was written."""
        return None

    def latest(self, kind: str, subject: str) -> Entry | None:
        """Nothing was written."""
        return None

    def entries(self, kind: str, subject: str | None = None, since_seq: int = 0) -> Iterator[Entry]:
        """Nothing was written."""
        return iter(())

    def add_readings(
        self, readings: Sequence[Reading], at: datetime, *, revision: bool = False
    ) -> AddedReadings:
        """Refused."""
        _refuse()

    def readings(self, until: datetime | None = None, series: Sequence[str] = ()) -> list[Reading]:
        """No reading is known."""
        return []

    def readings_mark(self) -> str:
        """No reading is known."""
        return NO_READINGS

    def holds_mark(self, mark: str) -> bool:
        """No reading is known."""
        return mark == NO_READINGS

    def oldest_observed_since(self, mark: str) -> datetime | None:
        """No reading is known."""
        return None

    def add_order(self, order: Order, slot_key: str, digest: str, at: datetime) -> None:
        """Refused."""
        _refuse()

    def revise_order(self, order: Order, digest: str, at: datetime) -> Order:
        """Refused."""
        _refuse()

    def move_order(
        self,
        client_order_id: str,
        status: Status,
        at: datetime,
        facts: Mapping[str, object] | None = None,
    ) -> Order:
        """Refused."""
        _refuse()

    def order(self, client_order_id: str) -> Order | None:
        """No order is known."""
        return None

    def orders(
        self,
        *,
        strategy: str | None = None,
        slot_key: str | None = None,
        account: str | None = None,
        status: frozenset[Status] | None = None,
        since: datetime | None = None,
    ) -> list[Order]:
        """No order is known."""
        return []

    def add_fill(self, fill: Fill, at: datetime) -> bool:
        """Refused."""
        _refuse()

    def fills(
        self,
        *,
        account: str | None = None,
        client_order_id: str | None = None,
        since: datetime | None = None,
    ) -> list[Fill]:
        """No fill is known."""
        return []

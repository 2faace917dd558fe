"""What the processes of one simulated machine share: committed rows and one open transaction."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dcaguard.core.canonical import jsonable
from dcaguard.core.order import Fill, Order
from dcaguard.core.reading import Reading
from dcaguard.ports import Entry


@dataclass(slots=True)
class Row:
    """One chained row; its body is spelled in JSON's types when first read."""

    seq: int
    at: datetime
    run_id: str
    kind: str
    subject: str
    body: Mapping[str, object]
    spelled: bool = False

    def entry(self) -> Entry:
        if not self.spelled:
            said = jsonable(self.body)
            assert isinstance(said, dict)
            self.body, self.spelled = said, True
        return Entry(self.seq, self.at, self.run_id, self.kind, self.subject, self.body)


@dataclass(slots=True)
class Store:
    """The committed state, and the one transaction that may be open."""

    rows: list[Row] = field(default_factory=list)
    by_subject: dict[tuple[str, str], list[Row]] = field(default_factory=dict)
    by_kind: dict[str, list[Row]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    slots: dict[tuple[str, str, str], str] = field(default_factory=dict)
    fills: dict[tuple[str, str, str], Fill] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    undo: list[Callable[[], object]] = field(default_factory=list)
    writer: object = None

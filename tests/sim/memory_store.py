"""What the processes of one simulated machine share: committed rows and one open transaction."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from dcaguard.core.canonical import jsonable
from dcaguard.core.order import RESERVING, Fill, Order
from dcaguard.core.reading import Reading
from dcaguard.ports import Entry


class Spelled(Mapping[str, object]):
    """A body in JSON's types; each of its fields is spelled when it is first read."""

    __slots__ = ("_plain", "_said")

    def __init__(self, plain: Mapping[str, object]) -> None:
        self._plain = plain
        self._said: dict[str, object] = {}

    def __getitem__(self, name: str) -> object:
        said = self._said
        if name not in said:
            said[name] = jsonable(self._plain[name])
        return said[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._plain)

    def __len__(self) -> int:
        return len(self._plain)


@dataclass(slots=True)
class Store:
    """The committed state, and the one transaction that may be open."""

    rows: list[Entry] = field(default_factory=list)
    by_subject: dict[tuple[str, str], list[Entry]] = field(default_factory=dict)
    by_kind: dict[str, list[Entry]] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    unfinished: dict[str, Order] = field(default_factory=dict)  # of these, those in RESERVING
    slots: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)  # symbol -> id
    fills: dict[tuple[str, str, str], Fill] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)
    undo: list[Callable[[], object]] = field(default_factory=list)
    writer: object = None

    def put(self, order: Order) -> None:
        """Keep an order, new or in its new state."""
        self.orders[order.client_order_id] = order
        if order.status in RESERVING:
            self.unfinished[order.client_order_id] = order
        else:
            self.unfinished.pop(order.client_order_id, None)

    def drop(self, client_order_id: str) -> None:
        """Forget an order that was put in a transaction that failed."""
        del self.orders[client_order_id]
        self.unfinished.pop(client_order_id, None)

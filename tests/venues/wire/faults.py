"""Scripted misbehaviour: which requests it strikes, how often, and whether the order counts."""

import re
from dataclasses import dataclass, field

# kind -> does the exchange execute the request? Overridden by Fault.executed.
EXECUTES: dict[str, bool] = {
    # the socket
    "refuse": False,  # close the port at once, for `seconds` or until start() (match is ignored)
    "close-before-reading": False,
    "close": True,  # execute, then close without a reply
    "reset": True,  # execute after the whole body, then RST
    "delay": True,  # reply after `seconds`; `when` = before | after | never executes
    "drip": True,  # send the reply `chunk` bytes each `seconds`
    # the reply's envelope
    "status": False,  # `status`, `body`, `headers`
    "rate-limit": False,  # 429 or 418 (`status`) with Retry-After: `seconds`
    "error": False,  # the venue's own error body for `code`
    "redirect": False,  # `status` 302 or 307 to `to` ("loop", or another origin)
    # the reply's bytes
    "truncated": True,
    "empty": True,
    "object": True,
    "list": True,
    "null": True,
    "html": True,
    "gzip-bomb": True,
    "bad-gzip": True,
    "charset": True,
    "nul": True,
    "huge": True,
    # the reply's values
    "field": True,  # `fields` = {name: raw JSON token}
    "nan": True,
    "infinity": True,
    "overflow": True,
    "huge-int": True,
    "negative": True,
    "overfilled": True,
    "wrong-symbol": True,
    "wrong-side": True,
    "wrong-client-id": True,
    # inside the exchange
    "hidden": True,  # look-ups see the order only after `seconds`
    "partial": True,  # only `share` of the possible fill, the rest cancelled
    "late-fill": True,  # what was cancelled fills after `seconds`
    "duplicate": True,  # accepted twice: two orders with one client id
    "twice": True,  # lists deliver every trade twice
    "overlap": True,  # a page starts with the last rows of the one before
}
LISTS = frozenset({"twice", "overlap"})
INSIDE = frozenset({"hidden", "partial", "late-fill", "duplicate"}) | LISTS


@dataclass
class Fault:
    """One scripted fault. `match` is (METHOD regex, path regex)."""

    kind: str
    match: tuple[str, str] = (".*", ".*")
    times: int = 1_000_000  # how many matching requests it strikes
    after: int = 0  # how many matching requests pass first
    executed: bool | None = None  # None: the kind's own default
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    when: str = "before"  # delay only: "before" | "after" | "never"
    chunk: int = 1
    code: str = ""
    to: str = "loop"
    share: str = "0.5"
    fields: dict[str, str] = field(default_factory=dict)
    struck: int = 0

    def __post_init__(self) -> None:
        if self.kind not in EXECUTES:
            known = ", ".join(sorted(EXECUTES))
            raise ValueError(f"no fault is called {self.kind!r}; known: {known}")
        if self.seconds > 120:
            raise ValueError("a fault lasts 120 seconds at most")
        if self.executed is None:
            self.executed = EXECUTES[self.kind]
        self.match = (self.match[0], self.match[1])

    def strikes(self, method: str, path: str) -> bool:
        """Tell whether it hits this request, and count it."""
        if not re.fullmatch(self.match[0], method) or not re.search(self.match[1], path):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.struck >= self.times:
            return False
        self.struck += 1
        return True


@dataclass
class Faults:
    """Every fault in force, in the order they were scripted."""

    active: list[Fault] = field(default_factory=list)

    def striking(self, method: str, path: str) -> list[Fault]:
        """Return the faults that hit this request; at most one of them touches the reply."""
        found = [x for x in self.active if x.kind in INSIDE and x.strikes(method, path)]
        outer = next(
            (x for x in self.active if x.kind not in INSIDE and x.strikes(method, path)), None
        )
        return [*found, outer] if outer else found

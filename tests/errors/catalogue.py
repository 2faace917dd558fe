"""Every message family a user can meet: how to reproduce it, how it exits, what it says.

`dcaguard help errors` is made from this list, and the tests run every line of it. In `says`,
FOLDER is the workspace, `…` is anything on the same line.
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from dcaguard.core.errors import ExitCode
from tests.errors import situations as s
from tests.live.workspace import Workspace

AT = ("--as-of", "2025-03-03T09:05Z")


@dataclass(frozen=True)
class Case:
    """One reproduction."""

    situation: Callable[[Path, ExitStack], Workspace]
    words: tuple[str, ...]
    exit: ExitCode
    says: str

    @property
    def title(self) -> str:
        """The situation in words."""
        return " ".join((self.situation.__doc__ or "").split()).rstrip(".")


def case(
    situation: Callable[[Path, ExitStack], Workspace], line: str, exit_code: ExitCode, says: str
) -> Case:
    """Return a case whose command line is written as a person types it."""
    words = tuple(line.replace("AT", " ".join(AT)).split())
    return Case(situation, words, exit_code, says)


E = ExitCode
CASES: tuple[Case, ...] = (
    case(s.priced, "run AT", E.OK, "daily BTC/USDT …: BUY 100.00 USDT, filled"),
    case(s.priced, "run AT --detailed-exitcode", E.BOUGHT, "daily BTC/USDT …: BUY 100.00 USDT, …"),
    case(s.paused, "run AT --detailed-exitcode", E.HELD, "daily BTC/USDT …: DENY, held since …"),
    case(s.nothing, "pln", E.USAGE, "No such command 'pln'. Did you mean 'plan'? …"),
    case(s.nothing, "plan --slots many", E.USAGE, "Invalid value for '--slots': …"),
    case(s.fresh, "plan --as-of soon", E.USAGE, "--as-of 'soon': write a date or a time like …"),
    case(s.fresh, "resume", E.USAGE, "resume: nothing was changed: say `dcaguard resume …"),
    case(
        s.bought,
        "audit decisions --verdict MAYBE",
        E.USAGE,
        "--verdict MAYBE: choose WAIT, BUY, PAUSE or DENY",
    ),
    case(
        s.live,
        "run AT",
        E.USAGE,
        "--as-of: strategy plan buys on account main, which is not paper: add --dry-run, …",
    ),
    case(
        s.bought,
        "resolve abc",
        E.USAGE,
        "resolve 'abc': give at least 4 characters …",
    ),
    case(
        s.fresh,
        "credentials check paper",
        E.USAGE,
        "account paper is on the paper exchange: it has no key and needs none",
    ),
    case(s.fresh, "run AT", E.DATA_INVALID, "PRICE_UNKNOWN There is no usable price. …"),
    case(
        s.bad_csv,
        "signals import px.BTC bad.csv",
        E.DATA_INVALID,
        "bad.csv:2: 'abc' is not a number: write it plainly: …",
    ),
    case(
        s.venue_speaks_html,
        "run --no-fetch",
        E.DATA_INVALID,
        "BALANCE_UNKNOWN The venue's balances are missing or impossible. …",
    ),
    case(
        s.nothing,
        "plan",
        E.NO_INPUT,
        "no config: looked for FOLDER/config.toml and …: run `dcaguard init` to write one",
    ),
    case(s.nothing, "help me", E.NO_INPUT, "help me: there is no such page: choose from …"),
    case(
        s.fresh,
        "audit verify",
        E.NO_INPUT,
        "FOLDER/dcaguard.db: there is no journal yet: `dcaguard run` makes one",
    ),
    case(s.fresh, "why", E.NO_INPUT, "why: the journal says nothing about any slot: …"),
    case(
        s.fresh,
        "signals import px.BTC none.csv",
        E.NO_INPUT,
        "none.csv: no such file or directory: check the name of the file",
    ),
    case(
        s.no_keys,
        "credentials check",
        E.NO_INPUT,
        "main: could not be tested: FOLDER/main.keys.toml: no such file: run …",
    ),
    case(
        s.bought,
        "resolve abcdef",
        E.NO_INPUT,
        "resolve abcdef: no order has this id: `dcaguard audit trades` lists them",
    ),
    case(
        s.venue_down,
        "run --no-fetch",
        E.VENUE_UNAVAILABLE,
        "VENUE_UNAVAILABLE The venue is down, in maintenance or out of reach. …",
    ),
    case(
        s.venue_down,
        "balances",
        E.VENUE_UNAVAILABLE,
        "main: account main: binance did not answer (…). Nothing was sent. Try again later.",
    ),
    case(
        s.venue_redirects,
        "balances",
        E.VENUE_UNAVAILABLE,
        "main: account main: binance did not answer (… redirect (302), which is not followed. …",
    ),
    case(
        s.broken_program,
        "plan",
        E.INTERNAL,
        "a bug stopped this command (RuntimeError): nothing more was done; please report it",
    ),
    case(
        s.full_demo,
        "demo --dir d",
        E.CANT_CREATE,
        "d: exists and is not empty: name another folder with --dir",
    ),
    case(
        s.bought,
        "audit backup px.csv",
        E.CANT_CREATE,
        "px.csv: exists already: choose another name or move it away.",
    ),
    case(
        s.full_demo,
        "init d/notes.txt",
        E.CANT_CREATE,
        "d/notes.txt: is not a folder: move it away or name another",
    ),
    case(
        s.full_demo,
        "init d/notes.txt/x",
        E.IO,
        "d/notes.txt/x: cannot be made: Not a directory…",
    ),
    case(
        s.locked,
        "run",
        E.TEMPFAIL,
        "FOLDER/dcaguard.lock: another dcaguard run holds the lock: wait until it has ended …",
    ),
    case(
        s.clock_wrong,
        "run --no-fetch",
        E.TEMPFAIL,
        "CLOCK_SKEW This machine's clock and the venue's differ by more than a second. …",
    ),
    case(
        s.impossible_reply,
        "run --no-fetch",
        E.PROTOCOL,
        "PROTOCOL: account main: the outcome of order … (BTC/USDT) is not known: …",
    ),
    case(
        s.borrowed,
        "run --no-fetch",
        E.NOPERM,
        "LEVERAGE_FOUND Something on the account is borrowed, short or leveraged. …",
    ),
    case(s.borrowed, "guard", E.NOPERM, "VIOLATED     debt [margin]: margin: …"),
    case(
        s.open_keys,
        "run --no-fetch",
        E.NOPERM,
        "KEY_REFUSED The venue refuses the key, or a file's mode is unsafe. …",
    ),
    case(
        s.open_keys,
        "credentials check",
        E.NOPERM,
        "main: …/main.keys.toml: other users can read or write it (mode 0644): run `chmod 600 …`",
    ),
    case(
        s.open_config,
        "plan",
        E.NOPERM,
        "FOLDER/config.toml: anybody on this machine may change your limits: run `chmod o-w …`",
    ),
    case(
        s.unknown_key,
        "plan",
        E.CONFIG,
        'FOLDER/config.toml: policy.caps.order_mx: no such key: did you mean "order_max"?',
    ),
    case(
        s.secret_in_config,
        "plan",
        E.CONFIG,
        "FOLDER/config.toml: accounts.main.secret: a secret does not belong here: remove it, …",
    ),
    case(
        s.unarmed,
        "run --no-fetch",
        E.CONFIG,
        "NOT_ARMED The strategy, the policy or the account changed since a person confirmed it. …",
    ),
    case(
        s.newer_journal,
        "status",
        E.CONFIG,
        "FOLDER/dcaguard.db: written by a newer dcaguard (schema 99, …): install the newer …",
    ),
    case(
        s.fresh,
        "run daly",
        E.CONFIG,
        "strategies/daly.toml: no strategy is called 'daly': did you mean \"daily\"?",
    ),
    case(
        s.lost_reply,
        "run --no-fetch",
        E.ORDER_UNKNOWN,
        "ORDER_UNKNOWN: account main: the outcome of order … (BTC/USDT) is not known: …",
    ),
    case(
        s.low_cap, "run AT", E.LIMIT, "CAP_ASSET_WEIGHT It would lift the asset above its share …"
    ),
    case(
        s.no_cash,
        "run AT",
        E.LIMIT,
        "CASH_INSUFFICIENT There is less spendable cash than …",
    ),
    case(s.refused, "run --no-fetch", E.LIMIT, "LIMIT: …: add cash; this slot is not sent again"),
    case(
        s.halted,
        "run AT",
        E.HALTED,
        "HALTED A person's halt is set, or what this run goes by was edited meanwhile. "
        "(reason on a plane)",
    ),
    case(s.changed_row, "audit verify", E.INTEGRITY, "chain: row …: its hash does not match …"),
    case(
        s.changed_row,
        "run",
        E.INTEGRITY,
        "FOLDER/dcaguard.db: row …: its hash does not match its body: the journal was changed: …",
    ),
    case(
        s.lost_journal,
        "run",
        E.INTEGRITY,
        "FOLDER/dcaguard.db: is missing or empty, but FOLDER/dcaguard.head knows … rows. …",
    ),
    case(
        s.two_orders,
        "run --no-fetch",
        E.RECONCILE,
        "RECONCILE: account main: the venue holds two orders with our id …",
    ),
)

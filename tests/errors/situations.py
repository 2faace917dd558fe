"""The situations in which a user meets an error, each made from nothing in a folder."""

import fcntl
import sqlite3
from contextlib import ExitStack
from pathlib import Path

from tests.cli.documents import CONFIG, STRATEGY, bare_workspace, paper_workspace
from tests.live.workspace import Workspace, live_workspace
from tests.venues.wire import WireExchange
from tests.venues.wire.cases import CASES

BINANCE = next(case for case in CASES if case.name == "binance")


def nothing(folder: Path, _stack: ExitStack) -> Workspace:
    """An empty folder."""
    return Workspace(folder)


def fresh(folder: Path, _stack: ExitStack) -> Workspace:
    """A paper workspace before its first run."""
    return bare_workspace(folder)


def priced(folder: Path, _stack: ExitStack) -> Workspace:
    """A paper workspace that knows prices and has not bought."""
    return with_prices(bare_workspace(folder))


def bought(folder: Path, _stack: ExitStack) -> Workspace:
    """A paper workspace that bought once."""
    return paper_workspace(folder)


def paused(folder: Path, stack: ExitStack) -> Workspace:
    """A slot that a cap has held back already."""
    space = low_cap(folder, stack)
    assert space.call("run", "--as-of", "2025-03-03T09:05Z").code == 81
    return space


def with_prices(space: Workspace) -> Workspace:
    """Import two closes."""
    space.write("px.csv", "as_of,value\n2025-03-01,85000\n2025-03-02,86000\n")
    assert space.call("signals", "import", "px.BTC", "px.csv").code == 0
    return space


def low_cap(folder: Path, _stack: ExitStack) -> Workspace:
    """A share of NAV that the coins pass already."""
    config = CONFIG.replace("order_max", "asset_weight_max = { BTC = 0.1 }\norder_max")
    return with_prices(bare_workspace(folder, config=config))


def unknown_key(folder: Path, _stack: ExitStack) -> Workspace:
    """A key that does not exist."""
    return bare_workspace(folder, config=CONFIG.replace("order_max", "order_mx"))


def secret_in_config(folder: Path, _stack: ExitStack) -> Workspace:
    """A secret where it must not stand."""
    account = '[accounts.main]\nexchange = "kraken"\nsecret = "c2VjcmV0"\n[policy.caps]'
    return bare_workspace(folder, config=CONFIG.replace("[policy.caps]", account))


def open_config(folder: Path, _stack: ExitStack) -> Workspace:
    """A config that anybody may change."""
    space = bare_workspace(folder)
    space.write("config.toml", CONFIG, mode=0o666)
    return space


def bad_csv(folder: Path, _stack: ExitStack) -> Workspace:
    """A CSV file with a value that is no number."""
    space = bare_workspace(folder)
    space.write("bad.csv", "as_of,value\n2025-03-01,abc\n")
    return space


def halted(folder: Path, stack: ExitStack) -> Workspace:
    """A person's stop."""
    space = priced(folder, stack)
    assert space.call("halt", "--reason", "on a plane").code == 0
    return space


def locked(folder: Path, stack: ExitStack) -> Workspace:
    """Another run that holds the lock."""
    space = bought(folder, stack)
    lock = stack.enter_context((folder / "dcaguard.lock").open("r+b"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    return space


def full_demo(folder: Path, _stack: ExitStack) -> Workspace:
    """A folder that is not empty."""
    space = Workspace(folder)
    space.write("d/notes.txt", "mine")
    return space


def changed_row(folder: Path, stack: ExitStack) -> Workspace:
    """A journal whose rows somebody changed."""
    space = bought(folder, stack)
    base = sqlite3.connect(space.journal)
    (trigger,) = base.execute("SELECT sql FROM sqlite_master WHERE name='journal_no_update'")
    base.execute("DROP TRIGGER journal_no_update")
    base.execute("UPDATE journal SET body = replace(body, 'BUY', 'DENY') WHERE kind = 'decision'")
    base.execute(trigger[0])
    base.commit()
    base.close()
    return space


def lost_journal(folder: Path, stack: ExitStack) -> Workspace:
    """A journal that was deleted while its head stands."""
    space = bought(folder, stack)
    space.journal.unlink()
    return space


def newer_journal(folder: Path, stack: ExitStack) -> Workspace:
    """A journal of a later version."""
    space = bought(folder, stack)
    base = sqlite3.connect(space.journal)
    base.execute("PRAGMA user_version = 99")
    base.close()
    return space


def broken_program(folder: Path, _stack: ExitStack) -> Workspace:
    """A bug: a part of the program fails with an error that nobody expected."""
    space = bare_workspace(folder)
    broken = (
        "import dcaguard.adapters.config as c\ndef _fail(*a, **k):\n    raise RuntimeError('x')\n"
    )
    space.patch("broken", f"{broken}c.load_config = _fail\n")
    return space


def served(folder: Path, stack: ExitStack, *, arm: bool = True) -> tuple[Workspace, WireExchange]:
    """A live, armed account on a loopback venue."""
    server = BINANCE.start()
    stack.callback(server.stop)
    return live_workspace(folder, server, arm=arm), server


def live(folder: Path, stack: ExitStack) -> Workspace:
    """A live account on which all is well."""
    return served(folder, stack)[0]


def unarmed(folder: Path, stack: ExitStack) -> Workspace:
    """A live strategy that nobody confirmed."""
    return served(folder, stack, arm=False)[0]


def no_keys(folder: Path, stack: ExitStack) -> Workspace:
    """A credentials file that does not exist."""
    space = unarmed(folder, stack)
    (folder / "main.keys.toml").unlink()
    return space


def open_keys(folder: Path, stack: ExitStack) -> Workspace:
    """A credentials file that others may read."""
    space = unarmed(folder, stack)
    (folder / "main.keys.toml").chmod(0o644)
    return space


def venue_down(folder: Path, stack: ExitStack) -> Workspace:
    """A venue that answers 503."""
    space, server = served(folder, stack)
    server.fault((".*", ".*"), "status", status=503)
    return space


def venue_speaks_html(folder: Path, stack: ExitStack) -> Workspace:
    """A venue, or a box before it, that answers with a web page."""
    space, server = served(folder, stack)
    server.fault(("GET", r"/api/v3/account"), "html")
    return space


def venue_redirects(folder: Path, stack: ExitStack) -> Workspace:
    """A venue that points elsewhere."""
    space, server = served(folder, stack)
    server.fault((".*", ".*"), "redirect", status=302)
    return space


def clock_wrong(folder: Path, stack: ExitStack) -> Workspace:
    """A clock that differs from the venue's."""
    space, server = served(folder, stack)
    server.clock_offset(30)
    return space


def borrowed(folder: Path, stack: ExitStack) -> Workspace:
    """A debt on the margin wallet."""
    space, server = served(folder, stack)
    server.debt("margin", "USDT", 50)
    return space


def lost_reply(folder: Path, stack: ExitStack) -> Workspace:
    """An order whose reply is lost, and a venue that does not show it yet."""
    space, server = served(folder, stack)
    server.fault(BINANCE.order_match, "hidden", times=1, seconds=100)
    server.fault(BINANCE.order_match, "close", times=1)
    return space


def impossible_reply(folder: Path, stack: ExitStack) -> Workspace:
    """An order whose reply speaks of another market."""
    space, server = served(folder, stack)
    server.fault(BINANCE.order_match, "hidden", times=1, seconds=100)
    server.fault(BINANCE.order_match, "wrong-symbol", times=1)
    return space


def two_orders(folder: Path, stack: ExitStack) -> Workspace:
    """A venue that took one order twice."""
    space, server = served(folder, stack)
    server.fault(BINANCE.order_match, "duplicate", times=1)
    server.fault(BINANCE.order_match, "close", times=1)
    return space


def refused(folder: Path, stack: ExitStack) -> Workspace:
    """A venue that refuses the order for lack of funds."""
    space, server = served(folder, stack)
    server.fault(BINANCE.order_match, "error", code="-2010", times=1)
    return space


def no_cash(folder: Path, stack: ExitStack) -> Workspace:
    """Less cash than the tranche."""
    strategy = STRATEGY.replace("per_slot = 100", "per_slot = 400")
    config = CONFIG.replace("USDT = 10000", "USDT = 300")
    return with_prices(bare_workspace(folder, config=config, strategy=strategy))

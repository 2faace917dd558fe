"""Venues that are silent, strange or refuse, and requests that never leave the process."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.cli.documents import CONFIG, bare_workspace
from tests.errors import situations as s
from tests.errors.scenes import Scene
from tests.live.test_full_disk import FULL_AFTER_SENDING
from tests.live.workspace import Workspace
from tests.venues.wire import WireExchange

Script = Callable[[WireExchange], object]
RUN = "run --no-fetch"
LOOK_UP = ("GET", r"/api/v3/order$")
SPOT = ("GET", r"/api/v3/account$")


def on_venue(script: Script, *lines: str, patch: str = "") -> Scene:
    """Return the scene of a live account on a venue that follows a script."""

    def make(folder: Path, stack: ExitStack) -> Workspace:
        space, server = s.served(folder, stack)
        script(server)
        if patch:
            space.patch("trouble", patch)
        return space

    return Scene(make, lines)


def fault(match: tuple[str, str], kind: str, **how: object) -> Script:
    """Return the script of one fault."""
    return lambda server: server.fault(match, kind, **how)


# The code that is run before the command's own: TROUBLE names what is strange.
STRANGE = """\
import importlib.metadata, importlib.util, os
import dcaguard.adapters.journal.disk as disk
import dcaguard.adapters.venues.egress as egress
_WHICH = os.environ.get("TROUBLE", "")
_asks = {
    "HOST": lambda method, url: (method, "https://example.org/api"),
    "DOTS": lambda method, url: (method, f"{url.partition('?')[0]}/../x"),
    "MONEY": lambda method, url: ("POST", f"{url.partition('?')[0]}/withdraw"),
    "LIST": lambda method, url: (method, f"{url.partition('?')[0]}/x"),
}
_passage = egress.Egress.passage
if _WHICH in _asks:
    egress.Egress.passage = lambda self, *asked: _passage(self, *_asks[_WHICH](*asked))
if _WHICH == "VERSION":
    importlib.metadata.version = lambda name: "5.0"
if _WHICH == "PACKAGE":
    _find = importlib.util.find_spec
    importlib.util.find_spec = lambda name, *a: None if name == "ccxt" else _find(name, *a)
class _Room:
    f_bavail, f_frsize = 10, 4096
if _WHICH == "ROOM":
    os.statvfs = lambda path: _Room()
if _WHICH == "STATVFS":
    def _broken(path):
        raise OSError(5, os.strerror(5))
    os.statvfs = _broken
if _WHICH == "RIGHTS":
    os.access = lambda *a, **k: False
"""


def _carrier(folder: Path, _stack: ExitStack) -> Workspace:
    space = bare_workspace(folder)
    space.write("strange/ccxt/__init__.py", "")
    return space


def _without_tls(folder: Path, stack: ExitStack) -> Workspace:
    space, _ = s.served(folder, stack, arm=False)
    text = (folder / "config.toml").read_text(encoding="utf-8")
    space.write("config.toml", text.replace("http://", "https://"))
    return space


def _open_to_all(folder: Path, stack: ExitStack) -> Workspace:
    space, _ = s.served(folder, stack)
    folder.chmod(0o777)
    return space


def _accounts(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    tables = '[accounts.box]\nexchange = "kraken"\nsandbox = true\n'
    space.write("config.toml", CONFIG + tables)
    for name in ("krakken", "zzzz"):
        told = f'[sources.exchange]\nexchange = "{name}"\npegs = ""\n'
        space.write(f"{name}.toml", CONFIG + told)
    return space


SCENES: dict[str, Scene] = {
    "requests that are not let out": on_venue(
        lambda _: None,
        *(f"TROUBLE={name} balances" for name in ("HOST", "DOTS", "MONEY", "LIST")),
        *(f"TROUBLE={name} balances" for name in ("VERSION", "PACKAGE")),
        *(f"TROUBLE={name} {RUN}" for name in ("ROOM", "STATVFS", "RIGHTS")),
        patch=STRANGE,
    ),
    "a venue that limits": on_venue(fault((".*", "."), "rate-limit", status=429), "balances"),
    "a venue without TLS": Scene(_without_tls, ("balances",)),
    "a spot wallet that is silent": on_venue(fault(SPOT, "status", status=503), RUN),
    "a spot wallet that limits": on_venue(fault(SPOT, "rate-limit", status=429), RUN),
    "a witness that is silent": on_venue(fault(LOOK_UP, "status", status=503), RUN),
    "a witness that limits": on_venue(fault(LOOK_UP, "rate-limit", status=429), RUN),
    "a filter": on_venue(fault(s.BINANCE.order_match, "error", code="-1013", times=1), RUN),
    "a result that can not be kept": on_venue(lambda _: None, RUN, patch=FULL_AFTER_SENDING),
    "a folder that is open to all": Scene(_open_to_all, (RUN,)),
    "a carrier of its own": Scene(_carrier, ("PYTHONPATH=strange plan",)),
    "accounts and sources that can not be": Scene(
        _accounts,
        (
            "balances --account box",
            "signals fetch exchange --config krakken.toml",
            "signals fetch exchange --config zzzz.toml",
        ),
    ),
}

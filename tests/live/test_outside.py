"""Nothing around the command leads its traffic elsewhere, and none of it leaves for a stranger."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import Live
from tests.live.workspace import (
    Workspace,
    account_text,
    config_text,
    keys_text,
    live_workspace,
    strategy_text,
)
from tests.venues.wire import BinanceWire, WireExchange
from tests.venues.wire.cases import CASES, Case
from tests.venues.wire.tls import certificate, context

# One authority is believed, and no other: what is then refused is the certificate itself.
ONE_AUTHORITY = "import certifi\ncertifi.where = lambda: {!r}\n"
STRANGE_ROOTS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


def _behind_tls(case: Case, kind: str, folder: Path) -> tuple[WireExchange, Path]:
    authority, chain, key = certificate(kind, folder)
    server = case.kind().start(tls=context(chain, key))
    case.furnish(server)
    return server, authority


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("self-signed", "self.signed"),
        ("wrong-host", "IP address mismatch"),
        ("expired", "certificate has expired"),
    ],
)
def test_a_wrong_certificate_is_told_and_nothing_is_sent(
    case: Case, kind: str, words: str, tmp_path: Path
) -> None:
    server, authority = _behind_tls(case, kind, tmp_path)
    with server:
        space = live_workspace(tmp_path / "space", server)
        space.patch("roots", ONE_AUTHORITY.format(str(authority)))
        found = space.run()
        assert found.code == 69, found.out
        assert re.search(f"not believed to be itself .*{words}", found.out), found.out
        assert space.rows("SELECT count(*) FROM orders") == [(0,)]
        assert (server.requests, server.orders()) == ([], [])


def test_a_right_certificate_lets_the_order_pass(case: Case, tmp_path: Path) -> None:
    server, authority = _behind_tls(case, "trusted", tmp_path)
    with server:
        space = live_workspace(tmp_path / "space", server)
        space.patch("roots", ONE_AUTHORITY.format(str(authority)))
        assert space.run().code == 0
        assert len(server.posts()) == 1


def test_an_authority_of_the_environment_is_not_believed(case: Case, tmp_path: Path) -> None:
    server, authority = _behind_tls(case, "trusted", tmp_path)
    with server:
        space = live_workspace(tmp_path / "space", server)
        space.environ |= dict.fromkeys(STRANGE_ROOTS, str(authority))
        found = space.run()
        assert found.code == 69, found.out
        assert server.requests == []


@pytest.fixture
def proxy() -> Iterator[socket.socket]:
    """Return a port that waits for anybody."""
    with socket.create_server(("127.0.0.1", 0)) as waiting:
        waiting.setblocking(False)
        yield waiting


def test_no_proxy_and_no_netrc_of_the_environment_is_used(
    live: Live, proxy: socket.socket, tmp_path: Path
) -> None:
    where = f"http://127.0.0.1:{proxy.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        live.space.environ |= {name: where, name.upper(): where}
    live.space.write(".netrc", "machine 127.0.0.1 login canary password canary\n")
    live.space.environ |= {"no_proxy": "", "NO_PROXY": ""}
    assert live.run().code == 0
    assert (live.posts, live.statuses) == (1, ["FILLED"])
    with pytest.raises(BlockingIOError):
        proxy.accept()
    told = {text for q in live.server.requests for text in q["headers"].values()}
    assert not [text for text in told if str(text).startswith("Basic ")]


def test_no_proxy_is_used_for_https_either(proxy: socket.socket, tmp_path: Path) -> None:
    server, authority = _behind_tls(CASES[0], "trusted", tmp_path)
    with server:
        space = live_workspace(tmp_path / "space", server)
        space.patch("roots", ONE_AUTHORITY.format(str(authority)))
        where = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        space.environ |= {"HTTPS_PROXY": where, "https_proxy": where, "ALL_PROXY": where}
        assert space.run().code == 0
    with pytest.raises(BlockingIOError):
        proxy.accept()


@pytest.mark.parametrize("name", ["ccxt", "requests", "urllib3", "certifi", "ssl"])
def test_a_module_of_pythonpath_never_carries_a_key(tmp_path: Path, name: str) -> None:
    with CASES[0].start() as server:
        space = live_workspace(tmp_path / "space", server)
        before = len(server.requests)
        trap = tmp_path / "trap"
        fake = tmp_path / "strange" / (f"{name}.py" if name == "ssl" else f"{name}/__init__.py")
        fake.parent.mkdir(parents=True)
        fake.write_text(f"open({str(trap)!r}, 'w').close()\n")
        space.environ["PYTHONPATH"] = str(tmp_path / "strange")
        found = space.run()
        assert found.code == 77, found.out
        assert f"module '{name}'" in found.out
        assert not trap.exists()
        assert len(server.requests) == before


PATCHED_CCXT = """
import ccxt
inner = ccxt.{name}.describe
def describe(self):
    found = inner(self)
    found["urls"]["api"] = dict.fromkeys(found["urls"]["api"], {where!r})
    return found
ccxt.{name}.describe = describe
"""


def _without_base_url(folder: Path, server: WireExchange) -> Workspace:
    """Return an account that names no address: it would reach the venue itself."""
    space = Workspace(folder)
    account = account_text("main", server.NAME, server.base_url)
    account = "".join(x for x in account.splitlines(keepends=True) if "base_url" not in x)
    space.write("config.toml", config_text(account))
    space.write("strategies/plan.toml", strategy_text("plan", "main", "USDT"))
    space.write("main.keys.toml", keys_text(server.credentials))
    return space


def test_a_ccxt_that_names_another_host_is_refused(case: Case, tmp_path: Path) -> None:
    with case.kind().start() as server:
        space = _without_base_url(tmp_path / "space", server)
        space.watch(tmp_path / "log")
        space.patch("ccxt", PATCHED_CCXT.format(name=case.name, where=server.base_url))
        found = space.call("balances", "--json")
        assert found.code == 77, found.out
        assert f"{server.base_url}, which is not this venue's" in found.out
        assert server.requests == []
    assert not (tmp_path / "log").read_text()


def test_the_watch_sees_and_stops_whatever_would_leave(tmp_path: Path) -> None:
    with BinanceWire().start() as server:
        space = _without_base_url(tmp_path / "space", server)
        space.watch(tmp_path / "log")
        assert space.call("balances").code == 69
    assert "socket.getaddrinfo api.binance.com" in (tmp_path / "log").read_text()


STRACE = shutil.which("strace") or ""
# The command closes its memory to other processes of its user: only root looks in all the same.
LOOPBACK = {"127.0.0.1", "::1"}
TRACEABLE = bool(STRACE) and os.uname().sysname == "Linux" and os.geteuid() == 0
ADDRESS = re.compile(r'sa_family=AF_INET6?, .*?(?:inet_addr\("|inet_pton\(AF_INET6, ")([^"]+)"')


def _traced(space: Workspace, log: Path, *words: str) -> set[str]:
    """Run the bare command under the eyes of the kernel; return every address that it named."""
    calls = "trace=connect,sendto,sendmsg,sendmmsg,bind"
    line = [STRACE, "-f", "-qq", "-e", calls, "-o", str(log), *space.command(*words)]
    done = subprocess.run(
        line, cwd=space.folder, env=space.environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(ADDRESS.findall(log.read_text()))


@pytest.mark.skipif(not TRACEABLE, reason="needs strace, and root")
def test_the_kernel_sees_loopback_alone(case: Case, tmp_path: Path) -> None:
    with case.start() as server:
        space = live_workspace(tmp_path / "space", server)
        found = _traced(space, tmp_path / "trace", "run", "--no-fetch")
        assert "127.0.0.1" in found
        assert len(server.posts()) == 1
        for word in ("guard", "balances", "status"):
            found |= _traced(space, tmp_path / "trace", word)
        assert found <= LOOPBACK

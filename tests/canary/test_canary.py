"""The canary is heard: in every spelling, every file and every process, or this suite is deaf."""

import base64
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.canary.keys import BODY, bytes_key, heard, text_key
from tests.canary.watch import ROOT, WATCH
from tests.live.workspace import live_workspace
from tests.venues.wire import EXCHANGES, BinanceWire

LEAKS = {  # what a careless change could do with a key that it holds
    "prints it": "print(key)",
    "prints it in a URL": "print(quote('&' + key))",
    "prints it in base64": "print(base64.b64encode(b'k' + key.encode()).decode())",
    "prints it in hex": "print(key.encode().hex().upper(), file=sys.stderr)",
    "writes a log": "open('run.log', 'w').write(key)",
    "writes a journal": "sqlite3.connect('dcaguard.db').executescript("
    "f'CREATE TABLE t (a); INSERT INTO t VALUES (\"{key}\")')",
    "leaves a traceback": "raise RuntimeError(key)",
    "puts it on a child's line": "subprocess.run(['sleep', '0.5', '--', '0' if not key else key])",
    "puts it in a child's environment": "subprocess.run(['sleep', '0.5'], env={'KEY': key})",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_command_that_leaks_its_key_is_heard(tmp_path: Path, leak: str) -> None:
    (tmp_path / "main.keys.toml").write_text(text_key(64))
    code = (
        "import base64, sqlite3, subprocess, sys\nfrom urllib.parse import quote\n"
        f"key = open('main.keys.toml').read()\n{LEAKS[leak]}\n"
    )
    subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    (heard_of, *_) = WATCH.drain()
    assert "a key (" in heard_of
    assert BODY not in heard_of
    for path in tmp_path.iterdir():
        path.unlink()


def test_a_command_that_keeps_its_key_to_itself_is_not_heard(tmp_path: Path) -> None:
    (tmp_path / "main.keys.toml").write_text(text_key(64))
    before = WATCH.sampled
    code = "import time; key = open('main.keys.toml').read(); time.sleep(0.3); print(len(key))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True)
    assert WATCH.drain() == []
    assert WATCH.sampled > before or not Path("/proc/self").exists()


@pytest.mark.parametrize("name", EXCHANGES)
def test_every_key_of_every_venue_sings_in_every_spelling(name: str) -> None:
    for key in EXCHANGES[name]().credentials.values():
        raw = key.encode()
        spelled = [raw, quote(key).encode(), quote(key, safe="").encode()]
        spelled += [raw.hex().encode(), repr(key).encode()]
        spelled += [base64.b64encode(b"x" * lead + raw) for lead in range(3)]
        spelled += [base64.urlsafe_b64encode(b"x" * lead + raw) for lead in range(3)]
        assert [text for text in spelled if not heard(b"... " + text + b" ...")] == []


def test_a_secret_that_is_used_as_bytes_sings_too() -> None:
    for spelled in (bytes_key(64), bytes_key(64).hex().encode(), base64.b64encode(bytes_key(64))):
        assert heard(b"..." + spelled)


def test_a_signature_that_a_venue_received_is_heard(tmp_path: Path) -> None:
    with BinanceWire().start() as server:
        space = live_workspace(tmp_path, server)
        server.fund("spot", "USDT", 1000)
        server.book("BTC/USDT", bids=[["49990", "1"]], asks=[["50000", "1"]])
        assert space.run().code == 0
    assert WATCH.signatures
    WATCH.text("somewhere", f"?a=b&signature={WATCH.signatures[0]}")
    assert WATCH.drain() == ["a key (a signature) in somewhere"]


def test_the_shipped_command_with_its_redaction_cut_out_is_heard(tmp_path: Path) -> None:
    with BinanceWire().start() as server:
        space = live_workspace(tmp_path / "space", server)
        space.patch(
            "cut",
            "from dcaguard.adapters.redact import Redactor\n"
            "from dcaguard.adapters.venues.ccxt_venue import CcxtVenue\n"
            "def look(self):\n    raise RuntimeError(self._line.exchange.secret)\n"
            "CcxtVenue.look = look\n"
            "Redactor.scrub = lambda self, text: text\n",
        )
        assert space.run("--verbose").code == 70
    assert "a key (raw) in stderr" in WATCH.drain()


DEAF = "from dcaguard.adapters.redact import Redactor\n" + "".join(
    f"Redactor.{name} = lambda self, text: text\n" for name in ("scrub", "scrub_record")
)


@pytest.mark.parametrize("kept", [True, False])
def test_a_key_that_a_venue_repeats_is_heard_in_the_journal(tmp_path: Path, *, kept: bool) -> None:
    with BinanceWire().start() as server:
        space = live_workspace(tmp_path / "space", server)
        key = server.credentials["apiKey"]
        body = json.dumps({"code": -2015, "msg": f"who is {key}?"})
        server.fault(("GET", "/api/v3/account$"), "status", status=400, body=body)
        if not kept:
            space.patch("deaf", DEAF)
        assert space.run().code == 77
        assert space.call("why").code == 0
    heard_of = WATCH.drain()
    space.journal.unlink()  # before this test itself is listened to
    if kept:
        assert heard_of == []
    else:
        assert any(place.endswith("dcaguard.db") for place in heard_of)
        assert any(place.endswith("in stdout") for place in heard_of)


LEAKY = """
import subprocess, sys
from tests.canary.keys import text_key
pytest_plugins = ["tests.canary.plugin"]
def test_first(tmp_path):
    subprocess.run([sys.executable, "-c", "print(1)"], cwd=tmp_path, capture_output=True)
def test_second(tmp_path):
    (tmp_path / "keys.toml").write_text(text_key(64))
    code = "open('dcaguard.log', 'w').write(open('keys.toml').read())"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path)
def test_third(tmp_path):
    pass
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_test_that_leaks_fails_and_no_other(workers: str) -> None:
    with tempfile.TemporaryDirectory() as place:  # gone before this test itself is listened to
        folder = Path(place)
        (folder / "conftest.py").write_text("pytest_plugins = ['tests.canary.plugin']\n")
        (folder / "test_leaky.py").write_text(LEAKY.replace("pytest_plugins = ", "_ = "))
        options = ["-q", "-rfE", "--show-capture=no", "-p", "no:cacheprovider", "-p", "no:randomly"]
        command = [sys.executable, "-m", "pytest", *options, "-n", workers, f"--rootdir={folder}"]
        command += [f"--basetemp={folder / 'base'}", str(folder)]
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120
        )
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "FAILED" in done.stdout
    assert "test_second" in done.stdout.partition("short test summary")[2]
    assert "dcaguard.log" in done.stdout

"""A live workspace on a loopback exchange, driven by the command as a user would."""

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INSTALLED = Path(sys.executable).with_name("dcaguard")  # the console script of this environment
PATCHES = Path(__file__).parent / "patches"
HANGS_SECONDS = 240  # a command that takes longer hangs, however slow the machine
QUOTES = {"binance": "USDT", "kraken": "USD", "coinbase": "USD"}


@dataclass(frozen=True)
class Ran:
    """One finished command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        found: dict[str, Any] = json.loads(self.out)
        return found

    def codes(self) -> list[str]:
        """Every reason code of every decision."""
        return [r["code"] for d in self.json["decisions"] for r in d["reasons"]]


@dataclass
class Workspace:
    """A folder with config, strategies and keys for one or more accounts."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    patches: dict[str, str] = field(default_factory=dict)

    def command(self, *words: str) -> list[str]:
        """Return the command line of one call: the command as it is installed."""
        return [str(INSTALLED), *words]

    def environment(self) -> dict[str, str]:
        """Return the environment of one call: this interpreter's, and nothing of the user's."""
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("DCAGUARD_", "XDG_"))}
        keep |= {"NO_COLOR": "1", "HOME": str(self.folder)}
        keep.pop("PYTHONPATH", None)
        return keep | self._patched() | self.environ

    def patch(self, name: str, code: str) -> None:
        """Have every further command run `code` before its own first line."""
        self.patches[name] = code

    def unpatch(self, name: str) -> None:
        """Run without this patch from now on."""
        del self.patches[name]

    def live_later(self, seconds: float) -> None:
        """Let every further command live that far ahead of this machine's clock."""
        self.patch("later", (PATCHES / "later.py").read_text(encoding="utf-8"))
        self.environ["LATER_SECONDS"] = str(seconds)

    def watch(self, log: Path) -> None:
        """Have every further command write each address that it asks for into `log`."""
        self.patch("watch", (PATCHES / "watch.py").read_text(encoding="utf-8"))
        self.environ["WATCH_LOG"] = str(log)

    def _patched(self) -> dict[str, str]:
        """Write the patches beside the folder, where the interpreter finds them as it starts."""
        if not self.patches:
            return {}
        place = self.folder.with_name(f"{self.folder.name}-patches")
        place.mkdir(exist_ok=True)
        for name, code in self.patches.items():
            (place / f"patch_{name}.py").write_text(code, encoding="utf-8")
        imports = "".join(f"import patch_{name}\n" for name in self.patches)
        (place / "sitecustomize.py").write_text(imports, encoding="utf-8")
        return {"PYTHONPATH": str(place)}

    def call(self, *words: str, timeout: float = HANGS_SECONDS, stdin: str | None = None) -> Ran:
        """Run one command to its end."""
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def run(self, *words: str, timeout: float = HANGS_SECONDS) -> Ran:
        """Do one pass and return its document."""
        return self.call("run", "--json", "--no-fetch", *words, timeout=timeout)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a pass that may be killed."""
        return subprocess.Popen(
            self.command("run", "--json", "--no-fetch", *words),
            cwd=self.folder,
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Return what SQL finds in the journal."""
        connection = sqlite3.connect(f"file:{self.journal}?mode=ro", uri=True)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def write(self, name: str, text: str, mode: int = 0o600) -> Path:
        """Write a file below the folder."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)
        return path

    @property
    def journal(self) -> Path:
        """The main journal."""
        return self.folder / "dcaguard.db"


def due_cron(now: datetime | None = None, minutes_ago: int = 3) -> str:
    """Return a daily cron line (UTC) whose newest slot was a few minutes ago."""
    at = (now or datetime.now(UTC)) - timedelta(minutes=minutes_ago)
    return f"{at.minute} {at.hour} * * *"


def config_text(accounts: str, **parts: str) -> str:
    """Return a config: gate off unless told otherwise, generous caps unless told otherwise."""
    policy = parts.get("caps", "order_max = 500\nmonth_max = 2000\n")
    return f"""\
schema = 1
{parts.get("top", "")}
{accounts}
[policy.caps]
{policy}
[policy.price]
{parts.get("price", "")}
[policy.leverage]
{parts.get("leverage", "")}
[policy.universe]
allow = ["BTC", "ETH"]
[gate]
{parts.get("gate", "enabled = false")}
{parts.get("rest", "")}
"""


def account_text(name: str, exchange: str, base_url: str, *, live: bool = True) -> str:
    """Return one account's table."""
    return f"""\
[accounts.{name}]
exchange = "{exchange}"
live = {str(live).lower()}
credentials = "file:{name}.keys.toml"
base_url = "{base_url}"
"""


def strategy_text(name: str, account: str, quote: str, **parts: Any) -> str:
    """Return one strategy that buys BTC for 100 a slot unless told otherwise."""
    return f"""\
name = "{name}"
account = "{account}"
quote = "{quote}"
[schedule]
{parts.get("schedule", f'cron = "{due_cron()}"')}
[budget]
per_slot = {parts.get("per_slot", 100)}
{parts.get("budget", "")}
[[buy]]
symbol = "BTC/{quote}"
weight = 1.0
{parts.get("plan", "")}
"""


def keys_text(credentials: dict[str, str]) -> str:
    """Return a credentials file."""
    names = {"apiKey": "api_key", "secret": "secret", "password": "password"}
    return "".join(
        f"{names.get(key, key)} = {json.dumps(value)}\n" for key, value in credentials.items()
    )


def live_workspace(
    folder: Path,
    server: Any,
    *,
    account: str = "main",
    arm: bool = True,
    exchange: str = "",
    watch: Path | None = None,
    **parts: Any,
) -> Workspace:
    """Return an armed workspace with one live account and one due strategy on `server`."""
    exchange = exchange or server.NAME
    quote = QUOTES[exchange]
    space = Workspace(folder)
    if watch is not None:
        space.watch(watch)
    space.write(
        "config.toml", config_text(account_text(account, exchange, server.base_url), **parts)
    )
    space.write("strategies/plan.toml", strategy_text("plan", account, quote, **parts))
    space.write(f"{account}.keys.toml", keys_text(server.credentials))
    if arm:
        armed = space.call("arm", "plan", "--yes")
        assert armed.code == 0, armed.err
    return space

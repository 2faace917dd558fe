"""One loopback server a source, and the installed command that fetches from them at an instant."""

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from dcaguard.core.source_params import SourcesConfig
from tests.live.workspace import Ran, Workspace, config_text
from tests.venues.wire.data_server import DataServer

NOON = datetime(2025, 2, 27, 15, tzinfo=UTC)  # a Thursday; all pages are written for this instant
KEY = "a-key-nobody-may-see"
CONTACT = 'contact = "A Person person@example.org"'
PAPER = '[accounts.paper]\nexchange = "paper"\nbalances = { USDT = "1000" }\n'
STAND_IN = Path(__file__).parent / "stand_in"
NAMES = tuple(name.rstrip("_") for name in SourcesConfig.model_fields)
THROUGH_CCXT = frozenset({"exchange", "liquidations"})
KEYED = frozenset({"sosovalue", "coinglass"})

Page = str | bytes | Callable[[dict[str, str]], str] | Mapping[str, Any]
Rows = list[tuple[str, str, str, Decimal]]


@dataclass(frozen=True)
class Golden:
    """What one provider serves, and every reading that must come of it."""

    source: str
    pages: Mapping[str, Page]
    # (series, as_of, observed_at, value); an observed_at of "now" is that of the fetch
    readings: Iterable[tuple[str, str, str, str]]
    table: str = ""  # further lines of [sources.NAME]
    own_bytes: bool = True  # the digest is that of the page, not of what a package made of it


@dataclass
class Fetched:
    """What a fetch printed, and what it left behind."""

    ran: Ran
    rows: list[dict[str, Any]]
    kept: list[bytes]  # bodies in the cache of pages

    @property
    def by_source(self) -> dict[str, dict[str, Any]]:
        """The result of each source."""
        return {one["source"]: one for one in self.ran.json["sources"]}

    def of(self, source: str) -> Rows:
        """Return (series, as_of, observed_at, value) of one source, in order."""
        return sorted(
            (r["series"], r["as_of"], r["observed_at"], Decimal(r["value"]))
            for r in self.rows
            if r["source"].partition(".")[0] == source
        )


@dataclass
class Stand:
    """A workspace whose sources are asked at 127.0.0.1, each at a port of its own."""

    folder: Path
    servers: dict[str, DataServer] = field(default_factory=dict)
    tables: dict[str, str] = field(default_factory=dict)

    def server(self, source: str) -> DataServer:
        """Return the server of a source, begun when first asked for."""
        if source not in self.servers:
            self.servers[source] = DataServer()
        return self.servers[source]

    def serve(self, source: str, pages: Mapping[str, Page], table: str = "") -> None:
        """Let a source's server answer with these pages, and switch the source on."""
        server = self.server(source)
        self.tables[source] = table
        for path, page in pages.items():
            if callable(page):
                server.route(path, write=page)
            elif isinstance(page, Mapping):
                how = dict(page)
                server.route(path, how.pop("body", b""), **how)
            else:
                server.route(path, page)

    def fetch(self, *names: str, at: datetime = NOON) -> Fetched:
        """Fetch by the installed command, as if it were `at`."""
        space = self.workspace(at)
        asked = names or tuple(self.tables)
        ran = space.call("signals", "fetch", *asked, "--json", timeout=120)
        return Fetched(ran, self.readings(), self.cached())

    def workspace(self, at: datetime = NOON) -> Workspace:
        """Return the workspace with its config written and its clock set."""
        space = Workspace(self.folder, {"SOURCE_KEY": KEY})
        space.live_later((at - datetime.now(UTC)).total_seconds())
        if "yfinance" in self.servers:
            space.patch("yahoo", f"import sys\nsys.path.insert(0, {str(STAND_IN)!r})\n")
            space.environ["STAND_IN_YAHOO"] = self.servers["yfinance"].base_url
        space.write("config.toml", config_text(PAPER, gate="", rest=self._sources()))
        return space

    def readings(self) -> list[dict[str, Any]]:
        """Return every reading in the journal."""
        return self._query("dcaguard.db", "SELECT * FROM readings")

    def cached(self) -> list[bytes]:
        """Return the bodies that were kept."""
        return [row["body"] for row in self._query("cache.db", "SELECT body FROM pages")]

    def asked(self, source: str) -> int:
        """Return how many requests a source made."""
        return len(self.servers[source].requests)

    def stop(self) -> None:
        """End every server."""
        for server in self.servers.values():
            server.stop()

    def _sources(self) -> str:
        return "\n".join(
            self._table(name) for name in NAMES if name not in {"csv", "json"}
        ) + "".join(
            f"\n{self.tables[name].replace('BASE', self.servers[name].base_url)}\n"
            for name in ("csv", "json")
            if name in self.tables
        )

    def _table(self, name: str) -> str:
        if name not in self.tables:
            return f"[sources.{name}]\nenabled = false\n"
        lines = [f"[sources.{name}]", "enabled = true", self.tables[name]]
        if name != "yfinance":
            lines.append(f'base_url = "{self.servers[name].base_url}"')
        if name in KEYED:
            lines.append('credentials = "env:SOURCE_KEY"')
        return "\n".join(lines) + "\n"

    def _query(self, file: str, sql: str) -> list[dict[str, Any]]:
        path = self.folder / file
        if not path.exists():
            return []
        connection = sqlite3.connect(path)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()


def digests(golden: Golden) -> set[str]:
    """Return the digests of the pages that are written beforehand."""
    bodies = [page.encode() for page in golden.pages.values() if isinstance(page, str)]
    return {hashlib.sha256(body).hexdigest() for body in bodies}


def dumps(document: object) -> str:
    """Return a page of JSON."""
    return json.dumps(document)

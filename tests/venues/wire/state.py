"""Keeps an exchange's ledger and request log in files, so that other processes can read them."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.venues.wire.exchange import WireExchange


class StateFile:
    """A JSON file with base_url, credentials and ledger, beside it FILE.log (JSON Lines)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.log_path = None if path is None else path.with_name(f"{path.name}.log")
        self._secret: dict[str, Any] = {}

    def load(self, exchange: "WireExchange") -> None:
        """Take over ledger and credentials of an earlier life, when the file is there."""
        if self._path is None or not self._path.exists():
            return
        found = json.loads(self._path.read_text())
        exchange.ledger.restore(found["ledger"])
        exchange.restore_credentials(found)
        if self.log_path is not None and self.log_path.exists():
            lines = self.log_path.read_text().splitlines()
            exchange.requests.extend(json.loads(x) for x in lines)

    def save(self, exchange: "WireExchange") -> None:
        """Write everything at once: a reader never sees half a file."""
        if self._path is None:
            return
        found = {
            "exchange": exchange.NAME,
            "base_url": exchange.base_url,
            "pid": os.getpid(),
            "credentials": exchange.credentials,
            "ledger": exchange.ledger.snapshot(),
        }
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(found))
        fresh.replace(self._path)

    def log(self, entry: dict[str, Any]) -> None:
        """Append one request."""
        if self.log_path is not None:
            with self.log_path.open("a") as out:
                out.write(json.dumps(entry) + "\n")

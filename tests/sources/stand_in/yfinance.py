"""Stands in for the optional package: the same calls, answered by a server on loopback."""

import json
import os
import urllib.request
from datetime import datetime
from typing import Any


class Ticker:
    """One ticker."""

    def __init__(self, name: str) -> None:
        self.name = name

    def history(self, period: str, auto_adjust: bool) -> dict[str, dict[datetime, float]]:
        """Return closes by day, as the package's frame gives them."""
        assert not auto_adjust, "dividends would change every close of the past"
        address = f"{os.environ['STAND_IN_YAHOO']}/chart?ticker={self.name}&range={period}"
        with urllib.request.urlopen(address, timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return {"Close": {datetime.fromisoformat(day): close for day, close in found.items()}}

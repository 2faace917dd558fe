"""The shipped tables of the demo as readings, each known no earlier than it really was."""

import csv
import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from importlib import resources

from dcaguard.core.money import times
from dcaguard.core.observed import default_observed_at
from dcaguard.core.reading import Reading
from dcaguard.core.series import lookup

_MILLION = Decimal(1_000_000)
_TABLES = (
    ("btc_close_usd.csv", "close_usd", "px.BTC", Decimal(1)),
    ("etf_btc_flow_usd_m.csv", "net_flow_usd_m", "etf.btc.flow_usd", _MILLION),
    ("vix_close.csv", "close", "vix", Decimal(1)),
)


def demo_readings() -> list[Reading]:
    """Return every reading of the demo's tables, in the series' own units."""
    return [reading for table in _TABLES for reading in _table(*table)]


def _table(file: str, column: str, series: str, factor: Decimal) -> Iterator[Reading]:
    raw = (resources.files("dcaguard") / "data" / file).read_bytes()
    mark = hashlib.sha256(raw).hexdigest()
    about = lookup(series)
    assert about is not None
    for row in csv.DictReader(raw.decode().splitlines()):
        as_of = datetime.fromisoformat(row["date"]).replace(tzinfo=UTC)
        yield Reading(
            series=series,
            as_of=as_of,
            observed_at=default_observed_at(about, as_of),
            value=times(Decimal(row[column]), factor),
            source=f"demo:{file}",
            raw_sha256=mark,
        )

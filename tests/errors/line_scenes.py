"""Lines that make no sense, and files of data that are none."""

import gzip
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

from dcaguard.core.observed import is_nyse_session
from tests.cli.documents import bare_workspace
from tests.errors import situations as s
from tests.errors.scenes import Scene, bought
from tests.live.workspace import Workspace

LONG = "a" * 300


def _bought(folder: Path, _stack: ExitStack) -> Workspace:
    return bought(folder)


def _dry(folder: Path, _stack: ExitStack) -> Workspace:
    space = s.with_prices(bare_workspace(folder))
    space.write("dcaguard.dry.db", "")
    space.journal.unlink()
    (folder / "dcaguard.head").unlink()
    return space


USUAL = "".join(f"2025-02-{day:02},{100 + day}000000\n" for day in range(1, 28))
WINTER = (date(2025, 1, 2) + timedelta(days=n) for n in range(40))
THOUSANDS = "".join(f"{day},{190 + day.day}000\n" for day in WINTER if is_nyse_session(day))
# What each file holds, under the series that it is imported into: no tables, then wrong rows.
NO_TABLES: tuple[tuple[str, str | bytes], ...] = (
    ("px.BTC", b"\xff\xfea"),
    ("px.BTC", b"as_of,value\n\0"),
    ("px.BTC", b"as_of,value\n\xff"),
    ("px.BTC", b"\x1f\x8bcut"),
    ("px.BTC", ""),
    ("px.BTC", "as_of,value\n"),
    ("px.BTC", "date,close\n2025-03-01,1\n"),
    ("px.BTC", 'as_of,value\n2025-03-01,"1\n'),
    ("px.BTC", "as_of,value\n2025-03-01,1,113.7,5\n"),
    ("px.BTC", "as_of,value\n1.3.2025,85000\n"),
    ("px.BTC", "as_of,value\n2025-03-01,\n"),
    ("px.BTC", "as_of,value\n2025-03-01,abc\n"),
)
WRONG_ROWS: tuple[tuple[str, str | bytes], ...] = (
    ("px.BTC", "as_of,value,observed_at\n2025-02-01,85000,2099-01-01\n"),
    ("px.BTC", "as_of,value,observed_at\n2025-02-02,85000,2025-02-01\n"),
    ("px.BTC", "as_of,value\n2099-02-02,85000\n"),
    ("px.BTC", "as_of,value\n2025-02-02,0\n2025-02-03,0\n"),
    ("liq.long_usd", f"as_of,value\n{USUAL}2025-02-28,100000000000\n"),
    ("px.BTC", "as_of,value\n2025-02-02,85000\n2025-02-02,85001\n"),
    ("px.BTC", "as_of,value\n2025-02-02,85000\n2025-02-03,850000\n"),
    ("px.BTC", "as_of,value\n2025-03-01,85001\n"),
    ("px.BTC", "as_of,value\n2025-03-01,85001\n2025-03-02,85001\n"),
    ("px.BTC", "as_of,value\n2025-02-28,850000\n"),
    ("effr", "as_of,value\n2025-02-01,4.3\n"),
    ("etf.btc.flow_usd", "as_of,value\n2025-02-20,100000000\n2025-02-25,100000000\n"),
    ("etf.btc.flow_usd", "as_of,value\n2025-02-20,100000000\n2025-02-24,100000000\n"),
    ("etf.btc.flow_usd", "as_of,value\n2025-02-22,100000000\n"),
    ("etf.btc.flow_usd", "as_of,value\n2025-02-20,1.5\n"),
    ("etf.btc.flow_usd", f"as_of,value\n{THOUSANDS}"),
    ("us2y", "as_of,value\n2025-02-19,4.2\n2025-02-20,0.42\n"),
    ("effr", "as_of,value\n2024-01-01,4.3\n2024-02-01,4.3\n2024-04-01,4.3\n"),
    ("effr", "as_of,value\n2024-01-01,4.3\n2024-02-01,4.3\n2024-12-01,4.3\n"),
    ("vix", "as_of,value\n2025-02-20,-2\n"),
    ("vix", "as_of,value\n2025-02-20,9000\n"),
    ("px.BTC", "as_of,value\n2025-02-02,85000\n2025-02-02T21:00:00Z,85001\n"),
    ("px.BTC", "as_of,value\n2025-03-01T21:00:00Z,85001\n"),
)


def _imports(files: tuple[tuple[str, str | bytes], ...], *more: str) -> Scene:
    def make(folder: Path, _stack: ExitStack) -> Workspace:
        space = s.with_prices(bare_workspace(folder))
        for at, (_, text) in enumerate(files):
            raw = text.encode() if isinstance(text, str) else text
            space.write(f"{at}.csv", "").write_bytes(raw)
        space.write("big.csv", "").write_bytes(gzip.compress(b" " * 67_108_865))
        return space

    lines = (f"signals import {series} {at}.csv" for at, (series, _) in enumerate(files))
    return Scene(make, (*lines, *more))


SCENES: dict[str, Scene] = {
    "a line before anything is there": Scene(s.nothing, ("--json", "audit --json")),
    "a line with a wrong word": Scene(
        _bought,
        (
            "plan --as-of 3025-01-01",
            "resume --confirm --account papr",
            "balances --account papr",
            "why 2001-01-01",
            "arm daily --json",
            "audit verify --dry",
            f"plan --config {LONG}",
        ),
    ),
    "a line about signals with a wrong word": Scene(
        _bought,
        (
            "signals --as-of 2025-01-01 fetch",
            "signals history nonsense",
            "signals history vix --from soon",
            "signals history vix --from 2025-02-02 --to 2025-02-01",
            "signals event add --severity grave --note x",
            f"signals event add --severity low --note {LONG}{LONG}",
            "signals event add --severity low --note x --until soon",
            "signals event add --severity low --note x --until 2001-01-01",
            "signals import px.btc px.csv",
            "signals import px.BTC px.csv --observed-at-lag soon",
            "signals fetch nonsense sosovalue",
            "signals fetch sosovalue",
        ),
    ),
    "a question that is answered with no": Scene(_bought, ("arm daily",), stdin="n\n"),
    "a journal of simulated orders alone": Scene(_dry, ("audit verify",)),
    "files that are no tables": _imports(NO_TABLES, "signals import px.BTC big.csv"),
    "rows that can not be": _imports(WRONG_ROWS),
}

"""What the `--json` tests share: a paper workspace, a call of the command, the shipped schemas."""

import json
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from tests.live.workspace import Ran, Workspace

SCHEMAS = Path(str(resources.files("dcaguard") / "schemas"))
CONFIG = """\
schema = 1
[accounts.paper]
exchange = "paper"
balances = { USDT = 10000 }
[policy.caps]
order_max = 500
month_max = 2000
[policy.universe]
allow = ["BTC"]
[gate]
enabled = false
[holdings.cold]
BTC = 0.25
"""
STRATEGY = """\
name = "daily"
account = "paper"
quote = "USDT"
[schedule]
cron = "0 9 * * *"
[budget]
per_slot = 100
[[buy]]
symbol = "BTC/USDT"
weight = 1
"""
BOUGHT = "2025-03-03"


def validator(name: str) -> Draft202012Validator:
    """Return the validator of a document by its name, such as "audit-trades"."""
    return Draft202012Validator(json.loads((SCHEMAS / f"{name}.json").read_text()))


def document(ran: Ran) -> dict[str, Any]:
    """Return the one document on stdout, after its shipped schema agreed to all of it."""
    found = json.loads(ran.out)  # anything beside one document would not parse
    assert isinstance(found, dict)
    name = str(found["schema"]).removeprefix("dcaguard.").removesuffix("/1")
    wrong = list(problems(name, found))
    assert wrong == [], f"{name}: {wrong}"
    assert found["exit"] == ran.code
    assert "Traceback" not in ran.err
    return found


def problems(name: str, found: dict[str, Any]) -> Iterator[str]:
    """Yield what the schemas have against a document; a failure must also be a plain failure."""
    names = ["error"] if name == "usage" else [name]
    if not found["ok"] and set(found) == {"schema", "ok", "code", "exit", "errors"}:
        names.append("error")
    for one in names:
        for error in validator(one).iter_errors(found):
            yield f"{error.json_path}: {error.message}"


def paper_workspace(folder: Path, *, config: str = CONFIG, strategy: str = STRATEGY) -> Workspace:
    """Return a workspace whose paper account knows prices and bought once, on BOUGHT."""
    space = bare_workspace(folder, config=config, strategy=strategy)
    space.write("px.csv", "as_of,value\n2025-03-01,85000\n2025-03-02,86000\n")
    assert space.call("signals", "import", "px.BTC", "px.csv").code == 0
    ran = space.call("run", "--json", "--as-of", f"{BOUGHT}T09:05Z")
    assert ran.code == 0, ran.out + ran.err
    return space


def bare_workspace(folder: Path, *, config: str = CONFIG, strategy: str = STRATEGY) -> Workspace:
    """Return a workspace with config and strategy and nothing else."""
    space = Workspace(folder)
    space.write("config.toml", config)
    space.write("strategies/daily.toml", strategy)
    return space

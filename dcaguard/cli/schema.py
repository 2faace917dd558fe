"""The JSON Schemas that ship inside the package."""

import json
from importlib import resources


def schema_of(*, strategy: bool) -> object:
    """Return the schema of config.toml, or of a strategy file."""
    name = "strategy.json" if strategy else "config.json"
    text = (resources.files("dcaguard") / "schemas" / name).read_text(encoding="utf-8")
    return json.loads(text)

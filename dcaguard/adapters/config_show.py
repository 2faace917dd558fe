"""Shows the effective config and the shapes it may have; never a secret."""

import json
from typing import Any

from dcaguard.adapters.config import Loaded
from dcaguard.core.config import Config
from dcaguard.core.config_toml import effective, spell_json, spell_tables
from dcaguard.core.strategy import Strategy

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def show_text(loaded: Loaded) -> str:
    """Return the effective config and strategies as TOML, defaults included."""
    parts = [f"# {loaded.path}", *spell_tables(effective(loaded.config))]
    for name, strategy in loaded.strategies.items():
        parts += ["", f"# {loaded.strategy_paths[name]}", *spell_tables(effective(strategy))]
    return "\n".join(parts) + "\n"


def show_json(loaded: Loaded) -> dict[str, object]:
    """Return the effective config and strategies in JSON's types; amounts are strings."""
    return {
        "path": str(loaded.path),
        "config": spell_json(effective(loaded.config)),
        "strategies": {n: spell_json(effective(s)) for n, s in loaded.strategies.items()},
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of config.toml."""
    return {"$schema": _DRAFT, "title": "dcaguard config.toml", **_schema(Config)}


def strategy_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of strategies/NAME.toml."""
    return {"$schema": _DRAFT, "title": "dcaguard strategy", **_schema(Strategy)}


def schema_text(schema: dict[str, Any]) -> str:
    """Return a schema as the package ships it: stable order, one trailing newline."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _schema(model: type[Config] | type[Strategy]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return {key: value for key, value in schema.items() if key != "title"}

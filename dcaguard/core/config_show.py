"""Shows the effective config and the shapes it may have; never a secret."""

import json
from collections.abc import Mapping
from typing import Any

from dcaguard.core.config import Config
from dcaguard.core.config_toml import effective, spell_json, spell_tables
from dcaguard.core.strategy import Strategy

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def show_text(config: Config, strategies: Mapping[str, Strategy]) -> str:
    """Return the effective config and strategies as TOML, defaults included."""
    parts = ["# config.toml", *spell_tables(effective(config))]
    for name, strategy in strategies.items():
        parts += ["", f"# strategies/{name}.toml", *spell_tables(effective(strategy))]
    return "\n".join(parts) + "\n"


def show_json(config: Config, strategies: Mapping[str, Strategy]) -> dict[str, object]:
    """Return the effective config and strategies in JSON's types; amounts are strings."""
    return {
        "config": spell_json(effective(config)),
        "strategies": {name: spell_json(effective(s)) for name, s in strategies.items()},
    }


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of config.toml."""
    return _schema(Config, "dcaguard config.toml")


def strategy_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of strategies/NAME.toml."""
    return _schema(Strategy, "dcaguard strategies/NAME.toml")


def schema_text(schema: Mapping[str, Any]) -> str:
    """Return a schema as the package ships it: stable order, one newline at the end."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _schema(model: type[Config] | type[Strategy], title: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return {**schema, "$schema": _DRAFT, "title": title}

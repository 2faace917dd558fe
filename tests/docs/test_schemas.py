"""The JSON Schemas that ship are valid and demand what every document carries."""

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

FOLDER = Path(str(resources.files("dcaguard") / "schemas"))
SCHEMAS = sorted(FOLDER.glob("*.json"))
# What a person types; the others describe what `--json` prints.
TYPED = ("config.json", "strategy.json")
PRINTED = [path for path in SCHEMAS if path.name not in TYPED]


def loaded(path: Path) -> dict[str, Any]:
    document = json.loads(path.read_text())
    assert isinstance(document, dict)
    return document


def test_schemas_ship_with_the_package() -> None:
    assert {path.name for path in SCHEMAS} >= set(TYPED)
    names = {path.name.partition(".")[0] for path in PRINTED}
    assert {"run", "plan", "status", "guard", "signals"} <= names


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_schema_is_a_valid_schema(path: Path) -> None:
    Draft202012Validator.check_schema(loaded(path))


@pytest.mark.parametrize("path", PRINTED, ids=lambda path: path.name)
def test_a_schema_of_a_document_demands_what_every_document_carries(path: Path) -> None:
    errors = Draft202012Validator(loaded(path)).iter_errors({})
    missing = {word for error in errors for word in error.message.split("'") if word.islower()}
    assert {"schema", "ok", "code", "exit"} <= missing

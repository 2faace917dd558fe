"""Each `--json` document is what its shipped schema says, in success and in failure."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.documents import (
    BOUGHT,
    CONFIG,
    SCHEMAS,
    STRATEGY,
    bare_workspace,
    document,
    paper_workspace,
    validator,
)
from tests.live.workspace import Workspace, live_workspace
from tests.venues.wire.cases import CASES, Case

ROOT = Path(__file__).parents[2]
BINANCE = next(case for case in CASES if case.name == "binance")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A paper workspace that bought once; the tests on it only look."""
    return paper_workspace(tmp_path_factory.mktemp("paper"))


@pytest.fixture
def fresh(tmp_path: Path) -> Workspace:
    """A paper workspace of this test's own."""
    return bare_workspace(tmp_path)


LOOKS = {
    "plan": ("plan", "--slots", "2"),
    "status": ("status",),
    "why": ("why",),
    "balances": ("balances",),
    "guard": ("guard", "--unwind"),
    "config-show": ("config", "show"),
    "config-validate": ("config", "validate"),
    "config-schema": ("config", "schema", "--strategy"),
    "help": ("help",),
    "credentials": ("credentials", "check"),
    "audit-trades": ("audit", "trades"),
    "audit-decisions": ("audit", "decisions"),
    "audit-verify": ("audit", "verify"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_prints_one_document_of_its_schema(space: Workspace, name: str) -> None:
    ran = space.call("--json", *LOOKS[name])
    found = document(ran)
    assert (found["schema"], found["ok"], found["code"]) == (f"dcaguard.{name}/1", True, "OK")


@pytest.mark.parametrize("name", LOOKS)
def test_global_options_behind_the_command_give_the_same_keys(space: Workspace, name: str) -> None:
    before = document(space.call("--json", "--quiet", *LOOKS[name]))
    after = document(space.call(*LOOKS[name], "--quiet", "--json"))
    assert list(before) == list(after)


def test_the_story_of_a_bought_slot_holds_its_order_and_fills(space: Workspace) -> None:
    found = document(space.call("why", BOUGHT, "--json"))
    (tranche,) = found["tranches"]
    assert tranche["decisions"][-1]["verdict"] == "BUY"
    assert tranche["order"]["status"] == "FILLED"
    assert tranche["fills"][0]["client_order_id"] == tranche["order"]["client_order_id"]


def test_money_is_never_a_binary_number(space: Workspace) -> None:
    for words in LOOKS.values():
        found = json.loads(space.call("--json", *words).out, parse_float=str)
        settings = found.pop("config", None), found.pop("json_schema", None)
        assert not any(isinstance(leaf, float) for leaf in leaves(found)), settings


def leaves(node: Any) -> Iterator[Any]:
    """Yield every value that holds no other."""
    if isinstance(node, dict | list):
        for child in node.values() if isinstance(node, dict) else node:
            yield from leaves(child)
    else:
        yield node


def test_the_stored_guard_says_what_was_seen_by_then(space: Workspace) -> None:
    found = document(space.call("guard", "--json", "--as-of", "2025-03-04"))
    assert found["stored"] is True
    assert [row["asset"] for row in found["accounts"][0]["balances"]] == ["USDT"]
    assert found["accounts"][0]["at"] == f"{BOUGHT}T09:05:00Z"  # before that pass bought


def test_a_page_and_the_config_schema_are_documents_too(space: Workspace) -> None:
    assert "# " in document(space.call("help", "changes", "--json"))["text"]
    schema = document(space.call("config", "schema", "--json"))["json_schema"]
    assert "accounts" in schema["properties"]


def test_a_new_folder_is_told_file_by_file(tmp_path: Path) -> None:
    space = Workspace(tmp_path)
    first = document(space.call("--json", "init", "plan"))
    again = document(space.call("--json", "init", "plan"))
    assert (first["kept"], again["written"]) == ([], [])
    assert sorted(first["written"]) == sorted(again["kept"])


def test_a_run_tells_what_it_bought_and_what_it_could_not(fresh: Workspace) -> None:
    held = fresh.call("run", "--json", "--as-of", f"{BOUGHT}T09:05Z")
    assert document(held)["code"] == "DATA_INVALID"
    fresh.write("px.csv", "as_of,value\n2025-03-02,86000\n")
    assert fresh.call("signals", "import", "px.BTC", "px.csv").code == 0
    found = document(
        fresh.call("run", "--json", "--as-of", f"{BOUGHT}T09:06Z", "--detailed-exitcode")
    )
    assert (found["exit"], found["code"], found["ok"]) == (10, "BOUGHT", True)
    assert found["orders"] == [found["decisions"][0]["order"]]
    nothing = document(fresh.call("run", "--json", "--as-of", f"{BOUGHT}T09:07Z"))
    assert (nothing["exit"], nothing["orders"]) == (0, [])


def test_a_rehearsal_is_a_run_document(fresh: Workspace) -> None:
    fresh.write("px.csv", "as_of,value\n2025-03-02,86000\n")
    assert fresh.call("signals", "import", "px.BTC", "px.csv").code == 0
    ran = fresh.call("run", "--json", "--dry-run", "--as-of", f"{BOUGHT}T09:05Z")
    found = document(ran)
    assert (found["dry_run"], found["decisions"][0]["verdict"]) == (True, "BUY")


def test_halt_run_resume_and_arm(fresh: Workspace) -> None:
    assert document(fresh.call("halt", "--reason", "a move", "--json"))["reason"] == "a move"
    fresh.write("px.csv", "as_of,value\n2025-03-02,86000\n")
    assert fresh.call("signals", "import", "px.BTC", "px.csv").code == 0
    assert document(fresh.call("run", "--json", "--as-of", f"{BOUGHT}T09:05Z"))["exit"] == 82
    assert document(fresh.call("status", "--json"))["halted"] == "a move"
    assert document(fresh.call("--json", "resume"))["exit"] == 2
    assert document(fresh.call("--json", "resume", "--confirm"))["halted"] is False
    assert document(fresh.call("--json", "arm", "daily"))["exit"] == 2
    assert document(fresh.call("--json", "arm", "daily", "--yes"))["first"] is True


def test_a_backup_is_named_and_never_overwritten(fresh: Workspace) -> None:
    assert fresh.call("run", "--as-of", f"{BOUGHT}T09:05Z").code == 65
    first = document(fresh.call("audit", "backup", "copy.db", "--json"))
    assert (fresh.folder / "copy.db").stat().st_size == first["size_bytes"]
    again = document(fresh.call("audit", "backup", "copy.db", "--json"))
    assert (again["exit"], again["schema"]) == (73, "dcaguard.audit-backup/1")


def test_the_demo_puts_plain_dca_beside_its_result(tmp_path: Path) -> None:
    found = document(Workspace(tmp_path).call("demo", "--dir", "d", "--json", timeout=240))
    assert set(found["result"]) == set(found["plain_dca"])
    assert sum(pause["days"] for pause in found["pauses"]) == found["paused_days"] > 0
    again = document(Workspace(tmp_path).call("demo", "--dir", "d", "--json"))
    assert (again["exit"], again["schema"]) == (73, "dcaguard.demo/1")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Case, Any, Workspace]]:
    """A live account on a loopback venue."""
    server = BINANCE.start()
    yield BINANCE, server, live_workspace(tmp_path, server)
    server.stop()


def test_an_order_without_an_outcome_is_told_by_run_status_and_resolve(
    live: tuple[Case, Any, Workspace],
) -> None:
    case, server, space = live
    server.fault(case.order_match, "hidden", times=1, seconds=100)
    server.fault(case.order_match, "close", times=1)
    found = document(space.run())
    assert (found["exit"], found["code"]) == (80, "ORDER_UNKNOWN")
    (order,) = found["orders"]
    assert document(space.call("status", "--json"))["unresolved"] == [order]
    told = document(space.call("resolve", order["client_order_id"][:8], "--json"))
    assert told["order"]["client_order_id"] == order["client_order_id"]
    assert document(space.call("resolve", "ffffffff", "--json"))["ok"] is False


def test_a_keys_rights_and_a_guarded_venue_are_documents(
    live: tuple[Case, Any, Workspace],
) -> None:
    _, server, space = live
    (row,) = document(space.call("credentials", "check", "--json"))["accounts"]
    assert row["result"] == "PROVED"
    found = document(space.call("guard", "--json"))
    assert any(check["evidence"] for check in found["accounts"][0]["checks"])
    server.fault((".*", ".*"), "status", status=503)
    for words in (("balances",), ("guard",), ("run", "--no-fetch")):
        assert document(space.call(*words, "--json"))["ok"] is False


NEEDS_CONFIG = [
    ("plan",), ("status",), ("why",), ("balances",), ("guard",), ("run",), ("arm", "daily"),
    ("halt",), ("resume", "--confirm"), ("resolve", "abcdef"), ("credentials", "check"),
    ("credentials", "set", "main"), ("config", "show"), ("config", "validate"),
    ("audit", "trades"), ("audit", "decisions"), ("audit", "verify"), ("audit", "backup", "x.db"),
]  # fmt: skip


@pytest.mark.parametrize("words", NEEDS_CONFIG, ids=" ".join)
def test_without_a_config_each_command_fails_with_66(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    found = document(Workspace(tmp_path).call(*words, "--json"))
    assert (found["exit"], found["code"]) == (66, "NO_INPUT")
    assert "dcaguard init" in found["errors"][0]["message"]
    validator(str(found["schema"])[9:-2]).validate(found)


def test_a_halt_works_beside_an_invalid_config(tmp_path: Path) -> None:
    space = bare_workspace(tmp_path, config=CONFIG.replace("order_max", "order_mx"))
    found = document(space.call("--json", "halt", "--reason", "now"))
    assert (found["exit"], found["halted"], found["journalled"]) == (0, True, False)
    assert (tmp_path / "HALT").exists()


@pytest.mark.parametrize("words", [w for w in NEEDS_CONFIG if w[0] != "halt"], ids=" ".join)
def test_with_an_invalid_config_each_command_fails_with_78(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    space = bare_workspace(tmp_path, config=CONFIG.replace("order_max", "order_mx"))
    found = document(space.call("--json", *words))
    assert (found["exit"], found["code"]) == (78, "CONFIG")
    assert "order_max" in found["errors"][0]["message"]


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        (),
        ("plan", "--nonsense"),
        ("plan", "--slots", "many"),
        ("audit", "nonsense"),
        ("audit",),
        ("arm",),
        ("plan", "--as-of", "soon"),
        ("audit", "decisions", "--verdict", "MAYBE"),
        ("run", "--config"),
    ],
    ids=" ".join,
)
def test_a_line_that_makes_no_sense_is_one_document_with_2(
    fresh: Workspace, words: tuple[str, ...]
) -> None:
    for line in (("--json", *words), (*words, "--json")):
        if "--config" in words and line[-1] == "--json":
            continue  # there it is the path that --config names
        ran = fresh.call(*line)
        assert document(ran)["exit"] == 2, line
        assert ran.err == ""


@pytest.mark.parametrize("words", [("plan",), ("audit", "verify"), ("nonsense",)], ids=" ".join)
def test_without_json_a_failure_is_on_stderr_alone(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = Workspace(tmp_path).call(*words)
    assert (ran.code > 0, ran.out) == (True, "")
    assert ran.err.startswith("dcaguard: ")


def test_quiet_says_nothing_while_all_is_well_and_hides_no_trouble(fresh: Workspace) -> None:
    held = fresh.call("run", "--quiet", "--as-of", f"{BOUGHT}T09:05Z")
    assert (held.code, "PRICE_UNKNOWN" in held.out) == (65, True)
    well = fresh.call("run", "--quiet", "--as-of", f"{BOUGHT}T08:00Z")
    assert (well.code, well.out, well.err) == (0, "", "")


def test_two_mistakes_are_two_errors_in_one_document(tmp_path: Path) -> None:
    config = CONFIG.replace("order_max", "order_mx").replace("[gate]", "[gait]")
    space = bare_workspace(tmp_path, config=config, strategy=STRATEGY.replace("weight", "wait"))
    found = document(space.call("config", "validate", "--json"))
    assert len(found["errors"]) >= 3
    assert all(one["message"].count("\n") == 0 for one in found["errors"])


def test_every_document_that_the_program_shows_has_a_schema_and_every_schema_a_document() -> None:
    files = sorted((ROOT / "dcaguard" / "cli").glob("*.py"))
    source = "\n".join(path.read_text() for path in files)
    shown = set(re.findall(r'\bshow\(\s*"([a-z-]+)"', source))
    assert len(shown) > 20
    assert shown - {path.stem for path in SCHEMAS.glob("*.json")} == set()


def test_no_schema_forbids_keys_that_a_later_version_adds() -> None:
    for path in SCHEMAS.glob("*.json"):
        schema = json.loads(path.read_text())
        if path.stem not in ("config", "strategy"):
            assert schema.get("additionalProperties", True) is True, path.name
            assert '"additionalProperties": false' not in path.read_text(), path.name

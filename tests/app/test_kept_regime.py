"""A folded regime that was kept in cache.db answers for its own journal alone."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.app.space import Space, following, panic, space_in

PAUSING: dict[str, Any] = {"fee": 0, "gate": "enabled = true"}
DAYS = [d for d in following("2025-02-20", 12) if date.fromisoformat(d).weekday() < 5]
AT = "2025-03-04T09:05"


def market(space: Space, vix: int) -> None:
    """Put a flat price and two weeks of the VIX at one height into the journal."""
    space.prices("2025-02-20", 20)
    panic(space, DAYS, vix)


def without_journal(space: Space) -> None:
    for name in ("dcaguard.db", "dcaguard.head"):
        (space.folder / name).unlink()


@pytest.mark.parametrize(("known", "true", "regime"), [(15, 45, "PAUSED"), (45, 15, "NORMAL")])
def test_a_new_journal_beside_an_old_cache_is_folded_from_its_own_readings(
    tmp_path: Path, known: int, true: int, regime: str
) -> None:
    space = space_in(tmp_path, **PAUSING)
    market(space, known)
    assert space.regime_at(AT) != regime
    assert (tmp_path / "cache.db").exists()
    without_journal(space)
    market(space, true)
    found = space.at(AT)
    assert (found.regime, found.verdict) == (regime, "PAUSE" if regime == "PAUSED" else "BUY")


def test_another_journal_in_the_folder_lends_no_regime(tmp_path: Path) -> None:
    space = space_in(tmp_path, **PAUSING)
    market(space, 45)
    text = (tmp_path / "config.toml").read_text()
    space.write("config.toml", text + '[journal]\npath = "trial.db"\n')
    trial = Space(tmp_path)
    space.journal.rename(tmp_path / "kept.db")
    (tmp_path / "dcaguard.head").unlink()
    market(trial, 15)
    trial.journal.rename(tmp_path / "trial.db")
    (tmp_path / "dcaguard.head").unlink()
    assert space.regime_at(AT) == "NORMAL"
    (tmp_path / "kept.db").rename(space.journal)
    space.write("config.toml", text)
    assert space.at(AT).regime == "PAUSED"


def test_a_restored_journal_that_went_another_way_is_folded_anew(tmp_path: Path) -> None:
    space = space_in(tmp_path, **PAUSING)
    space.prices("2025-02-20", 20)
    copy = tmp_path / "copy.db"
    shutil.copy(space.journal, copy)
    panic(space, DAYS, 15)
    assert space.regime_at(AT) == "NORMAL"
    without_journal(space)
    shutil.copy(copy, space.journal)
    panic(space, DAYS, 45)
    assert space.at(AT).regime == "PAUSED"


def test_a_kept_regime_goes_on_without_reading_what_it_was_folded_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = space_in(tmp_path, **PAUSING)
    market(space, 45)
    assert space.regime_at(AT) == "PAUSED"

    def unread(*_: object) -> None:
        raise AssertionError("a kept regime was folded again")

    monkeypatch.setattr("dcaguard.app.folding.advance", unread)
    assert space.regime_at(AT) == "PAUSED"

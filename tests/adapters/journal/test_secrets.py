"""No secret gets into a row, whoever repeats it and wherever; nothing else is changed."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from dcaguard.adapters.journal import SqliteJournal, open_journal
from dcaguard.adapters.redact import MARK, Redactor
from dcaguard.core.order import Order

KEY = "kQH5HW8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18"
PASSPHRASE = 'my "own" wörd'


def test_a_secret_in_a_text_a_name_or_a_subject_is_never_written(
    path: Path, noon: datetime, an_order: Callable[..., Order]
) -> None:
    hidden = Redactor()
    hidden.add_all([KEY, PASSPHRASE, "weekly", "123456"])
    said = json.dumps({"msg": f"Invalid {KEY}", "pass": PASSPHRASE})
    body = {
        "detail": said,
        "rows": [{f"x-{KEY}": f"({PASSPHRASE})", "n": 1, "gone": None, "yes": True}],
        "amount": "0.00123456",
        "strategy": "weekly",
    }
    with open_journal(path, clock_now=noon, scrub=hidden.scrub_record) as journal:
        journal.append("note", f"main:{KEY}", body, noon)
        journal.append("note", "", {"plain": "nothing to hide"}, noon)
        journal.add_order(an_order(strategy="weekly"), "slot", "d" * 64, noon)
        assert journal.order(f"{1:032x}") == an_order(strategy="weekly")
        first, second = journal.entries("note")
        assert journal.verify_all().findings == ()
    written = path.read_bytes()
    for secret in (KEY, PASSPHRASE, json.dumps(PASSPHRASE)[1:-1], KEY[:20]):
        assert secret.encode() not in written
    assert first.subject == f"main:{MARK}"
    assert first.body["rows"] == [{f"x-{MARK}": f"({MARK})", "n": 1, "gone": None, "yes": True}]
    assert json.loads(str(first.body["detail"])) == {"msg": f"Invalid {MARK}", "pass": MARK}
    assert (first.body["amount"], first.body["strategy"]) == ("0.00123456", "weekly")
    assert second.body == {"plain": "nothing to hide"}


def test_a_row_without_a_secret_is_the_same_with_and_without_scrubbing(
    tmp_path: Path, noon: datetime
) -> None:
    hidden = Redactor()
    hidden.add(KEY)
    heads = []
    for name, scrub in (("a.db", str), ("b.db", hidden.scrub_record)):
        with open_journal(tmp_path / name, clock_now=noon, scrub=scrub) as journal:
            assert isinstance(journal, SqliteJournal)
            journal.append("note", "s", {"é": ["\ud800", 1, 2.5, {"z": None}]}, noon)
            heads.append(journal.head())
    assert heads[0] == heads[1]

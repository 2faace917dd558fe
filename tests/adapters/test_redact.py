"""No spelling of a live secret leaves the process; outside text cannot steer a terminal."""

import base64
import io
import json
import logging
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcaguard.adapters.redact import (
    MARK,
    Redactor,
    ScrubbedRecords,
    ScrubbedStream,
    crash_text,
    safe_block,
    safe_text,
)

SECRET = "kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5+nE9qa99HAZtuZ=="


def redactor(*secrets: str) -> Redactor:
    made = Redactor()
    made.add_all(secrets)
    return made


SPELLINGS = {
    "raw": SECRET,
    "url": quote(SECRET, safe=""),
    "url with slashes": quote(SECRET),
    "base64": base64.b64encode(SECRET.encode()).decode(),
    "url-safe base64": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "hex": SECRET.encode().hex(),
    "upper-case hex": SECRET.encode().hex().upper(),
    "decoded hex": base64.b64decode(SECRET + "=").hex()
    if len(SECRET) % 4
    else base64.b64decode(SECRET).hex(),
    "tail": SECRET[-8:],
}


ODD = ('pa"ss\\word-1', "pässwörd-12", "tab\tword123", "p&a s+s/word", "\U0001f600passphrase")


@pytest.mark.parametrize("secret", ODD)
def test_a_secret_is_hidden_as_json_spells_it(secret: str) -> None:
    for spell in (json.dumps, repr, ascii, lambda text: json.dumps(text, ensure_ascii=False)):
        text = spell(secret)
        for shown in (text, text.replace("/", "\\/"), json.dumps({"said": text})):
            scrubbed = redactor(secret).scrub(shown)
            assert MARK in scrubbed
            assert "word" not in scrubbed
            assert "pass" not in scrubbed


@pytest.mark.parametrize("length", [16, 17, 40, len(SECRET) - 1])
def test_a_piece_of_a_long_secret_is_hidden_with_all_that_follows(length: int) -> None:
    assert redactor(SECRET).scrub(f"said {SECRET[:length]}, cut") == f"said {MARK}, cut"


@pytest.mark.parametrize("shown", [16, 20, 24, 40])
def test_a_piece_of_a_key_that_ends_as_it_begins_is_hidden_too(shown: int) -> None:
    key = "abCD1234" + "e5f6" * 8 + "abCD1234"
    assert redactor(key).scrub(f"key {key[:shown]}... refused") == f"key {MARK}... refused"


def test_a_piece_of_a_shorter_secret_is_hidden_from_its_half_on() -> None:
    key = "kQH5HW8p1uGOVjbgWA7F"
    for shown in (10, 12, 19):
        assert redactor(key).scrub(f"key {key[:shown]}, cut") == f"key {MARK}, cut"


def test_the_half_of_a_persons_own_passphrase_hides_no_ordinary_word() -> None:
    made = redactor("strategies-2024!", "Dcaguard-kucoin-1")
    for text in ('{"strategies": []}', "Dcaguard buys", "strategies-2023"):
        assert made.scrub(text) == text
    assert made.scrub("is strategies-2024! right") == f"is {MARK} right"


def test_a_record_keeps_names_and_amounts_that_hold_a_short_secret_by_chance() -> None:
    made = redactor("123456", "weekly", SECRET)
    kept = ("btc-eth-weekly", "0.00123456", "2025-03-03T08:00:00.123456Z", "a" * 58 + "123456")
    for text in (*kept, "2025-03-03T09:00+01:00[Europe/Berlin]", "main:BTC/USDT:123456"):
        assert made.scrub_record(text) == text
    for text in ("it said 123456", '{"pass":"weekly"}', "?uid=123456", f"a {SECRET}", SECRET):
        assert MARK in made.scrub_record(text)
    hexed = SECRET.encode().hex()
    assert made.scrub_record(f"a.{hexed}.b") == f"a.{MARK}.b"


def test_the_newest_signatures_are_hidden_and_a_long_process_does_not_keep_all() -> None:
    made = Redactor()
    for number in range(500):
        made.add_signature(f"{number:064x}")
    assert made.scrub(f"{499:064x}") == MARK
    assert int(repr(made).split("(")[1].split()[0]) <= 200


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_is_hidden(spelling: str) -> None:
    text = f"before {SPELLINGS[spelling]} after"
    assert redactor(SECRET).scrub(text).replace("=", "") == f"before {MARK} after"


def test_a_secret_inside_other_base64_is_hidden_at_each_alignment() -> None:
    secret = "correct-horse-battery-staple"
    for lead in ("", "a", "ab", "abc"):
        text = base64.b64encode(f"{lead}{secret}:x".encode()).decode()
        shown = redactor(secret).scrub(text)
        assert MARK in shown
        assert len(shown.replace(MARK, "")) < 12


def test_a_pem_key_is_hidden_line_by_line() -> None:
    body = "MHcCAQEEIBvWFxzXwQ5nJZkx5mYxvJH2n3cWq7yV0y1oAoGCCqGSM49"
    pem = f"-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----\n"
    shown = redactor(pem)
    assert shown.scrub(f"x {body} y") == f"x {MARK} y"
    assert body not in shown.scrub(repr(pem))


def test_a_registered_signature_is_hidden() -> None:
    made = Redactor()
    made.add_signature("c0ffee" * 10)
    assert made.scrub(f"signature={'c0ffee' * 10}&x=1") == f"signature={MARK}&x=1"


def test_short_texts_are_not_secrets() -> None:
    assert redactor("USD", "").scrub("10 USD") == "10 USD"


def test_its_own_text_shows_nothing() -> None:
    assert SECRET[-8:] not in repr(redactor(SECRET))


@given(st.text(alphabet=st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=12))
def test_no_raw_secret_survives(secret: str) -> None:
    trimmed = secret.strip()
    if len(trimmed) < 6 or trimmed in MARK:
        return
    assert trimmed not in redactor(secret).scrub(f"a {secret} b").replace(MARK, "")


def test_a_secret_written_in_two_parts_is_hidden() -> None:
    inner = io.StringIO()
    stream = ScrubbedStream(inner, redactor(SECRET))
    stream.write(f"key {SECRET[:20]}")
    stream.write(f"{SECRET[20:]}\nnext")
    assert inner.getvalue() == f"key {MARK}\n"
    stream.flush()
    assert inner.getvalue() == f"key {MARK}\nnext"


def test_a_stream_offers_no_way_around() -> None:
    assert getattr(ScrubbedStream(io.StringIO(), Redactor()), "buffer", None) is None


def test_log_records_are_scrubbed_with_arguments_and_tracebacks() -> None:
    seen: list[logging.LogRecord] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(record)

    handler = Kept()
    handler.addFilter(ScrubbedRecords(redactor(SECRET)))
    log = logging.getLogger("test_redact")
    log.propagate = False
    log.addHandler(handler)
    try:
        int(SECRET)
    except ValueError:
        log.exception("signed %s", SECRET)
    text = logging.Formatter().format(seen[0])
    assert SECRET[-8:] not in text
    assert "ValueError" in text


def test_a_crash_shows_the_place_but_no_secret_and_no_locals() -> None:
    def inner(api: str) -> None:
        local_value = api[:10]
        raise RuntimeError(f"GET https://x/?signature={api}", len(local_value))

    with pytest.raises(RuntimeError) as caught:
        inner(SECRET)
    text = crash_text(caught.value, redactor(SECRET))
    assert "RuntimeError" in text
    assert "in inner" in text
    assert SECRET[-8:] not in text
    assert SECRET[:10] not in text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\x9b2J", "\\x9b2J"),
        ("pay \u202eCTB", "pay \\u202eCTB"),
        ("bell\x07\x7f\x00", "bell\\x07\\x7f\\x00"),
        ("\ud800", "\\ud800"),
        ("Zürich 5 €", "Zürich 5 €"),
    ],
)
def test_outside_text_cannot_steer_a_terminal(raw: str, shown: str) -> None:
    assert safe_text(raw) == shown


def test_long_outside_text_is_cut() -> None:
    assert safe_text("x" * 600) == "x" * 500 + "..."


def test_a_block_keeps_its_lines() -> None:
    assert safe_block("a\n\tb\x1b") == "a\n\tb\\x1b"


def test_an_installed_process_leaks_neither_output_nor_crash() -> None:
    program = (
        "import logging, sys\n"
        "from dcaguard.adapters.redact import Redactor, install\n"
        "from dcaguard.adapters.hardening import harden_process\n"
        "import os, resource\n"
        "harden_process()\n"
        "r = Redactor(); r.add(sys.stdin.read()); install(r)\n"
        "key = ''.join(['canary', 'Value', '1234567890'])\n"
        "print('out', key)\n"
        "logging.getLogger('ccxt.base.exchange').debug(key)\n"
        "logging.getLogger('x').warning('log %s', key)\n"
        "print('core', resource.getrlimit(resource.RLIMIT_CORE)[0], 'mask', oct(os.umask(0)))\n"
        "raise ValueError(key)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        input="canaryValue1234567890\n",
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert "canaryValue" not in done.stdout + done.stderr
    assert f"out {MARK}" in done.stdout
    assert "core 0 mask 0o77" in done.stdout
    assert f"log {MARK}" in done.stderr
    assert f"ValueError: {MARK}" in done.stderr

"""Sentences that no command can be brought to say in a test, and where they are met instead."""

from collections.abc import Mapping

STORE = "tests/adapters/journal/test_store.py"
OPENING = "tests/adapters/journal/test_opening.py"
COPIES = "tests/adapters/journal/test_backup_and_migration.py"
SESSION = "tests/adapters/venues/test_session.py"
LOADER = "tests/adapters/venues/test_loader.py"
PROVIDERS = "tests/adapters/sources/test_providers.py"
FETCHES = "tests/adapters/sources/test_fetch.py"
LISTS = "tests/adapters/sources/test_liquidations.py"
OUTSIDE = "tests/live/test_outside.py"
STOPS = "tests/live/test_stops.py"
GONE = f"{STOPS}::test_an_order_on_an_account_that_is_gone_is_told_and_can_not_be_resolved"
BODY = f"{SESSION}::test_a_body_that_is_not_what_was_decided_spends_the_permit_unsent"
NOT_ENDED = (
    "tests/live/test_rests_not_ended.py::test_an_order_that_can_not_be_asked_for_or_cancelled"
    "_is_told_and_nothing_rests_beside_it"
)
REPORT = "Nothing was sent; please report it."
URL = "the config is refused before (78), by the same rule in `core/config_places.py`"

BEHIND: Mapping[str, str] = {
    # --- met by a command, in a test of its own
    "…: … and half of all … rows are too small for percent: write 4.25 for 4.25 %, not 0.0425": (
        "tests/core/test_reading_checks.py::test_a_table_in_another_unit_is_refused_whole"
    ),
    "…: all known days are shown at … times what they were, as after a split of the share, but "
    "the page begins on …: not used; import its closes since … as they are now, with --revision": (
        f"{FETCHES}::test_a_restated_page_that_begins_too_late_is_refused_with_its_remedy"
    ),
    "…: all known days are shown at … times what they were, as after a split of the share, but "
    "the whole page did not come: not used; import its closes since … as they are now, with "
    "--revision": f"{FETCHES}::test_a_split_whose_whole_page_does_not_come_is_refused",
    "…: no value for … to … (… days), which was not a holiday: the other days count; import what "
    "is missing if you know it, else what lies across it is unknown until enough days follow": (
        f"{PROVIDERS}::TestMapped::"
        "test_a_day_that_a_table_lacks_is_told_while_it_is_recent_and_the_others_count"
    ),
    "…: no value for …, which was not a holiday: the other days count; import what is missing if "
    "you know it, else what lies across it is unknown until enough days follow": (
        "tests/adapters/sources/test_markets.py::TestFred::"
        "test_a_missing_session_between_two_closes_is_told_and_the_others_count"
    ),
    "dcaguard: the answer could not be written; see `dcaguard status`": (
        "tests/errors/test_messages.py::test_an_answer_that_can_not_be_written_is_told"
    ),
    "order … (…) is … on account …, which the config no longer has: put [accounts.…] back "
    "(with live = false if you like), so that it can be asked for": GONE,
    "account …: order … (…) rests at the venue and could not be asked for: …: run again later": (
        NOT_ENDED
    ),
    "account …: order … (…) should rest no longer, and whether it ended is not known: …: it may "
    "still fill, and buying there waits; run again later, or cancel it at the venue": NOT_ENDED,
    "order … (…) is … on account …, which the config no longer has: put [accounts.…] back "
    "(with live = false if you like), so that it can be asked for; where nothing else can tell, "
    "`dcaguard resolve ORDER --as-bought` ends it": GONE,
    "it was sent to … (…), and account … is now … (…): put [accounts.…] back as it was, and give "
    "the other a name of its own": (
        "tests/app/test_denials.py::test_another_exchange_under_the_same_name_can_not_deny_an_order"
    ),
    "resolve …: account … is not in the config: put [accounts.…] back, so that its venue can be "
    "asked; …": GONE,
    "resolve: --abandon says that it never arrived, --as-bought that it may have: name one": (
        "tests/live/test_resolve.py::test_a_person_says_one_thing_of_an_order"
    ),
    "…: the installed ccxt would send to …, which is not this venue's: reinstall dcaguard with "
    "its pinned ccxt; nothing was sent.": (
        f"{OUTSIDE}::test_a_ccxt_that_names_another_host_is_refused"
    ),
    "… is still not known: a made-up time proves nothing: buying there waits; …": (
        f"{STOPS}::test_a_made_up_time_on_paper_settles_nothing_on_a_real_account"
    ),
    "…: …: no time left: the rest follows with the next fetch": (
        f"{LISTS}::test_when_time_runs_out_the_days_read_are_kept_and_the_rest_waits"
    ),
    "…: … says …, but … is known from …: what is known stays and the new value is not used until "
    "they agree; to decide it yourself, import that day with --revision": (
        "tests/sources/test_traps.py"
        "::test_two_sources_that_are_asked_one_after_the_other_are_held_against_each_other"
    ),
    "…: … is not a known series: correct the config": (
        "the config refuses every name of a mapping or a ticker before (78)"
    ),
    # --- fences that only a strange ccxt, or a mistake of ours, would run into
    "POST order was refused before it left …: a name stands in it twice. …": BODY,
    "POST order was refused before it left …: it holds …, which was not decided. …": BODY,
    "POST order was refused before it left …: its … is not what was decided. …": BODY,
    "POST order was refused before it left …: this order was sent already. …": (
        f"{SESSION}::test_a_permit_lets_one_order_out_and_no_second"
    ),
    "a request carried parts that the guarded session does not examine. " + REPORT: (
        f"{SESSION}::test_parts_that_are_not_examined_are_refused"
    ),
    "… was refused: it tried to go round the guarded session. " + REPORT: (
        f"{SESSION}::test_a_prepared_request_can_not_go_round_the_guard"
    ),
    "… was refused: no order was decided. " + REPORT: (
        f"{SESSION}::test_an_order_without_a_permit_is_refused"
    ),
    "…: slot … of … already has order …: a slot is bought at most once.": (
        f"{STORE}::test_a_slot_or_an_id_is_never_used_twice"
    ),
    "…: is not a host of this source: check base_url": (
        "tests/adapters/sources/test_http.py"
        "::test_a_host_that_the_source_does_not_name_is_never_touched"
    ),
    "…: … is not a number: leave the row out if it is not known": (
        "tests/core/test_reading_checks.py::test_a_value_is_possible_in_its_unit"
    ),
    "credentials: names no place of a secret: write keyring:SERVICE/NAME, file:PATH, "
    "systemd:NAME or env:PREFIX": (
        "tests/adapters/test_credentials.py"
        "::test_what_is_no_reference_is_refused_without_repeating_it"
    ),
    "base_url = …: not an http(s) address without a user. Correct it.": URL,
    "base_url = …: plain http is for loopback only. Use https.": (
        f"{LOADER}::test_plain_http_is_for_loopback_only"
    ),
    "account …: no credentials, so it can only read public data. Name where its key is kept.": (
        "tests/adapters/venues/test_reading_over_http.py::test_without_a_key_there_is_no_order_path"
    ),
    "account …: … has no venue profile, so nothing can be proved there. Known: ….": (
        "the config names only exchanges that have a profile"
    ),
    "… is not listed on …. Check the symbol.": (
        "only markets that were bought on are asked for their trades"
    ),
    "sources.…: nothing here opens …: enabled = false": (
        "the program always hands over what opens an exchange; a test may leave it out"
    ),
    "strategies/….toml: order.type: … orders are sent as … only, not as …: change it; nothing was "
    "sent": "every venue that is bought on takes each type that the config lets through",
    "there is no journal yet: `dcaguard run` makes one": (
        "commands that only look get a journal that can not be written; they never try"
    ),
    "…: there is no journal yet: the first `dcaguard run` makes it.": (
        f"{OPENING}::test_reading_never_makes_or_changes_a_file"
    ),
    # --- another machine, another user, another moment
    "…: belongs to another user: copy it and use the copy": (
        "needs a file of another user, which only root can make; root itself may read any"
    ),
    "…: has schema …, this program reads …: any command that writes, such as `dcaguard run`, "
    "brings it up to date.": f"{COPIES}::test_a_migration_keeps_a_proved_copy_of_before",
    "…: its copy is damaged (…), so no backup was kept: run `dcaguard audit verify`.": (
        f"{COPIES}::test_a_damaged_journal_gives_no_backup"
    ),
    "…: an earlier write of the same step failed, so nothing of it was kept: free space or check "
    "the disk and run again.": (
        f"{STORE}::test_a_transaction_that_sqlite_gave_up_is_never_half_kept"
    ),
    "…: journal_mode is … and cannot be changed: close other programs that have the file open and "
    "run again.": "SQLite itself answers that the file is locked wherever we could hold it open",
    "…: is not a plain file: move it away and run again.": (
        "the lock is looked at first; only a file that changes between look and open gets here"
    ),
    "…: cannot look at the folder: …; ….": (
        "the folder was read a moment before; only one that goes away meanwhile gets here"
    ),
    "… did not answer (no full answer in time). Check the network, then try again.": (
        f"{SESSION}::test_a_dripping_answer_ends_at_the_deadline"
    ),
    "resolve …: … orders begin like this: give more of the id": (
        "ids are hashes: two orders that begin alike can not be made at will"
    ),
}

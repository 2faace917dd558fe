"""Every fault of the checklist, with the tests that show what happens, or why there is none.

A test is named `path::function` below tests/. Rows are never removed: a row that is no longer
tested says why. Every row of the exchange is driven by the installed command on each of the three
venues that it buys on.
"""

LOST = "live/test_lost_replies.py::test_"
REFUSED = "live/test_refusals.py::test_"
OUTSIDE = "live/test_outside.py::test_"
STOP = "live/test_stopping.py::test_"
FULL = "live/test_full_disk.py::test_"
DATA = "live/test_data.py::test_"
LIFE = "live/test_order_life.py::test_"
MACHINE = "live/test_one_machine.py::test_"
FILES = "live/test_config_faults.py::test_"
DISK = "adapters/journal/test_disk.py::test_"
OPENING = "adapters/journal/test_opening.py::test_"
CRASH = "adapters/journal/test_crash.py::test_"
ETF = "adapters/sources/test_etf.py::test_"
HTTP = "adapters/sources/test_http.py::test_"
CHECKS = "core/test_reading_checks.py::test_"
GOOD = "sources/test_good_pages.py::test_"
BAD = "sources/test_bad_pages.py::test_"
TRAPS = "sources/test_traps.py::test_"
SIGNALS = "cli/test_signals_commands.py::test_"
APPEND = "adapters/journal/test_append_only.py::test_"
FETCH = "adapters/sources/test_fetch.py::test_"
SCHEDULE = "core/test_schedule.py::test_"

TESTS: dict[str, tuple[str, ...]] = {
    # configuration
    "C01": (f"{FILES}a_wrong_config_is_told_without_a_request",),
    "C02": (f"{FILES}a_wrong_config_is_told_without_a_request",),
    "C04": (f"{FILES}weights_that_do_not_sum_to_one_are_told_with_the_sum",),
    "C05": (f"{FILES}a_symbol_that_the_venue_does_not_list_is_never_guessed",),
    "C08": (f"{FILES}a_wrong_config_is_told_without_a_request",),
    "C10": (f"{FILES}a_secret_in_the_config_is_told_and_not_repeated",),
    "C13": (f"{FILES}a_cap_below_the_venues_minimum_is_a_mistake_of_the_config",),
    "C14": (f"{FILES}a_wrong_config_is_told_without_a_request",),
    "C18": (
        f"{FILES}a_wrong_config_is_told_without_a_request",
        "adapters/test_config_load.py::test_leverage_in_a_strategy_is_refused_too",
    ),
    "C19": (f"{FILES}a_wrong_config_is_told_without_a_request",),
    # exchange
    "E01": (
        f"{LOST}a_request_lost_on_its_way_is_unknown_then_abandoned",
        f"{LOST}a_timeout_before_and_after_execution_is_one_order_at_most",
    ),
    "E02": (
        f"{LOST}a_fill_whose_reply_was_lost_is_found_by_the_next_run",
        f"{LOST}a_fill_whose_reply_was_lost_is_found_by_the_same_run",
    ),
    "E04": (f"{LOST}a_server_error_after_execution_is_unknown_until_the_fill_is_found",),
    "E06": (f"{LOST}a_venue_saying_that_it_does_not_know_proves_nothing",),
    "E09": (f"{LOST}a_connection_reset_after_the_body_is_unknown",),
    "E10": (f"{REFUSED}a_proved_lack_of_funds_is_a_limit_and_the_slot_is_over",),
    "E11": (f"{REFUSED}a_filter_failure_breaks_the_protocol_and_the_slot_is_over",),
    "E12": (
        f"{REFUSED}a_rate_limit_on_the_witness_sends_nothing_and_keeps_the_slot",
        f"{REFUSED}a_rate_limit_in_krakens_own_words_keeps_the_slot",
        f"{REFUSED}a_rate_limit_on_a_look_up_leaves_the_order_unknown",
    ),
    "E14": (
        f"{REFUSED}maintenance_sends_nothing",
        f"{REFUSED}a_maintenance_page_is_no_answer",
    ),
    "E17": (
        f"{LOST}an_impossible_reply_is_unknown_and_breaks_the_protocol",
        f"{LOST}an_impossible_outcome_is_never_believed",
    ),
    "E18": (f"{LIFE}a_partial_fill_is_closed_with_exact_trades",),
    "E20": (f"{LIFE}a_trade_delivered_twice_is_one_row",),
    "E24": (
        f"{LOST}a_venue_that_takes_one_order_twice_is_told_and_both_count",
        f"{LOST}a_twin_behind_a_clean_reply_is_found_by_a_later_run",
    ),
    "E26": (
        f"{DATA}a_balance_that_can_not_be_read_is_unknown_data",
        f"{DATA}an_amount_that_can_not_be_read_is_unknown_data",
        f"{DATA}a_list_of_balances_that_is_none_is_unknown_data",
        f"{DATA}a_balance_reply_that_says_nothing_is_not_bought_on",
        f"{DATA}a_negative_spot_balance_is_a_debt",
    ),
    "E27": (
        f"{DATA}borrowed_money_stops_buying",
        f"{DATA}debts_that_can_not_be_read_stop_buying",
    ),
    "E29": (f"{DATA}a_book_that_can_not_be_true_is_not_bought_on",),
    "E30": (f"{DATA}a_price_above_the_second_venues_is_a_limit",),
    "E31": (f"{DATA}a_second_venue_that_is_down_stops_buying",),
    "E33": (f"{LOST}a_redirected_order_is_one_post_and_breaks_the_protocol",),
    "E35": (
        f"{OUTSIDE}a_wrong_certificate_is_told_and_nothing_is_sent",
        f"{OUTSIDE}a_right_certificate_lets_the_order_pass",
        f"{OUTSIDE}an_authority_of_the_environment_is_not_believed",
        "adapters/venues/test_session.py::test_a_failed_tls_handshake_touched_nothing",
    ),
    "E37": (
        f"{REFUSED}a_clock_that_differs_from_the_venues_sends_nothing",
        f"{REFUSED}a_venue_clock_that_jumps_between_calls_sends_nothing",
    ),
    "E39": (f"{LIFE}an_order_placed_by_hand_is_not_ours",),
    # data sources
    "D01": (
        f"{GOOD}a_good_page_becomes_exactly_its_readings",  # columns in another order
        f"{TRAPS}a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person",
        f"{ETF}a_changed_or_impossible_table_is_refused_with_a_remedy",
    ),
    "D04": (
        f"{TRAPS}a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person",
        f"{CHECKS}the_future_and_knowing_before_it_is_true_are_refused",
    ),
    "D05": (
        f"{TRAPS}a_value_of_another_size_than_the_known_ones_is_refused_later",
        f"{CHECKS}a_slip_of_unit_is_blamed_on_its_own_row",
        f"{SIGNALS}a_value_a_thousand_times_off_the_known_ones_is_refused_on_either_side",
    ),
    "D06": (
        f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",
        f"{TRAPS}a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person",
    ),
    "D07": (
        f"{TRAPS}a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person",
        f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",
    ),
    "D09": (f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",),
    "D10": (
        f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",
        f"{HTTP}a_host_that_the_source_does_not_name_is_never_touched",
    ),
    "D12": (
        f"{GOOD}a_good_page_becomes_exactly_its_readings",  # a holiday is not missing
        f"{TRAPS}a_page_with_an_error_of_its_provider_is_refused_and_kept_for_a_person",
        f"{CHECKS}a_missing_day_is_told_and_a_weekend_or_holiday_is_not_missing",
    ),
    "D15": (f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",),
    "D17": (
        f"{TRAPS}two_sources_that_contradict_each_other_are_both_refused_for_that_day",
        f"{FETCH}sources_that_contradict_each_other_are_both_refused_for_that_day",
    ),
    "D18": (
        f"{BAD}a_page_that_is_no_data_is_told_in_one_line_and_nothing_is_written",
        "adapters/test_csv_import.py::test_bytes_that_are_not_clean_text_are_refused",
    ),
    # time
    "T01": (f"{SCHEDULE}a_local_time_that_the_clock_skips_is_the_next_instant_that_exists",),
    "T02": (f"{SCHEDULE}a_local_time_that_comes_twice_is_one_slot_at_its_first_coming",),
    "T06": (f"{SCHEDULE}asleep_for_ten_days_one_late_slot_is_due_and_the_others_are_missed",),
    "T07": (f"{SCHEDULE}the_machines_own_zone_changes_no_slot",),
    "T10": (
        f"{REFUSED}a_clock_that_differs_from_the_venues_sends_nothing",
        f"{REFUSED}a_clock_that_ran_backwards_sends_nothing",
    ),
    # storage
    "S01": (
        f"{FULL}a_nearly_full_disk_sends_nothing_and_keeps_the_slot",
        f"{FULL}a_result_that_can_not_be_written_is_told_and_found_again",
        f"{DISK}a_full_disk_before_a_send_is_74_and_keeps_the_ballast",
    ),
    "S03": (
        f"{FULL}a_disk_that_fails_before_the_order_sends_nothing",
        f"{DISK}a_write_that_the_kernel_refuses_is_74_and_what_was_written_stands",
    ),
    "S04": (
        f"{MACHINE}a_killed_run_leaves_one_order_at_most",
        f"{CRASH}a_death_at_every_write_edge_leaves_the_old_or_the_new",
        "sim/test_crash_points.py::test_a_pass_killed_before_any_edge_buys_once",
    ),
    "S06": (
        f"{MACHINE}a_flipped_byte_in_the_journal_is_noticed",
        "adapters/journal/test_append_only.py::test_a_flipped_byte_in_a_body_or_a_typed_row_is_83",
    ),
    "S10": (f"{MACHINE}a_newer_database_is_left_untouched",),
    "S12": (f"{OPENING}a_read_only_folder_is_74_with_a_remedy",),
    "S13": (f"{DISK}remote_file_systems_are_refused", f"{DISK}fuse_disks_are_refused_too"),
    "S15": (f"{MACHINE}a_locked_database_is_tried_again_later",),
    # user and process
    "U01": (
        f"{STOP}a_stop_before_the_order_sends_nothing_and_keeps_the_slot",
        f"{STOP}a_stop_while_the_order_is_out_waits_for_its_outcome",
        f"{STOP}a_stop_while_a_lost_order_is_looked_for_is_as_safe",
        f"{MACHINE}a_killed_run_leaves_one_order_at_most",
    ),
    "U03": (
        f"{MACHINE}fifty_processes_at_once_make_one_order",
        f"{MACHINE}two_machines_a_second_apart_make_one_order",
    ),
    "U05": (f"{MACHINE}an_edited_plan_needs_a_person_and_begins_with_the_next_slot",),
    "U06": (f"{MACHINE}a_newer_database_is_left_untouched",),
    "U08": (f"{MACHINE}a_dry_run_sends_nothing_and_decides_the_same",),
    # security
    "X01": (
        f"{DATA}a_key_that_could_move_or_borrow_money_is_refused",
        f"{DATA}a_key_that_can_withdraw_is_refused_elsewhere_too",
    ),
    "X04": (f"{FILES}a_crash_shows_no_key",),
    "X06": (
        f"{MACHINE}files_that_others_can_read_are_refused_before_any_request",
        f"{MACHINE}what_a_run_leaves_behind_is_its_owners_alone",
    ),
    "X07": (f"{FILES}nothing_in_a_strategy_is_run_as_code",),
    "X17": (
        f"{FILES}a_key_can_not_be_given_on_the_command_line",
        f"{MACHINE}no_key_leaves_the_credentials_file",
    ),
    "X18": (f"{MACHINE}no_key_leaves_the_credentials_file",),
}

NOT_TESTED: dict[str, str] = {
    "X08": "no command takes SQL: names and filters of `audit` are bound parameters in fixed text",
    "X13": "no command writes an HTML page yet; text from outside is escaped in tests/render",
}

_ROWS = """
C01 C02 C04 C05 C08 C10 C13 C14 C18 C19
E01 E02 E04 E06 E09 E10 E11 E12 E14 E17 E18 E20 E24 E26 E27 E29 E30 E31 E33 E35 E37 E39
D01 D04 D05 D06 D07 D09 D10 D12 D15 D17 D18
T01 T02 T06 T07 T10
S01 S03 S04 S06 S10 S12 S13 S15
U01 U03 U05 U06 U08
X01 X04 X06 X07 X08 X13 X17 X18
"""
ROWS: tuple[str, ...] = tuple(_ROWS.split())

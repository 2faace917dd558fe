"""What stops buying, how leverage is weighed, and how it would be undone."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from dcaguard.core.account import AccountView, CheckResult, Holding, Proof, Step
from dcaguard.core.policy.leverage import (
    Leverage,
    LeverageParams,
    effective_leverage,
    leverage_check,
    stops,
    unwind,
    verdict,
)

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
PRICES = {"USD": Decimal(1), "BTC": Decimal(50_000), "USDT": Decimal(1)}
NONE: frozenset[str] = frozenset()


def held(asset: str, total: str, debt: str = "0") -> Holding:
    amount = Decimal(total)
    return Holding("spot", asset, amount, Decimal(0), amount, Decimal(debt))


def said(check: str, result: Proof, wallet: str = "spot", *steps: Step) -> CheckResult:
    return CheckResult(check, result, (), "", wallet, steps)


def view(
    *checks: CheckResult, holdings: tuple[Holding, ...] = (), venue: str = "kraken"
) -> AccountView:
    return AccountView("main", venue, NOON, holdings, checks)


CLEAN = (said("debt", Proof.PROVED), said("key-rights", Proof.PROVED, "key"))


def names(found: tuple[CheckResult, ...]) -> list[str]:
    return [c.check for c in found]


def test_a_proved_account_may_buy() -> None:
    assert stops(view(*CLEAN), require_key_rights="proved", accept_cannot_tell=NONE) == ()


def test_any_violation_stops_and_can_not_be_accepted() -> None:
    bad = view(*CLEAN, said("orders", Proof.VIOLATED, "usdm"))
    vouched = frozenset({"main:usdm"})
    assert names(stops(bad, require_key_rights="not-violated", accept_cannot_tell=vouched)) == [
        "orders"
    ]


def test_a_gap_stops_unless_this_account_and_wallet_are_named() -> None:
    gap = view(*CLEAN, said("debt", Proof.CANNOT_TELL, "usdm"))
    for accepted in (NONE, frozenset({"usdm"}), frozenset({"other:usdm"}), frozenset({"main:"})):
        assert names(stops(gap, require_key_rights="not-violated", accept_cannot_tell=accepted))
    exactly = frozenset({"main:usdm"})
    assert stops(gap, require_key_rights="not-violated", accept_cannot_tell=exactly) == ()


@pytest.mark.parametrize("result", [Proof.CANNOT_TELL, Proof.NOT_COVERED])
def test_unproved_key_rights_stop_only_where_proof_is_required(result: Proof) -> None:
    one = view(said("debt", Proof.PROVED), said("key-rights", result, "key"))
    assert stops(one, require_key_rights="not-violated", accept_cannot_tell=NONE) == ()
    assert names(stops(one, require_key_rights="proved", accept_cannot_tell=NONE)) == ["key-rights"]
    named = frozenset({"main:key"})
    assert stops(one, require_key_rights="proved", accept_cannot_tell=named)


def test_violated_key_rights_always_stop() -> None:
    one = view(said("debt", Proof.PROVED), said("key-rights", Proof.VIOLATED, "key"))
    assert stops(one, require_key_rights="not-violated", accept_cannot_tell=NONE)


def test_advice_other_logins_and_unknown_addresses_do_not_stop() -> None:
    mild = (
        said("modes", Proof.ADVICE),
        said("positions", Proof.NOT_COVERED, "futures"),
        said("ip-lock", Proof.CANNOT_TELL, "key"),
    )
    assert stops(view(*CLEAN, *mild), require_key_rights="proved", accept_cannot_tell=NONE) == ()


def test_what_was_never_checked_is_not_proved() -> None:
    assert names(stops(view(), require_key_rights="not-violated", accept_cannot_tell=NONE)) == [
        "debt"
    ]
    assert names(stops(view(), require_key_rights="proved", accept_cannot_tell=NONE)) == [
        "debt",
        "key-rights",
    ]


def test_the_paper_exchange_has_nothing_to_prove_but_may_not_owe() -> None:
    assert stops(view(venue="paper"), require_key_rights="proved", accept_cannot_tell=NONE) == ()
    owing = view(said("debt", Proof.VIOLATED), venue="paper")
    assert stops(owing, require_key_rights="proved", accept_cannot_tell=NONE)


def test_leverage_is_one_without_debt_and_above_one_with_the_smallest_debt() -> None:
    free = view(holdings=(held("BTC", "1"), held("USD", "100")))
    assert effective_leverage(free, PRICES).ratio == 1
    assert effective_leverage(free, PRICES).result is Proof.PROVED
    owing = view(holdings=(held("BTC", "1"), held("USD", "0", "0.01")))
    assert effective_leverage(owing, PRICES).result is Proof.VIOLATED


def test_leverage_counts_borrowed_money_and_open_positions() -> None:
    owing = view(holdings=(held("BTC", "1"), held("USD", "0", "25000")))
    found = effective_leverage(owing, PRICES)
    assert (found.gross, found.nav, found.ratio) == (50_000, 25_000, 2)  # type: ignore[comparison-overlap]
    step = Step(
        "close",
        {"kind": "close-position", "symbol": "X", "notional": "1000", "notional_asset": "USDT"},
    )
    swap = view(said("positions", Proof.VIOLATED, "usdm", step), holdings=(held("USD", "500"),))
    assert effective_leverage(swap, PRICES).ratio == 3


def test_a_debt_without_a_price_can_not_be_weighed() -> None:
    owing = view(holdings=(held("USD", "100"), held("ODD", "0", "1")))
    found = effective_leverage(owing, PRICES)
    assert found.unpriced_debts == ("ODD",)
    assert found.result is Proof.CANNOT_TELL
    assert "ODD" in leverage_check(owing, PRICES)[0].detail


def test_an_asset_without_a_price_counts_nothing() -> None:
    found = effective_leverage(view(holdings=(held("USD", "100"), held("ODD", "9"))), PRICES)
    assert (found.nav, found.ratio) == (100, 1)  # type: ignore[comparison-overlap]


def test_a_position_without_a_notional_can_not_be_weighed() -> None:
    step = Step("close", {"kind": "close-position", "symbol": "X"})
    swap = view(said("positions", Proof.VIOLATED, "usdm", step), holdings=(held("USD", "500"),))
    assert effective_leverage(swap, PRICES).result is Proof.CANNOT_TELL


def test_owing_all_or_more_than_is_held_is_a_violation() -> None:
    for debt in ("100", "150"):
        broke = view(holdings=(held("USD", "100", debt),))
        assert effective_leverage(broke, PRICES).result is Proof.VIOLATED


def test_an_empty_account_has_no_leverage() -> None:
    assert effective_leverage(view(), PRICES) == Leverage(Decimal(0), Decimal(0), Decimal(0))
    assert leverage_check(view(), PRICES) == ()


def test_the_verdict_names_all_that_is_not_proved_gravest_first() -> None:
    mixed = view(
        said("modes", Proof.ADVICE),
        said("loans", Proof.NOT_COVERED),
        said("orders", Proof.CANNOT_TELL),
        *CLEAN,
        holdings=(held("USD", "100", "50"),),
    )
    found = verdict(mixed, LeverageParams(prices=PRICES))
    assert names(found) == ["effective-leverage", "orders", "modes", "loans"]
    assert found[0].evidence[0].value == "100"
    assert "2" in found[0].detail


def test_unwinding_goes_orders_positions_debts_modes_rights_and_names_each_once() -> None:
    kinds = ("restrict-key", "repay", "switch-mode", "cancel-order", "close-position", "repay-loan")
    steps = [Step(kind, {"kind": kind, "symbol": kind}) for kind in kinds]
    one = view(*(said("x", Proof.VIOLATED, "w", s, s) for s in steps), said("y", Proof.PROVED))
    assert [s.text for s in unwind(one)] == [
        "cancel-order",
        "close-position",
        "repay",
        "repay-loan",
        "switch-mode",
        "restrict-key",
    ]

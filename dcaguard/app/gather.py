"""What a pass must find out before it decides: accounts, markets, prices, guard, second opinion."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dcaguard.app.context import Pass
from dcaguard.app.counting import coins_to_price, needs_nav
from dcaguard.app.facts import Facts, weigh
from dcaguard.app.look import Ask, Looked, look, quotes_or_none
from dcaguard.app.sight import Sight
from dcaguard.app.slots import DueStrategy
from dcaguard.app.unaccounted import count_lost
from dcaguard.app.world import World
from dcaguard.core.account import AccountView, CheckResult, Proof
from dcaguard.core.config import PAPER, Account, Config
from dcaguard.core.errors import DcaguardError
from dcaguard.core.market import Quote
from dcaguard.core.policy.leverage import leverage_check, stops
from dcaguard.core.policy.rules import BALANCES
from dcaguard.core.portfolio import SPOT, Kind, cash_unread
from dcaguard.ports import Journal


def gather(run: Pass, sight: Sight, due: Sequence[DueStrategy]) -> Facts:
    """Look at every account that matters, judge what was read, and write it down."""
    facts = gather_quietly(run, sight, due)
    if any(run.world.is_live(one.strategy.account) for one in due):
        facts = replace(facts, uncounted=count_lost(run))
    _journal_views(run, facts.looked, due)
    buying = {one.strategy.account for one in due}
    for name in facts.incomplete:
        if name not in buying:
            failure = facts.failures.get(name) or facts.seen(name).failure
            why = str(failure) if failure is not None else "it lists no balances"
            run.ledger.note(f"account {name} could not be looked into: {why}")
    return facts


def gather_quietly(run: Pass, sight: Sight, due: Sequence[DueStrategy]) -> Facts:
    """Look at every account that matters, side by side, and judge what was read."""
    asks, failures = _asks(run, due)
    looked = look(run.world, asks)
    run.views.update({name: one.view for name, one in looked.items() if one.view is not None})
    unseen = {name for name, one in looked.items() if not _holdings_known(run.world, one)}
    return Facts(
        sight=sight,
        looked=looked,
        failures=failures,
        kinds={name: run.world.kind(name) for name in run.world.config.accounts},
        weighed=weigh(run.world, looked, frozenset({*failures, *unseen})),
        second=_second(run, due),
        halted=run.world.sends_nothing(),
        findings=findings_of(run.world.config, looked),
        one_login=_one_login(run.world, asks),
    )


def _one_login(world: World, asks: Sequence[Ask]) -> dict[str, tuple[str, ...]]:
    """Return, by live account, all live accounts that hold the same key, when there are others.

    Orders without an outcome, cash and limits are counted by account: two names for one login
    would each have all of it.
    """
    names: dict[str, list[str]] = {}
    for login, name in ((ask.venue.login, ask.venue.account) for ask in asks):
        if login.key and world.is_live(name):
            names.setdefault(login.key, []).append(name)
    shared = [tuple(sorted(group)) for group in names.values() if len(group) > 1]
    return {name: group for group in shared for name in group}


def _holdings_known(world: World, looked: Looked) -> bool:
    """Tell whether an account's coins are all in view: nothing listed is not "nothing held"."""
    view = looked.view
    if view is None:
        return False
    if world.is_paper(looked.account):
        return True
    vouched = set(world.config.policy.leverage.accept_cannot_tell)
    told = [check for check in view.checks if check.check == BALANCES]
    dark = [
        check
        for check in told
        if check.result is Proof.CANNOT_TELL and f"{looked.account}:{check.wallet}" not in vouched
    ]
    empty = not view.holdings and not any(check.result is Proof.PROVED for check in told)
    return not (dark or empty)


def _asks(run: Pass, due: Sequence[DueStrategy]) -> tuple[list[Ask], dict[str, DcaguardError]]:
    """Return what to read: the buying accounts, and all others of their kind (leverage, NAV)."""
    world = run.world
    symbols: dict[str, list[str]] = {}
    money: dict[Kind, set[str]] = {}
    for one in due:
        symbols.setdefault(one.strategy.account, []).extend(b.symbol for b in one.strategy.buy)
        kind = world.kind(one.strategy.account)
        money.setdefault(kind, set()).update(coins_to_price(run, one.strategy))
    kinds = {world.kind(account) for account in symbols}
    # Without a key an account shows nothing; it is asked only when it is to buy.
    accounts = [
        name
        for name, account in world.config.accounts.items()
        if name in symbols or (world.kind(name) in kinds and _has_holdings(account))
    ]
    weighs = any(
        needs_nav(world, symbol.partition("/")[0], account)
        for account, names in symbols.items()
        for symbol in names
    )
    cold = {asset for coins in world.config.holdings.values() for asset in coins}
    asks, failures = [], {}
    for name in accounts:
        wanted = tuple(dict.fromkeys(symbols.get(name, ())))
        paid = money[world.kind(name)]
        priced = tuple(sorted(paid | (cold if weighs else set())))
        try:
            asks.append(Ask(run.venue(name), wanted, priced, value_all=weighs))
        except DcaguardError as error:
            failures[name] = error
    return asks, failures


def _has_holdings(account: Account) -> bool:
    """Tell whether an account can be looked into at all."""
    return account.exchange == PAPER or account.credentials is not None


def findings_of(config: Config, looked: Mapping[str, Looked]) -> dict[str, tuple[CheckResult, ...]]:
    """Return, by account, the guard's answers that stop buying there.

    `on_violation = "stop-all"` makes one account's violation stop every account; what one account
    can not tell stops that account only.
    """
    leverage = config.policy.leverage
    own = {
        name: _without_cash(
            one.view,
            stops(
                one.view,
                require_key_rights=leverage.require_key_rights,
                accept_cannot_tell=frozenset(leverage.accept_cannot_tell),
            ),
        )
        for name, one in looked.items()
        if one.view is not None
    }
    if leverage.on_violation == "stop-account":
        return own
    violated = {
        name: [r for r in results if r.result is Proof.VIOLATED] for name, results in own.items()
    }
    return {
        name: (*own.get(name, ()), *(r for n, rs in violated.items() if n != name for r in rs))
        for name in looked
    }


def _without_cash(view: AccountView, found: tuple[CheckResult, ...]) -> tuple[CheckResult, ...]:
    """Leave out what an unreadable spot wallet hides: that is unknown data, not leverage.

    The same reading is told as BALANCE_UNKNOWN, so nothing is bought either way.
    """
    if not cash_unread(view):
        return found
    return tuple(one for one in found if (one.wallet, one.result) != (SPOT, Proof.CANNOT_TELL))


def _second(run: Pass, due: Sequence[DueStrategy]) -> Mapping[str, Quote] | None:
    if run.world.second_opinion is None:
        return None
    symbols = sorted({b.symbol for one in due for b in one.strategy.buy})
    return quotes_or_none(run.world.second_opinion, symbols)


def _journal_views(run: Pass, looked: Mapping[str, Looked], due: Sequence[DueStrategy]) -> None:
    """Write balances and findings once per pass, in the journal of the strategies that are due."""
    for name, one in looked.items():
        if one.view is None:
            continue
        buying = any(d.strategy.account == name for d in due)
        book = run.book(name).write if buying else run.world.journal
        with book.transaction():
            record_view(book, one.view, run, leverage_check(one.view, one.prices))


def record_view(
    journal: Journal, view: AccountView, run: Pass, weighed: Sequence[CheckResult] = ()
) -> None:
    """Write what one account holds and what the guard found there."""
    rows = [
        {
            "wallet": h.wallet,
            "asset": h.asset,
            "free": h.free,
            "used": h.used,
            "total": h.total,
            "debt": h.debt,
        }
        for h in view.holdings
    ]
    journal.append("balances", view.account, {"account": view.account, "rows": rows}, run.now)
    bad = [
        {
            "kind": f"{r.check}:{r.result}",
            "subject": r.wallet or view.account,
            "detail": "; ".join(f"{e.wallet} {e.field}={e.value}" for e in r.evidence) or r.detail,
        }
        for r in (*view.checks, *(w for w in weighed if w.result is Proof.VIOLATED))
        if r.result in {Proof.VIOLATED, Proof.CANNOT_TELL}
    ]
    if bad:
        journal.append("violations", view.account, {"account": view.account, "rows": bad}, run.now)

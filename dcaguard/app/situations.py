"""Facts from every side put together into the one value that a decision knows."""

from dataclasses import replace

from dcaguard.app.act import Tranche
from dcaguard.app.context import Book, Pass
from dcaguard.app.counting import cap_uses, cash_quote, needs_nav, unpriced
from dcaguard.app.facts import Facts
from dcaguard.app.look import trouble_of
from dcaguard.app.unwanted import not_ended
from dcaguard.app.wishes import wish_of
from dcaguard.core.account import CheckResult, Proof
from dcaguard.core.errors import DcaguardError
from dcaguard.core.policy.price import PriceRules, SecondOpinion, opinion, unusable
from dcaguard.core.portfolio import cash_unread
from dcaguard.core.reason import Code
from dcaguard.core.situation import Finding, Means, Situation, Stops, Trouble, Wish


def situation_of(run: Pass, facts: Facts, tranche: Tranche, *, armed: bool) -> Situation:
    """Return everything the decision on one tranche may know."""
    strategy = tranche.strategy
    book = run.book(strategy.account)
    account = run.world.account(strategy.account)
    return Situation(
        strategy=strategy.name,
        account=strategy.account,
        slot=tranche.slot.id,
        symbol=tranche.symbol,
        # Prices were read after the pass began, on a slow venue long after.
        now=max(run.now, run.world.clock.now()),
        wish=_as_rehearsed(run, tranche, wish_of(run, book, facts, tranche)),
        gate=facts.sight.gate_view(strategy, account),
        stops=_stops(run, book, facts, tranche, armed=armed),
        means=_means(run, book, facts, tranche),
        rule_version=facts.sight.rule_version,
    )


def _as_rehearsed(run: Pass, tranche: Tranche, wish: Wish) -> Wish:
    """Let a preview's wish remember what the journal will remember by the time it is bought."""
    purse = run.purses.get((tranche.strategy.name, tranche.symbol))
    if purse is None or not wish.remembers:
        return wish
    return replace(wish, backlog=purse.backlog, carry=purse.carry)


def _stops(run: Pass, book: Book, facts: Facts, tranche: Tranche, *, armed: bool) -> Stops:
    universe, account = run.world.config.policy.universe, tranche.account
    asset = tranche.symbol.partition("/")[0]
    rule = universe.assets.get(asset)
    return Stops(
        findings=_findings(facts, account),
        halted=facts.halted,
        unresolved=tuple(o.client_order_id for o in not_ended(run, book, account)),
        armed=armed or run.dry_run,
        not_live=_not_live(run, account),
        troubles=_troubles(run, facts, tranche),
        allowed=universe.allow,
        revenue_lack=facts.sight.revenue_lack(asset) if rule and rule.needs_revenue else None,
        concentration=facts.sight.concentration(facts.of(account).portfolio, account),
    )


def _findings(facts: Facts, account: str) -> tuple[Finding, ...]:
    """Return what the guard found; a key that the venue refuses is told once, not per wallet."""
    found = facts.findings.get(account, ())
    if _key_refused(facts, account):
        found = tuple(one for one in found if one.result is not Proof.CANNOT_TELL)
    return tuple(finding_of(one) for one in found)


def _key_refused(facts: Facts, account: str) -> bool:
    """Tell whether not even the account's own cash may be read: then nothing else may be either."""
    view = facts.seen(account).view
    return view is not None and _REFUSED in cash_unread(view)


_REFUSED = "AuthenticationError"  # ccxt's word for a key that the venue does not take


def finding_of(result: CheckResult) -> Finding:
    """Return a guard's answer as a decision stores it."""
    shown = "; ".join(f"{one.wallet} {one.field}={one.value}" for one in result.evidence)
    return Finding(result.check, result.wallet, result.result, result.detail or shown)


def _not_live(run: Pass, account: str) -> str:
    if run.dry_run or not run.world.is_live(account):
        return ""
    try:
        return run.venue(account).can_trade_live
    except DcaguardError:
        return ""  # the same failure is told as trouble


def _troubles(run: Pass, facts: Facts, tranche: Tranche) -> tuple[Trouble, ...]:
    account = tranche.account
    rows = list(facts.uncounted) if run.world.is_live(account) else []
    names = facts.one_login.get(account)
    if names is not None:
        told = f"accounts {', '.join(names)} hold the same key: one login is one account"
        rows.append(Trouble(Code.CREDENTIALS_UNUSABLE, f"{told}: remove all but one of them"))
    failure = facts.failures.get(account) or facts.seen(account).failure
    if failure is not None:
        rows.append(trouble_of(failure))
    view = facts.seen(account).view
    if view is not None and (unread := cash_unread(view)):
        refused = _key_refused(facts, account)
        rows.append(Trouble(Code.KEY_REFUSED if refused else Code.BALANCE_UNKNOWN, unread))
    asset = tranche.symbol.partition("/")[0]
    others = [name for name in facts.of(account).incomplete if name != account]
    if others and needs_nav(run.world, asset, account):
        detail = f"shares of NAV can not be counted while {', '.join(others)} could not be read"
        rows.append(Trouble(Code.BALANCE_UNKNOWN, detail))
    return tuple(rows)


def _second(run: Pass, facts: Facts, symbol: str) -> SecondOpinion | None:
    """Return the second venue's word; a book that we would not buy on is no opinion either."""
    if facts.second is None:
        return None
    price, quote = run.world.config.policy.price, facts.second.get(symbol)
    rules = PriceRules(price.collar, price.spread_max, price.staleness)
    now = max(run.now, run.world.clock.now())
    why = unusable(quote, rules, now, symbol)
    return opinion(price.second_opinion or "", price.second_opinion_tolerance, quote, why)


def _means(run: Pass, book: Book, facts: Facts, tranche: Tranche) -> Means:
    symbol, looked = tranche.symbol, facts.seen(tranche.account)
    price = run.world.config.policy.price
    stored = run.world.simulated_time and not run.world.is_paper(tranche.account)
    from_series = stored or run.world.account(tranche.account).price_venue == "series"
    staleness = price.series_staleness if from_series else price.staleness
    caps = cap_uses(run, book, facts, tranche)
    quote_asset = symbol.partition("/")[2]
    lacking = unpriced(run, book, facts, tranche, caps)
    rate = facts.of(tranche.account).prices.get(quote_asset)
    return Means(
        market=looked.markets.get(symbol),
        quote=looked.quotes.get(symbol),
        rules=PriceRules(price.collar, price.spread_max, staleness),
        second=_second(run, facts, symbol),
        caps=caps or (),
        base_per_quote=None if caps is None or lacking else rate,
        cash=cash_quote(run, looked, quote_asset),
        unpriced=lacking,
    )

"""Every wallet a login reaches is read once, at its own address; a failure stays a gap."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from dcaguard.adapters.venues.guard_call import Outcome, Reply, ask
from dcaguard.adapters.venues.guard_overview import plain_name, unused_wallets
from dcaguard.adapters.venues.loader import key_fingerprint
from dcaguard.adapters.venues.profile import Each, Probe, VenueProfile
from dcaguard.core.account import AccountView, CheckResult, Evidence, Holding, Proof
from dcaguard.core.market import Market
from dcaguard.core.policy.evidence import Reader, answers, cannot_tell, evaluate, merge
from dcaguard.core.policy.funds import added_up
from dcaguard.core.policy.judge import applies
from dcaguard.core.policy.leverage import tokens_held
from dcaguard.core.policy.rules import BALANCES
from dcaguard.core.policy.values import Missing, lookup, rows_at, shown

_PAGES_MAX = 20
NOTHING: Mapping[str, str] = MappingProxyType({})
_MODE_UNKNOWN = "the account's mode could not be read, so this may be another wallet"


def read_account(  # noqa: PLR0913 (an account, what is known beforehand, and what to hide)
    exchange: Any,
    profile: VenueProfile,
    *,
    account: str,
    now: datetime,
    markets: Mapping[str, Market],
    beyond: Mapping[str, str] = NOTHING,
    scrub: Callable[[str], str] = str,
) -> AccountView:
    """Read one account through an unmodified ccxt class, one call after the other.

    `markets` are the venue's spot markets by symbol (empty when not loaded: then any
    leveraged-looking name counts as one). `beyond` says of each API group that this login can not
    reach why. `scrub` takes the secrets out of what a venue says. Never raises for its failure.
    """
    listed = frozenset(m.base for m in markets.values() if m.active)
    look = _Look(exchange, profile, listed, beyond, scrub)
    for probe in profile.probes:
        look.read(probe)
    holdings = added_up(look.holdings)
    dark = tuple(
        dict.fromkeys(
            r.wallet for r in look.results if r.check == BALANCES and r.result is Proof.CANNOT_TELL
        )
    )
    results = [*look.results, *_stated(profile), *tokens_held(holdings, markets, dark)]
    return AccountView(
        account,
        profile.exchange,
        now,
        holdings,
        merge(tuple(results)),
        tuple(dict.fromkeys(look.unread)),
        key_fingerprint(exchange),
    )


def _stated(profile: VenueProfile) -> list[CheckResult]:
    beyond = [
        CheckResult(n.check, Proof.NOT_COVERED, (), n.sentence, n.wallet)
        for n in profile.not_covered
    ]
    unprovable = [
        CheckResult(check, Proof.CANNOT_TELL, (), why, why.partition(":")[0])
        for check, why in profile.cannot_prove.items()
    ]
    return beyond + unprovable


class _Look:
    """One reading of one account: what was answered so far decides what is asked next."""

    def __init__(
        self,
        exchange: Any,
        profile: VenueProfile,
        listed: frozenset[str],
        beyond: Mapping[str, str],
        scrub: Callable[[str], str],
    ) -> None:
        self.exchange = exchange
        self.scrub = scrub
        self.profile = profile
        self.beyond = beyond
        self.reader = Reader(self._code, profile.manual, listed)
        self.holdings: list[Holding] = []
        self.results: list[CheckResult] = []
        self.unread: list[str] = []
        self.bodies: dict[str, object] = {}
        self.asked: set[str] = set()
        self.absent: set[str] = set()  # probes whose wallet was proved unused
        self.unused: dict[str, Evidence] = {}  # overview names of unused wallets
        self.mode: str | None = None

    def read(self, probe: Probe) -> None:
        """Ask one probe, for each of its targets, and keep what it proves."""
        if probe.modes and self.mode is not None and self.mode not in probe.modes:
            return
        if probe.each and probe.each.probe not in self.asked:
            return
        self.asked.add(probe.name)
        if why := self.beyond.get(probe.group):
            said = (Evidence(probe.wallet, probe.group, why),)
            self._answer(probe, probe.wallet, Proof.NOT_COVERED, why, said)
            return
        if probe.after in self.absent:
            self._answer(probe, probe.wallet, Proof.PROVED, "the wallet is not in use")
            return
        targets = self._targets(probe)
        if targets is None:
            self._answer(probe, probe.wallet, Proof.CANNOT_TELL, "the list of wallets is not known")
            return
        for wallet, params in targets:
            self._read_one(probe, wallet, params)

    def _targets(self, probe: Probe) -> list[tuple[str, dict[str, object]]] | None:
        params = {name: self._filled(value) for name, value in probe.params.items()}
        if probe.each is None:
            return [(probe.wallet, params)]
        rows = rows_at(self.bodies.get(probe.each.probe), probe.each.at)
        if isinstance(rows, Missing) or not rows:
            return None
        targets = []
        for _, row in rows:
            if probe.each.skip and applies(row, probe.each.skip):
                continue
            if probe.each.only and not applies(row, probe.each.only):
                continue
            named = {p: lookup(row, f) for p, f in probe.each.params.items()}
            if any(isinstance(v, Missing | dict | list) or v is None for v in named.values()):
                return None
            targets.append((_label(probe, probe.each, row), params | named))
        return targets

    def _filled(self, value: object) -> object:
        match value:
            case "{wallet}":
                return self.exchange.walletAddress
            case "{key}":
                return self.exchange.apiKey
        return value

    def _read_one(self, probe: Probe, wallet: str, params: dict[str, object]) -> None:
        cursors: set[object] = set()
        for _ in range(_PAGES_MAX):
            reply = ask(self.exchange, probe, params, self.scrub)
            self._settle(probe, wallet, reply)
            cursor = lookup(reply.body, probe.pages.cursor) if probe.pages else None
            if probe.pages is None or not isinstance(cursor, str) or cursor in {"", *cursors}:
                return
            cursors.add(cursor)
            params = params | {probe.pages.param: cursor}
        self._answer(probe, wallet, Proof.CANNOT_TELL, "the list goes on beyond what is read")

    def _settle(self, probe: Probe, wallet: str, reply: Reply) -> None:
        match reply.outcome:
            case Outcome.ANSWERED:
                self._understand(probe, wallet, reply.body)
            case Outcome.NO_ACCOUNT:
                self.absent.add(probe.name)
                if probe.mode:
                    self._set_mode(probe, probe.mode.without)
                said = (Evidence(wallet, "code", reply.code),)
                self._answer(probe, wallet, Proof.PROVED, reply.why, said)
            case Outcome.NOT_OFFERED:
                self._answer(probe, wallet, Proof.NOT_COVERED, reply.why)
            case Outcome.FAILED:
                self._fail(probe, wallet, reply.why)

    def _understand(self, probe: Probe, wallet: str, body: object) -> None:
        self.bodies[probe.name] = body
        if probe.mode:
            said = lookup(body, probe.mode.field)
            self._set_mode(probe, probe.mode.table.get(shown(said).lower(), ""))
        if probe.overview:
            self.unused |= unused_wallets(wallet, probe.overview, body)
        spec = probe.spec(self.profile.receipts, wallet)
        read = evaluate(spec, body, self.reader)
        self.holdings += read.holdings
        self._keep(probe, read.results)

    def _set_mode(self, probe: Probe, mode: str) -> None:
        """Remember the mode and tell ccxt, so that it does not guess again and swallow errors."""
        self.mode = mode or None
        if probe.mode:
            self.exchange.options.update(probe.mode.options.get(mode, {}))

    def _fail(self, probe: Probe, wallet: str, why: str) -> None:
        shown_unused = self._proved_unused(probe)
        if shown_unused:
            self.absent.add(probe.name)
            sentence = f"not readable ({why}), but the overview shows it unused"
            self._answer(probe, wallet, Proof.PROVED, sentence, shown_unused)
            return
        if probe.support and not probe.rows:
            return
        self.unread.append(f"{wallet}: {why}")
        self._keep(probe, cannot_tell(probe.spec((), wallet), why))

    def _proved_unused(self, probe: Probe) -> tuple[Evidence, ...]:
        names = [plain_name(name) for name in probe.unused]
        if not names or not all(name in self.unused for name in names):
            return ()
        return tuple(self.unused[name] for name in names)

    def _answer(
        self, probe: Probe, wallet: str, result: Proof, why: str, said: tuple[Evidence, ...] = ()
    ) -> None:
        self._keep(probe, answers(probe.spec((), wallet), result, why, said))

    def _keep(self, probe: Probe, results: tuple[CheckResult, ...]) -> None:
        for result in results:
            if probe.modes and self.mode is None and result.result is Proof.PROVED:
                unsure = f"{result.wallet}: {_MODE_UNKNOWN}"
                self.results.append(
                    CheckResult(result.check, Proof.CANNOT_TELL, (), unsure, result.wallet)
                )
            else:
                self.results.append(result)

    def _code(self, raw: str) -> str:
        code = self.exchange.safe_currency_code(raw)
        return code if isinstance(code, str) and code else raw.upper()


def _label(probe: Probe, each: Each, row: object) -> str:
    label = shown(lookup(row, each.label)) if each.label else ""
    return label or probe.wallet

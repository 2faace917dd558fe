"""Why: every code that a decision can carry, with its verdict, its exit and its sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from dcaguard.core.canonical import jsonable
from dcaguard.core.errors import ExitCode


class Verdict(StrEnum):
    """What to do with one tranche. A pause remembers the money; a denial is a broken limit."""

    WAIT = "WAIT"
    BUY = "BUY"
    PAUSE = "PAUSE"
    DENY = "DENY"


class Code(StrEnum):
    """A reason's stable name, in JSON, SQL and the help page `reasons`."""

    LEVERAGE_FOUND = "LEVERAGE_FOUND"
    LEVERAGE_CANNOT_TELL = "LEVERAGE_CANNOT_TELL"
    KEY_RIGHTS = "KEY_RIGHTS"
    NOT_IN_UNIVERSE = "NOT_IN_UNIVERSE"
    NO_REVENUE = "NO_REVENUE"
    LEVERAGED_TOKEN = "LEVERAGED_TOKEN"  # noqa: S105 - a coin, no secret
    NOT_SPOT = "NOT_SPOT"

    ORDER_UNRESOLVED = "ORDER_UNRESOLVED"
    HALTED = "HALTED"
    NOT_ARMED = "NOT_ARMED"
    VENUE_NOT_LIVE = "VENUE_NOT_LIVE"
    MARKET_UNKNOWN = "MARKET_UNKNOWN"
    MARKET_INACTIVE = "MARKET_INACTIVE"
    CAP_BELOW_MINIMUM = "CAP_BELOW_MINIMUM"
    VENUE_UNAVAILABLE = "VENUE_UNAVAILABLE"
    RATE_LIMITED = "RATE_LIMITED"
    KEY_REFUSED = "KEY_REFUSED"
    CREDENTIALS_UNUSABLE = "CREDENTIALS_UNUSABLE"
    ACCOUNT_FILE_UNUSABLE = "ACCOUNT_FILE_UNUSABLE"
    CLOCK_SKEW = "CLOCK_SKEW"
    BALANCE_UNKNOWN = "BALANCE_UNKNOWN"
    PRICE_UNKNOWN = "PRICE_UNKNOWN"
    PRICE_STALE = "PRICE_STALE"
    PRICE_FUTURE = "PRICE_FUTURE"
    BOOK_ONE_SIDED = "BOOK_ONE_SIDED"
    BOOK_CROSSED = "BOOK_CROSSED"
    SECOND_OPINION_UNKNOWN = "SECOND_OPINION_UNKNOWN"
    RATE_UNKNOWN = "RATE_UNKNOWN"
    STRATEGY_SPENT = "STRATEGY_SPENT"
    ALREADY_ORDERED = "ALREADY_ORDERED"
    TARGET_REACHED = "TARGET_REACHED"

    REGIME_PAUSED = "REGIME_PAUSED"
    REGIME_COOLOFF = "REGIME_COOLOFF"
    VENUE_LOCKED = "VENUE_LOCKED"
    VALUATION_HIGH = "VALUATION_HIGH"

    CAP_ORDER = "CAP_ORDER"
    CAP_DAY = "CAP_DAY"
    CAP_WEEK = "CAP_WEEK"
    CAP_MONTH = "CAP_MONTH"
    CAP_RESERVE = "CAP_RESERVE"
    CAP_ASSET_WEIGHT = "CAP_ASSET_WEIGHT"
    CAP_ACCOUNT_WEIGHT = "CAP_ACCOUNT_WEIGHT"
    CAP_GROUP = "CAP_GROUP"
    CONCENTRATION = "CONCENTRATION"
    CASH_INSUFFICIENT = "CASH_INSUFFICIENT"
    SPREAD_WIDE = "SPREAD_WIDE"
    PRICE_DISAGREES = "PRICE_DISAGREES"
    BELOW_MINIMUM = "BELOW_MINIMUM"

    REGIME_NORMAL = "REGIME_NORMAL"
    REGIME_CAUTION = "REGIME_CAUTION"
    REGIME_PROBE = "REGIME_PROBE"
    HALF_WHILE_PAUSED = "HALF_WHILE_PAUSED"
    LADDER_WHILE_PAUSED = "LADDER_WHILE_PAUSED"
    GATE_DISABLED = "GATE_DISABLED"
    STAGE = "STAGE"
    CATCH_UP = "CATCH_UP"
    CARRIED = "CARRIED"
    TRIMMED_TO_CAP = "TRIMMED_TO_CAP"
    VALUATION_THROTTLED = "VALUATION_THROTTLED"
    VALUATION_UNKNOWN = "VALUATION_UNKNOWN"
    STAGE_UNKNOWN = "STAGE_UNKNOWN"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with its numbers. `detail` holds JSON types; amounts are strings."""

    code: Code
    detail: Mapping[str, object]


def because(code: Code, **detail: object) -> Reason:
    """Return a reason whose detail is spelled as it will stand in the journal."""
    return Reason(code, {key: jsonable(value) for key, value in detail.items()})


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a code stands for."""

    verdict: Verdict
    exit_code: ExitCode
    sentence: str
    remedy: str


def _row(verdict: Verdict, exit_code: ExitCode, sentence: str, remedy: str) -> Meaning:
    return Meaning(verdict, exit_code, sentence, remedy)


_D, _W, _P, _B = Verdict.DENY, Verdict.WAIT, Verdict.PAUSE, Verdict.BUY

MEANINGS: Mapping[Code, Meaning] = {
    Code.LEVERAGE_FOUND: _row(
        _D,
        ExitCode.NOPERM,
        "Something on the account is borrowed, short or leveraged.",
        "Run `dcaguard guard --unwind` and close what it lists.",
    ),
    Code.LEVERAGE_CANNOT_TELL: _row(
        _D,
        ExitCode.NOPERM,
        "It could not be shown that nothing is borrowed.",
        "Run `dcaguard guard`; give the key read rights, or name the wallet in "
        "`policy.leverage.accept_cannot_tell` if you vouch for it.",
    ),
    Code.KEY_RIGHTS: _row(
        _D,
        ExitCode.NOPERM,
        "The key can do more than view and trade spot, or that could not be shown.",
        "Make a key that can only view and trade spot.",
    ),
    Code.NOT_IN_UNIVERSE: _row(
        _D,
        ExitCode.LIMIT,
        "The asset is not on `policy.universe.allow`.",
        "Add it there if you mean it, then `arm` again.",
    ),
    Code.NO_REVENUE: _row(
        _D,
        ExitCode.LIMIT,
        "The asset needs revenue data, and they are missing, stale or too low.",
        "Run `dcaguard signals fetch defillama`, or take the asset out of the strategy.",
    ),
    Code.LEVERAGED_TOKEN: _row(
        _D, ExitCode.NOPERM, "The asset is a leveraged token.", "Take it out of the strategy."
    ),
    Code.NOT_SPOT: _row(
        _D, ExitCode.NOPERM, "The market is not plain spot.", "Use the spot symbol."
    ),
    Code.ORDER_UNRESOLVED: _row(
        _W,
        ExitCode.ORDER_UNKNOWN,
        "An earlier order's outcome on this account is not known yet.",
        "Run again later; `dcaguard resolve ORDER` shows the evidence.",
    ),
    Code.HALTED: _row(
        _W,
        ExitCode.HALTED,
        "A person's halt is set, or what this run goes by was edited meanwhile.",
        "`dcaguard resume --confirm` lifts a halt; after an edit run again.",
    ),
    Code.NOT_ARMED: _row(
        _W,
        ExitCode.CONFIG,
        "The strategy, the policy or the account changed since a person confirmed it.",
        "Read `dcaguard plan`, then `dcaguard arm STRATEGY`.",
    ),
    Code.VENUE_NOT_LIVE: _row(
        _W,
        ExitCode.CONFIG,
        "Live buying is refused on this venue: its order path is not tested.",
        "Use binance, kraken or coinbase, or keep `live = false`.",
    ),
    Code.MARKET_UNKNOWN: _row(
        _W,
        ExitCode.CONFIG,
        "The venue has no spot market of this name.",
        "Correct the symbol in the strategy.",
    ),
    Code.MARKET_INACTIVE: _row(
        _W,
        ExitCode.VENUE_UNAVAILABLE,
        "The venue has suspended this market.",
        "Nothing to do: the slot stays open.",
    ),
    Code.CAP_BELOW_MINIMUM: _row(
        _W,
        ExitCode.CONFIG,
        "A cap is smaller than the smallest order that the venue takes.",
        "Raise the cap or drop the symbol; amounts are never rounded up.",
    ),
    Code.VENUE_UNAVAILABLE: _row(
        _W,
        ExitCode.VENUE_UNAVAILABLE,
        "The venue is down, in maintenance or out of reach.",
        "Nothing to do: the slot stays open.",
    ),
    Code.RATE_LIMITED: _row(
        _W, ExitCode.TEMPFAIL, "The venue asks for fewer requests.", "Run again later."
    ),
    Code.KEY_REFUSED: _row(
        _W,
        ExitCode.NOPERM,
        "The venue refuses the key, or a file's mode is unsafe.",
        "Run `dcaguard credentials check`.",
    ),
    Code.CREDENTIALS_UNUSABLE: _row(
        _W,
        ExitCode.CONFIG,
        "The account's credentials are missing or malformed.",
        "Run `dcaguard credentials set ACCOUNT`.",
    ),
    Code.ACCOUNT_FILE_UNUSABLE: _row(
        _W,
        ExitCode.IO,
        "The file that keeps this paper account can not be read or written.",
        "Check the folder's rights and space, or move the file away.",
    ),
    Code.CLOCK_SKEW: _row(
        _W,
        ExitCode.TEMPFAIL,
        "This machine's clock and the venue's differ by more than a second.",
        "Synchronise the clock (NTP), then run again.",
    ),
    Code.BALANCE_UNKNOWN: _row(
        _W,
        ExitCode.DATA_INVALID,
        "The venue's balances are missing or impossible.",
        "Run `dcaguard balances`; nothing is bought on numbers that are not there.",
    ),
    Code.PRICE_UNKNOWN: _row(
        _W,
        ExitCode.DATA_INVALID,
        "There is no usable price.",
        "For a paper account import or fetch `px.<ASSET>`; else run again later.",
    ),
    Code.PRICE_STALE: _row(
        _W,
        ExitCode.DATA_INVALID,
        "The newest price is older than `policy.price.staleness` allows.",
        "Fetch or import newer prices.",
    ),
    Code.PRICE_FUTURE: _row(
        _W,
        ExitCode.DATA_INVALID,
        "The price carries a time in the future.",
        "Check the clock and the data.",
    ),
    Code.BOOK_ONE_SIDED: _row(
        _W, ExitCode.DATA_INVALID, "The book has no bid or no ask.", "Run again later."
    ),
    Code.BOOK_CROSSED: _row(
        _W, ExitCode.DATA_INVALID, "The book's bid is above its ask.", "Run again later."
    ),
    Code.SECOND_OPINION_UNKNOWN: _row(
        _W,
        ExitCode.DATA_INVALID,
        "The second venue gave no usable price.",
        "Run again later, or choose another `policy.price.second_opinion`.",
    ),
    Code.RATE_UNKNOWN: _row(
        _W,
        ExitCode.DATA_INVALID,
        "A coin that is or was paid with has no price in the base currency: limits are not known.",
        "Pay with a coin on `stablecoins_at_par` or one that the venue prices. Caps forget a coin "
        "of the past once its month and week are over; `budget.total` never does: take it out, or "
        "give what is left of it to a strategy of a new name.",
    ),
    Code.STRATEGY_SPENT: _row(
        _W, ExitCode.OK, "The strategy's total is spent.", "Nothing to do: it has ended."
    ),
    Code.ALREADY_ORDERED: _row(
        _W, ExitCode.OK, "This slot and symbol had its one order.", "Nothing to do."
    ),
    Code.TARGET_REACHED: _row(
        _W, ExitCode.OK, "Value averaging holds its target already.", "Nothing to do."
    ),
    Code.REGIME_PAUSED: _row(
        _P,
        ExitCode.OK,
        "The market is breaking: by several measures at once, or by one extreme alone.",
        "Nothing to do: the money is remembered. `dcaguard signals explain` shows why.",
    ),
    Code.REGIME_COOLOFF: _row(
        _P,
        ExitCode.OK,
        "A liquidation shock: buying rests for two days.",
        "Nothing to do: the money is remembered.",
    ),
    Code.VENUE_LOCKED: _row(
        _P,
        ExitCode.OK,
        "The venue's or the quote coin's safety is in doubt.",
        "Look at the venue; fetch or import what is too old; "
        "`dcaguard resume --confirm --account A` acknowledges a lock.",
    ),
    Code.VALUATION_HIGH: _row(
        _P,
        ExitCode.OK,
        "The strategy's own valuation throttle holds back: the price is high.",
        "Nothing to do: the money is remembered.",
    ),
    Code.CAP_ORDER: _row(
        _D, ExitCode.LIMIT, "The tranche is larger than `order_max`.", "Lower it or raise the cap."
    ),
    Code.CAP_DAY: _row(
        _D, ExitCode.LIMIT, "It would pass `day_max`.", "Wait for the next day or raise the cap."
    ),
    Code.CAP_WEEK: _row(
        _D, ExitCode.LIMIT, "It would pass `week_max`.", "Wait for the next week or raise the cap."
    ),
    Code.CAP_MONTH: _row(
        _D,
        ExitCode.LIMIT,
        "It would pass `month_max`.",
        "Wait for the next month or raise the cap.",
    ),
    Code.CAP_RESERVE: _row(
        _D, ExitCode.LIMIT, "It would leave less cash than `reserve_min`.", "Add cash."
    ),
    Code.CAP_ASSET_WEIGHT: _row(
        _D,
        ExitCode.LIMIT,
        "It would lift the asset above its share of NAV.",
        "Raise `asset_weight_max` if you mean it.",
    ),
    Code.CAP_ACCOUNT_WEIGHT: _row(
        _D,
        ExitCode.LIMIT,
        "It would lift the account above its share of NAV.",
        "Withdraw coins by hand or use another venue.",
    ),
    Code.CAP_GROUP: _row(
        _D,
        ExitCode.LIMIT,
        "It would lift the group of assets above its share of NAV.",
        "Raise the group's `weight_max` if you mean it.",
    ),
    Code.CONCENTRATION: _row(
        _D,
        ExitCode.LIMIT,
        "Too large a share of the coins lies on this venue.",
        "Withdraw by hand, then run again.",
    ),
    Code.CASH_INSUFFICIENT: _row(
        _D,
        ExitCode.LIMIT,
        "There is less spendable cash than the tranche.",
        "Add cash; the slot stays open until the next one.",
    ),
    Code.SPREAD_WIDE: _row(
        _D,
        ExitCode.LIMIT,
        "Bid and ask are further apart than `spread_max`.",
        "Nothing to do: the slot stays open.",
    ),
    Code.PRICE_DISAGREES: _row(
        _D,
        ExitCode.LIMIT,
        "The second venue's price differs by more than the tolerance.",
        "Nothing to do: the slot stays open.",
    ),
    Code.BELOW_MINIMUM: _row(
        _D,
        ExitCode.LIMIT,
        "The amount is below the venue's minimum; it carries to the next slot.",
        "Nothing to do, or raise the budget.",
    ),
    Code.REGIME_NORMAL: _row(_B, ExitCode.OK, "The gate is open.", "Nothing to do."),
    Code.REGIME_CAUTION: _row(
        _B, ExitCode.OK, "One measure is stressed: half is bought.", "Nothing to do."
    ),
    Code.REGIME_PROBE: _row(
        _B, ExitCode.OK, "After a pause: a part is bought for a week.", "Nothing to do."
    ),
    Code.HALF_WHILE_PAUSED: _row(
        _B, ExitCode.OK, "`pause.mode = half`: half is bought while paused.", "Nothing to do."
    ),
    Code.LADDER_WHILE_PAUSED: _row(
        _B, ExitCode.OK, "The strategy's ladder releases a tranche while paused.", "Nothing to do."
    ),
    Code.GATE_DISABLED: _row(
        _B, ExitCode.OK, "`gate.enabled = false`: plain DCA.", "Nothing to do."
    ),
    Code.STAGE: _row(_B, ExitCode.OK, "A drawdown stage multiplies the tranche.", "Nothing to do."),
    Code.CATCH_UP: _row(_B, ExitCode.OK, "Part of the backlog is repaid.", "Nothing to do."),
    Code.CARRIED: _row(_B, ExitCode.OK, "A remainder of earlier slots is added.", "Nothing to do."),
    Code.TRIMMED_TO_CAP: _row(
        _B, ExitCode.OK, "What is added on top was trimmed to a cap.", "Nothing to do."
    ),
    Code.VALUATION_THROTTLED: _row(
        _B, ExitCode.OK, "The valuation throttle buys a part.", "Nothing to do."
    ),
    Code.VALUATION_UNKNOWN: _row(
        _B, ExitCode.OK, "The valuation metric has no data; it does not throttle.", "Import px.BTC."
    ),
    Code.STAGE_UNKNOWN: _row(
        _B, ExitCode.OK, "The trailing high has no data; no stage applies.", "Import px.<ASSET>."
    ),
}

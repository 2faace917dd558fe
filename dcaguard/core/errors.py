"""The mistakes and mishaps a user can meet; every class owns its exit code.

The numbers follow sysexits.h where it has one; those from 80 on are ours.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller. Names are stable and appear in `--json` as `code`."""

    OK = 0
    BOUGHT = 10
    HELD = 11
    USAGE = 2
    DATA_INVALID = 65
    NO_INPUT = 66
    VENUE_UNAVAILABLE = 69
    INTERNAL = 70
    CANT_CREATE = 73
    IO = 74
    TEMPFAIL = 75
    PROTOCOL = 76
    NOPERM = 77
    CONFIG = 78
    ORDER_UNKNOWN = 80
    LIMIT = 81
    HALTED = 82
    INTEGRITY = 83
    RECONCILE = 84


# Several may apply to one run; the earliest in this tuple is the one the process exits with.
GRAVITY: tuple[ExitCode, ...] = (
    ExitCode.INTEGRITY,
    ExitCode.RECONCILE,
    ExitCode.ORDER_UNKNOWN,
    ExitCode.HALTED,
    ExitCode.NOPERM,
    ExitCode.CONFIG,
    ExitCode.USAGE,
    ExitCode.DATA_INVALID,
    ExitCode.NO_INPUT,
    ExitCode.VENUE_UNAVAILABLE,
    ExitCode.INTERNAL,
    ExitCode.CANT_CREATE,
    ExitCode.IO,
    ExitCode.TEMPFAIL,
    ExitCode.PROTOCOL,
    ExitCode.LIMIT,
    ExitCode.BOUGHT,
    ExitCode.HELD,
    ExitCode.OK,
)


def gravest(codes: "list[ExitCode] | tuple[ExitCode, ...]") -> ExitCode:
    """Return the code that the process exits with when all of `codes` apply; OK for none."""
    return min(codes, key=GRAVITY.index, default=ExitCode.OK)


class DcaguardError(Exception):
    """A mishap told in one line: where, what is wrong, what to do.

    `str(error)` is shown to the user as it stands (after redaction and escaping).
    """

    exit_code: ExitCode = ExitCode.INTERNAL


class UsageError(DcaguardError):
    """Flags that do not fit together."""

    exit_code = ExitCode.USAGE


class DataInvalidError(DcaguardError):
    """Stale, contradictory or impossible data where data is required; nothing was sent."""

    exit_code = ExitCode.DATA_INVALID


class NoInputError(DcaguardError):
    """A named file is missing."""

    exit_code = ExitCode.NO_INPUT


class VenueUnavailableError(DcaguardError):
    """The venue is down, unreachable or in maintenance; nothing was sent."""

    exit_code = ExitCode.VENUE_UNAVAILABLE


class CantCreateError(DcaguardError):
    """An output exists already or is unsafe to write."""

    exit_code = ExitCode.CANT_CREATE


class StorageError(DcaguardError):
    """A disk or database write failed."""

    exit_code = ExitCode.IO


class TryAgainError(DcaguardError):
    """Another run holds the lock, the clock is off, a rate limit: the same call may work later."""

    exit_code = ExitCode.TEMPFAIL


class ProtocolError(DcaguardError):
    """The venue's reply breaks the venue's own rules."""

    exit_code = ExitCode.PROTOCOL


class NotPermittedError(DcaguardError):
    """Leverage or a forbidden key right was found, or a file's mode is unsafe."""

    exit_code = ExitCode.NOPERM


class ConfigError(DcaguardError):
    """The config or a strategy is invalid, or a schema is too new."""

    exit_code = ExitCode.CONFIG


class OrderUnknownError(DcaguardError):
    """An order's outcome is not known; buying on that account is blocked until it is."""

    exit_code = ExitCode.ORDER_UNKNOWN


class LimitError(DcaguardError):
    """A cap, collar or minimum refused every due tranche."""

    exit_code = ExitCode.LIMIT


class HaltedError(DcaguardError):
    """A person's halt is set."""

    exit_code = ExitCode.HALTED


class IntegrityError(DcaguardError):
    """The journal's chain or head is broken."""

    exit_code = ExitCode.INTEGRITY


class ReconcileError(DcaguardError):
    """Venue and journal disagree and a person must look."""

    exit_code = ExitCode.RECONCILE


class DuplicateSlotError(DcaguardError):
    """This slot and symbol, or this client order id, has an order already: never a second one."""

    exit_code = ExitCode.INTERNAL

"""Exact decimals, rounded only on purpose and in a named direction."""

from decimal import (
    ROUND_DOWN,
    ROUND_HALF_EVEN,
    ROUND_UP,
    Context,
    Decimal,
    InvalidOperation,
)

ZERO = Decimal(0)
ONE = Decimal(1)

# Wide enough that a product of two venue numbers (at most 30 digits each) is exact.
EXACT = Context(prec=60)
_WIDE = Context(prec=300)

# Venue and user numbers outside this range are impossible, whatever their spelling.
_DIGITS_MAX = 40
_EXPONENT_MAX = 20
_EXPONENT_MIN = -30


def parse_decimal(text: object) -> Decimal | None:
    """Return the exact finite decimal that `text` (str, int or Decimal) spells, or None.

    Floats are refused: a float has already lost the venue's digits. NaN, infinities, blanks and
    numbers too large or too fine to be real (1e400) are None, so that callers must say "unknown".
    """
    if isinstance(text, bool) or not isinstance(text, str | int | Decimal):
        return None
    try:
        value = Decimal(text.strip() if isinstance(text, str) else text)
    except (InvalidOperation, ValueError):
        return None
    if not value.is_finite():
        return None
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    if len(digits) > _DIGITS_MAX or value.adjusted() > _EXPONENT_MAX or exponent < _EXPONENT_MIN:
        return None
    return value


def plain(value: Decimal) -> str:
    """Return `value` without exponent and without trailing zeros ('1E+3' -> '1000').

    The one spelling used in SQL, JSON and digests, so that equal numbers have equal text.
    """
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def money(value: Decimal) -> str:
    """Return `value` with at least two places, for people: '250' -> '250.00'."""
    text = plain(value)
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def cents(value: Decimal) -> str:
    """Return `value` cut to two places, for people where the exact amount is not the point."""
    return money(rounded(value, Decimal("0.01"), ROUND_DOWN))


def rounded(value: Decimal, step: Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    """Return `value` with the places of `step`, for people; however large a venue's number is.

    Decimal's own `quantize` gives up beyond 28 digits.
    """
    return value.quantize(step, rounding, _WIDE)


def round_down(value: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of `step` (> 0) not above `value` (>= 0).

    We round quantities and prices of a buy down, so that an order never costs more than decided.
    """
    return _steps(value, step, ROUND_DOWN)


def round_up(value: Decimal, step: Decimal) -> Decimal:
    """Return the smallest multiple of `step` (> 0) not below `value`: for worst cases only."""
    return _steps(value, step, ROUND_UP)


def _steps(value: Decimal, step: Decimal, rounding: str) -> Decimal:
    whole = EXACT.divide(value, step).to_integral_value(rounding, EXACT)
    return EXACT.multiply(whole, step)


def times(left: Decimal, right: Decimal) -> Decimal:
    """Return the exact product (no rounding at the default 28 digits)."""
    return EXACT.multiply(left, right)


def quotient(left: Decimal, right: Decimal) -> Decimal:
    """Return left / right to 60 significant digits; `right` must not be zero."""
    return EXACT.divide(left, right)

"""A leveraged token is known by the venue's flag, else by its name; look-alikes stay free."""

import re
from collections.abc import Collection, Mapping

# BTC3L, ETH5S, BTC1S (an inverse token is leverage too), ETHUP, ADADOWN, XRPBULL, BTCHEDGE.
_NAME = re.compile(r"^(?P<stem>[A-Z0-9]{2,}?)(?:[2-5]L|[1-5]S|UP|DOWN|BULL|BEAR|HEDGE|HALF)$")

# Ordinary coins whose name reads like a leveraged token of another coin that may be listed.
ORDINARY = frozenset(
    {
        "BABYBEAR",
        "BACKUP",
        "COUP",
        "CUP",
        "GUP",
        "JUP",
        "LEVELUP",
        "MEUP",
        "PUP",
        "PUMPUP",
        "REDBULL",
        "SETUP",
        "SOUP",
        "STARTUP",
        "SUP",
        "SYRUP",
        "TUP",
        "WAGMIUP",
    }
)

# Leveraged tokens are made of these; they are bases even where the market list is incomplete.
MAJORS = frozenset(
    [
        "1INCH",
        "AAVE",
        "ADA",
        "ALGO",
        "APT",
        "ARB",
        "ATOM",
        "AVAX",
        "AXS",
        "BCH",
        "BNB",
        "BTC",
        "DOGE",
        "DOT",
        "EOS",
        "ETC",
        "ETH",
        "FIL",
        "LINK",
        "LTC",
        "MATIC",
        "NEAR",
        "OP",
        "SOL",
        "SUI",
        "SUSHI",
        "SXP",
        "TRX",
        "UNI",
        "XBT",
        "XLM",
        "XRP",
        "XTZ",
        "YFI",
    ]
)


def leveraged_token(base: str, bases: Collection[str], flags: Mapping[str, object]) -> bool:
    """Tell whether `base` is a leveraged token.

    `bases` are all base currencies the venue lists. `flags` are what the venue says of the coin
    or its market: `leveraged` (bool), `permissions` / `permissionSets`, `networks`, `tags`. A flag
    wins over the name, in both directions; flags that say nothing leave the name to speak.
    """
    flagged = venue_flag(flags)
    if flagged is not None:
        return flagged
    stem = stem_of(base)
    return stem is not None and (stem in MAJORS or stem in bases)


def stem_of(base: str) -> str | None:
    """Return the coin that a leveraged-looking name is made of, None for ordinary names."""
    name = base.upper()
    match = None if name in ORDINARY else _NAME.match(name)
    return match["stem"] if match else None


def venue_flag(flags: Mapping[str, object]) -> bool | None:
    """Return what the venue itself says; None when it says nothing."""
    stated = flags.get("leveraged")
    if isinstance(stated, bool):
        return stated
    if "LEVERAGED" in _words(flags.get("permissions")) | _words(flags.get("permissionSets")):
        return True
    # Binance moved its leveraged tokens over a network of their own.
    if _words(flags.get("networks")) == {"ETF"}:
        return True
    if "ETP" in _words(flags.get("tags")):
        return True
    return None


def _words(value: object, deep: int = 3) -> set[str]:
    """Return the words of a text, a table's keys or nested lists, as deep as a venue nests them."""
    match value:
        case str():
            return {word.strip().upper() for word in value.split(",") if word.strip()}
        case Mapping():
            return {str(key).upper() for key in value}
        case list() | tuple() | set() | frozenset() if deep:
            return {word for item in value for word in _words(item, deep - 1)}
    return set()

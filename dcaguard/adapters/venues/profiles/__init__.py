"""All venue profiles by exchange id; each file is loaded when it is first asked for."""

from collections.abc import Iterator, Mapping

from dcaguard.adapters.venues.profile import Probe, VenueProfile
from dcaguard.core.config import VENUES
from dcaguard.core.policy import rules

_TABLE_CHECKS = (
    rules.DEBT,
    rules.INTEREST,
    rules.POSITIONS,
    rules.ORDERS,
    rules.MODES,
    rules.LOANS,
    rules.KEY_RIGHTS,
    rules.IP_LOCK,
)


class _Profiles(Mapping[str, VenueProfile]):
    """Exchange id -> profile."""

    def __getitem__(self, name: str) -> VenueProfile:
        return _load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(VENUES)

    def __len__(self) -> int:
        return len(VENUES)


def _load(name: str) -> VenueProfile:  # noqa: C901, PLR0912 - one case for each venue
    match name:
        case "binance":
            from dcaguard.adapters.venues.profiles.binance import PROFILE
        case "kraken":
            from dcaguard.adapters.venues.profiles.kraken import PROFILE
        case "coinbase":
            from dcaguard.adapters.venues.profiles.coinbase import PROFILE
        case "bybit":
            from dcaguard.adapters.venues.profiles.bybit import PROFILE
        case "okx":
            from dcaguard.adapters.venues.profiles.okx import PROFILE
        case "bitget":
            from dcaguard.adapters.venues.profiles.bitget import PROFILE
        case "kucoin":
            from dcaguard.adapters.venues.profiles.kucoin import PROFILE
        case "gate":
            from dcaguard.adapters.venues.profiles.gate import PROFILE
        case "htx":
            from dcaguard.adapters.venues.profiles.htx import PROFILE
        case "mexc":
            from dcaguard.adapters.venues.profiles.mexc import PROFILE
        case "bitstamp":
            from dcaguard.adapters.venues.profiles.bitstamp import PROFILE
        case "gemini":
            from dcaguard.adapters.venues.profiles.gemini import PROFILE
        case "bitfinex":
            from dcaguard.adapters.venues.profiles.bitfinex import PROFILE
        case "hyperliquid":
            from dcaguard.adapters.venues.profiles.hyperliquid import PROFILE
        case "bitvavo":
            from dcaguard.adapters.venues.profiles.bitvavo import PROFILE
        case _:
            raise KeyError(name)
    return PROFILE


PROFILES: Mapping[str, VenueProfile] = _Profiles()


def venue_table() -> list[dict[str, str]]:
    """Return one row for each venue: what can be proved there, and what can not.

    Keys: exchange, title, one for each check ("proves", "can not prove", "not covered" or
    "has none"), wallets, live, order_types, notes.
    """
    return [_row(profile) for profile in PROFILES.values()]


def _row(profile: VenueProfile) -> dict[str, str]:
    row = {"exchange": profile.exchange, "title": profile.title}
    row |= {check: _provable(profile, check) for check in _TABLE_CHECKS}
    wallets = dict.fromkeys(probe.wallet for probe in profile.probes if _holds(probe))
    return row | {
        "wallets": ", ".join(wallets),
        "live": "yes" if profile.order_path_tested else "no: reading and guarding only",
        "order_types": ", ".join(sorted(profile.order_types)),
        "notes": " ".join(profile.notes),
    }


def _provable(profile: VenueProfile, check: str) -> str:
    if check in profile.cannot_prove:
        return "can not prove"
    read = any(check in p.spec(()).checks for p in profile.probes)
    beyond = any(n.check == check for n in profile.not_covered)
    if read:
        return "proves"
    return "not covered" if beyond else "has none"


def _holds(probe: Probe) -> bool:
    return any(rows.funds for rows in probe.rows)

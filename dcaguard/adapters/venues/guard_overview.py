"""An overview of all wallets proves which are unused, where each can not be read itself."""

from dcaguard.adapters.venues.profile import Overview
from dcaguard.core.account import Evidence
from dcaguard.core.policy.values import Missing, lookup, number, rows_at, shown, switch


def plain_name(name: str) -> str:
    """Return a wallet's name without ornaments: the venue writes both USD-M and USD(S)-M."""
    letters = "".join(c for c in name.lower() if c.isascii() and c.isalnum())
    return letters.replace("usdsm", "usdm")


def unused_wallets(wallet: str, overview: Overview, body: object) -> dict[str, Evidence]:
    """Return evidence for each wallet that the overview shows unused, by its plain name."""
    rows = rows_at(body, overview.at)
    if isinstance(rows, Missing):
        return {}
    unused = {}
    for key, row in rows:
        name = shown(lookup(row, overview.name)) if overview.name else key
        active = switch(lookup(row, overview.active)) if overview.active else None
        held = number(lookup(row, overview.balance))
        if active is False or held == 0:
            field, value = (
                (overview.active, "false") if active is False else (overview.balance, str(held))
            )
            unused[plain_name(name)] = Evidence(wallet, f"{name} {field}", value)
    return unused

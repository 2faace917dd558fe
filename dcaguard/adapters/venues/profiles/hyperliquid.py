"""Hyperliquid: a wallet key that can always trade perpetuals; spot and perpetual states."""

from dcaguard.adapters.venues.profile import Each, ModeAt, NotCovered, Probe, VenueProfile
from dcaguard.core.policy.rules import (
    DEBT,
    IP_LOCK,
    KEY_RIGHTS,
    LOANS,
    MODES,
    ORDERS,
    POSITIONS,
    Funds,
    Place,
    Rows,
    not_negative,
    one_of,
    words,
    zero,
)

_INFO = ("publicPostInfo", "/info")
_ORDER = Place(symbol="coin", side="side", id="oid")
_PERPS = (
    Rows(
        "",
        not_negative(DEBT, "crossMarginSummary.totalRawUsd")
        + not_negative(DEBT, "marginSummary.accountValue")
        + zero(POSITIONS, "marginSummary.totalNtlPos"),
    ),
    Rows(
        "assetPositions.*",
        zero(POSITIONS, "position.szi"),
        "position.coin",
        place=Place(
            symbol="position.coin",
            notional="position.positionValue",
            notional_asset="USDC",
        ),
    ),
)
_EACH_DEX = Each("dex-names", "*", {"dex": "name"}, skip=("", words("null")))


def _ask(kind: str) -> dict[str, object]:
    return {"type": kind, "user": "{wallet}"}


PROFILE = VenueProfile(
    exchange="hyperliquid",
    title="Hyperliquid",
    receive_window_seconds=60,
    client_order_id_param="c",
    client_order_id_style="0x-hex32",
    order_types=frozenset({"limit-ioc", "post-only"}),
    probes=(
        Probe(
            "mode",
            "account",
            *_INFO,
            (
                Rows(
                    "",
                    one_of(
                        MODES,
                        "",
                        "default disabled",
                        advice="unifiedaccount dexabstraction",
                        bad="portfoliomargin",
                    ),
                ),
            ),
            params=_ask("userAbstraction"),
            mode=ModeAt(
                "",
                {
                    "default": "classic",
                    "disabled": "classic",
                    "dexabstraction": "classic",
                    "unifiedaccount": "unified",
                    "portfoliomargin": "unified",
                },
                {
                    "classic": {"enableUnifiedMargin": False},
                    "unified": {"enableUnifiedMargin": True},
                },
            ),
        ),
        Probe(
            "spot",
            "spot",
            *_INFO,
            (
                Rows(
                    "balances.*",
                    not_negative(DEBT, "total", "hold"),
                    "coin",
                    Funds("coin", total="total", used="hold", spendable=True),
                ),
            ),
            params=_ask("spotClearinghouseState"),
        ),
        Probe(
            "perps",
            "perps",
            *_INFO,
            _PERPS,
            params=_ask("clearinghouseState"),
        ),
        Probe(
            "orders",
            "perps",
            *_INFO,
            (
                Rows(
                    "*",
                    presence=ORDERS,
                    # Spot markets are written @107 or PURR/USDC; anything else is a perpetual.
                    presence_unless=("coin", r"@\d+|[^/]+/[^/]+"),
                    place=_ORDER,
                ),
            ),
            params=_ask("frontendOpenOrders"),
        ),
        # The first row is null: the venue's own perpetuals, read above.
        Probe("dex-names", "dexes", *_INFO, params={"type": "perpDexs"}),
        Probe(
            "dexes",
            "dexes",
            *_INFO,
            _PERPS,
            params=_ask("clearinghouseState"),
            each=_EACH_DEX,
        ),
        Probe(
            "dex-orders",
            "dexes",
            *_INFO,
            (Rows("*", presence=ORDERS, place=_ORDER),),
            params=_ask("frontendOpenOrders"),
            each=_EACH_DEX,
        ),
    ),
    cannot_prove={
        KEY_RIGHTS: "key: a wallet key can always trade perpetuals; only an agent's can not "
        "withdraw, and neither is told",
        IP_LOCK: "key: a wallet key is bound to no address",
    },
    not_covered=(
        NotCovered("sub-accounts", POSITIONS, "sub-accounts and vaults: not covered"),
        NotCovered(LOANS, LOANS, "lending is on a chain, not in the account: not covered"),
    ),
    manual={
        DEBT: "At Hyperliquid: Portfolio, deposit or close until the balance is not below zero.",
        POSITIONS: "At Hyperliquid: Positions, Market close.",
        ORDERS: "At Hyperliquid: Open Orders, Cancel all.",
        MODES: "At Hyperliquid: account settings: leave portfolio margin.",
    },
    notes=("Use an agent wallet: it can not withdraw.",),
)

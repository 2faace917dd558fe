"""Files a person typed wrong: every mistake that config and strategies are told for."""

from contextlib import ExitStack
from pathlib import Path

from tests.cli.documents import CONFIG, STRATEGY, bare_workspace
from tests.errors.scenes import Scene
from tests.live.workspace import Workspace

GATE = CONFIG.replace("enabled = false", "GATE")
VENUE = '[accounts.main]\nexchange = "binance"\n[accounts.paper]'
# What each field alone may not be.
FIELDS = """\
schema = 0
timezone = 5
base_currency = "usd"
stablecoins_at_par = "USDT"
[journal]
path = ""
[accounts.one]
exchange = "krakn"
base_url = "http://example.org"
credentials = "abc"
live = "yes"
fee = "2%"
spread = inf
depth_quote = -1
balances = { USDT = -1, BTC = "x" }
[accounts."a b"]
exchange = 5
[accounts.two]
exchange = "kraken"
base_url = "ftp://example.org"
[accounts.three]
exchange = "kraken"
base_url = "https://example.org?x=1"
fee = true
[policy.caps]
order_mx = 1
month_max = 0
[policy.price]
collar = 2
staleness = 5
series_staleness = "soon"
[policy.universe]
allow = []
[policy.leverage]
on_violation = "warn"
lever = 2
[gate]
enabled = "no"
enter = "0.5"
exit = 2
block_enter = inf
blocks_min = 1.5
[gate.weights]
leverage = 0
flows = 0
macro = 0
structure = 0
[signals]
regulation = 1
[signals.megacap-drawdown]
leader = "TSLA"
[signals.privacy-rotation]
resume_rank = 0.99
[signals.altcoin-breadth]
rank_min = 400
[sources.fred]
enabled = 5
base_url = "example"
credentials = "my-secret"
[sources.ofr]
base_url = "http://example.org"
[sources.okx]
base_url = "https://a@example.org"
underlyings = 5
[sources.csv.gold]
series = 5
[sources.csv.silver]
series = "px.slver"
path = "silver.csv"
multiplier = "nan"
[sources.exchange]
exchange = "X Y"
"""
# Each possible alone, but not beside the others.
TOGETHER = """\
[accounts.main]
exchange = "binance"
live = true
fee = 0.5
[accounts.paper]
exchange = "paper"
prices = "krakn"
sandbox = true
[policy.caps]
order_max = 500
day_max = 100
month_max = 2000
[policy.universe]
allow = ["BTC"]
[policy.universe.assets.ETH]
needs_revenue = true
[gate]
enter = 0.4
exit = 0.5
[signals.privacy-rotation]
coins_min = 9
[sources.csv.gold]
series = "px.GOLD"
"""
NAMES = CONFIG.replace("order_max", "account_weight_max = { papr = 0.1 }\norder_max") + """\
[holdings.paper]
BTC = 1
[policy.leverage]
accept_cannot_tell = ["nobody"]
[policy.price]
second_opinion = "krakn"
"""  # fmt: skip
OPINION = CONFIG.replace("[accounts.paper]", VENUE) + '[policy.price]\nsecond_opinion = "binance"\n'
STAGE = "[[stage]]\ndrawdown = 0.1\nmultiplier = 2\n"
AVERAGING = '[sizing]\nmode = "value-averaging"\n'
CRON = 'cron = "0 9 * * *"'
WEIGHT = "weight = 1"
SLOT = "per_slot = 100"


def plan(*edits: tuple[str, str], more: str = "") -> str:
    """Return the good strategy with some of its words changed."""
    text = STRATEGY
    for old, new in edits:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text + more


# One strategy each, named by its number: all are told by one command.
PLANS: tuple[str | bytes, ...] = (
    plan((CRON, 'cron = "0 9 * *"'), ("100", "0"), (WEIGHT, "weight = 2")),
    plan((CRON, 'cron = "0 25 * * *"'), ("BTC/USDT", "btcusdt")),
    plan((CRON, 'cron = "0 0 */31 * SUN#5"'), (WEIGHT, "weight = 0.5")),
    plan((WEIGHT, "weight = 0.5")),
    plan((CRON, 'every = "P1M"\ntimezone = "BST"')),
    plan((CRON, 'every = "7d"\ntimezone = "Europe/Berln"\nstart = 5')),
    plan((CRON, 'every = "0s"\nstart = 2025-01-06T09:00:00Z\nend = "soon"')),
    plan((CRON, "slots = 0"), more="[stages]\nhigh_lookback_days = 99999\n"),
    plan((CRON, 'slots = "five"')),
    plan((CRON, 'on_missed = "all"\nslots = 5')),
    plan((CRON, f'{CRON}\nevery = "7d"\nall_max = 3')),
    plan((CRON, 'every = "30s"\nstart = 2025-01-01')),
    plan((CRON, f"{CRON}\nstart = 1900-01-01")),
    plan((CRON, f"{CRON}\nstart = 2025-02-01\nend = 2025-01-01")),
    plan((SLOT, f"{SLOT}\ntotal = 50"), more='[order]\nttl = "1m"\n'),
    plan(more="[pause]\nladder = [0.3, 0.2]\nenter = 0.5\nexit = 0.6\n"),
    plan(more="[pause]\nladder = [1]\ncatch_up_multiple = 0.5\n"),
    plan(more="[sizing]\nmultiple_max = 3\n"),
    plan(("BTC/USDT", "BTC/EUR"), more=STAGE + STAGE),
    plan(more='[[buy]]\nsymbol = "BTC/USDT"\nweight = 0\n'),
    plan(("BTC/USDT", "SOL/USDT")),
    plan(("per_slot = 100", "per_slot = 900")),
    plan(("per_slot = 100", "per_slot = 300"), more=AVERAGING),
    plan(more=STAGE + AVERAGING),
    plan(more="[pause]\nenter = 0.9\n"),
    plan(more="[pause]\nenter = 0.3\n"),
    plan(('"paper"', '"papr"')),
    plan(('"paper"', '"main"'), more='[order]\ntype = "market"\n'),
    plan(('"daily"', '"0"')),
    b"\0",
    b"\xff",
    "",
    "a = [",
    "a" + ".a" * 70 + " = 1",
    "#" * 200_000,
    "a = 1" + "0" * 5000,
)


def config(text: str, line: str = "plan") -> Scene:
    """Return the scene of one config."""
    return Scene(lambda folder, _: bare_workspace(folder, config=text), (line,))


def gate(lines: str) -> Scene:
    """Return the scene of a `[gate]`."""
    return config(GATE.replace("GATE", lines))


def _strategies(folder: Path, _stack: ExitStack) -> Workspace:
    space = bare_workspace(folder, config=OPINION)
    for number, text in enumerate(PLANS):
        named = text.replace('"daily"', f'"{number}"') if isinstance(text, str) else text
        raw = named.encode() if isinstance(named, str) else named
        space.write(f"strategies/{number}.toml", "").write_bytes(raw)
    (folder / "strategies" / "folder.toml").mkdir()
    space.write("strategies/twice.toml", STRATEGY)
    return space


def _no_folder(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    space.write("config.toml", CONFIG)
    space.write("strategies", "")
    return space


def _long_link(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    space.write("config.toml", CONFIG)
    (folder / "strategies").mkdir()
    (folder / "strategies" / "daily.toml").symlink_to("daily.toml")
    return space


def _journals(folder: Path, _stack: ExitStack) -> Workspace:
    space = bare_workspace(folder)
    for name, path in (("one", "HALT"), ("two", "cache.db"), ("three", "dcaguard.db")):
        journal = f'[journal]\npath = "{path}"\n'
        key = '[accounts.main]\nexchange = "kraken"\ncredentials = "file:dcaguard.head"\n'
        space.write(f"{name}.toml", f"{CONFIG}{journal}{key}")
    return space


SCENES: dict[str, Scene] = {
    "fields": config(FIELDS),
    "journals in place of other files": Scene(
        _journals, tuple(f"plan --config {name}.toml" for name in ("one", "two", "three"))
    ),
    "fields that do not fit together": config(TOGETHER),
    "names that point at nothing": config(NAMES),
    "an opinion that is none": config(CONFIG + '[policy.price]\nsecond_opinion = "paper"\n'),
    "an opinion of the only venue": config(
        CONFIG.replace('"paper"', '"binance"').replace("balances", "#")
        + '[policy.price]\nsecond_opinion = "binance"\n'
    ),
    "a later schema": config("schema = 99\n"),
    "a hundred mistakes": config("".join(f"x{n} = 1\n" for n in range(120)) + CONFIG),
    "caution above enter": gate("caution_enter = 0.9"),
    "a long hold": gate("hold_days = 20"),
    "a short pause": gate("max_pause_days = 5"),
    "strategies": Scene(_strategies, ("plan",)),
    "a file in place of the strategies": Scene(_no_folder, ("plan",)),
    "a strategy that is a link to itself": Scene(_long_link, ("plan",)),
    "a config that is not there": Scene(
        lambda folder, _: bare_workspace(folder),
        ("plan --config none.toml", "plan --config strategies"),
    ),
}

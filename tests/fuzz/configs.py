"""A broken config or strategy: a value that can be used, or one clear line and its code."""

import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from dcaguard.adapters.config import Loaded, load_config
from dcaguard.core.arming import arming_digest, config_digest
from dcaguard.core.config import Config
from dcaguard.core.config_example import example_toml
from dcaguard.core.config_show import show_json, show_text
from dcaguard.core.config_starter import CONFIG, STRATEGIES
from dcaguard.core.errors import DcaguardError, ExitCode
from dcaguard.core.gate import fold
from dcaguard.core.history import DAY, moment
from dcaguard.core.schedule import due, interval, newest_slot, next_slots
from tests.core.signals.synthetic import START, Market
from tests.fuzz.limits import in_time
from tests.fuzz.spoiling import Spoil

CANARY = "Zq7canary0Zq7canary0Zq7canary0Zq7canary0"
KNOWN = {ExitCode.NO_INPUT, ExitCode.NOPERM, ExitCode.CONFIG}
NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
HISTORY = Market(1, 90).history()
END = moment(START + 90 * DAY)
# TOML as text, written over a value; each is something that nobody should write there.
TOKENS = (
    *("true", "false", '""', "0", "-1", "1", "0.5", "1e999", "-1e999", "nan", "inf", "-inf"),
    *("9" * 30, "9" * 300, "9" * 5000, "1e99999999999999999999", "0x" + "f" * 100, "1e-99"),
    *("[]", "{}", "[[]]", "[1, 'a']", "[" * 500 + "]" * 500, "{ a = { b = { c = 1 } } }"),
    *('"' + "x" * 5000 + '"', r'"\u0000"', r'"\uD800"', r'"\U0010FFFF"', '"\u202e\u200b"'),
    *('"9999-12-31"', "9999-12-31", "0001-01-01", "1979-05-27T07:32:00Z", "07:32:00"),
    *("9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", '"BST"', '"../../etc/passwd"'),
    *('"*/1 * * * *"', '"0 0 30 2 *"', '"0 0 29 2 MON#5"', '"60 24 32 13 8"', '"@daily"'),
    *('"P99999D"', '"1s"', '"36500d"', '"http://user:pass@127.0.0.1"', '"http://[::1"', '"env:"'),
    *('"file:/nonexistent"', '"keyring:a/b"', "1_0", "08", "1979-13-27", "'''", '"' + CANARY + '"'),
    *("12345678901234", "2147483648", "1000000", "100000000", "36500", '"BTC/USDT"', '"1000000"'),
)
AROUND: dict[str, Callable[[str, str], str]] = {
    "dropped": lambda line, key: "",
    "renamed": lambda line, key: line.replace(key, f"{key}x", 1),
    "key-twice": lambda line, key: f"{line}\n{line}",
    "upper": lambda line, key: line.replace(key, key.upper(), 1),
    "dotted": lambda line, key: f"a.{line}",
    "quoted": lambda line, key: line.replace(key, f'"{key}\\n"', 1),
    "secret-key": lambda line, key: f'api_secret = "{CANARY}"',
    "secret-inside": lambda line, key: f'{line}\nextra = "{CANARY}"',
    "leverage": lambda line, key: f"{line}\nleverage = 3",
    "table-inside": lambda line, key: f"{line}\n[{key}]\nx = 1",
    "half": lambda line, key: line[: len(line) // 2],
}
WHOLE: tuple[Callable[[bytes], bytes], ...] = (
    lambda raw: raw[: len(raw) // 2],
    lambda raw: b"\xef\xbb\xbf" + raw,
    lambda raw: raw.decode().encode("utf-16"),
    lambda raw: raw + b"\x00",
    lambda raw: raw + b"\xff",
    lambda raw: raw + b'\nlong = "' + b"x" * 200_000 + b'"\n',
    lambda raw: raw + b'\nlong = "' + b"x" * 10_000_000 + b'"\n',
    lambda raw: raw + b"\n[a" + b".a" * 20_000 + b"]\n",
    lambda raw: raw + b"\nx = " + b"[" * 100_000,
    lambda raw: raw + b"\nx = " + b"{a=" * 30_000,
    lambda raw: raw + b"\n" + b"[[x]]\n" * 40_000,
    lambda raw: raw + b"\n" + b"".join(b"[t%d]\n" % n for n in range(15_000)),
    lambda raw: raw.replace(b"\n", b"\r"),
    lambda raw: b"",
    lambda raw: b"#" * 200_000,
    lambda raw: b"a" + b".a" * 60_000 + b" = 1",
    lambda raw: raw + b"\ny = " + b"1" * 100_000,
    lambda raw: raw + b"\nz = '''" + b"x\n" * 50_000,
)


def spoiled(text: str, spoil: Spoil) -> bytes:
    """Return TOML with one line changed; the last place is the whole file."""
    lines = text.splitlines()
    keyed = [at for at, line in enumerate(lines) if "=" in line and not line.startswith("#")]
    where, what = spoil
    place = where % (len(keyed) + 1)
    if place == len(keyed):
        return WHOLE[what % len(WHOLE)](text.encode())
    at = keyed[place]
    key = lines[at].partition("=")[0].strip()
    way = what % (len(TOKENS) + len(AROUND))
    if way < len(TOKENS):
        lines[at] = f"{key} = {TOKENS[way]}"
    else:
        lines[at] = list(AROUND.values())[way - len(TOKENS)](lines[at], key)
    return "\n".join(lines).encode("utf-8", "surrogatepass")


# Every key there is, each with a value: what `config show` prints of the example.
FULL = show_text(
    Config.model_validate(tomllib.loads(example_toml(), parse_float=Decimal)), {}
).replace('urls = ["(hidden)"]', 'urls = ["env:URL"]')


def written(folder: Path, config: bytes, strategy: bytes = b"") -> Path:
    """Write both files and return the config's path."""
    (folder / "strategies").mkdir(exist_ok=True)
    for file in (folder / "strategies").iterdir():
        file.unlink()
    (folder / "config.toml").write_bytes(config)
    if strategy:
        (folder / "strategies" / "weekly.toml").write_bytes(strategy)
    return folder / "config.toml"


def tried(folder: Path, config: bytes, strategy: bytes = b"") -> ExitCode:
    """Load and use the files; return the code. AssertionError for anything but our own words."""
    path = written(folder, config, strategy)
    loaded = in_time(lambda: _loaded(path, folder))
    if isinstance(loaded, Loaded):
        in_time(lambda: used(loaded), 2.0)
        return ExitCode.OK
    said = str(loaded)
    assert loaded.exit_code in KNOWN, said
    assert said.strip()
    assert all(line.startswith(str(folder)) for line in said.splitlines()), said[:500]
    assert CANARY not in said
    assert all(len(line) < 2000 for line in said.splitlines()), said[:500]
    return loaded.exit_code


def _loaded(path: Path, folder: Path) -> Loaded | DcaguardError:
    try:
        return load_config(path, {}, folder)
    except DcaguardError as error:
        return error


def used(loaded: Loaded) -> None:
    """Do with a valid config what every command does: nothing of it may fail any more."""
    config = loaded.config
    shown = show_text(config, {})
    assert CANARY not in shown
    assert CANARY not in repr(show_json(config, loaded.strategies))
    Config.model_validate(tomllib.loads(shown, parse_float=Decimal))
    config_digest(config, loaded.strategies)
    fold(HISTORY, END, config.signals, config.gate)
    for strategy in loaded.strategies.values():
        arming_digest(config, strategy)
        due(strategy, NOW, looked_at=None)
        newest = newest_slot(strategy, NOW)
        for slot in (*next_slots(strategy, NOW, 3), *([newest] if newest else [])):
            interval(strategy, slot)


def every_token_everywhere() -> Iterator[tuple[bytes, bytes]]:
    """Yield config and strategy with each value in turn replaced by each token."""
    texts = ((FULL, True), (CONFIG, True), (STRATEGIES["weekly"], False))
    for text, is_config in texts:
        count = sum("=" in line and not line.startswith("#") for line in text.splitlines())
        for place in range(count):
            for way in range(len(TOKENS) + len(AROUND)):
                changed = spoiled(text, (place, way))
                weekly = STRATEGIES["weekly"].encode()
                yield (changed, weekly) if is_config else (CONFIG.encode(), changed)

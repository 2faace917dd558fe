"""Keys that are missing, open to others or mistyped: what is told before any venue is asked."""

import os
from contextlib import ExitStack
from pathlib import Path

from tests.cli.documents import CONFIG
from tests.errors.scenes import Scene
from tests.live.workspace import Workspace

PEM = "-----BEGIN EC PRIVATE KEY-----\\nAAAA\\n-----END EC PRIVATE KEY-----"
PAIR = 'api_key = "a"\nsecret = "b"\n'
WALLET = f"0x{'a' * 40}"
# What a credentials file holds, by the exchange that it is for.
FILES: tuple[tuple[str, str | bytes], ...] = (
    ("kraken", PAIR),
    ("kraken", 'api_key = "a"\n'),
    ("coinbase", f'api_key = "{PEM}"\nsecret = "{PEM}"\n'),
    ("coinbase", PAIR),
    ("coinbase", f'api_key = "a"\nsecret = "{PEM}"\n'),
    ("hyperliquid", 'wallet = "0x"\nprivate_key = "b"\n'),
    ("hyperliquid", f'wallet = "{WALLET}"\nprivate_key = "b"\n'),
    ("binance", "api_key = 'a b'\n"),
    ("binance", 'secret = "-----BEGIN EC PRIVATE KEY-----"\n'),
    ("binance", f'secret = "{"a" * 9000}"\n'),
    ("binance", 'apikey = "a"\n'),
    ("binance", '"a/b" = "a"\n'),
    ("binance", "api_key = true\n"),
    ("binance", "api_key\n"),
    ("binance", b"\xff"),
    ("binance", "#" * 70_000),
    ("binance", ""),
)
REFERENCES = (
    "file:none.toml",
    "file:config.toml/none.toml",
    "file:link.toml",
    "file:strategies",
    "file:open.toml",
    "env:DCAGUARD_NONE",
    "systemd:main",
    "keyring:main",
    "keyring:dcaguard/none",
    "keyring:dcaguard/locked",
    "keyring:dcaguard/plain",
    "keyring:dcaguard/absent",
)
# Each time it is asked for one, another keyring; after the last, none is installed.
KEYRINGS = """\
import sys, types
def _empty(*_): return None
def _locked(*_): raise RuntimeError
def _backend(room, asked):
    made = type("Keyring", (), {"get_password": asked, "set_password": _locked})
    made.__module__ = room
    return made()
_SAFE = "keyring.backends.SecretService"
_LEFT = [_backend(_SAFE, _empty), _backend(_SAFE, _locked), _backend("plain", _empty)]
def _next():
    found = _LEFT.pop(0)
    if not _LEFT:
        sys.modules["keyring"] = None
    return found
_fake = types.ModuleType("keyring")
_fake.get_keyring = _next
sys.modules["keyring"] = _fake
"""


def _accounts(references: dict[str, tuple[str, str]]) -> str:
    return CONFIG + "".join(
        f'[accounts.{name}]\nexchange = "{exchange}"\ncredentials = "{reference}"\n'
        for name, (exchange, reference) in references.items()
    )


def _files(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    named = {f"n{at}": (exchange, f"file:{at}.toml") for at, (exchange, _) in enumerate(FILES)}
    space.write("config.toml", _accounts(named))
    for at, (_, text) in enumerate(FILES):
        raw = text.encode() if isinstance(text, str) else text
        space.write(f"{at}.toml", "").write_bytes(raw)
    return space


def _references(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    named = {f"n{at}": ("binance", text) for at, text in enumerate(REFERENCES)}
    space.write("config.toml", _accounts(named))
    space.write("open.toml", PAIR, mode=0o640)
    (folder / "link.toml").symlink_to("open.toml")
    (folder / "strategies").mkdir()
    space.patch("keyrings", KEYRINGS)
    return space


def _to_be_set(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    named = {
        "unit": ("binance", "systemd:a/b"),
        "shell": ("binance", "env:BINANCE"),
        "below": ("binance", "file:config.toml/keys/main.toml"),
        "ring": ("binance", "keyring:dcaguard/main"),
    }
    space.write("config.toml", _accounts(named) + '[accounts.bare]\nexchange = "binance"\n')
    space.patch("keyrings", KEYRINGS)
    return space


def _of_sources(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    keyed = {"sosovalue": "env:DCAGUARD_NONE", "coinglass": "file:two.txt"}
    tables = "".join(
        f'[sources.{name}]\nenabled = true\ncredentials = "{reference}"\n'
        for name, reference in keyed.items()
    )
    space.write("config.toml", CONFIG + tables)
    space.write("two.txt", "one\ntwo\n")
    return space


def _without(folder: Path, _stack: ExitStack) -> Workspace:
    space = Workspace(folder)
    tables = "".join(f"[sources.{name}]\nenabled = true\n" for name in ("sosovalue", "edgar"))
    space.write("config.toml", CONFIG + tables)
    return space


SCENES: dict[str, Scene] = {
    "what the files hold": Scene(_files, ("credentials check",)),
    "where the keys are": Scene(_references, ("credentials check",)),
    "a service's key": Scene(
        _to_be_set, ("credentials check unit",), environ={"CREDENTIALS_DIRECTORY": os.sep}
    ),
    "keys that can not be kept": Scene(
        _to_be_set,
        (
            "credentials set unit",
            "credentials set shell",
            "credentials set below",
            "credentials set ring",
            "credentials set bare",
            "credentials set non",
            "credentials set paper",
        ),
        stdin="a\nb\n",
    ),
    "keys of sources": Scene(_of_sources, ("signals fetch sosovalue coinglass",)),
    "a source without its key": Scene(_without, ("signals fetch sosovalue edgar",)),
}

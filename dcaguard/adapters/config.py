"""Reads config.toml and strategies/*.toml once: a value, or every mistake with its remedy."""

import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import platformdirs
from pydantic import BaseModel, ValidationError

from dcaguard.adapters.files import Stamp, from_home, stamp
from dcaguard.core.config import SCHEMA, Config, Leverage
from dcaguard.core.config_agreement import disagreements
from dcaguard.core.config_forbidden import (
    LEVERAGE_SENTENCE,
    SECRETS_BELONG,
    find_leverage,
    find_secrets,
)
from dcaguard.core.config_mistakes import keys_of, sentences
from dcaguard.core.errors import ConfigError, NoInputError, NotPermittedError
from dcaguard.core.strategy import Strategy

FILE_NAME = "config.toml"
STRATEGIES = "strategies"
_BYTES_MAX = 128 * 1024
_KEY_SHOWN_MAX = 200
_LEVELS_MAX = 20
_PARTS_MAX = 64
_NO_KEY = frozenset("\n= ")
_TOO_DEEP = "is nested too deeply: write tables at most a few levels deep"
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid config with its strategies. Relative paths in it are relative to `base_dir`."""

    config: Config
    path: Path
    base_dir: Path
    strategies: dict[str, Strategy]
    strategy_paths: dict[str, Path]
    broken: tuple[str, ...] = ()  # lines about strategies that could not be loaded
    broken_names: frozenset[str] = frozenset()  # the names that their files have
    read: Mapping[Path, Stamp] = field(default_factory=dict)  # as each file was before it was read


@dataclass(slots=True)
class _Mistakes:
    """Lines told together at the end."""

    lines: list[str] = field(default_factory=list)

    def add(self, path: Path, key: str, sentence: str) -> None:
        place = f"{path}: {key[:_KEY_SHOWN_MAX]}" if key else str(path)
        self.lines.append(_one_line(f"{place}: {sentence}"))

    def stop(self) -> None:
        if self.lines:
            raise ConfigError("\n".join(self.lines))


def load_config(
    explicit: Path | None, environ: Mapping[str, str], cwd: Path, *, tolerant: bool = False
) -> Loaded:
    """Return the config found by the search order, with its strategies.

    `tolerant` leaves out strategies with mistakes and tells them in `broken`: one strategy's
    failure stops no other's.

    NoInputError (66) when there is none, ConfigError (78) with one line per mistake,
    NotPermittedError (77) when anybody on the machine may write it.
    """
    path = find_config(explicit, environ, cwd)
    read = {path: stamp(path)}
    mistakes = _Mistakes()
    config = _load(path, Config, mistakes)
    folder = path.parent / STRATEGIES
    if folder.exists() and not folder.is_dir():
        mistakes.add(folder, "", "is not a folder: move it away and make one for the strategies")
    strategies: dict[str, Strategy] = {}
    paths: dict[str, Path] = {}
    broken: list[str] = []
    broken_names: set[str] = set()
    named: dict[str, Path] = {}
    for file in sorted(folder.glob("[!.]*.toml")):
        own, read[file] = _Mistakes(), stamp(file)
        strategy = _load(file, Strategy, own)
        if strategy is not None:
            _check_name(file, strategy.name, named, own)
            named[strategy.name] = file
            for key, sentence in disagreements(config, strategy) if config is not None else ():
                own.add(file, key, sentence)
        broken += own.lines
        if strategy is not None and not own.lines:
            strategies[strategy.name], paths[strategy.name] = strategy, file
        else:
            broken_names.add(file.stem)
    if not tolerant or mistakes.lines:
        mistakes.lines += broken
    mistakes.stop()
    assert config is not None  # no lines, so it was valid
    return Loaded(
        config, path, path.parent, strategies, paths, tuple(broken), frozenset(broken_names), read
    )


def find_config(explicit: Path | None, environ: Mapping[str, str], cwd: Path) -> Path:
    """Return the absolute path of the config: --config, $DCAGUARD_CONFIG, ./, user folder."""
    named = explicit or (Path(v) if (v := environ.get("DCAGUARD_CONFIG")) else None)
    if named is not None:
        path = cwd / from_home(named)
        if path.is_dir():
            raise NoInputError(f"{path}: is a folder: name the file, such as {path / FILE_NAME}")
        if not path.exists():
            raise NoInputError(
                f"{path}: no such file: name another, or run `dcaguard init` for one"
            )
        return _absolute(path)
    places = (cwd / FILE_NAME, Path(platformdirs.user_config_dir("dcaguard")) / FILE_NAME)
    for path in places:
        if path.is_file():
            return _absolute(path)
    looked = " and ".join(str(p) for p in places)
    raise NoInputError(f"no config: looked for {looked}: run `dcaguard init` to write one")


def _one_line(text: str) -> str:
    """Return the text with line ends and other signs that are not printed spelled out.

    A quoted TOML key may hold any character, and must not write a line of its own.
    """
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def _absolute(path: Path) -> Path:
    """Return the path without dots but with its links: HALT lies beside the name as typed."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links


def _check_name(file: Path, name: str, paths: Mapping[str, Path], mistakes: _Mistakes) -> None:
    if name in paths:
        mistakes.add(file, "name", f"{paths[name].name} has the same name: choose another")
    elif file.stem != name:
        mistakes.add(file, "name", f'differs from the file\'s name: write name = "{file.stem}"')


def _load(path: Path, model: type[M], mistakes: _Mistakes) -> M | None:
    """Return the model that a file holds; None after noting why not."""
    data = _parse(path, mistakes)
    if data is None:
        return None
    secrets = find_secrets(data)
    for key in secrets:
        mistakes.add(path, key, SECRETS_BELONG)
    if secrets:
        return None  # say nothing else: another line might repeat the secret
    schema = data.get("schema")
    if model is Config and isinstance(schema, int) and schema > SCHEMA:
        mistakes.add(
            path, "schema", f"{schema} is newer than this program: install a newer dcaguard"
        )
        return None
    return _validate(path, data, model, mistakes)


def _validate(path: Path, data: dict[str, object], model: type[M], mistakes: _Mistakes) -> M | None:
    before = len(mistakes.lines)
    lent = find_leverage(data, frozenset(keys_of(Leverage)))
    for key in lent:
        mistakes.add(path, key, LEVERAGE_SENTENCE)
    try:
        valid = model.model_validate(data)
    except ValidationError as error:
        for key, sentence in sentences(error, model):
            if key not in lent:
                mistakes.add(path, key, sentence)
        return None
    return valid if len(mistakes.lines) == before else None


def _parse(path: Path, mistakes: _Mistakes) -> dict[str, object] | None:
    """Return the TOML of a file; None after noting what stops it from being read."""
    text, problem = _text(path)
    if not problem and not text.strip():
        problem = "is empty: write it, or move it away and run `dcaguard init`"
    if problem:
        mistakes.add(path, "", problem)
        return None
    if _endless_key(text):
        mistakes.add(path, "", _TOO_DEEP)
        return None
    try:
        data = tomllib.loads(text, parse_float=Decimal)
        if not _too_deep(data):
            return data
        mistakes.add(path, "", _TOO_DEEP)
    except RecursionError:
        mistakes.add(path, "", _TOO_DEEP)
    except (ValueError, ArithmeticError) as error:
        # tomllib's own sentence has line and column, and of the file at most a key's name.
        known = isinstance(error, tomllib.TOMLDecodeError)
        reason = str(error) if known else "a number is too long"
        mistakes.add(path, "", f"is not TOML: {reason}: correct that line")
    return None


def _endless_key(text: str) -> bool:
    """Tell whether a key has more parts than any table is deep: tomllib's time is their square."""
    run = 0
    for part in text.split("."):
        run = run + 1 if len(part) <= _KEY_SHOWN_MAX and not set(part.strip()) & _NO_KEY else 0
        if run > _PARTS_MAX:
            return True
    return False


def _too_deep(data: dict[str, object]) -> bool:
    """Tell whether tables and lists stand in each other beyond what any config needs."""
    level: list[object] = [data]
    for _ in range(_LEVELS_MAX):
        inner = [list(v.values()) if isinstance(v, dict) else v for v in level]
        level = [v for values in inner if isinstance(values, list) for v in values]
        if not level:
            return False
    return True


def _text(path: Path) -> tuple[str, str]:
    """Return (text, what is wrong)."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return "", "is not a plain file: write a text file there"
        if os.name == "posix" and status.st_mode & stat.S_IWOTH:
            raise NotPermittedError(
                f"{path}: anybody on this machine may change your limits: run `chmod o-w {path}`"
            )
        if status.st_size > _BYTES_MAX:
            return "", f"is larger than {_BYTES_MAX // 1024} KiB: this is not a config"
        raw = path.read_bytes()
    except OSError as error:
        return "", f"cannot be read ({error.strerror}): check the path and its mode"
    if b"\0" in raw:
        return "", "holds NUL bytes: save it as UTF-8 text"
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        return "", f"is not UTF-8 text (byte {error.start}): save it as UTF-8"

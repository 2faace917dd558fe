"""Finds secrets where a reference says, checks them before use, and never repeats one."""

import json
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dcaguard.adapters.files import from_home, write_atomic
from dcaguard.core.config_credentials import FIELDS, check_fields
from dcaguard.core.errors import (
    ConfigError,
    NoInputError,
    NotPermittedError,
    StorageError,
    UsageError,
)

_BYTES_MAX = 64 * 1024
# Backends that keep a secret where the login protects it; a plain-text file calls itself one too.
_APPROVED_BACKENDS = (
    "keyring.backends.macOS.",
    "keyring.backends.SecretService.",
    "keyring.backends.libsecret.",
    "keyring.backends.kwallet.",
    "keyring.backends.Windows.",
)


class Credentials(dict[str, str]):
    """Secrets by field name; its text shows the names only."""

    def __repr__(self) -> str:
        """Return the field names, so that no log or traceback shows a value."""
        return f"Credentials({', '.join(sorted(self))})"

    __str__ = __repr__


def resolve(
    reference: str, *, environ: Mapping[str, str], base_dir: Path, exchange: str = ""
) -> Credentials:
    """Return the secrets that a reference points to, checked for `exchange` when it is given.

    References: file:PATH (TOML, 0600), keyring:SERVICE/NAME (JSON), systemd:NAME (TOML),
    env:PREFIX. NoInputError (66) when a file is missing, NotPermittedError (77) for unsafe modes,
    ConfigError (78) for anything else that is wrong.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        found = {
            name: environ[key] for name in FIELDS if environ.get(key := f"{rest}_{name.upper()}")
        }
        if not found:
            raise ConfigError(
                f"{reference}: {rest}_API_KEY is not set: export it and its companions,"
                " or use a file with `dcaguard credentials set`"
            )
    else:
        found = _fields(_text(reference, environ=environ, base_dir=base_dir), reference)
    return Credentials(check_fields(found, reference, exchange))


def resolve_text(reference: str, *, environ: Mapping[str, str], base_dir: Path) -> str:
    """Return the one secret that a reference points to: an address, a token, a source's key.

    A credentials file gives its `api_key`; any other text is the secret itself. Errors as in
    `resolve`.
    """
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        value = environ.get(rest, "") or environ.get(f"{rest}_API_KEY", "")
        if not value.strip():
            raise ConfigError(f"{reference}: the variable {rest} is not set: export it")
        return value.strip()
    text = _text(reference, environ=environ, base_dir=base_dir).strip()
    if "=" in text or text.startswith("{"):
        try:
            fields = _fields(text, reference)
        except ConfigError:
            fields = {}
        if "api_key" in fields:
            return fields["api_key"].strip()
    if not text or len(text.splitlines()) > 1:
        raise ConfigError(f"{reference}: holds no single secret: write it alone, on one line")
    return text


def store(reference: str, fields: Mapping[str, str], *, base_dir: Path, exchange: str = "") -> str:
    """Write secrets to a 0600 file or the keyring and return where, for people.

    They are checked first (78). UsageError (2) for places that only others can fill; a link in the
    file's place is refused (73).
    """
    scheme, _, rest = reference.partition(":")
    checked = check_fields(fields, reference, exchange)
    if scheme == "file":
        path = base_dir / from_home(Path(rest))
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StorageError(
                f"{path.parent}: cannot be made: {error.strerror}: name another folder"
            ) from None
        # JSON strings are TOML strings for the text that `check_fields` lets through.
        lines = "".join(f"{k} = {json.dumps(v, ensure_ascii=True)}\n" for k, v in checked.items())
        write_atomic(path, lines.encode())
        return str(path)
    if scheme == "keyring":
        service, name = _keyring_names(rest, reference)
        backend = _keyring_backend(reference)
        try:
            backend.set_password(service, name, json.dumps(dict(checked)))
        except Exception as error:  # noqa: BLE001 - each backend has its own
            raise StorageError(_keyring_sentence(reference, "write to", error)) from None
        return reference
    raise UsageError(
        f"{reference}: is filled by {'systemd' if scheme == 'systemd' else 'the environment'},"
        " not by dcaguard: set it there, or use file:PATH or keyring:SERVICE/NAME"
    )


def _text(reference: str, *, environ: Mapping[str, str], base_dir: Path) -> str:
    scheme, _, rest = reference.partition(":")
    match scheme:
        case "file":
            return _read_private(base_dir / from_home(Path(rest)), owner_only=True)
        case "systemd":
            return _read_private(_systemd_path(rest, environ, reference), owner_only=False)
        case "keyring":
            return _keyring_text(rest, reference)
    raise ConfigError(
        "credentials: names no place of a secret:"
        " write keyring:SERVICE/NAME, file:PATH, systemd:NAME or env:PREFIX"
    )


def _systemd_path(name: str, environ: Mapping[str, str], reference: str) -> Path:
    folder = environ.get("CREDENTIALS_DIRECTORY")
    if not folder:
        raise ConfigError(
            f"{reference}: systemd gives this only to a service: add LoadCredential={name}:PATH"
            " to the unit (`dcaguard help cron` shows one)"
        )
    if not re.fullmatch(r"[A-Za-z0-9_.-]+", name) or name in {".", ".."}:
        raise ConfigError(f"{reference}: is no credential's name: use letters, digits, - _ .")
    return Path(folder) / name


def _read_private(path: Path, *, owner_only: bool) -> str:
    """Return the text of a file that nobody else can read, looked at through one descriptor."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise NoInputError(
            f"{path}: no such file: run `dcaguard credentials set` to write it"
        ) from None
    except OSError as error:
        if path.is_symlink():
            raise NotPermittedError(f"{path}: is a link: name the file itself") from None
        raise NotPermittedError(
            f"{path}: cannot be read: {error.strerror}: check its path and mode"
        ) from None
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)  # a folder has no stream
        raise NotPermittedError(f"{path}: is not a plain file: write the secrets to one")
    with os.fdopen(descriptor, "rb") as file:
        others = stat.S_IRWXG | stat.S_IRWXO if owner_only else stat.S_IRWXO
        if status.st_mode & others:
            raise NotPermittedError(
                f"{path}: other users can read or write it (mode"
                f" {stat.S_IMODE(status.st_mode):04o}): run `chmod 600 {path}`"
            )
        if owner_only and status.st_uid not in {os.geteuid(), 0}:
            raise NotPermittedError(f"{path}: belongs to another user: copy it and use the copy")
        raw = file.read(_BYTES_MAX + 1)
    if len(raw) > _BYTES_MAX:
        raise ConfigError(f"{path}: is larger than {_BYTES_MAX // 1024} KiB: this holds no key")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not UTF-8 text: save it as plain text") from None


def _fields(text: str, reference: str) -> dict[str, str]:
    """Return the fields of a TOML or JSON text; the text is in no error."""
    try:
        data: Any = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise ConfigError(
            f'{reference}: is not TOML: write lines such as api_key = "..." and secret = "..."'
        )
    fields = {}
    for name, value in data.items():
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ConfigError(f"{reference}: each field is text in quotes: correct the file")
        fields[str(name)] = str(value)
    return fields


def _keyring_names(rest: str, reference: str) -> tuple[str, str]:
    service, slash, name = rest.partition("/")
    if not (service and slash and name):
        raise ConfigError(f"{reference}: write keyring:SERVICE/NAME, such as keyring:dcaguard/main")
    return service, name


def _keyring_text(rest: str, reference: str) -> str:
    service, name = _keyring_names(rest, reference)
    backend = _keyring_backend(reference)
    try:
        text = backend.get_password(service, name)
    except Exception as error:  # noqa: BLE001 - each backend has its own
        raise NotPermittedError(_keyring_sentence(reference, "read", error)) from None
    if text is None:
        raise NoInputError(
            f"{reference}: the keyring has no such entry: run `dcaguard credentials set`"
        )
    return str(text)


def _keyring_sentence(reference: str, doing: str, error: Exception) -> str:
    return (  # the class only: a backend's message may hold what it was given
        f"{reference}: cannot {doing} the keyring ({type(error).__name__}): unlock it and try again"
    )


def _keyring_backend(reference: str) -> Any:
    """Return the best backend that is known to protect what it keeps."""
    try:
        import keyring  # optional extra; slow to import
    except ImportError:
        raise ConfigError(
            f"{reference}: needs the extra `keyring` (pip install 'dcaguard[keyring]'),"
            " or keep the key in a 0600 file with file:PATH"
        ) from None
    chosen = keyring.get_keyring()
    for backend in (chosen, *getattr(chosen, "backends", ())):
        if _backend_name(backend).startswith(_APPROVED_BACKENDS):
            return backend
    raise ConfigError(
        f"{reference}: this machine has no keyring that protects a secret"
        f" (found {_backend_name(chosen)}): use file:PATH, a 0600 file"
    )


def _backend_name(backend: object) -> str:
    return f"{type(backend).__module__}.{type(backend).__qualname__}"

"""Where things are: addresses that cannot leak a key, references that are not the secret itself."""

from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def loopback(host: str) -> bool:
    """Tell whether `host` can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def safe_url(value: str) -> str:
    """Return a base URL that cannot leak a key: https, or http on loopback; no login in it."""
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("is not a URL: write https://HOST[:PORT]") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("is not a URL: write https://HOST[:PORT]")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("may hold no login, query or fragment: write https://HOST[:PORT]")
    if parts.scheme == "http" and not loopback(host):
        raise ValueError("plain http is for loopback only: use https, or 127.0.0.1")
    return value.rstrip("/")


_SCHEMES = ("keyring:", "file:", "systemd:", "env:")


def secret_reference(value: str) -> str:
    """Return a reference that says where a secret lives (and is not the secret itself)."""
    scheme = next((s for s in _SCHEMES if value.startswith(s)), None)
    if scheme is None or value == scheme:
        raise ValueError(
            "is not a reference to a secret:"
            " write keyring:SERVICE/NAME, file:PATH, systemd:NAME or env:PREFIX"
        )
    return value


# What stands beside a journal under its name, and what every folder with one has.
_BESIDE = frozenset({"lock", "head", "ballast", "toml"})
_TAKEN = frozenset({"cache.db"})
_OF_SQLITE = ("-journal", "-wal", "-shm")


def journal_path(value: str) -> str:
    """Return a path for the journal whose name is no other file's of this program."""
    name = value.rpartition("/")[2]
    stem, _, ending = name.casefold().rpartition(".")
    if not stem.strip(".") or not ending:
        raise ValueError(
            "needs a name with an ending, since other files are named after it: write dcaguard.db; "
            "if a journal is there already, rename it too (mv), or its past does not count"
        )
    if ending in _BESIDE or name.casefold() in _TAKEN or ending.endswith(_OF_SQLITE):
        raise ValueError("is the name of another kind of file here: write one such as dcaguard.db")
    return value


JournalPath = Annotated[str, AfterValidator(journal_path)]
BaseUrl = Annotated[str, AfterValidator(safe_url)]
SecretReference = Annotated[str, AfterValidator(secret_reference)]

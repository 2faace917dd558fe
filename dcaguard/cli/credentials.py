"""Secrets are read without echo, kept where the config says, and tested at the venue at once."""

import getpass
import sys
from collections.abc import Mapping

from dcaguard.cli.session import Session, show, tell
from dcaguard.core.account import AccountView, Proof
from dcaguard.core.config import PAPER, Account
from dcaguard.core.config_credentials import FIELDS, required_fields
from dcaguard.core.errors import ConfigError, DcaguardError, ExitCode, UsageError, gravest
from dcaguard.wiring import Loaded, credentials_fields, load, opened, register_secrets

_OPTIONAL_HINT = "(empty to leave out)"


def set_credentials(session: Session, name: str) -> int:
    """Read an account's secrets, store them, and test what the key may do."""
    from dcaguard.adapters.credentials import store

    loaded = load(session.config)
    account = _account(loaded, name)
    if account.credentials is None:
        msg = (
            f"{loaded.path}: accounts.{name}.credentials: is not set: add a line like "
            f'credentials = "file:{name}.keys.toml" or "keyring:dcaguard/{name}"'
        )
        raise ConfigError(msg)
    fields = _read_fields(account.exchange)
    register_secrets(fields.values())
    where = store(account.credentials, fields, base_dir=loaded.base_dir, exchange=account.exchange)
    tell(f"stored in {where}; testing the key at {account.exchange}")
    return _check(loaded, [name], stored=where)


def check_credentials(session: Session, name: str | None) -> int:
    """Test the keys of one or all accounts."""
    loaded = load(session.config)
    names = [name] if name else [n for n, a in loaded.config.accounts.items() if a.credentials]
    for one in names:
        _account(loaded, one)
    return _check(loaded, names, stored=None)


def _account(loaded: Loaded, name: str) -> Account:
    account = loaded.config.accounts.get(name)
    if account is None:
        from dcaguard.core.config_values import nearest

        hint = nearest(name, list(loaded.config.accounts))
        msg = f"{loaded.path}: accounts.{name}: there is no such account: {hint}"
        raise ConfigError(msg)
    if account.exchange == PAPER:
        msg = f"account {name} is on the paper exchange: it has no key and needs none"
        raise UsageError(msg)
    return account


def _read_fields(exchange: str) -> dict[str, str]:
    """Ask for each field without echo; a pipe gives one value per line in the same order."""
    needed = required_fields(exchange)
    fields: dict[str, str] = {}
    for field in [*needed, *(f for f in FIELDS if f not in needed and not needed)]:
        value = _ask(field) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        # A PEM key pasted on one line carries its line breaks as \n.
        if value.strip():
            fields[field] = value.strip().replace("\\n", "\n")
    return fields


def _ask(field: str) -> str:
    return getpass.getpass(f"{field}: ")


def _check(loaded: Loaded, names: list[str], *, stored: str | None) -> int:
    rows: list[dict[str, object]] = []
    codes: list[ExitCode] = []
    with opened(loaded, write=False) as world:
        for name in names:
            try:
                credentials_fields(loaded, name)
                view = world.dry_venue(name).look()
            except DcaguardError as error:
                codes.append(error.exit_code)
                rows.append({"account": name, "result": "FAILED", "detail": str(error)})
                continue
            row, code = _rights(name, view)
            rows.append(row)
            codes.append(code)
    code = gravest(codes)
    text = "\n".join(_line(row) for row in rows) or "no account has credentials"
    if stored is not None and code is ExitCode.OK:
        text += "\nnext: `dcaguard guard` proves that nothing is borrowed"
    body: dict[str, object] = {"accounts": rows, "stored": stored}
    show("credentials", body, text, exit_code=int(code), code=code.name)
    return int(code)


def _rights(name: str, view: AccountView) -> tuple[dict[str, object], ExitCode]:
    checks = [c for c in view.checks if c.check == "key-rights"]
    results = {c.result for c in checks}
    evidence = [
        {"wallet": e.wallet, "field": e.field, "value": e.value} for c in checks for e in c.evidence
    ]
    detail = "; ".join(c.detail for c in checks if c.detail)
    result = Proof.CANNOT_TELL
    for proof in (Proof.VIOLATED, Proof.CANNOT_TELL, Proof.PROVED):
        if proof in results:
            result = proof
            break
    read = any(c.check == "balances" and c.result is Proof.PROVED for c in view.checks)
    if result is Proof.CANNOT_TELL and not read:
        told = detail or "; ".join(view.unread)
        refused: dict[str, object] = {"account": name, "exchange": view.exchange, "evidence": []}
        return refused | {"result": "REFUSED", "detail": told}, ExitCode.NOPERM
    row: dict[str, object] = {
        "account": name,
        "exchange": view.exchange,
        "result": result.value,
        "detail": detail,
        "evidence": evidence,
    }
    return row, ExitCode.NOPERM if result is Proof.VIOLATED else ExitCode.OK


_WORDS = {
    "PROVED": "the key can view and trade spot, and nothing more",
    "CANNOT_TELL": "the venue does not say what the key may do",
    "VIOLATED": "the key can do more than view and trade spot: make another",
    "FAILED": "could not be tested",
    "REFUSED": "the venue did not let this key read the account: check it, then set it again",
}


def _line(row: Mapping[str, object]) -> str:
    told = f"{row['account']}: {_WORDS[str(row['result'])]}"
    quiet = row["result"] == "PROVED" or not row["detail"]
    return told if quiet else f"{told}: {row['detail']}"

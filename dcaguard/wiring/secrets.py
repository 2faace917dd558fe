"""The one registry of live secrets, and how an account's are found."""

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress

from dcaguard.adapters.config import Loaded
from dcaguard.adapters.redact import Redactor
from dcaguard.core.config import Account
from dcaguard.core.errors import DcaguardError

REDACTOR = Redactor()


def register_secrets(secrets: Iterable[str]) -> None:
    """Hide these texts, in every spelling, from all output of this process."""
    REDACTOR.add_all(secrets)


def hide_configured(loaded: Loaded) -> None:
    """Hide every configured secret that can be read without asking anyone.

    An older program may have written one into the journal, and any command may show a row. A
    keyring may ask a person to open it: those are hidden once they are used.
    """
    from dcaguard.adapters.credentials import resolve, resolve_text

    config, base = loaded.config, loaded.base_dir
    sources = (getattr(config.sources, name) for name in type(config.sources).model_fields)
    for account in config.accounts.values():
        if _is_at_hand(account.credentials):
            with suppress(DcaguardError, OSError, ValueError):
                found = resolve(str(account.credentials), environ=os.environ, base_dir=base)
                REDACTOR.add_all(found.values())
    for source in sources:
        if _is_at_hand(reference := getattr(source, "credentials", None)):
            with suppress(DcaguardError, OSError, ValueError):
                REDACTOR.add(resolve_text(str(reference), environ=os.environ, base_dir=base))


def _is_at_hand(reference: str | None) -> bool:
    return reference is not None and not reference.startswith("keyring:")


def credentials_fields(loaded: Loaded, account: str) -> Mapping[str, str]:
    """Return an account's secrets from where its config says they are."""
    return account_secrets(loaded, loaded.config.accounts[account])


def account_secrets(loaded: Loaded, account: Account) -> Mapping[str, str]:
    """Return the secrets that an account's reference points to, and hide them from all output."""
    if account.credentials is None:
        return {}
    from dcaguard.adapters.credentials import resolve

    found = resolve(
        account.credentials,
        exchange=account.exchange,
        environ=os.environ,
        base_dir=loaded.base_dir,
    )
    REDACTOR.add_all(found.values())
    return found

"""The one registry of live secrets, and how an account's are found."""

import os
from collections.abc import Iterable, Mapping

from dcaguard.adapters.config import Loaded
from dcaguard.adapters.redact import Redactor
from dcaguard.core.config import Account

REDACTOR = Redactor()


def register_secrets(secrets: Iterable[str]) -> None:
    """Hide these texts, in every spelling, from all output of this process."""
    REDACTOR.add_all(secrets)


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

"""Credentials: found where the reference says, checked before use, never repeated in an error."""

import base64
import json
import os
import stat
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from dcaguard.adapters.credentials import Credentials, resolve, resolve_text, store
from dcaguard.core.errors import (
    CantCreateError,
    ConfigError,
    DcaguardError,
    NoInputError,
    NotPermittedError,
    UsageError,
)

CANARY = "canaryValue1234567890"
GOOD = f'api_key = "{CANARY}"\nsecret = " {CANARY}\\n"\n'


def private(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


def pem(key: object, *, sec1: bool) -> str:
    shape = (
        serialization.PrivateFormat.TraditionalOpenSSL
        if sec1
        else serialization.PrivateFormat.PKCS8
    )
    return key.private_bytes(  # type: ignore[attr-defined, no-any-return]
        serialization.Encoding.PEM, shape, serialization.NoEncryption()
    ).decode()


def test_a_private_file_gives_trimmed_fields(tmp_path: Path) -> None:
    private(tmp_path / "key.toml", GOOD)
    found = resolve("file:key.toml", environ={}, base_dir=tmp_path, exchange="binance")
    assert found == {"api_key": CANARY, "secret": CANARY}


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660, 0o602])
def test_a_file_that_others_can_reach_is_refused_with_the_chmod_line(
    tmp_path: Path, mode: int
) -> None:
    path = private(tmp_path / "key.toml", GOOD, mode)
    with pytest.raises(NotPermittedError, match=f"chmod 600 {path}"):
        resolve("file:key.toml", environ={}, base_dir=tmp_path)


def test_a_link_is_refused(tmp_path: Path) -> None:
    private(tmp_path / "real.toml", GOOD)
    (tmp_path / "key.toml").symlink_to(tmp_path / "real.toml")
    with pytest.raises(NotPermittedError, match="is a link"):
        resolve("file:key.toml", environ={}, base_dir=tmp_path)


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "key.toml", 0o600)
    with pytest.raises(NotPermittedError, match="not a plain file"):
        resolve("file:key.toml", environ={}, base_dir=tmp_path)


def test_a_missing_file_says_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(NoInputError, match="credentials set"):
        resolve("file:key.toml", environ={}, base_dir=tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        f'api_key = "{CANARY}',
        f"{CANARY}",
        f'{{"api_key": "{CANARY}"',
        f'api_key = ["{CANARY}"]',
        f'{CANARY} = "x"',
        f'apikey = "{CANARY}"',
        f'api_key = "{CANARY} {CANARY}"',
        f'api_key = "{CANARY}\\u00e9"',
        f'api_key = "{CANARY}"\nsecret = "-----BEGIN EC PRIVATE KEY-----{CANARY}"',
        f'api_key = "{CANARY * 1000}"',
        f"# {CANARY}\n",
    ],
)
def test_a_wrong_file_is_told_without_what_it_holds(tmp_path: Path, text: str) -> None:
    private(tmp_path / "key.toml", text)
    with pytest.raises(ConfigError) as caught:
        resolve("file:key.toml", environ={}, base_dir=tmp_path)
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in repr(error) + str(vars(error))
        error = error.__context__
    assert "file:key.toml" in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = private(tmp_path / "key.toml", "")
    path.write_bytes(b"\xff\xfe" + CANARY.encode())
    with pytest.raises(ConfigError, match="not UTF-8"):
        resolve("file:key.toml", environ={}, base_dir=tmp_path)


def test_the_environment_gives_fields_by_prefix(tmp_path: Path) -> None:
    environ = {"MAIN_API_KEY": f" {CANARY} ", "MAIN_SECRET": "s3cret", "OTHER_UID": "1"}
    assert resolve("env:MAIN", environ=environ, base_dir=tmp_path) == {
        "api_key": CANARY,
        "secret": "s3cret",
    }
    with pytest.raises(ConfigError, match="NONE_API_KEY is not set"):
        resolve("env:NONE", environ=environ, base_dir=tmp_path)


def test_systemd_gives_fields_from_its_folder(tmp_path: Path) -> None:
    private(tmp_path / "main", GOOD, 0o440)
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert resolve("systemd:main", environ=environ, base_dir=Path("/"))["secret"] == CANARY
    with pytest.raises(ConfigError, match="LoadCredential=main"):
        resolve("systemd:main", environ={}, base_dir=tmp_path)
    for name in ("../main", "..", "a/b"):
        with pytest.raises(ConfigError, match="no credential's name"):
            resolve(f"systemd:{name}", environ=environ, base_dir=tmp_path)


@pytest.mark.parametrize("reference", [CANARY, f"vault:{CANARY}"])
def test_what_is_no_reference_is_refused_without_repeating_it(
    tmp_path: Path, reference: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve(reference, environ={}, base_dir=tmp_path)
    assert CANARY not in str(caught.value)


def test_kraken_wants_a_secret_in_base64(tmp_path: Path) -> None:
    for secret, good in ((base64.b64encode(b"x" * 64).decode(), True), ("not base64!", False)):
        environ = {"K_API_KEY": "k" * 20, "K_SECRET": secret}
        if good:
            assert resolve("env:K", environ=environ, base_dir=tmp_path, exchange="kraken")
        else:
            with pytest.raises(ConfigError, match="secret"):
                resolve("env:K", environ=environ, base_dir=tmp_path, exchange="kraken")


@pytest.mark.parametrize("sec1", [True, False])
def test_coinbase_wants_an_ec_key_and_takes_it_from_one_line(tmp_path: Path, sec1: bool) -> None:
    key = pem(ec.generate_private_key(ec.SECP256R1()), sec1=sec1)
    environ = {"C_API_KEY": "organizations/a/apiKeys/b", "C_SECRET": key.replace("\n", "\\n")}
    found = resolve("env:C", environ=environ, base_dir=tmp_path, exchange="coinbase")
    serialization.load_pem_private_key(found["secret"].encode(), None)


def test_coinbase_refuses_other_keys(tmp_path: Path) -> None:
    wrong = [
        pem(ec.generate_private_key(ec.SECP384R1()), sec1=True),
        pem(ed25519.Ed25519PrivateKey.generate(), sec1=False),
        base64.b64encode(b"x" * 64).decode(),
    ]
    for secret in wrong:
        environ = {"C_API_KEY": "organizations/a/apiKeys/b", "C_SECRET": secret}
        with pytest.raises(ConfigError, match="ECDSA"):
            resolve("env:C", environ=environ, base_dir=tmp_path, exchange="coinbase")


@pytest.mark.parametrize("exchange", ["okx", "bitget", "kucoin"])
def test_venues_with_a_password_ask_for_it(tmp_path: Path, exchange: str) -> None:
    environ = {"O_API_KEY": "k", "O_SECRET": "s"}
    with pytest.raises(ConfigError, match=f"password is missing: {exchange}"):
        resolve("env:O", environ=environ, base_dir=tmp_path, exchange=exchange)
    environ["O_PASSWORD"] = "two words"
    assert resolve("env:O", environ=environ, base_dir=tmp_path, exchange=exchange)


def test_hyperliquid_wants_a_wallet_and_its_key(tmp_path: Path) -> None:
    environ = {"H_WALLET": "0x" + "a" * 40, "H_PRIVATE_KEY": "0x" + "b" * 64}
    assert resolve("env:H", environ=environ, base_dir=tmp_path, exchange="hyperliquid")
    environ["H_WALLET"] = "me"
    with pytest.raises(ConfigError, match="wallet"):
        resolve("env:H", environ=environ, base_dir=tmp_path, exchange="hyperliquid")


def test_credentials_show_their_names_only() -> None:
    made = Credentials(api_key=CANARY)
    assert f"{made} {made!r}" == "Credentials(api_key) Credentials(api_key)"


def test_what_is_stored_in_a_file_is_private_and_reads_back(tmp_path: Path) -> None:
    key = pem(ec.generate_private_key(ec.SECP256R1()), sec1=True)
    fields = {"api_key": "organizations/a/apiKeys/b", "secret": key}
    where = store("file:keys/c.toml", fields, base_dir=tmp_path, exchange="coinbase")
    path = tmp_path / "keys" / "c.toml"
    assert where == str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0
    assert resolve("file:keys/c.toml", environ={}, base_dir=tmp_path, exchange="coinbase") == fields
    assert [p.name for p in path.parent.iterdir()] == ["c.toml"]


def test_a_link_is_never_written_through(tmp_path: Path) -> None:
    (tmp_path / "key.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CantCreateError):
        store("file:key.toml", {"api_key": "k", "secret": "s"}, base_dir=tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_bad_key_is_not_stored(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        store("file:k.toml", {"api_key": "k"}, base_dir=tmp_path, exchange="kraken")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("reference", ["env:X", "systemd:x"])
def test_places_that_others_fill_are_not_written(tmp_path: Path, reference: str) -> None:
    with pytest.raises(UsageError, match="file:PATH"):
        store(reference, {"api_key": "k", "secret": "s"}, base_dir=tmp_path)


class Memory:
    """A keyring backend in memory that calls itself an approved one."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, text: str) -> None:
        self.kept[service, name] = text


def keyring_with(backend: object, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("keyring")
    module.get_keyring = lambda: backend  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_the_keyring_keeps_fields_as_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "__module__", "keyring.backends.SecretService")
    backend = Memory()
    keyring_with(backend, monkeypatch)
    fields = {"api_key": CANARY, "secret": "s"}
    store("keyring:dcaguard/main", fields, base_dir=tmp_path)
    assert json.loads(backend.kept["dcaguard", "main"]) == fields
    assert resolve("keyring:dcaguard/main", environ={}, base_dir=tmp_path) == fields
    with pytest.raises(NoInputError, match="no such entry"):
        resolve("keyring:dcaguard/none", environ={}, base_dir=tmp_path)
    for wrong in ("keyring:dcaguard", "keyring:/x", "keyring:x/"):
        with pytest.raises(ConfigError, match="SERVICE/NAME"):
            resolve(wrong, environ={}, base_dir=tmp_path)


def test_a_keyring_that_protects_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring_with(Memory(), monkeypatch)
    with pytest.raises(ConfigError, match="no keyring that protects"):
        resolve("keyring:dcaguard/main", environ={}, base_dir=tmp_path)


def test_a_locked_keyring_does_not_repeat_what_it_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Locked(Memory):
        def set_password(self, service: str, name: str, text: str) -> None:
            raise RuntimeError(text)

    monkeypatch.setattr(Locked, "__module__", "keyring.backends.SecretService")
    keyring_with(Locked(), monkeypatch)
    with pytest.raises(DcaguardError, match="RuntimeError") as caught:
        store("keyring:dcaguard/main", {"api_key": CANARY, "secret": "s"}, base_dir=tmp_path)
    assert CANARY not in str(caught.value)


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match=r"dcaguard\[keyring\]"):
        resolve("keyring:dcaguard/main", environ={}, base_dir=tmp_path)


def test_a_single_secret_is_found_alone_or_as_api_key(tmp_path: Path) -> None:
    private(tmp_path / "a", "tgram://token=1/chat\n")
    private(tmp_path / "b", f'api_key = "{CANARY}"\n')
    private(tmp_path / "c", "one\ntwo\n")
    environ = {"U": " u ", "V_API_KEY": "v"}
    found = [
        resolve_text(r, environ=environ, base_dir=tmp_path)
        for r in ("file:a", "file:b", "env:U", "env:V")
    ]
    assert found == ["tgram://token=1/chat", CANARY, "u", "v"]
    with pytest.raises(ConfigError, match="no single secret"):
        resolve_text("file:c", environ=environ, base_dir=tmp_path)
    with pytest.raises(ConfigError, match="W is not set"):
        resolve_text("env:W", environ=environ, base_dir=tmp_path)

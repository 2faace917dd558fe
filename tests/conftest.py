"""What every test stands on: loopback only, no settings of the person who runs them."""

import compileall
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# Machines differ in speed; a slow example is not a wrong one. The blob repeats a failure elsewhere.
settings.register_profile("dcaguard", deadline=None, print_blob=True)
settings.load_profile("dcaguard")

pytest_plugins = ["tests.canary.plugin"]  # a key of ours that is heard anywhere fails its test

PACKAGE = Path(__file__).parents[1] / "dcaguard"
LOOPBACK = ("127.", "::1", "localhost")


def _refuse_the_network(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else "127."  # a Unix socket is a file
    elif event == "socket.getaddrinfo":
        host = arguments[0] or "127."
    else:
        return
    name = host.decode() if isinstance(host, bytes) else str(host)
    assert name.startswith(LOOPBACK), f"a test may not leave this machine, and asked for {name!r}"


sys.addaudithook(_refuse_the_network)


def pytest_configure(config: pytest.Config) -> None:
    """Compile the package once: the suite starts thousands of commands, some where none may."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(PACKAGE, quiet=2)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point HOME and the config folders to an empty place; forget the person's own variables."""
    home = str(tmp_path_factory.mktemp("home"))
    ours = {"DCAGUARD_HISTORY_DIR", "DCAGUARD_FIXTURES_DIR"}
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith(("DCAGUARD_", "XDG_")) and name not in ours:
                patch.delenv(name)
        for name in ("NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "COLUMNS", "LINES"):
            patch.delenv(name, raising=False)
        patch.setenv("HOME", home)
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        yield

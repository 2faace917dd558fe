"""One holder at a time, at once or not at all, and none after a kill."""

import fcntl
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dcaguard.adapters.lock import single_writer
from dcaguard.core.errors import CantCreateError, StorageError, TryAgainError

HOLDER = """
import sys, time
from pathlib import Path
from dcaguard.adapters.lock import single_writer
from dcaguard.core.errors import TryAgainError
try:
    with single_writer(Path(sys.argv[1])):
        print("held", flush=True)
        sys.stdin.readline()
except TryAgainError as error:
    print("refused", flush=True)
    sys.exit(int(error.exit_code))
"""


def holder(path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "dcaguard.lock"


def test_a_second_holder_is_refused_at_once_and_the_first_goes_on(path: Path) -> None:
    with single_writer(path):
        started = time.perf_counter()
        with pytest.raises(TryAgainError, match="another dcaguard run"), single_writer(path):
            pytest.fail("two held the lock")
        assert time.perf_counter() - started < 0.5
        with pytest.raises(TryAgainError), single_writer(path):
            pytest.fail("the refusal released the lock")
    with single_writer(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.exists()


def test_an_error_inside_releases(path: Path) -> None:
    with pytest.raises(RuntimeError), single_writer(path):
        raise RuntimeError
    with single_writer(path):
        assert path.exists()


def test_a_killed_holder_leaves_no_lock(path: Path) -> None:
    first = holder(path)
    assert first.stdout is not None
    assert first.stdout.readline() == "held\n"
    with pytest.raises(TryAgainError), single_writer(path):
        pytest.fail("two held the lock")
    first.send_signal(signal.SIGKILL)
    first.communicate()
    with single_writer(path):
        assert path.exists()


def test_of_fifty_at_once_one_holds_and_the_rest_exit_75(path: Path) -> None:
    everyone = [holder(path) for _ in range(50)]
    said = [one.stdout.readline() for one in everyone if one.stdout]
    for one in everyone:
        one.communicate("\n")
    codes = [one.returncode for one in everyone]
    assert sorted(said) == ["held\n"] + ["refused\n"] * 49
    assert sorted(codes) == [0] + [75] * 49


def test_a_child_does_not_inherit_the_lock(path: Path) -> None:
    with single_writer(path):
        child = subprocess.Popen(["sleep", "30"], close_fds=False)
    try:
        with single_writer(path):
            assert child.poll() is None
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_anything_but_a_plain_file_is_refused(path: Path, tmp_path: Path, kind: str) -> None:
    other = tmp_path / "other"
    match kind:
        case "link":
            other.write_text("mine")
            path.symlink_to(other)
        case "dangling":
            path.symlink_to(other)
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    with pytest.raises(CantCreateError, match="not a plain file"), single_writer(path):
        pytest.fail("held something else")
    assert kind != "dangling" or not other.exists()


def test_a_lock_file_that_is_replaced_while_it_is_taken_is_not_trusted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = fcntl.flock

    def replaced(descriptor: int, how: int) -> None:
        real(descriptor, how)
        path.unlink()
        path.write_text("")

    monkeypatch.setattr(fcntl, "flock", replaced)
    with pytest.raises(TryAgainError, match="replaced"), single_writer(path):
        pytest.fail("held a file that is gone")


def test_a_lock_others_could_read_becomes_private(path: Path) -> None:
    path.write_text("")
    path.chmod(0o644)
    with single_writer(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_missing_folder_is_74(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="folder"), single_writer(tmp_path / "no" / "x.lock"):
        pytest.fail("held nothing")

"""Files are private from their first byte, whole or absent, and never behind a link."""

import os
import stat
from pathlib import Path

import pytest

from dcaguard.adapters import files
from dcaguard.core.errors import CantCreateError, StorageError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_a_new_file_is_0600_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    path = tmp_path / "new"
    before = os.umask(umask)
    try:
        files.write_new(path, b"content")
    finally:
        os.umask(before)
    assert (mode(path), path.read_bytes()) == (0o600, b"content")


@pytest.mark.parametrize("kind", ["file", "link", "dangling", "folder"])
def test_a_new_file_replaces_nothing(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "new", tmp_path / "other"
    match kind:
        case "file":
            path.write_text("mine")
        case "link":
            other.write_text("mine")
            path.symlink_to(other)
        case "dangling":
            path.symlink_to(other)
        case _:
            path.mkdir()
    with pytest.raises(CantCreateError, match="exists already"):
        files.write_new(path, b"content")
    assert not other.exists() or other.read_text() == "mine"


def test_a_new_file_that_could_not_be_written_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StorageError, match="disk reports errors"):
        files.write_new(tmp_path / "new", b"content")
    assert list(tmp_path.iterdir()) == []


def test_an_atomic_write_replaces_whole_and_makes_private(tmp_path: Path) -> None:
    path = tmp_path / "state"
    path.write_text("old")
    path.chmod(0o644)
    files.write_atomic(path, b"new")
    assert (path.read_bytes(), mode(path)) == (b"new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_an_atomic_write_that_fails_keeps_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state"
    files.write_atomic(path, b"old")

    def fails(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(StorageError, match="replace the file"):
        files.write_atomic(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_atomic_write_removes_what_a_killed_process_of_the_same_number_left(
    tmp_path: Path,
) -> None:
    (tmp_path / f".state.{os.getpid()}.tmp").write_text("half")
    files.write_atomic(tmp_path / "state", b"new")
    assert [p.name for p in tmp_path.iterdir()] == ["state"]


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_only_plain_files_are_replaced(tmp_path: Path, kind: str) -> None:
    path, other = tmp_path / "state", tmp_path / "other"
    other.write_text("mine")
    match kind:
        case "link":
            path.symlink_to(other)
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)
    with pytest.raises(CantCreateError, match="not a plain file"):
        files.write_atomic(path, b"new")
    assert other.read_text() == "mine"


def test_a_plain_file_is_told_from_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert files.plain_file_exists(tmp_path / "file") is True
    assert files.plain_file_exists(tmp_path / "none") is False
    assert files.plain_file_exists(tmp_path / "file" / "below") is False


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o601])
def test_rights_of_others_are_taken_once(tmp_path: Path, bits: int) -> None:
    path = tmp_path / "secret"
    path.write_text("")
    path.chmod(bits)
    assert files.make_private(path) is True
    assert files.make_private(path) is False
    assert mode(path) == 0o600


def test_a_missing_file_can_not_be_made_private(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        files.make_private(tmp_path / "secret")

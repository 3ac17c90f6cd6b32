"""Files out: whole or not at all, and no trace of a process that was killed.

A file is written beside its place and renamed. As long as its writer lives it is locked, so that
the next one to start knows what nobody will finish, and removes it.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from ..errors import InputError

_TEMP_NAME = (".mlops-roles-", ".tmp")  # how a file that is being written is called


@contextmanager
def atomic_write(path: str | os.PathLike[str], mode: str = "w") -> Iterator[IO[Any]]:
    """A file to write that takes the place of `path` only once it is complete.

    A link stays, what it points to is replaced; a folder, device or pipe is refused. What a
    killed process left half-written in the folder is removed.
    """
    name, lock = "", -1
    try:
        target = Path(os.path.realpath(path))
        if not target.parent.is_dir():
            raise InputError(f"{path}: no such folder; create {target.parent} first")
        if target.exists() and not target.is_file():
            raise InputError(
                f"{path}: not a regular file; name a file, or leave the option out and redirect"
            )
        remove_stale_temp_files(target.parent)
        handle, name = locked_tempfile(target.parent)
        lock = os.dup(handle)  # holds until the file has its place
        text: dict[str, Any] = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
        with open(handle, mode, **text) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o666 & ~_umask())
        if os.name == "nt":
            os.close(lock)  # an open file cannot be moved there
            lock = -1
        Path(name).replace(target)
    except BaseException as error:
        if name:
            Path(name).unlink(missing_ok=True)
        if isinstance(error, (OSError, ValueError)) and not isinstance(error, InputError):
            raise InputError(
                f"{str(path)[:200]!r}: cannot be written ({type(error).__name__}); check path, rights and space"
            ) from error
        raise
    finally:
        if lock >= 0:
            os.close(lock)


def locked_tempfile(folder: Path) -> tuple[int, str]:
    """A new file in a folder, locked as long as it is open; one that was taken for an orphan before is not used."""
    import tempfile

    while True:
        handle, name = tempfile.mkstemp(prefix=_TEMP_NAME[0], suffix=_TEMP_NAME[1], dir=folder)
        if _lock(handle, wait=True) is None or (
            Path(name).exists() and os.path.samestat(os.fstat(handle), Path(name).stat())
        ):
            return handle, name
        os.close(handle)


def remove_stale_temp_files(folder: str | os.PathLike[str]) -> None:
    """Remove the temporary files in a folder whose writers are dead: those of ours that nobody holds locked."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(_TEMP_NAME[0]) and entry.name.endswith(_TEMP_NAME[1]):
                with suppress(OSError):
                    _remove_if_stale(entry.path)


@contextmanager
def locked_tempdir(home: Path, prefix: str) -> Iterator[Path]:
    """A new folder in a folder, removed in the end; what killed processes left there under such a name is removed first."""
    remove_stale_temp_dirs(home, prefix)
    handle, lock = locked_tempfile(
        home
    )  # whoever works in the folder lives as long as this is there
    made = home / f"{prefix}{Path(lock).name}"
    try:
        made.mkdir(0o700)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)
        Path(lock).unlink(missing_ok=True)


def remove_stale_temp_dirs(home: Path, prefix: str) -> None:
    """Remove the folders that interrupted processes left: what has no lock, once the locks of the dead are gone."""
    remove_stale_temp_files(home)
    for folder in home.glob(f"{prefix}*"):
        if not (home / folder.name.removeprefix(prefix)).is_file():
            shutil.rmtree(folder, ignore_errors=True)


def _remove_if_stale(name: str) -> None:
    handle = os.open(name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        if not _lock(handle, wait=False):  # its writer lives, or the system cannot tell
            return
        about = os.fstat(handle)
        ours = stat.S_ISREG(about.st_mode) and about.st_nlink == 1 and about.st_uid == os.geteuid()
        if ours and os.path.samestat(about, Path(name).stat(follow_symlinks=False)):
            Path(name).unlink()
    finally:
        os.close(handle)


def _lock(handle: int, wait: bool) -> bool | None:
    """Lock an open file as long as it is open: whether that could be done, None where the system has no such locks."""
    try:
        import fcntl
    except ImportError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current

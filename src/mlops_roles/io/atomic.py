"""Write files atomically: completely or not at all, even if the process is killed.

A temporary file in the same folder is written and then renamed. It is locked while its writer
lives, so that the next process can recognise stale temporary files and remove them.
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
from .resources import FilePath

_PREFIX, _SUFFIX = ".mlops-roles-", ".tmp"  # of the name of a file that is being written
MARK = ".made-by-mlops-roles"  # a file in each temporary folder


@contextmanager
def atomic_write(path: FilePath, mode: str = "w") -> Iterator[IO[Any]]:
    """A file to write, which takes the place of `path` only once it is complete.

    A link stays, what it points to is replaced. Stale temporary files in the folder are removed.
    The mode is 'w' for text in UTF-8, or 'wb' for bytes. Raises InputError for a folder, device or
    pipe, and for what cannot be written.
    """
    name, lock = "", -1
    try:
        target = _target(path)
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
                f"{str(path)[:200]!r}: cannot be written ({type(error).__name__}); "
                "check path, rights and space"
            ) from error
        raise
    finally:
        if lock >= 0:
            os.close(lock)


def _target(path: FilePath) -> Path:
    """The target of a path, links followed. Raises InputError if it is not a regular file."""
    target = Path(os.path.realpath(path))
    if not target.parent.is_dir():
        raise InputError(f"{path}: no such folder; create {target.parent} first")
    if target.exists() and not target.is_file():
        raise InputError(
            f"{path}: not a regular file; name a file, or leave the option out and redirect"
        )
    return target


def locked_tempfile(folder: Path) -> tuple[int, str]:
    """A new file in a folder, locked as long as it is open: its handle and its path."""
    import tempfile

    while True:
        handle, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=folder)
        # another process may have taken it for stale, and removed it, before it was locked
        if _lock(handle, wait=True) is None or (
            Path(name).exists() and os.path.samestat(os.fstat(handle), Path(name).stat())
        ):
            return handle, name
        os.close(handle)


def remove_stale_temp_files(folder: FilePath) -> None:
    """Remove the temporary files in a folder whose writers are dead: those that are not locked."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            if entry.name.startswith(_PREFIX) and entry.name.endswith(_SUFFIX):
                with suppress(OSError):
                    _remove_if_stale(entry.path)


@contextmanager
def locked_tempdir(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder in a folder, removed at the end; stale ones of that prefix are removed first.

    It holds the file MARK, by which it is known to be made here.
    """
    remove_stale_temp_dirs(parent, prefix)
    handle, lock = locked_tempfile(parent)  # the folder is in use as long as this file is there
    made = parent / f"{prefix}{Path(lock).name}"
    try:
        made.mkdir(0o700)
        (made / MARK).touch()
        yield made
    finally:
        with suppress(OSError):
            remove_folder(made)
        os.close(handle)
        Path(lock).unlink(missing_ok=True)


def remove_stale_temp_dirs(parent: Path, prefix: str) -> None:
    """Remove the folders that killed processes left: those whose lock file is stale or gone.

    A folder without MARK is another's, unless it is empty and has a name that is given here.
    """
    remove_stale_temp_files(parent)
    for folder in parent.glob(f"{prefix}*"):
        name = folder.name.removeprefix(prefix)
        if folder.is_symlink() or (parent / name).is_file():
            continue
        with suppress(OSError):
            if (folder / MARK).is_file():
                remove_folder(folder)
            elif name.startswith(_PREFIX) and name.endswith(_SUFFIX):
                folder.rmdir()


def remove_folder(folder: Path) -> None:
    """Remove a folder and what is in it, MARK last: what a kill leaves is still known as stale."""
    for path in folder.iterdir():
        if path.name != MARK:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    (folder / MARK).unlink(missing_ok=True)
    folder.rmdir()


def discard_folder(folder: Path, prefix: str) -> None:
    """Remove a folder, if that is possible; renamed first, so that a half-removed one is not used.

    Of a link, only the link is removed, and a file that has taken the place of a folder is, too.
    The prefix is that of folders which `remove_stale_temp_dirs` removes.
    """
    with suppress(OSError):
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
            return
        (folder / MARK).touch()
        remove_folder(folder.rename(folder.with_name(f"{prefix}{folder.name}")))


def _remove_if_stale(name: str) -> None:
    handle = os.open(name, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        if not _lock(handle, wait=False):  # its writer lives, or the system cannot tell
            return
        status = os.fstat(handle)
        is_ours = status.st_nlink == 1 and status.st_uid == os.geteuid()
        is_same = os.path.samestat(status, Path(name).stat(follow_symlinks=False))
        if stat.S_ISREG(status.st_mode) and is_ours and is_same:
            Path(name).unlink()
    finally:
        os.close(handle)


def _lock(handle: int, wait: bool) -> bool | None:
    """Lock an open file. Returns whether that worked, or None if the system has no such locks."""
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

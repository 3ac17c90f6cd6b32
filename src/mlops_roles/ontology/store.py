"""Stores kept on disk: loaded once, opened read-only ever after, and never half there.

A folder keeps one store, under a name that says what it was made of. It is made under another name
and renamed when it is complete, so that whatever interrupts the loading leaves the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

from ..errors import InputError
from ..io import atomic

_NAME = re.compile(r"[0-9a-f]{32}")
_HALF = ".loading-"


def key(contents: str, paths: Iterable[Path]) -> str:
    """A name for what a store is made of: some contents, and files by their place, size and times.

    Raises InputError for a file that is not there.
    """
    try:
        seen = [
            (str(p.resolve()), s.st_size, s.st_mtime_ns, s.st_ctime_ns)
            for p in paths
            for s in [p.stat()]
        ]
    except (OSError, ValueError) as error:
        raise InputError(
            f"{getattr(error, 'filename', None) or 'data'}: cannot be read ({type(error).__name__}); check path and rights"
        ) from None
    return hashlib.sha256(repr((contents, seen, ox.__version__)).encode()).hexdigest()[:32]


def kept(
    folder: str | os.PathLike[str], name: str, fill: Callable[[ox.Store], dict[str, str]]
) -> tuple[ox.Store, dict[str, str]]:
    """The store of that name, read-only, and its prefixes; made by `fill` if the folder has it not, in place of what it has.

    Raises InputError if the folder cannot be written, or if the store in it is damaged.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        atomic.remove_stale_temp_dirs(home, _HALF)
        if not (home / name).is_dir():
            _make(home, name, fill)
        return _opened(home / name)
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{str(folder)[:200]!r}: cannot keep the data there ({type(error).__name__}); check path, rights and space"
        ) from error


def _opened(path: Path) -> tuple[ox.Store, dict[str, str]]:
    """The store of a folder, read-only, and its prefixes."""
    try:
        return ox.Store.read_only(str(path / "store")), json.loads(
            (path / "prefixes.json").read_text("utf-8")
        )
    except (RuntimeError, FileNotFoundError, ValueError):
        raise InputError(f"{path}: damaged; remove this folder, and it is made anew") from None


def _make(home: Path, name: str, fill: Callable[[ox.Store], dict[str, str]]) -> None:
    """Make a store under another name, rename it, and remove the others."""
    with atomic.locked_tempdir(home, _HALF) as half:
        prefixes = _filled(half / "store", fill)
        with (half / "prefixes.json").open("w", encoding="utf-8") as file:
            json.dump(prefixes, file)
            file.flush()
            os.fsync(file.fileno())
        _rename(half, home / name)
    for other in home.iterdir():
        if (
            other.name != name
            and _NAME.fullmatch(other.name)
            and (other / "prefixes.json").is_file()
        ):
            _remove(other)


def _remove(whole: Path) -> None:
    """Remove a store that is out of date; it becomes a half first, so that no part of it is ever taken for the whole."""
    with suppress(OSError):
        shutil.rmtree(whole.rename(whole.with_name(f"{_HALF}{whole.name}")))


def _rename(half: Path, whole: Path) -> None:
    """Give a complete store its name, unless another process was quicker."""
    try:
        half.rename(whole)
    except OSError:
        if not whole.is_dir():
            raise


def _filled(path: Path, fill: Callable[[ox.Store], dict[str, str]]) -> dict[str, str]:
    """Fill a new store, which is closed on return."""
    store = ox.Store(str(path))
    prefixes = fill(store)
    store.flush()
    return prefixes

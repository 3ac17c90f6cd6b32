"""Stores on disk: loaded once, then only opened, read-only, and never seen incomplete.

A folder holds one store, in a subfolder whose name is a digest of what it was built from. It is
built under another name and renamed when it is complete: an interrupted build leaves the old one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

import pyoxigraph as ox

from ..errors import InputError
from ..io import atomic
from ..io.resources import FilePath
from .closure_cache import INCOMPLETE, cache_folder, make_room, note_use

_NAME = re.compile(r"[0-9a-f]{32}")
Loader = Callable[[ox.Store], dict[str, str]]


def store_key(contents: str, paths: Iterable[Path]) -> str:
    """A digest of what a store is built from: `contents`, and files by place, size and times.

    Raises InputError if a file is missing or cannot be read.
    """
    try:
        stats = [(str(path.resolve()), path.stat()) for path in paths]
    except (OSError, ValueError) as error:
        file = getattr(error, "filename", None) or "data"
        raise InputError(
            f"{file}: cannot be read ({type(error).__name__}); check path and rights"
        ) from None
    files = [(path, s.st_size, s.st_mtime_ns, s.st_ctime_ns) for path, s in stats]
    return hashlib.sha256(repr((contents, files, ox.__version__)).encode()).hexdigest()[:32]


def open_or_build(
    folder: FilePath, name: str, load_into: Loader
) -> tuple[ox.Store, dict[str, str]]:
    """Open the store in a folder, building it first if it is missing or stale.

    Args:
        folder: where the store is; made if missing.
        name: the `store_key` of what it should hold; a store of another name is replaced.
        load_into: fills an empty store and returns the prefixes.

    Returns:
        The store, read-only, and its prefixes.

    Raises InputError: the folder cannot be written, or the store in it is damaged.
    """
    home = Path(folder)
    try:
        home.mkdir(parents=True, exist_ok=True)
        atomic.remove_stale_temp_dirs(home, INCOMPLETE)
        if not (home / name).is_dir():
            _build_store(home, name, load_into)
        return _open_store(home / name)
    except InputError:
        raise
    except (OSError, ValueError) as error:
        raise InputError(
            f"{str(folder)[:200]!r}: cannot keep the data there ({type(error).__name__}); "
            "check path, rights and space"
        ) from error


def open_kept(home: Path, name: str) -> tuple[ox.Store, dict[str, str]] | None:
    """The store that `keep` has kept in the cache; None if there is none, or a damaged one."""
    path = home / name
    with suppress(InputError, OSError):
        if path.is_dir():
            note_use(home)
            return _open_store(path)
    atomic.discard_folder(path, INCOMPLETE)
    return None


class Keeper:
    """A thread that keeps a store in the cache while what follows from its content is inferred.

    Args:
        home: the `kept_folder` of the files that were added; another store in it is replaced.
        name: a digest of all that decides the content of the store.
    """

    def __init__(self, home: Path, name: str):
        from concurrent.futures import ThreadPoolExecutor  # which few commands need

        self._home, self._name = home, name
        self._parts = SimpleQueue[Callable[[ox.Store], None]]()
        self._prefixes: dict[str, str] | None = None
        self._pool = ThreadPoolExecutor(1)
        self._done = self._pool.submit(self._keep)

    def copy(self, store: ox.Store) -> None:
        """Keep what the default graph of a store has."""

        def copy_into(kept: ox.Store) -> None:
            text = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            kept.bulk_load(text or b"", format=ox.RdfFormat.N_TRIPLES, lenient=True)

        self._parts.put(copy_into)

    def add(self, text: bytes, graph: ox.NamedNode | ox.DefaultGraph) -> None:
        """Keep N-Triples in a graph, too."""
        self._parts.put(
            lambda kept: kept.bulk_load(
                text, format=ox.RdfFormat.N_TRIPLES, to_graph=graph, lenient=True
            )
        )

    def finish(self, prefixes: dict[str, str] | None) -> None:
        """Wait until the store is kept, with its prefixes; without any, nothing is kept."""
        self._prefixes = prefixes
        self._parts.put(self._end)
        with self._pool:
            self._done.result()

    def _keep(self) -> None:
        with suppress(InputError, OSError):
            open_or_build(self._home, self._name, self._load_into)
            make_room()

    def _load_into(self, kept: ox.Store) -> dict[str, str]:
        while (part := self._parts.get()) != self._end:
            part(kept)
        if self._prefixes is None:
            raise InputError("not loaded")
        kept.optimize()
        return self._prefixes

    def _end(self, kept: ox.Store) -> None:
        """The part after the last one."""


def kept_folder(only: Iterable[Path], added: Iterable[Path]) -> Path:
    """The folder of the cache for the store of a framework, or of one with added files."""
    files = [[str(path.absolute()) for path in paths] for paths in (only, added)]
    return cache_folder() / hashlib.sha256(repr(files).encode()).hexdigest()[:32]


def _open_store(path: Path) -> tuple[ox.Store, dict[str, str]]:
    """The store in a folder, read-only, and its prefixes.

    Its files are compared with their digests first: in damaged ones the engine may not end.
    """
    try:
        prefixes = _checked_prefixes(path)
        return ox.Store.read_only(str(path / "store")), prefixes
    except (RuntimeError, FileNotFoundError, ValueError, KeyError):
        raise InputError(f"{path}: damaged; remove this folder, and it is built again") from None


def _checked_prefixes(path: Path) -> dict[str, str]:
    """The prefixes of a store. Raises ValueError if these or its files do not fit their digests."""
    kept = json.loads(_regular(path / "prefixes.json").read_text("utf-8"))
    content = kept["content"] if isinstance(kept, dict) else None
    if content is None or kept.get("digest") != _digest([path.name, content]):
        raise ValueError("damaged prefixes or digests")
    if any(_checksum(path / "store" / name) != sum_ for name, sum_ in content["files"].items()):
        raise ValueError("damaged files")
    prefixes: dict[str, str] = content["prefixes"]
    return prefixes


def _checksums(store: Path) -> dict[str, int]:
    """The checksum of each file of a closed store that it is read from."""
    logs = ("LOCK", "LOG")
    return {p.name: _checksum(p) for p in sorted(store.iterdir()) if not p.name.startswith(logs)}


def _checksum(path: Path) -> int:
    """CRC-32 of a file, which takes 0.1 s for 100 MB; it is against faults, not against people."""
    value = 0
    with _regular(path).open("rb") as file:
        while part := file.read(1 << 20):
            value = zlib.crc32(part, value)
    return value


def _regular(path: Path) -> Path:
    """A path, if it is that of a file that ends. Raises FileNotFoundError."""
    if not path.is_file():
        raise FileNotFoundError(path)
    return path


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _build_store(home: Path, name: str, load_into: Loader) -> None:
    """Build a store under another name, rename it, and remove the stale ones."""
    with atomic.locked_tempdir(home, INCOMPLETE) as incomplete:
        prefixes = _load(incomplete / "store", load_into)
        content = {"prefixes": prefixes, "files": _checksums(incomplete / "store")}
        with (incomplete / "prefixes.json").open("w", encoding="utf-8") as file:
            json.dump({"content": content, "digest": _digest([name, content])}, file)
            file.flush()
            os.fsync(file.fileno())
        _rename(incomplete, home / name)
    for other in home.iterdir():
        is_store = _NAME.fullmatch(other.name) and (other / "prefixes.json").is_file()
        if is_store and other.name != name:
            atomic.discard_folder(other, INCOMPLETE)


def _load(path: Path, load_into: Loader) -> dict[str, str]:
    """Fill a new store, which is closed on return."""
    store = ox.Store(str(path))
    prefixes = load_into(store)
    store.flush()
    return prefixes


def _rename(incomplete: Path, complete: Path) -> None:
    """Give a complete store its name, unless another process was quicker."""
    try:
        incomplete.rename(complete)
    except OSError:
        if not complete.is_dir():
            raise

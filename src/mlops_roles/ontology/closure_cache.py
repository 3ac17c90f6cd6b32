"""The cache of what is derived from an ontology: files named after what they were derived from.

Inferred statements are N-Triples, the tables of roles and the index of names JSON.

The first line of a file is a digest of its name and the rest, which has one part or several, with
a comment between them that no other line can be. A file that does not fit its digest is not used,
and written again. A folder that cannot be written, or is full, only costs the time to infer again.

The cache, with the stores of large frameworks in it (see `store.Keeper`), is kept below MAX_BYTES:
what was used longest ago is removed first.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ..errors import InputError
from ..io.resources import resource_dir

if TYPE_CHECKING:
    from .graph import Graph

MAX_BYTES = 1 << 30  # of the cache
INCOMPLETE = ".loading-"  # prefix of a folder in which a store is being built or removed
_NAME = re.compile(r"[0-9a-f]{32}(-[a-z]+)?(\.nt|\.json)?")
_HEADER = b"# sha256: "
_BETWEEN = b"# next part\n"


def read(key: str) -> list[bytes] | None:
    """The cached parts under this key; None if there are none to be trusted."""
    from ..io.atomic import remove_stale_temp_files

    remove_stale_temp_files(_file(key).parent)
    if not _file(key).is_file():  # or a pipe, which may never end
        return None
    with suppress(OSError):
        content = _file(key).read_bytes()
        start = content.find(b"\n") + 1
        text = memoryview(content)[start:]
        if content[: start - 1] == _HEADER + _digest(key, text):
            note_use(_file(key))
            return bytes(text).split(_BETWEEN)
    return None


def write(key: str, *parts: bytes) -> None:
    """Cache the parts of a closure, if the folder can be written."""
    from ..io.atomic import atomic_write

    path, text = _file(key), _BETWEEN.join(parts)
    with suppress(OSError, InputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "wb") as file:
            file.write(_HEADER + _digest(key, text) + b"\n")
            file.write(text)
        make_room()


class Entry(NamedTuple):
    """A file of the cache, or a folder with the store of a framework."""

    used: float  # when it was last used or written, in seconds since 1970
    size: int  # bytes
    path: Path


def entries() -> list[Entry]:
    """What is in the cache; what was used longest ago first. Files of others are left out."""
    found = []
    with suppress(OSError):
        for path in cache_folder().iterdir():
            if _NAME.fullmatch(path.name):
                with suppress(OSError):  # another process has removed it
                    files = [path] if path.is_file() else path.rglob("*")
                    size = sum(file.stat().st_size for file in files if file.is_file())
                    found.append(Entry(path.stat().st_mtime, size, path))
    return sorted(found)


def make_room() -> None:
    """Remove what was used longest ago, but for the latest, until MAX_BYTES are not exceeded."""
    from ..io.atomic import discard_folder, remove_stale_temp_dirs

    remove_stale_temp_dirs(cache_folder(), INCOMPLETE)
    found = entries()
    total = sum(entry.size for entry in found)
    for entry in found[:-1]:
        if total <= MAX_BYTES:
            return
        total -= entry.size
        with suppress(OSError):
            if entry.path.is_dir():
                discard_folder(entry.path, INCOMPLETE)
            else:
                entry.path.unlink()


def note_use(path: Path) -> None:
    """Note that something in the cache is used now, if that can be written."""
    with suppress(OSError):
        os.utime(path)


def derived(graph: Graph, name: str, make: Callable[[], Any]) -> Any:
    """Plain data that follows from a graph and the shipped questions, from the cache or made now.

    It is not cached if data or a company's own questions decide it, too.
    """
    if graph.has_data or any(path.suffix == ".rq" for path in graph.added):
        return make()
    key = hashlib.sha256(f"{graph.cache_key} {sorted(graph.prefixes.items())}".encode())
    for path in sorted(resource_dir("queries").rglob("*.rq")):
        key.update(path.read_bytes())
    file = f"{key.hexdigest()[:32]}-{name}.json"
    if kept := read(file):
        return json.loads(kept[0])
    made = make()
    write(file, json.dumps(made).encode())
    return made


def _digest(key: str, text: bytes | memoryview) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(text)
    return digest.hexdigest().encode()


def cache_folder() -> Path:
    """The folder of the cache, which may be missing."""
    own = os.environ.get("MLOPS_ROLES_CACHE")
    everyone = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(own) if own else everyone / "mlops-roles"


def _file(key: str) -> Path:
    return cache_folder() / (key if key.endswith(".json") else f"{key}.nt")

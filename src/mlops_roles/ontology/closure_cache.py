"""The cache of what is derived from an ontology: files named after what they were derived from.

Inferred statements are N-Triples, the tables of roles JSON.

The first line of a file is a digest of the rest, which has one part or several, with a comment
between them that no other line can be. A file that does not fit its digest is not used,
and written again. A folder that cannot be written, or is full, only costs the time to infer again.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from ..errors import InputError

_HEADER = b"# sha256: "
_BETWEEN = b"# next part\n"


def read(key: str) -> list[bytes] | None:
    """The cached parts under this key; None if there are none to be trusted."""
    from ..io.atomic import remove_stale_temp_files

    remove_stale_temp_files(_file(key).parent)
    with suppress(OSError):
        content = _file(key).read_bytes()
        start = content.find(b"\n") + 1
        text = memoryview(content)[start:]
        if content[: start - 1] == _HEADER + _digest(text):
            return bytes(text).split(_BETWEEN)
    return None


def write(key: str, *parts: bytes) -> None:
    """Cache the parts of a closure, if the folder can be written."""
    from ..io.atomic import atomic_write

    path, text = _file(key), _BETWEEN.join(parts)
    with suppress(OSError, InputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "wb") as file:
            file.write(_HEADER + _digest(text) + b"\n")
            file.write(text)


def _digest(text: bytes | memoryview) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def _file(key: str) -> Path:
    home = (
        os.environ.get("MLOPS_ROLES_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-roles"
    )
    return Path(home) / (key if key.endswith(".json") else f"{key}.nt")

"""The cache of inferred statements: one file of N-Quads for each set of contents.

The first line of a file is a digest of the rest. A file that does not fit its digest is not used,
and written again. A folder that cannot be written, or is full, only costs the time to infer again.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from ..errors import InputError

_HEADER = b"# sha256: "


def read(key: str) -> bytes | None:
    """The cached N-Quads for contents with this digest; None if there are none to be trusted."""
    from ..io.atomic import remove_stale_temp_files

    remove_stale_temp_files(_file(key).parent)
    with suppress(OSError):
        header, _, text = _file(key).read_bytes().partition(b"\n")
        if header == _HEADER + _digest(text):
            return text
    return None


def write(key: str, text: bytes) -> None:
    """Cache N-Quads, if the folder can be written."""
    from ..io.atomic import atomic_write

    path = _file(key)
    with suppress(OSError, InputError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path, "wb") as file:
            file.write(_HEADER + _digest(text) + b"\n")
            file.write(text)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode()


def _file(key: str) -> Path:
    home = (
        os.environ.get("MLOPS_ROLES_CACHE")
        or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-roles"
    )
    return Path(home) / f"{key}.nq"

"""Names as stable pseudonyms under a key that the user holds, and group figures that name nobody.

A pseudonym is no anonymity: whoever holds the key, or knows a person by title and skills, can
tell who is meant.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import files
from ._errors import InputError

KEY_VARIABLE = "MLOPS_ROLES_KEY"
SHORTEST_KEY = 16
KINDS = ("person", "unit")  # the columns, and the fields of an answer, that hold names


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms under one key: the same name gets the same one, in every file and answer."""

    key: bytes = field(repr=False)

    @classmethod
    def from_key(cls, key: bytes | str) -> Pseudonyms:
        """Pseudonyms under a key. Raises InputError for a key that could be guessed."""
        data = os.fsencode(key).strip()
        if len(data) < SHORTEST_KEY:
            raise InputError(f"the key has under {SHORTEST_KEY} bytes and could be guessed; make one with: openssl rand -hex 32")
        return cls(data)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str] | None = None) -> Pseudonyms:
        """Pseudonyms under the key in a file, or in the environment variable MLOPS_ROLES_KEY."""
        if path is not None:
            return cls.from_key(files.read_bytes(Path(path), 1 << 16))
        if KEY_VARIABLE not in os.environ:
            raise InputError(f"--pseudonymise: no key; name a file with --key-file, or set {KEY_VARIABLE}")
        return cls.from_key(os.environ[KEY_VARIABLE])

    def of(self, name: str, kind: str = "person") -> str:
        """The pseudonym of a name: HMAC-SHA256 of kind and name, cut to 64 bits."""
        import hmac

        text = f"{kind}\0{unicodedata.normalize('NFC', name)}"
        return f"{kind}-{hmac.new(self.key, text.encode(), 'sha256').hexdigest()[:16]}"

    @staticmethod
    def looks(name: str) -> bool:
        """Whether a text has the form of a pseudonym."""
        return re.fullmatch(rf"(?:{'|'.join(KINDS)})-[0-9a-f]{{16}}", name) is not None

    def hide(self, data: Any) -> Any:
        """An answer as plain data, with every `person` and `unit` in it replaced, lists of them too."""
        if isinstance(data, Mapping):
            return {k: self._hidden(v, k) if k in KINDS else self.hide(v) for k, v in data.items()}
        return [self.hide(item) for item in data] if isinstance(data, (list, tuple)) else data

    def _hidden(self, value: Any, kind: str) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._hidden(item, kind) for item in value]
        return self.of(value, kind) if isinstance(value, str) else value

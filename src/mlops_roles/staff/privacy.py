"""Stable pseudonyms under a key that the user holds, and counts that identify no person.

Pseudonyms are not anonymous: a reader who has the key, or who recognises a person by title and
skills, can identify the person.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..io import rdf
from ..io.resources import FilePath

KEY_VARIABLE = "MLOPS_ROLES_KEY"
SHORTEST_KEY = 16
KINDS = {
    "person": "person",
    "unit": "unit",
    "ask": "person",
}  # the fields of an answer that hold names, and of what


@dataclass(frozen=True)
class Pseudonyms:
    """Pseudonyms under one key: a name has the same pseudonym in every file and answer.

    Attributes:
        key: the secret, at least 16 bytes; not shown by `repr`.

    Example:
        >>> from mlops_roles import Pseudonyms
        >>> hidden = Pseudonyms.from_key("only the user knows this")
        >>> hidden.of("Ada Okafor") == hidden.of("Ada Okafor")
        True
        >>> hidden.hide({"person": "Ada Okafor", "line": 2})
        {'person': 'person-108bde0484b53fc1', 'line': 2}
    """

    key: bytes = field(repr=False)

    @classmethod
    def from_key(cls, key: bytes | str) -> Pseudonyms:
        """Pseudonyms under a key.

        Raises:
            InputError: for a key of under 16 bytes, which could be guessed.
        """
        data = os.fsencode(key).strip()
        if len(data) < SHORTEST_KEY:
            raise InputError(
                f"the key has under {SHORTEST_KEY} bytes and could be guessed; "
                "make one with: openssl rand -hex 32"
            )
        return cls(data)

    @classmethod
    def from_file(cls, path: FilePath | None = None) -> Pseudonyms:
        """Pseudonyms under the key in a file, or in the environment variable MLOPS_ROLES_KEY.

        Raises:
            InputError: there is no key, or it has under 16 bytes.
        """
        if path is not None:
            return cls.from_key(rdf.read_bytes(Path(path), 1 << 16))
        if KEY_VARIABLE not in os.environ:
            raise InputError(
                f"--pseudonymise: no key; name a file with --key-file, or set {KEY_VARIABLE}"
            )
        return cls.from_key(os.environ[KEY_VARIABLE])

    @classmethod
    def random(cls) -> Pseudonyms:
        """Pseudonyms under a key that nobody keeps: they are others in each answer."""
        return cls(os.urandom(32))

    def of(self, name: str, kind: str = "person") -> str:
        """The pseudonym of a name: HMAC-SHA256 of kind and name, cut to 64 bits.

        Args:
            name: as written; compared in Unicode's form NFC.
            kind: 'person' or 'unit'.

        Returns:
            The kind, a hyphen and 16 hexadecimal digits.
        """
        import hmac

        text = f"{kind}\0{unicodedata.normalize('NFC', name)}"
        return f"{kind}-{hmac.new(self.key, text.encode(), 'sha256').hexdigest()[:16]}"

    @staticmethod
    def is_pseudonym(name: str) -> bool:
        """Whether a text has the form of a pseudonym."""
        return re.fullmatch(rf"(?:{'|'.join(KINDS.values())})-[0-9a-f]{{16}}", name) is not None

    def hide(self, data: Any) -> Any:
        """Replace the names of people and units in an answer given as plain data.

        Args:
            data: nested dictionaries and lists; the keys in KINDS hold names.

        Returns:
            A copy with pseudonyms.
        """
        if isinstance(data, Mapping):
            return {
                k: self._hidden(v, KINDS[k]) if k in KINDS else self.hide(v)
                for k, v in data.items()
            }
        return [self.hide(item) for item in data] if isinstance(data, (list, tuple)) else data

    def _hidden(self, value: Any, kind: str) -> Any:
        if isinstance(value, (list, tuple)):
            return [self._hidden(item, kind) for item in value]
        if not isinstance(value, str) or self.is_pseudonym(value):
            return value  # what is hidden already stays as it is
        return self.of(value, kind)


# groups ----------------------------------------------------------------------------

MIN_GROUP_SIZE = 5
# what a reading says of the form of a file, without the number of any rows
FORM = ("file", "form", "layout", "encoding", "delimiter", "sheet", "separators", "columns")
NAMELESS = "staff data"  # in the place of the name of a file
ROUNDING_NOTE = (
    "Counts are rounded: "
    f"<{MIN_GROUP_SIZE} is 1 to {MIN_GROUP_SIZE - 1}, "
    f"{MIN_GROUP_SIZE}+ is {MIN_GROUP_SIZE} to {2 * MIN_GROUP_SIZE - 1}, and so on; "
    "what is about single people is left out."
)


def _form_of(reading: Mapping[str, Any]) -> dict[str, Any]:
    """What a reading says of the form of a file."""
    return {k: v for k, v in reading.items() if k in FORM}


class Band(int):
    """A rounded count: '0', '<5', '5+', '10+' and so on.

    All counts of a band become the same number. Hiding only the small counts would not be enough,
    because they could be computed from the totals.
    """

    @classmethod
    def from_count(cls, count: int) -> Band:
        """The band of a count."""
        return cls(
            count - count % MIN_GROUP_SIZE
            if count >= MIN_GROUP_SIZE
            else min(count, 1) * (MIN_GROUP_SIZE // 2)
        )

    def __str__(self) -> str:
        return (
            f"<{MIN_GROUP_SIZE}"
            if 0 < self < MIN_GROUP_SIZE
            else f"{int(self):,}+"
            if self
            else "0"
        )

    def __format__(self, _: str) -> str:
        return str(self)


def small_groups(data: Mapping[str, Any]) -> dict[str, Any]:
    """An audit as plain data, with counts in bands and without data about single people.

    Titles, names of skills and units of fewer than 5 people, and all that is about single people,
    are left out.
    Items that 1 to 4 people cover have the state 'few'.
    """
    groups = {
        group: {name: _banded(cover) for name, cover in data[group].items()}
        for group in ("roles", "tasks", "skills", "steps")
    }
    totals = {
        "note": f"{data['note']} {ROUNDING_NOTE}",
        "rows": {name: Band.from_count(count) for name, count in data["rows"].items()},
        "titles": {name: Band.from_count(count) for name, count in data["titles"].items()},
        "unmatched_skills": {
            name: Band.from_count(count)
            for name, count in data["unmatched_skills"].items()
            if count >= MIN_GROUP_SIZE
        },
        "open_titles": [
            title | {"people": Band.from_count(title["people"])}
            for title in data["open_titles"]
            if title["people"] >= MIN_GROUP_SIZE
        ],
        "nearest": {},
        "nearest_names": {},
        "holders": {},
        "people": [],
        "single_points": [],
        "open_posts": [],
        "bus_factor": 0,
        "units": [_banded_unit(u) for u in data.get("units", ()) if u["people"] >= MIN_GROUP_SIZE],
        "totals": {},
        "rejected": [],
        "reading": _form_of(data.get("reading", {})) | {"left_out": {}},
        "small_groups": True,
    }
    return {**data, **totals, **groups}


def without_file_names(data: Mapping[str, Any]) -> dict[str, Any]:
    """An audit as plain data without the names of its files, which may name a person."""
    columns = [
        {k: v for k, v in column.items() if k not in ("why", "fix")}
        for column in data["reading"].get("columns", ())
    ]
    reading = {**data["reading"], "file": NAMELESS, "columns": columns}
    return {**data, "file": NAMELESS, "reading": reading}


def _banded_unit(unit: Mapping[str, Any]) -> dict[str, Any]:
    """A unit with its people, and the roles that enough of them hold."""
    held = {r: Band.from_count(n) for r, n in unit["held"].items() if n >= MIN_GROUP_SIZE}
    return {"unit": unit["unit"], "people": Band.from_count(unit["people"]), "held": held}


def _banded(cover: Mapping[str, Any]) -> dict[str, Any]:
    state = (
        "few"
        if 0 < cover["people"] < MIN_GROUP_SIZE and cover["state"] != "unassigned"
        else cover["state"]
    )
    return {key: _band(value) for key, value in cover.items()} | {"state": state}


def _band(value: Any) -> Any:
    """A count, or each count in a dictionary, as a band; other values are returned unchanged."""
    if isinstance(value, Mapping):
        return {key: _band(item) for key, item in value.items()}
    return Band.from_count(value) if isinstance(value, int) else value


def format_bands(data: Any) -> Any:
    """Plain data with each band as its text, for JSON."""
    if isinstance(data, Mapping):
        return {key: format_bands(value) for key, value in data.items()}
    return (
        [format_bands(item) for item in data]
        if isinstance(data, (list, tuple))
        else str(data)
        if isinstance(data, Band)
        else data
    )

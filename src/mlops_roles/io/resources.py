"""The folders that are shipped with this package, and the files in them."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from ..errors import InputError, UnknownName

FilePath = str | os.PathLike[str]


@cache
def resource_dir(folder: str) -> Path:
    """The folder `ontology`, `shapes` or `queries` as shipped with this package.

    Raises InputError if the package was not installed completely.
    """
    here = Path(__file__).resolve()
    for root in (here.parents[1] / "data", here.parents[3]):
        if (root / folder).is_dir():
            return root / folder
    raise InputError(f"{folder}/ is missing next to {here.parents[1]}; reinstall mlops-roles")


class ShippedText(str):
    """The text of a file of this package. Only such SPARQL runs in the process that asks it.

    What is made of it, by slicing or joining, is a plain text.
    """

    __slots__ = ()


def shipped_text(path: Path) -> ShippedText:
    """The text of a file in a folder that is shipped with this package."""
    return ShippedText(path.read_text("utf-8"))


@cache
def resource_rows(folder: str, table: str) -> tuple[dict[str, str], ...]:
    """The rows of a shipped CSV file by column, as of `("ontology", "matching/evidence")`."""
    import csv
    import io

    text = (resource_dir(folder) / f"{table}.csv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def resolve_path(name: FilePath) -> Path:
    """A name as a path: `alignment:esco` is the shipped alignment of that name.

    Raises UnknownName for an unknown alignment, with the nearest names.
    """
    kind, _, wanted = str(name).partition(":")
    if kind != "alignment":
        return Path(name)
    found = sorted((resource_dir("ontology") / "alignments").glob("*.ttl"))
    known = {path.stem: path for path in found}
    if wanted not in known:
        raise UnknownName(wanted, "alignment", known, f"there are {', '.join(known)}")
    return known[wanted]

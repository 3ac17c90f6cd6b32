"""The folders that are shipped with this package, and the files in them."""

from __future__ import annotations

import csv
import io
import os
from functools import cache
from pathlib import Path

from ..errors import InputError, UnknownName


@cache
def resource_dir(folder: str) -> Path:
    """The folder `ontology`, `shapes` or `queries` as shipped with this package."""
    here = Path(__file__).resolve()
    for root in (here.parents[1] / "data", here.parents[3]):
        if (root / folder).is_dir():
            return root / folder
    raise InputError(f"{folder}/ is missing beside {here.parents[1]}; reinstall mlops-roles")


@cache
def resource_rows(folder: str, table: str) -> tuple[dict[str, str], ...]:
    """The rows of a shipped CSV file, by column: `resource_rows("ontology", "matching/evidence")`."""
    text = (resource_dir(folder) / f"{table}.csv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def resolve_path(name: str | os.PathLike[str]) -> Path:
    """The path that a name stands for: `alignment:esco` is the shipped alignment of that name."""
    kind, _, wanted = str(name).partition(":")
    if kind != "alignment":
        return Path(name)
    known = {
        path.stem: path for path in sorted((resource_dir("ontology") / "alignments").glob("*.ttl"))
    }
    if wanted not in known:
        raise UnknownName(wanted, "alignment", known, f"there are {', '.join(known)}")
    return known[wanted]

"""The files that a certificate rests on, by their hashes, and how and when it was made."""

from __future__ import annotations

import hashlib
import json
import os
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import FilePath
from ..ontology.graph import BASE, ontology_files
from .evidence import Evidence, Records


def provenance(records: Records, found: Evidence) -> dict[str, Any]:
    """The files that were used, with their hashes, and how the certificate was made."""
    graph, staff = records.graph, records.file
    if not isinstance(staff, (str, Path)) or not Path(staff).is_file():
        raise InputError(
            f"{records.staff.file}: a certificate holds the hash of a staff file, and a table or "
            "standard input has none; save it as a file, or ask for the gap"
        )
    used = file_entity(staff) | {"unread": found.unreadable_rows}
    only, added = (
        [file_entity(path) for path in paths if path.suffix != ".rq"]
        for paths in (graph.only, graph.added_paths)
    )
    ontology: dict[str, Any] = {
        "id": ontology_hash(),
        "type": "Entity",
        "of": f"{BASE}/{graph.version}",
        "version": graph.version,
        **({"only": only} if only else {}),
        "added": added,
    }
    made = {
        "type": "Activity",
        "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        "used": [source["id"] for source in (used, ontology, *only, *added)],
        "by": {"type": "SoftwareAgent", "name": "mlops-roles", "version": graph.version},
    }
    return {"staff": used, "ontology": ontology, "made": made}


def file_entity(path: FilePath) -> dict[str, Any]:
    """A file, by its hash."""
    with Path(path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    name = os.fsencode(Path(path).name).decode("utf-8", "replace")  # whatever Python decodes by
    return {"id": f"sha256:{digest}", "type": "Entity", "file": name}


@cache
def ontology_hash() -> str:
    """The SHA-256 of the ontology's asserted statements, in the canonical order of RDFC-1.0.

    It does not depend on the order of the statements or the names of blank nodes.
    """
    content = ox.Dataset(
        quad
        for path in ontology_files()
        for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE, rename_blank_nodes=True)
    )
    content.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sha256("".join(sorted(f"{quad.triple} .\n" for quad in content)))


def canonical_json(data: Any) -> str:
    """Data as JSON with sorted keys, so that equal data has equal text."""
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    """The SHA-256 of a text, as an identifier."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

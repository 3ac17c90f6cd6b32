"""A release, built: every file of it, the same bytes each time, in place all at once or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from ..errors import InputError
from ..io.resources import resource_dir
from ..ontology.graph import Graph, load
from .compatibility import term_list_csv
from .documents import as_bytes, context, everything, formats, header, serialize
from .pages import front_page, pages
from .redirects import Redirects
from .void import void

UNSET = "https://mlops-roles.example"
SUMS = "SHA256SUMS"


def publish(
    output: str | os.PathLike[str] = "dist", site: str = UNSET, graph: Graph | None = None
) -> Path:
    """Build a release into a folder, which it replaces; returns the folder.

    Args:
        site: the address that the folder will be found at; the redirects lead there.

    Raises InputError if the folder holds anything but an earlier build, or cannot be written.
    """
    target = Path(os.path.realpath(output))
    _refuse_foreign(target)
    built = contents(graph or load(), site)
    try:
        with tempfile.TemporaryDirectory(prefix=".mlops-roles.", dir=target.parent) as work:
            _write(built, Path(work) / "new")
            _swap(Path(work) / "new", target, Path(work) / "old")
    except OSError as error:
        raise InputError(
            f"{str(output)[:200]!r}: cannot be written ({type(error).__name__}); check path, rights and space"
        ) from error
    return target


def _refuse_foreign(target: Path) -> None:
    """Only a build may be replaced by one."""
    if not target.parent.is_dir():
        raise InputError(f"{target}: no such folder; create {target.parent} first")
    if target.exists() and not (
        target.is_dir() and ((target / SUMS).is_file() or not any(target.iterdir()))
    ):
        raise InputError(f"{target}: not an earlier build; name a new or empty folder")


def _write(built: dict[str, bytes], folder: Path) -> None:
    for name, content in built.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Put `new` in the place of `target`; what was there goes to `old`, and comes back where that fails."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def contents(graph: Graph, site: str = UNSET) -> dict[str, bytes]:
    """Every file of a release, by its path. Raises InputError for a site that is no web address."""
    _check(site)
    about = header(graph)
    version = about["version"]
    built = {
        f"{version}/{name}": content for name, content in {**_data(graph), **pages(graph)}.items()
    }
    built |= {
        ".htaccess": Redirects(version).htaccess(site).encode(),
        "index.html": front_page(about),
    }
    return built | {
        SUMS: "".join(
            f"{hashlib.sha256(built[name]).hexdigest()}  {name}\n" for name in sorted(built)
        ).encode()
    }


def _check(site: str) -> None:
    """The address is written into a configuration: only what cannot act there may be in it."""
    import re

    if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[\w./~-]*)?", site, re.A):
        raise InputError(
            f"{site[:200]!r}: not the address of a site; write it like https://example.org/mlops-roles"
        )


def _data(graph: Graph) -> dict[str, bytes]:
    """What machines read: each document in each format, the context, the mappings, the list of terms, the description."""
    documents = dict(everything(graph))
    forms = [form for form in formats() if form.rdf]
    built = {
        f"{name}.{form.suffix}": serialize(graph, statements, form)
        for name, statements in documents.items()
        for form in forms
    }
    described, prefixes = void(graph, documents, built)
    built |= {f"void.{form.suffix}": serialize(graph, described, form, prefixes) for form in forms}
    built |= {
        f"alignments/{path.name}": path.read_bytes()
        for path in sorted((resource_dir("ontology") / "alignments").glob("*.sssom.tsv"))
    }
    return built | {
        "context.jsonld": as_bytes({"@context": context(graph)}),
        "terms.csv": term_list_csv(graph).encode(),
    }

"""Build a release reproducibly (the same bytes each time) and replace the folder atomically."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from ..errors import InputError
from ..io.atomic import locked_tempdir
from ..io.resources import FilePath, resource_dir
from ..ontology.graph import Graph, as_graph
from .changes import changes_description
from .compatibility import term_list_csv
from .docs_site import raise_problems
from .documents import metadata, rdf_documents, serialize
from .jsonld import json_bytes, jsonld_context
from .links import broken_links
from .pages import front_page, pages
from .publishing_data import formats, publishing_text
from .redirects import Redirects
from .term_documents import paths_of_terms, term_documents
from .void import void_description

PLACEHOLDER_SITE = "https://mlops-roles.example"
CHECKSUMS = "SHA256SUMS"
INCOMPLETE = ".mlops-roles.build-"  # prefix of a folder in which a release is being written


def publish(
    output: FilePath = "dist", site: str = PLACEHOLDER_SITE, graph: Graph | None = None
) -> Path:
    """Build a release: documents, descriptions, pages, redirects and checksums.

    Args:
        output: the folder, which may be missing, empty or an earlier build; it is replaced.
        site: the web address of the folder; the redirects point there.
        graph: the ontology; the shipped one if not given.

    Returns:
        The absolute path of the folder.

    Raises:
        InputError: the folder has other files than a build or cannot be written, `site` is not
            a web address, or the documentation has a link that leads to nothing, a name that does
            not exist, or leaves a public name, command, option or question without a description.

    Example:
        >>> import mlops_roles
        >>> mlops_roles.publish("dist").name  # doctest: +SKIP
        'dist'
    """
    return replace_folder(output, lambda: release_files(as_graph(graph), site))


def replace_folder(output: FilePath, build: Callable[[], dict[str, bytes]]) -> Path:
    """Write the files that `build` returns to a folder, which appears when it is complete.

    Raises InputError if the folder has other files than a build, or cannot be written.
    """
    target = Path(os.path.realpath(output))
    _reject_foreign_folder(target)
    built = build()
    try:
        with locked_tempdir(target.parent, INCOMPLETE) as work:
            _write(built, work / "new")
            _swap(work / "new", target, work / "old")
    except OSError as error:
        raise InputError(
            f"{str(output)[:200]!r}: cannot be written ({type(error).__name__}); "
            "check path, rights and space"
        ) from error
    return target


def _reject_foreign_folder(target: Path) -> None:
    """Raise InputError unless the folder may be replaced."""
    if not target.parent.is_dir():
        raise InputError(f"{target}: no such folder; create {target.parent} first")
    if target.exists() and not (
        target.is_dir() and ((target / CHECKSUMS).is_file() or not any(target.iterdir()))
    ):
        raise InputError(f"{target}: not an earlier build; name a new or empty folder")


def _write(built: dict[str, bytes], folder: Path) -> None:
    for name, content in built.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _swap(new: Path, target: Path, old: Path) -> None:
    """Replace `target` by `new`; the earlier one goes to `old`, and back if that fails."""
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def release_files(graph: Graph, site: str = PLACEHOLDER_SITE) -> dict[str, bytes]:
    """Content of each file of a release by path. Raises InputError as `publish` does."""
    _check_site(site)
    about = metadata(graph)
    version = about["version"]
    files = {**_data_files(graph), **pages(graph)}
    built = {f"{version}/{name}": content for name, content in files.items()}
    built |= {
        ".htaccess": Redirects(version).htaccess(site).encode(),
        "index.html": front_page(about),
    }
    raise_problems(list(broken_links(built)))
    return with_checksums(built)


def with_checksums(built: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a release, and their checksums."""
    return built | {
        CHECKSUMS: "".join(
            f"{hashlib.sha256(built[name]).hexdigest()}  {name}\n" for name in sorted(built)
        ).encode()
    }


def _check_site(site: str) -> None:
    """Raise InputError unless an address is harmless in the configuration of a web server."""
    import re

    if not re.fullmatch(r"https?://[\w.-]+(?::\d+)?(?:/[\w./~-]*)?", site, re.A):
        raise InputError(
            f"{site[:200]!r}: not the address of a site; "
            "write it like https://example.org/mlops-roles"
        )


def _data_files(graph: Graph) -> dict[str, bytes]:
    """The files for machines: documents, description, mappings, context and term list."""
    documents = dict(rdf_documents(graph))
    forms = [format for format in formats() if format.rdf]
    built = {
        f"{name}.{format.suffix}": serialize(graph, statements, format)
        for name, statements in documents.items()
        for format in forms
    }
    described, prefixes = void_description(graph, documents, built)
    built |= {
        f"void.{format.suffix}": serialize(graph, described, format, prefixes) for format in forms
    }
    changed, prefixes = changes_description(graph)
    built |= {
        f"changes.{format.suffix}": serialize(graph, changed, format, prefixes) for format in forms
    }
    built |= {
        f"alignments/{path.name}": path.read_bytes()
        for path in sorted((resource_dir("ontology") / "alignments").glob("*.sssom.tsv"))
    }
    built |= {
        f"{path}.{suffix}": content
        for path, iri in paths_of_terms(graph).items()
        for suffix, content in term_documents(graph, iri).items()
    }
    return built | {
        "context.jsonld": json_bytes({"@context": jsonld_context(graph)}),
        "terms.csv": term_list_csv(graph).encode(),
        "logo.svg": publishing_text("logo.svg").encode(),
    }

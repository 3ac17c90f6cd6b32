"""The redirects of the persistent IRIs: one list of rules, which a web server is configured with and ours follows.

Which IRI leads where is a row of `ontology/publishing/redirects.csv`, which media type is which
format one of `formats.csv`. Both faces, `htaccess` and `Redirects.answer`, carry the very same
regular expressions, in the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .documents import formats, rows

PLACES = {
    "{version}": r"(\d+\.\d+\.\d+)",
    "{file}": r"((?:[a-z0-9-]+/)*\w[\w-]*(?:\.\w+)+)",
    "{kind}": "([a-z]+)",
    "{slug}": "([a-z0-9-]+)",
    "{path}": "([a-zA-Z0-9./_-]+)",
}
SUFFIX = "{suffix}"
LEVELS = [
    r"(?![^,]*;[ \t]*q=(?:0|\.))",
    *(rf"[^,]*;[ \t]*q=0?\.{tenth}" for tenth in range(9, 0, -1)),
    r"[^,]*;[ \t]*q=0?\.0\d*[1-9]",
]


@dataclass(frozen=True)
class Rule:
    """Requests for an IRI whose path matches lead to a target; `suffix` is the format asked for, or None for any.

    In a target `$1` is the first group of the path, `{suffix}` the format.
    """

    path: str
    target: str
    suffix: str | None


@cache
def negotiation() -> tuple[tuple[str, str], ...]:
    """Regular expressions for the Accept header, each with the format it stands for; the first that fits decides.

    A higher q goes first, on tenths (what lies below 0.1 is one level); what is named before what a
    wildcard covers; else the order of `formats.csv`. Commas within quoted parameters are not looked for.
    """
    found = []
    for level in LEVELS:
        found += [(_range(_either(f.media_types), level), f.suffix) for f in formats()]
        found += [(_wildcard(f.media_types, level), f.suffix) for f in formats()]
    return ("^$", formats()[0].suffix), *found


def _either(media_types: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, media_types))})"


def _range(media_range: str, level: str = "") -> str:
    """An item of an Accept header."""
    return rf"(?:^|,)[ \t]*{media_range}[ \t]*(?=[;,]|$){level}"


def _wildcard(media_types: tuple[str, ...], level: str) -> str:
    """An item that covers a format which the header does not name; text/* goes before */*."""
    kind = re.escape(media_types[0].split("/")[0]) + r"/\*"
    unnamed, anything = f"(?!.*{_range(_either(media_types))})", _range(r"\*/\*", level)
    return f"^{unnamed}(?:.*{_range(kind, level)}|(?!.*{_range(kind)}).*{anything})"


@cache
def rules(version: str) -> tuple[Rule, ...]:
    """The rules in order; an IRI without a version leads to the version given."""
    return tuple(rule for row in rows("redirects") for rule in _of_row(row, version))


def _of_row(row: dict[str, str], version: str) -> Iterator[Rule]:
    iri, targets = row["iri"], (row["people"], row["machines"])
    any_format = targets[0] == targets[1]
    for path, at in _versions(iri, version):
        for suffix, target in (
            [(None, targets[0])] if any_format else [("html", targets[0]), (SUFFIX, targets[1])]
        ):
            yield Rule(_pattern(path), f"{at}/{_filled(target, path)}", suffix)


def _versions(iri: str, version: str) -> list[tuple[str, str]]:
    """The IRI as it is and under a version, each with the folder that it leads to."""
    if iri.startswith("{version}"):
        return [(iri, "$1")]
    return [(iri, version), (f"{{version}}/{iri}" if iri else "{version}", "$1")]


def _pattern(path: str) -> str:
    pattern = "".join(PLACES.get(part, re.escape(part)) for part in re.split(r"({\w+})", path))
    return f"^{pattern}$"


def _filled(target: str, path: str) -> str:
    """A target with `$1` … for the places in a path."""
    for number, place in enumerate(re.findall(r"{\w+}", path), 1):
        target = target.replace(place, f"${number}")
    return target


@dataclass(frozen=True)
class Redirects:
    """The redirects of a release, to be asked, or written for a web server.

    Attributes:
        version: where an IRI without a version leads.
    """

    version: str

    def answer(self, path: str, accept: str) -> tuple[int, str]:
        """Status and target for the path of an IRI (without the first slash) and an Accept header.

        303 with where it leads below the site; 406 where no format fits; 404 where no rule does.
        """
        suffix = next(
            (suffix for pattern, suffix in negotiation() if re.search(pattern, accept, re.I)), None
        )
        for rule in rules(self.version):
            found = re.fullmatch(rule.path, path, re.A)
            if found and suffix is None and rule.suffix:
                return 406, ""
            if found and rule.suffix in (None, suffix, SUFFIX):
                groups = re.sub(r"\$(\d)", r"\\\1", rule.target)
                return 303, found.expand(groups).replace(SUFFIX, suffix or "")
        return 404, ""

    def htaccess(self, site: str) -> str:
        """The same for Apache: the file `.htaccess` of the folder that the IRIs lie in."""
        return "".join(f"{line}\n" for line in self._lines(site.rstrip("/")))

    def _lines(self, site: str) -> Iterator[str]:
        yield "# Redirects of the persistent IRIs of MLOps Roles. Derived by `mlops-roles build`; do not edit."
        yield f"# IRIs without a version lead to {self.version}. Needs mod_rewrite, mod_setenvif and mod_headers."
        yield "# Which format is asked for: the last line that fits decides (a higher q before a lower one)."
        yield from (
            f'SetEnvIfNoCase Accept "{pattern}" MLOPS_ROLES={suffix}'
            for pattern, suffix in reversed(negotiation())
        )
        yield "Options -MultiViews -Indexes"
        yield "DirectorySlash Off"
        yield "Header always merge Vary Accept"
        yield "RewriteEngine On"
        for rule in rules(self.version):
            yield from _directives(rule, site)


def _directives(rule: Rule, site: str) -> Iterator[str]:
    if rule.suffix == "html":
        yield 'RewriteCond "%{ENV:MLOPS_ROLES}" "^$"'
        yield f'RewriteRule "{rule.path}" - [R=406,L]'
        yield 'RewriteCond "%{ENV:MLOPS_ROLES}" "=html"'
    yield f'RewriteRule "{rule.path}" "{site}/{rule.target.replace(SUFFIX, "%{ENV:MLOPS_ROLES}")}" [R=303,NE,QSD,L]'

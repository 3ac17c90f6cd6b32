"""The redirects of the persistent IRIs: one list of rules, for Apache and for our own server.

The target of an IRI is a row of `ontology/publishing/redirects.csv`, the format of a media type one
of `formats.csv`. `Redirects.htaccess` and `Redirects.resolve` use the same regular expressions in
the same order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from .publishing_data import formats, publishing_rows

PLACEHOLDERS = {
    "{version}": r"(\d+\.\d+\.\d+)",
    "{file}": r"((?:[a-z0-9-]+/)*\w[\w-]*(?:\.\w+)+)",
    "{kind}": "([a-z]+)",
    "{slug}": "([a-z0-9-]+)",
    "{path}": "([a-zA-Z0-9./_-]+)",
}
SUFFIX, JSON = "{suffix}", "json"
QUALITY_LEVELS = [
    r"(?![^,]*;[ \t]*q=(?:0|\.))",
    *(rf"[^,]*;[ \t]*q=0?\.{tenth}" for tenth in range(9, 0, -1)),
    r"[^,]*;[ \t]*q=0?\.0\d*[1-9]",
]


@dataclass(frozen=True)
class RewriteRule:
    """A redirect of the IRIs whose path matches a regular expression."""

    path: str  # the regular expression
    target: str  # the target; `$1` is the first group of the path, `{suffix}` the format
    # the format requested, SUFFIX for any that no rule before has, or None for any
    suffix: str | None


@cache
def accept_patterns() -> tuple[tuple[str, str], ...]:
    """Regular expressions for the Accept header, each with its format; the first match decides.

    A higher q goes first, in steps of 0.1 (all below 0.1 are equal); then named media types before
    wildcards; then the order of `formats.csv`. Commas in quoted parameters are not recognised.
    """
    found = []
    for level in QUALITY_LEVELS:
        found += [(_range(_any_of(f.media_types), level), f.suffix) for f in formats()]
        found += [(_wildcard(f.media_types, level), f.suffix) for f in formats()]
    return ("^$", formats()[0].suffix), *found


def _any_of(media_types: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, media_types))})"


def _range(media_range: str, level: str = "") -> str:
    """An item of an Accept header."""
    return rf"(?:^|,)[ \t]*{media_range}[ \t]*(?=[;,]|$){level}"


def _wildcard(media_types: tuple[str, ...], level: str) -> str:
    """A wildcard for a format that the header does not name; text/* goes before */*."""
    kind = re.escape(media_types[0].split("/")[0]) + r"/\*"
    unnamed, anything = f"(?!.*{_range(_any_of(media_types))})", _range(r"\*/\*", level)
    return f"^{unnamed}(?:.*{_range(kind, level)}|(?!.*{_range(kind)}).*{anything})"


@cache
def rewrite_rules(version: str) -> tuple[RewriteRule, ...]:
    """The rules in order; an IRI without a version redirects to this version."""
    return tuple(
        rule for row in publishing_rows("redirects") for rule in _rules_of_row(row, version)
    )


def _rules_of_row(row: dict[str, str], version: str) -> Iterator[RewriteRule]:
    iri, targets = row["iri"], (row["people"], row["machines"])
    any_format = targets[0] == targets[1]
    chosen = [("html", targets[0]), (SUFFIX, targets[1])]
    if row["json"] not in ("", JSON):  # no such file: JSON is that of another format
        chosen.insert(1, (JSON, targets[1].replace(SUFFIX, row["json"])))
    for path, at in _versions(iri, version):
        for suffix, target in [(None, targets[0])] if any_format else chosen:
            yield RewriteRule(_pattern(path), f"{at}/{_with_group_numbers(target, path)}", suffix)


def _versions(iri: str, version: str) -> list[tuple[str, str]]:
    """The IRI, and the IRI with a version, each with the folder of its target."""
    if iri.startswith("{version}"):
        return [(iri, "$1")]
    return [(iri, version), (f"{{version}}/{iri}" if iri else "{version}", "$1")]


def _pattern(path: str) -> str:
    places = {**PLACEHOLDERS, "{form}": f"({'|'.join(form.suffix for form in formats())})"}
    pattern = "".join(places.get(part, re.escape(part)) for part in re.split(r"({\w+})", path))
    return f"^{pattern}$"


def _with_group_numbers(target: str, path: str) -> str:
    """A target with `$1` … for the placeholders of the path."""
    for number, place in enumerate(re.findall(r"{\w+}", path), 1):
        target = target.replace(place, f"${number}")
    return target


@dataclass(frozen=True)
class Redirects:
    """The redirects of a release."""

    version: str  # the version of the release; IRIs without a version redirect to it

    def resolve(self, path: str, accept: str) -> tuple[int, str]:
        """HTTP status and target of an IRI, whose path below the site has no first slash.

        303 and the target below the site, 406 if no format fits, 404 if no rule matches.
        """
        suffix = next(
            (suffix for pattern, suffix in accept_patterns() if re.search(pattern, accept, re.I)),
            None,
        )
        for rule in rewrite_rules(self.version):
            found = re.fullmatch(rule.path, path, re.A)
            if found and suffix is None and rule.suffix:
                return 406, ""
            if found and rule.suffix in (None, suffix, SUFFIX):
                groups = re.sub(r"\$(\d)", r"\\\1", rule.target)
                return 303, found.expand(groups).replace(SUFFIX, suffix or "")
        return 404, ""

    def htaccess(self, site: str) -> str:
        """The redirects for Apache: the `.htaccess` of the folder of the IRIs."""
        return "".join(f"{line}\n" for line in self._rule_lines(site.rstrip("/")))

    def _rule_lines(self, site: str) -> Iterator[str]:
        yield (
            "# Redirects of the persistent IRIs of MLOps Roles. "
            "Derived by `mlops-roles build`; do not edit."
        )
        yield (
            f"# IRIs without a version lead to {self.version}. "
            "Needs mod_rewrite, mod_setenvif and mod_headers."
        )
        yield (
            "# Which format is asked for: the last line that fits decides "
            "(a higher q before a lower one)."
        )
        yield from (
            f'SetEnvIfNoCase Accept "{pattern}" MLOPS_ROLES={suffix}'
            for pattern, suffix in reversed(accept_patterns())
        )
        yield "Options -MultiViews -Indexes"
        yield "DirectorySlash Off"
        yield "Header always merge Vary Accept"
        yield "RewriteEngine On"
        for rule in rewrite_rules(self.version):
            yield from _directives(rule, site)


def _directives(rule: RewriteRule, site: str) -> Iterator[str]:
    if rule.suffix == "html":
        yield 'RewriteCond "%{ENV:MLOPS_ROLES}" "^$"'
        yield f'RewriteRule "{rule.path}" - [R=406,L]'
    if rule.suffix in ("html", JSON):
        yield f'RewriteCond "%{{ENV:MLOPS_ROLES}}" "={rule.suffix}"'
    target = rule.target.replace(SUFFIX, "%{ENV:MLOPS_ROLES}")
    yield f'RewriteRule "{rule.path}" "{site}/{target}" [R=303,NE,QSD,L]'

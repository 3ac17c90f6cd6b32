"""Which role a job title names: certainly, ambiguously, or not at all.

The names of roles, the other words of titles and how these apply are data in `ontology/`. Here a
company's decisions are applied to what `title_reading` finds, and similar titles are suggested.
Every answer has the words that decided as reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ..errors import check_text
from ..io.result import Result, Results
from ..ontology.graph import Graph, as_graph
from ..ontology.mappings import Mapped
from .curation import decisions_of
from .lexicon import Lexicon, Name, fold_spelling, fold_title, lexicon, without_numbers
from .nearest_titles import MAX_NEAREST, nearest_titles
from .title_reading import Interpretation, conflicting_halves, read_title, reasons_of

MAX_TITLE = 1000  # characters
TITLE_COLUMNS = ("title", "status", "roles", "reasons", "nearest")
_LABEL_AND_IRI = re.compile(r"([^<>;]*)<([^<>;\s]+)>")
_ByTitle = Mapping[str, Mapping[str, Mapped]]


@dataclass(frozen=True, slots=True)
class Resolution(Result):
    """The role that a title names, and why.

    Attributes:
        title: as given.
        status: 'certain', 'ambiguous' (several roles) or 'none'.
        roles: slugs; a company's own role outside our namespace as CURIE or IRI.
        reasons: what decided, one sentence each.
        similar: the slug of the similar role that the title names, if it is one.
        nearest: with status 'none', at most three known titles that it contains or that have a
            similar spelling; suggestions, never an answer.
        candidates: the slugs of roles that a mapping says the title is close to; they never count.
        mapped: the accepted mappings that the answer rests on.

    Example:
        >>> from mlops_roles import resolve
        >>> resolve("Product Owner").to_dict()["similar"]
        'product-owner'
        >>> resolve("Dta Engineer").nearest[0]
        'data engineer'
    """

    title: str
    status: Literal["certain", "ambiguous", "none"]
    roles: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    similar: str | None = None
    nearest: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()
    mapped: tuple[Mapped, ...] = ()

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of the rows."""
        return TITLE_COLUMNS

    @property
    def is_mapped(self) -> bool:
        """Whether an accepted mapping is among its reasons."""
        return bool(self.mapped) or any(r.startswith("mapped title") for r in self.reasons)

    def to_dict(self) -> dict[str, Any]:
        """A JSON row: empty `similar`, `nearest` and `candidates` are left out."""
        row: dict[str, Any] = {
            "title": self.title,
            "status": self.status,
            "roles": list(self.roles),
            "reasons": list(self.reasons),
        }
        if self.similar:
            row["similar"] = self.similar
        if self.nearest:
            row["nearest"] = list(self.nearest)
        if self.candidates:
            row["candidates"] = list(self.candidates)
        return row


def resolve(title: str, graph: Graph | None = None, nearest: bool = True) -> Resolution:
    """Find the role that a job title names.

    Args:
        title: as people write it, at most 1,000 characters; a longer one resolves to 'none'.
        graph: the ontology with a company's additions (`load`); by default the shipped one.
        nearest: whether to suggest known titles if the status is 'none'.

    Returns:
        The role or roles, or none, with the reasons.

    Raises:
        InputError: a file of decisions in `graph` cannot be read.

    Example:
        >>> from mlops_roles import resolve
        >>> found = resolve("Senior Data Engineer")
        >>> found.status, found.roles
        ('certain', ('data-engineer',))
        >>> resolve("MLOps Engineer").roles
        ('devops-engineer', 'ml-engineer')
    """
    return resolve_all([title], graph, nearest)[0]


def resolve_all(
    titles: Iterable[str], graph: Graph | None = None, nearest: bool = True
) -> Results[Resolution]:
    """Resolve many titles as `resolve` does, each distinct one once."""
    graph = as_graph(graph)
    words, decisions = lexicon(graph), decisions_of(graph).by_title
    given = list(titles)
    for title in given:
        check_text("resolve", "a job title", title=title)
    found = {title: _resolve_title(words, title) for title in dict.fromkeys(given)}
    for title in found if decisions else ():
        found[title] = _with_decisions(words, decisions, found[title])
    unresolved = [title for title, answer in found.items() if answer.status == "none"]
    alike = nearest_titles(words, unresolved) if nearest else [[]] * len(unresolved)
    for title, others in zip(unresolved, alike, strict=True):
        inside = found[title].nearest
        if others or inside:
            near = tuple(dict.fromkeys((*inside, *others)))[:MAX_NEAREST] if nearest else ()
            found[title] = replace(found[title], nearest=near)
    return Results((found[title] for title in given), TITLE_COLUMNS)


def _with_decisions(words: Lexicon, decisions: _ByTitle, answer: Resolution) -> Resolution:
    """The answer after the decisions on its title, or on the parts between its semicolons."""
    if by_role := decisions.get(fold_title(answer.title)):
        return _apply_decisions(words, answer, by_role)
    if named := _LABEL_AND_IRI.fullmatch(answer.title):  # a term of others in RDF
        label = _with_decisions(words, decisions, _resolve_title(words, named[1].strip()))
        label = replace(label, title=answer.title)
        by_role = decisions.get(fold_title(named[2]))
        return _apply_decisions(words, label, by_role) if by_role else label
    parts = [part.strip() for part in answer.title.split(";") if part.strip()]
    if len(parts) < 2:
        return answer
    found = [_with_decisions(words, decisions, _resolve_title(words, part)) for part in parts]
    if not any(part.mapped for part in found):
        return answer
    roles = tuple(sorted({role for part in found for role in part.roles}))
    similar = {part.similar for part in found if part.roles}
    return Resolution(
        answer.title,
        _status(roles),
        roles,
        tuple(dict.fromkeys(reason for part in found for reason in part.reasons)),
        similar.pop() if len(similar) == 1 else None,
        candidates=tuple(sorted({role for part in found for role in part.candidates} - {*roles})),
        mapped=tuple(mapped for part in found for mapped in part.mapped),
    )


def _apply_decisions(
    words: Lexicon, answer: Resolution, by_role: Mapping[str, Mapped]
) -> Resolution:
    """The answer after decisions on its title.

    What it is mapped to as the same or something narrower counts alone; else what the rules found,
    without what was refused. A close match is a candidate.
    """
    mapped = tuple(by_role.values())
    reasons = tuple(m.reason(name) for name, m in by_role.items())
    accepted = [name for name, m in by_role.items() if m.counts]
    close = {words.similar_to.get(n, n) for n, m in by_role.items() if m.relation == "close"}
    if accepted:
        roles = tuple(sorted({words.similar_to.get(name, name) for name in accepted}))
        similar = accepted[0] if all(name in words.similar_to for name in accepted) else None
        return Resolution(answer.title, _status(roles), roles, reasons, similar, mapped=mapped)
    refused = {name for name, m in by_role.items() if m.relation == "refused"}
    roles = tuple(role for role in answer.roles if not {role, answer.similar} & refused)
    return replace(
        answer,
        status=_status(roles),
        roles=roles,
        similar=answer.similar if roles else None,
        reasons=(*reasons, *(answer.reasons if roles else ())),
        nearest=(),
        candidates=tuple(sorted(close - {*roles})),
        mapped=mapped,
    )


def _status(roles: Sequence[str]) -> Literal["certain", "ambiguous", "none"]:
    return "none" if not roles else "certain" if len(roles) == 1 else "ambiguous"


def _resolve_title(words: Lexicon, title: str) -> Resolution:
    """The answer to one title without decisions; any number in it is read as 0.

    Under 'none', `nearest` has only the titles that are in it.
    """
    if len(title) > MAX_TITLE:
        return Resolution(title, "none", (), (f"longer than {MAX_TITLE} characters",))
    if names := words.whole.get(fold_spelling(title)):
        return _resolve_whole(words, title, names)
    roles, reasons, similar, near = read_title(words, without_numbers(title.strip()))
    return Resolution(title, _status(roles), roles, reasons, similar, near)


def _resolve_whole(words: Lexicon, title: str, names: tuple[Name, ...]) -> Resolution:
    """The answer to a title that is, as a whole, the title of these roles: nothing overrules it."""
    clashes = dict.fromkeys(conflicting_halves(words, names[0], " ".join(words.units(title))))
    found = Interpretation.merge([Interpretation(dict.fromkeys(names, ""), {}, clashes)])
    reasons = (*reasons_of(found, title.strip()), *found.notes)
    return Resolution(title, _status(found.roles), found.roles, reasons, found.similar)

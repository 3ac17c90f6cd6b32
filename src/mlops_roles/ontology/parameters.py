"""The values of a question's parameters: which terms they mean, and which kinds are accepted.

What a parameter accepts follows from its name (`?role`), else from its line in the header
(`#+ ?part: a role that is taken in`), else from the domains and ranges of the properties that the
query uses it with. A line that lists words (`#+ ?how: performs, manages or ensures`) accepts these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import pyoxigraph as ox

from ..errors import InputError, UnknownName
from .catalogue import Question, ask
from .graph import Graph, Term, once_per_graph
from .names import local_name
from .sparql_tokens import Token, token_list

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_WORDS = 5  # of a listed value
_ARTICLES = ("a", "an", "another", "the", "one", "its")  # begin a description of a thing
_ASKING = ("how", "what")
_END_OF_NOUNS = re.compile(r"[;:(]| that | which | such as|, by |, as | whose | beside | with ")
_AS = re.compile(r"\bas (?:it is |answers )?writ")  # of a text, which is no term
_GENERAL_KINDS = ("class", "property")  # kinds that other vocabularies have, too
_PEOPLE = ("person", "agent", "unit")  # what data is about; no term of the ontology is one


def candidate_terms(graph: Graph, question: Question, variable: str, value: str) -> list[Term]:
    """The RDF terms that a value given for a parameter can mean.

    Raises UnknownName if no term of an accepted kind has this name, or the value is not in the
    list; InputError if it is no IRI, or several terms have this name.
    """
    description = question.parameters[variable]
    if options := listed_values(description):
        return [ox.Literal(_listed(question, variable, value, options))]
    kinds = accepted_kinds(graph, question, variable)
    iri = graph.expand_curie(value)
    known = kinds_by_iri(graph).get(iri, ()) if iri else ()
    if known and kinds and not any(k.endswith(kind) for k in known for kind in kinds):
        raise InputError(
            f"{value[:80]!r}: {_noun(known[0])}; ?{variable} of {question.name} is "
            f"{' or '.join(map(_noun, kinds))}"
        )
    is_named = _is_kind(graph, variable) and "by IRI" not in description
    if iri is not None and (known or not is_named or variable in _GENERAL_KINDS):
        return [_node(value, iri)]
    if own := [kind for kind in kinds if _is_kind(graph, kind)]:
        return [ox.NamedNode(_resolve(graph, value, own))]
    return _literals(question, variable, value)


def _listed(question: Question, variable: str, value: str, options: Sequence[str]) -> str:
    """A value as the list has it. Raises UnknownName if it is not in the list."""
    text = value.strip('"').casefold()
    if found := next((option for option in options if option.casefold() == text), None):
        return found
    fix = f"it is one of: {', '.join(options)}"
    raise UnknownName(value, f"?{variable} of {question.name}", (), fix)


def _node(value: str, iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError:
        raise InputError(f"{value!r}: not an IRI; write prefix:name or a full IRI") from None


def accepted_kinds(graph: Graph, question: Question, variable: str) -> tuple[str, ...]:
    """The kinds of terms that a parameter accepts, such as 'role'; none where it is any term."""
    text = question.parameters[variable]
    named = (variable,) if _is_kind(graph, variable) else ()
    if kinds := tuple(dict.fromkeys((*named, *_nouns(graph, text)))):
        return kinds
    return _kinds_by_pattern(graph, question, variable)


def listed_values(description: str) -> tuple[str, ...]:
    """The words that the description of a parameter lists; none if it describes any value."""
    plain = re.sub(r" *\([^)]*\)", "", description)
    parts = [part.strip() for part in re.split(r", *(?:or +)?| or ", plain)]
    words = [part.split() for part in parts]
    if len(parts) < 2 or any(not w or len(w) > _MAX_WORDS for w in words):
        return ()
    begins = [w[0] for w in words]
    is_thing = any(b in (*_ARTICLES, *_ASKING) for b in begins)
    return () if is_thing or ":" in plain else tuple(parts)


def _resolve(graph: Graph, value: str, kinds: Sequence[str]) -> str:
    """The IRI of the term of one of these kinds that a value means."""
    for kind in kinds[:-1]:
        try:
            return graph.resolve_term(value, kind)
        except UnknownName:
            continue
    return graph.resolve_term(value, kinds[-1])


def _noun(kind: str) -> str:
    """A kind with its article: 'a role', 'an artefact'."""
    words = re.sub(r"^(similar|object|datatype|annotation)(?=role|property)", r"\1 ", kind)
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _literals(question: Question, variable: str, value: str) -> list[Term]:
    """A text, and if possible a number."""
    description = question.parameters[variable]
    text = value.strip('"')
    if "by IRI" in description and f'"{text}"' not in description:
        raise InputError(
            f"{value[:80]!r}: no IRI; ?{variable} of {question.name} is {description}: "
            "write <https://…>, or prefix:name with a prefix that the ontology or a file of --with "
            "declares"
        )
    number = [ox.Literal(int(text))] if re.fullmatch(r"-?\d{1,18}", text) else []
    return [ox.Literal(text), *number]


# kinds ------------------------------------------------------------------------------


@once_per_graph
def kinds_by_iri(graph: Graph) -> dict[str, list[str]]:
    """The kinds of each term of the ontology, by its IRI."""
    found: dict[str, list[str]] = {}
    for group in graph.index.values():
        for kind, iri in sorted(group):
            if kind not in found.setdefault(iri, []):
                found[iri].append(kind)
    return found


def _is_kind(graph: Graph, word: str) -> bool:
    """Whether some terms are of this kind; a similar role is a role, too."""
    return any(k.endswith(word) for kinds in kinds_by_iri(graph).values() for k in kinds)


def _nouns(graph: Graph, description: str) -> tuple[str, ...]:
    """The kinds that a description names before it says more about them."""
    head = _END_OF_NOUNS.split(f"{description} ")[0]
    if not description.startswith(tuple(f"{word} " for word in _ARTICLES)) or _AS.search(
        description
    ):
        return ()
    words = (
        word.removesuffix("s") if word != "class" else word for word in re.findall("[a-z]+", head)
    )
    found = dict.fromkeys(w for w in words if w in _PEOPLE or _is_whole_kind(graph, w))
    return tuple(found)


def _is_whole_kind(graph: Graph, word: str) -> bool:
    kinds = {k for kinds in kinds_by_iri(graph).values() for k in kinds}
    return word in kinds or (word == "property" and _is_kind(graph, word))


def _kinds_by_pattern(graph: Graph, question: Question, variable: str) -> tuple[str, ...]:
    """The kinds of the domains and ranges of the properties that a query uses a variable with."""
    classes = _domains_and_ranges(graph)
    found = {
        local_name(cls).lower()
        for subject, verb, value in _triples(question.text)
        for place, term in (("domain", subject), ("range", value))
        if term == variable and (cls := classes.get((_expanded(graph, question, verb), place)))
    }
    return tuple(sorted(kind for kind in found if kind in _PEOPLE or _is_kind(graph, kind)))


@once_per_graph
def _domains_and_ranges(graph: Graph) -> dict[tuple[str, str], str]:
    """(property, 'domain' or 'range') to the class, for properties of the vocabulary."""
    return {
        (graph.expand_curie(row["term"]) or "", place): graph.expand_curie(row[place]) or ""
        for row in ask("vocabulary-terms", graph)
        for place in ("domain", "range")
        if row[place]
    }


def _expanded(graph: Graph, question: Question, name: str) -> str:
    """The IRI of a property as a query writes it."""
    if name.startswith("<"):
        return name[1:-1]
    prefix, _, local = name.partition(":")
    declared: Mapping[str, str] = dict(re.findall(r"(?i)PREFIX +(\S*): *<([^>]*)>", question.text))
    return declared.get(prefix, graph.prefixes.get(prefix, "")) + local


def _triples(text: str) -> Iterator[tuple[str, str, str]]:
    """(subject, property, object) of a query's patterns; those of variables without their mark.

    Paths, lists and nested nodes are left out: then the kind is not known, and any is accepted.
    """
    subject, verb, fresh = "", "", True
    for token in token_list(text):
        if token.kind in ("open", "close", "word") and token.text != "a":
            subject, verb, fresh = "", "", True
        elif token.kind == "mark":
            verb = "" if token.text != "," else verb
            subject, fresh = ("", True) if token.text == "." else (subject, fresh)
        elif token.kind == "operator":
            verb = subject = ""
            fresh = False
        elif fresh:
            subject, fresh = _unmarked(token), False
        elif subject and not verb:
            verb = token.text
        elif subject:
            yield subject, verb, _unmarked(token)


def _unmarked(token: Token) -> str:
    return token.text[1:] if token.kind == "variable" else token.text

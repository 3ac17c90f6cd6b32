"""The rules of inference: one file in `ontology/rules/`, one rule of the OWL 2 RL specification.

A rule is a CONSTRUCT query of triple patterns, filters that tell two variables apart, and members
of lists (`rdf:rest*/rdf:first`). A header says what SPARQL cannot:

    #+ each: ?part of ?list                 the patterns with ?part hold for each member
    #+ chain: ?p of ?list from ?u to ?v     so they do, each beginning where the last one ends
    #+ implicit: why                        is not run; what it infers is known without it
    #+ computed: where                      is run by Python, which compares values of literals
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import pyoxigraph as ox

from ..errors import InputError
from ..io.resources import resource_dir

_HEADER = re.compile(r"^#\+ ([a-z ]+): (.*)$", re.M)
_PREFIX = re.compile(r"^PREFIX (\w*): <(.*?)>$", re.M)
_PARTS = re.compile(r"CONSTRUCT\s*\{(.*?)\}\s*WHERE\s*\{(.*)\}", re.S)
_TOKEN = re.compile(
    r"\((?:STR\()?(?P<first>\?\w+)\)? (?P<how>!=|<) (?:STR\()?(?P<other>\?\w+)\)?\)"
    r'|(?P<term>\?\w+|\ba\b|"[^"]*"(?:\^\^\w+:\w+)?|[\w:*/]+:\w+)'
)
MEMBER, DIFFERS, BEFORE = "member", "!=", "<"
Atom = tuple[Any, Any, Any]  # of variables ('?x') and RDF terms; or one of the words in the middle


@dataclass(frozen=True)
class Rule:
    """A rule as it is written."""

    name: str  # its name in the specification
    heads: tuple[Atom, ...]  # the patterns of what it infers
    # its premises: triple patterns, and conditions whose middle is a word: (list, 'member',
    # variable), (variable, '!=', term), (variable, '<', variable)
    body: tuple[Atom, ...]
    # the variable that stands for each member of a list in turn, and the list, or None
    each: tuple[str, str] | None = None
    # the two variables that link the patterns of `each` end to end, or None
    chain: tuple[str, str] | None = None
    is_run: bool = True  # whether its patterns are matched; else it is implicit or computed


@cache
def rule_texts() -> dict[str, str]:
    """The rules by name, as SPARQL text."""
    found = {
        path.stem: path.read_text("utf-8")
        for path in sorted((resource_dir("ontology") / "rules").glob("*.rq"))
    }
    if not found:
        raise InputError(f"{resource_dir('ontology')}/rules: no rule; install the package again")
    return found


@cache
def parsed_rules() -> tuple[Rule, ...]:
    """The rules, parsed."""
    return tuple(parse_rule(name, text) for name, text in rule_texts().items())


def rule_summary(name: str) -> str:
    """What a rule says, as a sentence."""
    return rule_texts()[name].split("\n", 1)[0].removeprefix("#+ summary: ")


def parse_rule(name: str, text: str) -> Rule:
    """Parse the text of a rule."""
    headers, prefixes = dict(_HEADER.findall(text)), dict(_PREFIX.findall(text))
    parts = _PARTS.search(text)
    if not parts:
        raise InputError(f"{name}.rq: not a CONSTRUCT query; write what it infers after CONSTRUCT")
    head, body = parts.groups()
    each = re.findall(r"\?\w+", headers.get("each") or headers.get("chain") or "")
    return Rule(
        name,
        tuple(_atoms(head, prefixes)),
        tuple(_atoms(body, prefixes)),
        (each[0], each[1]) if each else None,
        (each[2], each[3]) if "chain" in headers else None,
        not {"implicit", "computed"} & set(headers),
    )


def _atoms(block: str, prefixes: dict[str, str]) -> list[Atom]:
    """The patterns and conditions of a block, in order."""
    atoms: list[Atom] = []
    terms: list[Any] = []
    for token in _TOKEN.finditer(block):
        if token["how"]:
            atoms.append((token["first"], token["how"], token["other"]))
        else:
            terms.append(token["term"])
        if len(terms) == 3:
            subject, predicate, value = terms
            is_member = predicate == "rdf:rest*/rdf:first"
            middle = MEMBER if is_member else _term(predicate, prefixes)
            atoms.append((_term(subject, prefixes), middle, _term(value, prefixes)))
            terms = []
    return atoms


def _term(text: str, prefixes: dict[str, str]) -> Any:
    """A variable as it is written, or an RDF term."""
    if text.startswith("?"):
        return text
    if text.startswith('"'):
        value, _, datatype = text[1:].partition('"^^')
        return ox.Literal(value, datatype=_term(datatype, prefixes))
    prefix, _, local = ("rdf:type" if text == "a" else text).partition(":")
    known = prefixes | {"rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}
    return ox.NamedNode(known[prefix] + local)

"""What can be written next on a command line: commands, options, files, questions, terms."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterable, Iterator, Sequence

from ..errors import MlopsRolesError
from .main import build_parser, command_names
from .paths import READ_ARGUMENTS, WRITTEN_ARGUMENTS

FILES = ":files"  # the first line, if the name of a file can be written
OTHER_FILE_ARGUMENTS = ("folder",)
KIND_OF_PLACEHOLDER = {
    "ROLE": "role",
    "TERM": "",
}  # of the terms that a placeholder of an argument means
ALIGNMENT_ARGUMENTS = ("added", "to")  # arguments that take the name of an alignment


def candidates(line: str) -> list[str]:
    """What can be written at the end of a command line, which begins with the name of the program.

    The candidates for the last word; FILES goes before them if it may be a file.
    """
    words = _split(line)
    *before, word = words[1:] or [""]
    if not before:
        return _starting_with((*command_names(), "--help", "--version"), word)
    command = before[0].replace("-", "_")
    if command not in command_names():
        return []
    try:
        parser = build_parser(command, before[1:])
        return _next(parser, before[1:], word)
    except (MlopsRolesError, OSError, SystemExit):
        return []


def _split(line: str) -> list[str]:
    """The words of a line, the last one as far as it is typed; a quote may be open."""
    for closing in ("", "'", '"', "\\"):
        try:
            words = shlex.split(line + closing)
            break
        except ValueError:
            continue
    else:
        return []
    return [*words, ""] if line[-1:].isspace() and not line.endswith("\\ ") else words


def _next(parser: argparse.ArgumentParser, before: Sequence[str], word: str) -> list[str]:
    """The candidates after some arguments."""
    options = {name: action for action in parser._actions for name in action.option_strings}
    last = options.get(before[-1]) if before else None
    if word.startswith("--") and "=" in word and (named := options.get(word.partition("=")[0])):
        name, _, value = word.partition("=")
        return [f if f == FILES else f"{name}={f}" for f in _values(parser, named, before, value)]
    if word.startswith("-"):
        return _starting_with(options, word)
    if last is not None and last.nargs != 0:
        return _values(parser, last, before, word)
    positional = _positional(parser, options, before)
    return [] if positional is None else _values(parser, positional, before, word)


def _positional(
    parser: argparse.ArgumentParser, options: dict[str, argparse.Action], before: Sequence[str]
) -> argparse.Action | None:
    """The positional argument that comes after some arguments; the last one may be repeated."""
    given = len(list(_without_options(options, before)))
    actions = [action for action in parser._actions if not action.option_strings]
    for action in actions:
        if given == 0 or action.nargs in ("*", "+"):
            return action
        given -= 1
    return None


def _without_options(options: dict[str, argparse.Action], words: Sequence[str]) -> Iterator[str]:
    """The words that are neither options nor their values."""
    is_value = False
    for word in words:
        if not is_value and not (word.startswith("-") and len(word) > 1):
            yield word
        action = options.get(word)
        is_value = action is not None and action.nargs != 0


def _values(
    parser: argparse.ArgumentParser, action: argparse.Action, before: Sequence[str], word: str
) -> list[str]:
    """The candidates for the value of an argument."""
    found = list(map(str, action.choices or ()))
    dest = action.dest
    if dest == "question":
        found += _questions()
    if dest in ALIGNMENT_ARGUMENTS:
        found += _alignments("alignment:" if dest == "added" else "")
    if (dest.startswith("fix_") or dest == "values") and before:
        found += _parameter(parser, before[0], dest.removeprefix("fix_"), before, word)
    kind = KIND_OF_PLACEHOLDER.get(str(action.metavar))
    if kind is not None:
        found += _terms(kind, word)
    elif dest == "kind":
        found += sorted(_kinds())
    file_arguments = (*READ_ARGUMENTS, *WRITTEN_ARGUMENTS, *OTHER_FILE_ARGUMENTS)
    files = dest in file_arguments and action.metavar != "URL"
    return ([FILES] if files else []) + _starting_with(found, word)


def _parameter(
    parser: argparse.ArgumentParser, question_name: str, name: str, before: Sequence[str], word: str
) -> list[str]:
    """The values of a parameter of a question: words that its header lists, or terms."""
    from ..ontology.catalogue import find_question
    from ..ontology.graph import load
    from ..ontology.parameters import accepted_kinds, listed_values

    question = find_question(question_name)
    if name == "values":
        options = {o: a for a in parser._actions for o in a.option_strings}
        index = len(list(_without_options(options, before))) - 1
        names = list(question.parameters)
        if index >= len(names):
            return []
        name = names[index]
    if listed := listed_values(question.parameters[name]):
        return list(listed)
    kinds = accepted_kinds(load(), question, name)
    return [term for kind in kinds or ("",) for term in _terms(kind, word)]


def _questions() -> list[str]:
    from ..io.resources import resource_dir

    return sorted(path.stem for path in resource_dir("queries").glob("*.rq"))


def _alignments(prefix: str) -> list[str]:
    from ..io.resources import resource_dir

    files = (resource_dir("ontology") / "alignments").glob("*.ttl")
    return sorted(f"{prefix}{path.stem}" for path in files)


def _terms(kind: str, word: str) -> list[str]:
    """The slugs and notations of terms of a kind; their CURIEs if the word has a colon."""
    from ..ontology.graph import load
    from ..ontology.names import local_name

    graph = load()
    found = set()
    for name, terms in graph.index.items():
        for of, iri in terms:
            if of.endswith(kind):
                slug = local_name(iri)
                is_notation = name.upper() != slug and name[1:].isdigit()
                found |= {slug, *([name.upper()] if is_notation else [])}
                if ":" in word:
                    found.add(graph.curie(iri))
    return sorted(found)


def _kinds() -> set[str]:
    from ..ontology.graph import load

    return {kind for terms in load().index.values() for kind, _ in terms}


def _starting_with(values: Iterable[str], word: str) -> list[str]:
    """Those that begin like a word, in lower or upper case, each once."""
    start = word.casefold()
    return list(dict.fromkeys(text for text in values if text.casefold().startswith(start)))

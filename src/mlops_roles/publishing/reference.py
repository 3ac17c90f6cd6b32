"""The reference as Markdown, made from the catalogue, the help of commands, and docstrings.

What has no description is a problem that stops a build.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence

from ..io.text import escape_markdown
from ..ontology.catalogue import Question
from .command_help import Argument, CommandHelp
from .python_api import DocumentedName

WITHOUT_TOPIC = "others"


def commands_page(commands: Sequence[CommandHelp]) -> str:
    """The commands with their options, each under a heading of its name."""
    return _join_page(
        "Commands",
        "What `mlops-roles COMMAND --help` prints, for every command. Exit codes: 0 answered "
        "(*no*, *unknown* and *none* are answers), 1 findings, 2 could not run.",
        (_command_section(command) for command in commands),
    )


def _command_section(command: CommandHelp) -> str:
    """A command: summary, usage, examples, notes, options."""
    return "\n\n".join(
        [
            f"## `{command.name}`",
            command.summary,
            f"```text\n{command.usage}\n```",
            f"```sh\n{command.examples}\n```",
            *(escape_markdown(note) for note in command.notes),
            "| argument | meaning |\n|---|---|\n"
            + "\n".join(
                f"| {_argument_names(a)} | {_argument_meaning(a)} |" for a in command.arguments
            ),
        ]
    )


def _argument_names(argument: Argument) -> str:
    return ", ".join(f"`{name} {argument.value}`".replace(" `", "`") for name in argument.names)


def _argument_meaning(argument: Argument) -> str:
    """What an argument means, with its values."""
    values = ", ".join(f"`{value}`" for value in argument.choices)
    return f"{escape_markdown(argument.text)}{f': {values}' if values else ''}"


def questions_page(questions: Iterable[Question]) -> str:
    """The questions of the catalogue by topic, each under a heading of its name."""
    topics: dict[str, list[Question]] = {}
    for question in questions:
        topics.setdefault(question.topic or WITHOUT_TOPIC, []).append(question)
    return _join_page(
        "Questions",
        "The catalogue: each question is a file in `queries/`, and is asked with "
        '`mlops-roles ask NAME`, in Python with `ask("NAME")`. A parameter may be given a value; '
        "without one it is a column of the answer.",
        (
            "\n\n".join([f"## About {topic}", *map(_question_section, topics[topic])])
            for topic in sorted(topics, key=lambda t: (t == WITHOUT_TOPIC, t))
        ),
    )


def _question_section(question: Question) -> str:
    """A question: what its rows are, its parameters, and a call."""
    rows = [f"- `{name}`: {escape_markdown(text)}" for name, text in question.parameters.items()]
    call = shlex.join(["mlops-roles", "ask", *question.example_arguments()])
    return "\n\n".join(
        [
            f"### `{question.name}`",
            f"{escape_markdown(question.summary)}.",
            *(["\n".join(rows)] if rows else []),
            f"```sh\n{call}\n```",
        ]
    )


def python_page(names: Sequence[DocumentedName]) -> str:
    """The public names of the library, each under a heading of its name."""
    return _join_page(
        "Python",
        "The public names of `mlops_roles`, with their docstrings. Every answer is also a "
        "DataFrame (`dataframe()`), plain data (`to_dict()`) and a report (`report()`).",
        (_name_section(name) for name in sorted(names, key=lambda n: n.name.casefold())),
    )


def _name_section(name: DocumentedName) -> str:
    """A public name, with the members of a class."""
    return "\n\n".join(
        [
            f"## `{name.name}`",
            f"```python\n{name.signature}\n```",
            name.text,
            *map(_member_section, name.members),
        ]
    )


def _member_section(member: DocumentedName) -> str:
    """A method or property, with its signature if it takes arguments."""
    call = "" if "()" in member.signature else f"```python\n{member.signature}\n```\n\n"
    name = f"{member.name}()" if member.kind == "method" else member.name
    return f"### `{name}`\n\n{call}{member.text}"


def _join_page(title: str, lead: str, parts: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", lead, *parts]) + "\n"


def undocumented(
    commands: Iterable[CommandHelp], questions: Iterable[Question], names: Iterable[DocumentedName]
) -> Iterator[str]:
    """A line for each command, option, question, parameter or public name without a description."""
    for command in commands:
        place = f"cli/commands/{command.name}.py"
        if not command.summary:
            yield f"{place}: no docstring; write a summary, examples and notes"
        for argument in command.arguments:
            if not argument.text:
                yield f"{place}: {argument.names[0]} has no help; write help="
    for question in questions:
        for key, text in (("summary", question.summary), *question.parameters.items()):
            if not text:
                yield f"{question.path.name}: the header says nothing of {key}; describe it there"
        if not question.topic:
            yield f"{question.path.name}: no line '#+ about:'; write its topic"
    for name in names:
        for each in (name, *name.members):
            if not each.text:
                label = each.signature.partition("(")[0]
                yield f"{each.place}: {label} has no docstring; write what it is for"

"""Answer a question of the catalogue, or your own SPARQL.

  mlops-roles ask                                      lists the questions, by what they are about
  mlops-roles ask tasks-of-role --help                 explains one question
  mlops-roles ask tasks-of-role R7                     parameters in order
  mlops-roles ask roles-for-task --task deploy-model   parameters by name
  mlops-roles ask mine.rq --data staff.ttl             your own SPARQL, in a file
  mlops-roles ask "SELECT ?role { ?role a mlops:Role }"                   in an argument
  cat mine.rq | mlops-roles ask - --data staff.ttl                        from standard input
  mlops-roles ask holders-of-role R7 --endpoint http://localhost:7878/query \\
      --graph https://acme.example/people              on a server, see `mlops-roles doctor --help`

Your own SPARQL may read the ontology and the files given, and nothing else; it has a time limit.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from ...io.sections import Section
from ...io.text import FORMATTERS
from ...ontology.answer import Answer
from ...ontology.catalogue import Question, catalogue, find_question, is_sparql
from ...ontology.graph import Graph
from ...ontology.results import group_pairs
from ..main import Progress, print_note, write_output
from ..options import (
    DATA,
    OUTPUT,
    SERVER,
    add_common_options,
    add_ontology_options,
    add_server_options,
    declare,
    load_ontology,
)
from ..output import write_result, write_rows, write_sections

OTHER = "others"  # the topic of questions that name none

ARGUMENTS = """
--store DIR         keep the loaded data in this folder, so that it is loaded only once
question QUESTION?  a question of the catalogue, a .rq file, SPARQL itself, or - for standard input
"""


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common_options(parser, [*FORMATTERS, "ttl"], data=True)
    declare(parser, ARGUMENTS)
    add_server_options(parser, timeout=60)
    known, _ = _question_parser().parse_known_args(argv)
    question = _question(known.question, [*known.only, *known.added]) if known.question else None
    if question:
        _add_parameters(parser, question)


def _add_parameters(parser: argparse.ArgumentParser, question: Question) -> None:
    """Add the parameters of a question, and let the help explain the question."""
    parser.prog += f" {question.name}"
    parser.description = f"{question.summary}."
    example = shlex.join(["mlops-roles", "ask", *question.example_arguments()])
    parser.epilog = f"examples:\n  {example}"
    for name, text in question.parameters.items():
        parser.add_argument(f"--{name}", dest=f"fix_{name}", metavar=name.upper(), help=text)
    if question.parameters:
        known = ", ".join(question.parameters)
        help_text = f"the parameters in order, or as name=value: {known}"
        parser.add_argument("values", nargs="*", metavar="VALUE", help=help_text)


def _question_parser() -> argparse.ArgumentParser:
    """A parser that finds the question in the arguments before its parameters are known."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    declare(parser, "\n".join([OUTPUT, DATA, SERVER, ARGUMENTS, "--format FORM"]))
    add_ontology_options(parser)
    return parser


def _is_user_sparql(name: str) -> bool:
    """Whether an argument is a user's SPARQL: a file, standard input, or the text itself."""
    return name == "-" or name.endswith((".rq", ".sparql")) or is_sparql(name)


def _question(name: str, added: list[str]) -> Question | None:
    if _is_user_sparql(name):
        return None
    own = {Path(p).stem: Path(p) for p in added if p.endswith(".rq")}
    return Question.from_file(own[name]) if name in own else find_question(name)


def run(args: argparse.Namespace) -> int:
    if args.question is None:
        _list_questions(args)
        return 0
    graph = Graph(args.added, args.data, args.store, only=args.only)
    answer = _ask_server(args, graph) if args.endpoint else _ask_locally(args, graph)
    if args.format == "ttl":
        write_output(answer.turtle(), args.output)
    else:
        write_result(args, answer)
        if args.format not in ("table", "md", "html"):
            for note in answer.data_notes():
                print_note(note)
    return 0


def _list_questions(args: argparse.Namespace) -> None:
    """Write the list of questions; in the formats for people, a section for each topic."""
    questions = sorted(
        catalogue(load_ontology(args)).values(), key=lambda q: (not q.topic, q.topic, q.name)
    )
    rows = [
        (
            q.topic or OTHER,
            {"question": q.name, "parameters": " ".join(q.parameters), "answers": q.summary},
        )
        for q in questions
    ]
    if args.format not in ("table", "md", "html"):
        format = "csv" if args.format == "ttl" else args.format
        columns = ["question", "parameters", "answers", "about"]
        all_rows = [row | {"about": topic} for topic, row in rows]
        write_rows(argparse.Namespace(format=format, output=args.output), all_rows, columns)
        return
    sections: list[Section] = [
        (f"Questions about {topic}", [], topic_rows)
        for topic, topic_rows in group_pairs(rows).items()
    ]
    usage = "mlops-roles ask QUESTION VALUE … answers one; mlops-roles ask QUESTION --help explains"
    write_sections(args, [*sections, ("", [usage], [])])


def _ask_locally(args: argparse.Namespace, graph: Graph) -> Answer:
    if _is_user_sparql(args.question):
        from ...ontology.sandbox import run_sparql

        name, text = _read_query(args.question)
        return run_sparql(text, graph, args.timeout, name)
    question = find_question(args.question, graph)
    terms = question.resolve_bindings(graph.open(), **_bindings(question, args))
    if question.is_shipped:  # else the subprocess warns
        graph.warn_of_axioms()
    return question.answer(graph, terms, args.timeout)


def _ask_server(args: argparse.Namespace, graph: Graph) -> Answer:
    from ...ontology.endpoint.client import Endpoint

    with (
        Progress() as progress,
        Endpoint(
            args.endpoint, args.graph, graph, timeout=args.timeout, on_progress=progress
        ) as endpoint,
    ):
        if _is_user_sparql(args.question):
            name, text = _read_query(args.question)
            return endpoint.run_sparql(text, name)
        question = find_question(args.question, graph)
        answer = endpoint.ask(args.question, **_bindings(question, args))
        answer.question, answer.is_remote = question, True
        return answer


def _read_query(argument: str) -> tuple[str, str]:
    """The name of a query for messages, and its text; see `_is_user_sparql`."""
    from ...io.rdf import check_encoding, read_bytes

    if is_sparql(argument):
        return "query", argument
    if argument == "-":
        return "standard input", check_encoding(sys.stdin.buffer.read(1 << 20), "standard input")
    return argument, check_encoding(read_bytes(argument, 1 << 20), argument)


def _bindings(question: Question, args: argparse.Namespace) -> dict[str, str]:
    """The values of the parameters: `--name value`, `name=value`, or in order."""
    by_name = {name: getattr(args, f"fix_{name}") for name in question.parameters}
    by_name = {name: value for name, value in by_name.items() if value is not None}
    values = []
    for text in getattr(args, "values", []):
        name, equals, value = text.partition("=")
        if equals and name in question.parameters:
            by_name[name] = value
        else:
            values.append(text)
    return question.by_name(values, by_name)

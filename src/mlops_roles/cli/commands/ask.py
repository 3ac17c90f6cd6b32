"""Answer a question of the catalogue, or your own SPARQL.

  mlops-roles ask                                      lists the questions
  mlops-roles ask tasks-of-role --help                 explains one question
  mlops-roles ask tasks-of-role R7                     parameters in order
  mlops-roles ask roles-for-task --task deploy-model   parameters by name
  mlops-roles ask mine.rq --data staff.ttl             your own SPARQL
  mlops-roles ask holders-of-role R7 --endpoint http://localhost:7878/query \\
      --graph https://acme.example/people              on a server, see `mlops-roles doctor --help`
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...io.text import FORMATS_WITH_NOTES, FORMATTERS, format_rows
from ...ontology.catalogue import Answer, Question, catalogue, find_question, legend
from ...ontology.graph import Graph
from ..main import Progress, add_common, add_server, load_ontology, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, [*FORMATTERS, "ttl"], data=True)
    parser.add_argument(
        "--store",
        metavar="DIR",
        help="keep the loaded data in this folder, so that it is loaded only once",
    )
    add_server(parser, timeout=60)
    known, _ = _question_parser().parse_known_args(argv)
    asked = _question(known.question, [*known.only, *known.added]) if known.question else None
    parser.add_argument(
        "question",
        nargs="?",
        metavar="QUESTION",
        help="a question of the catalogue, or a .rq file with your own SPARQL",
    )
    if asked:
        _add_parameters(parser, asked)


def _add_parameters(parser: argparse.ArgumentParser, asked: Question) -> None:
    """Add the parameters of a question, and let the help explain the question."""
    parser.prog += f" {asked.name}"
    parser.description = f"{asked.summary}."
    values = [name.upper() for name in asked.parameters]
    parser.epilog = f"examples:\n  {' '.join([parser.prog, *values])}"
    for name, text in asked.parameters.items():
        parser.add_argument(f"--{name}", dest=f"fix_{name}", metavar=name.upper(), help=text)
    if asked.parameters:
        known = ", ".join(asked.parameters)
        help_text = f"the parameters in order, or as name=value: {known}"
        parser.add_argument("values", nargs="*", metavar="VALUE", help=help_text)


def _question_parser() -> argparse.ArgumentParser:
    """A parser that finds the question in the arguments before its parameters are known."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for option in ("format", "output", "data", "store", "timeout", "endpoint", "graph", "base"):
        parser.add_argument(f"--{option}")
    parser.add_argument("--with", dest="added", action="append", default=[])
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("question", nargs="?")
    return parser


def _is_file(name: str) -> bool:
    return name.endswith((".rq", ".sparql"))


def _question(name: str, added: list[str]) -> Question | None:
    if _is_file(name):
        return None
    own = {Path(p).stem: Path(p) for p in added if p.endswith(".rq")}
    return Question.from_file(own[name]) if name in own else find_question(name)


def run(args: argparse.Namespace) -> int:
    if args.question is None:
        write_output(_list_questions(args), args.output)
        return 0
    graph = Graph(args.added, args.data, args.store, only=args.only)
    answer = _ask_server(args, graph) if args.endpoint else _ask_locally(args, graph)
    asked = None if _is_file(args.question) else find_question(args.question, graph)
    write_output(_format_answer(answer, args.format, asked), args.output)
    return 0


def _list_questions(args: argparse.Namespace) -> str:
    rows = [
        {"question": q.name, "parameters": " ".join(q.parameters), "answers": q.summary}
        for q in catalogue(load_ontology(args)).values()
    ]
    form = "table" if args.format == "ttl" else args.format
    return format_rows(rows, ["question", "parameters", "answers"], form)


def _ask_locally(args: argparse.Namespace, graph: Graph) -> Answer:
    if _is_file(args.question):
        from ...ontology.sandbox import run_sparql

        return run_sparql(_read_query(args.question), graph, args.timeout, args.question)
    asked = find_question(args.question, graph)
    terms = asked.resolve_bindings(graph.open(), **_bindings(asked, args))
    if asked.is_shipped:  # else the subprocess warns
        graph.warn_of_axioms()
    return asked.answer(graph, terms, args.timeout)


def _ask_server(args: argparse.Namespace, graph: Graph) -> Answer:
    from ...ontology.endpoint.client import Endpoint

    with (
        Progress() as progress,
        Endpoint(
            args.endpoint, args.graph, graph, timeout=args.timeout, on_progress=progress
        ) as endpoint,
    ):
        if _is_file(args.question):
            return endpoint.run_sparql(_read_query(args.question), args.question)
        return endpoint.ask(args.question, **_bindings(find_question(args.question, graph), args))


def _read_query(path: str) -> str:
    from ...io.rdf import check_encoding, read_bytes

    return check_encoding(read_bytes(path, 1 << 20), path)


def _bindings(asked: Question, args: argparse.Namespace) -> dict[str, str]:
    """The values of the parameters: `--name value`, `name=value`, or in order."""
    from ...errors import InputError

    by_name = {name: getattr(args, f"fix_{name}") for name in asked.parameters}
    by_name = {name: value for name, value in by_name.items() if value is not None}
    values = []
    for text in getattr(args, "values", []):
        name, equals, value = text.partition("=")
        if equals and name in asked.parameters:
            by_name[name] = value
        else:
            values.append(text)
    free = [name for name in asked.parameters if name not in by_name]
    if len(values) > len(free):
        known = ", ".join(asked.parameters)
        raise InputError(f"{values[len(free)]!r}: {asked.name} takes {known} and no more")
    return by_name | dict(zip(free, values, strict=False))


def _format_answer(answer: Answer, form: str, asked: Question | None) -> str | bytes:
    """An answer in a format; one for readers has a legend of the marks in it."""
    if form == "ttl":
        return answer.turtle()
    notes = legend(asked.marks(answer)) if asked and form in FORMATS_WITH_NOTES else ()
    text = format_rows(answer.rows, answer.columns, form, notes)
    return text + "(no rows)\n" if form == "table" and not answer.rows else text

"""Answer a question of the catalogue, or a user's own SPARQL.

mlops-roles ask                                   the list of questions
mlops-roles ask tasks-of-role R7                  parameters in order
mlops-roles ask roles-for-task --task deploy-model   or by name
mlops-roles ask tasks-of-role --help              what a question is about
mlops-roles ask mine.rq --data staff.ttl          your own SPARQL, stopped after --timeout
mlops-roles ask holders-of-role R7 --endpoint http://localhost:7878/query --graph https://acme.example/people
                                                  the same on a SPARQL server; see mlops-roles doctor --help
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from ...io.text import FORMATTERS, format_rows
from ...ontology.catalogue import Answer, Question, catalogue, question
from ...ontology.graph import Graph, load
from ..main import Progress, add_common, write_output


def add_arguments(parser: argparse.ArgumentParser, argv: Sequence[str]) -> None:
    add_common(parser, [*FORMATTERS, "ttl"], data=True)
    parser.add_argument(
        "--store",
        metavar="DIR",
        help="keep the data loaded in a folder of its own; much of it is opened at once from then on",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60,
        metavar="S",
        help="seconds until your own SPARQL is stopped (default: 60)",
    )
    parser.add_argument(
        "--endpoint",
        metavar="URL",
        help="ask a SPARQL server instead, on which 'doctor --install' has put the ontology",
    )
    parser.add_argument(
        "--graph",
        action="append",
        default=[],
        metavar="IRI",
        help="a graph of your data on that server (repeatable)",
    )
    first = next((a for a in argv if not a.startswith("-")), None)
    known, _ = _peek().parse_known_args(argv)
    asked = _question(known.question, known.added) if first and known.question else None
    parser.add_argument(
        "question",
        nargs="?",
        metavar="QUESTION",
        help="a question of the catalogue, or a file with SPARQL",
    )
    if asked:
        parser.prog += f" {asked.name}"
        parser.description = f"{asked.summary}."
        parser.epilog = None
        for name, says in asked.parameters.items():
            parser.add_argument(f"--{name}", dest=f"fix_{name}", metavar=name.upper(), help=says)
        if asked.parameters:
            parser.add_argument(
                "values",
                nargs="*",
                metavar="VALUE",
                help=f"the parameters in order: {', '.join(asked.parameters)}",
            )


def _peek() -> argparse.ArgumentParser:
    """Finds the question among the arguments before its own parameters are known."""
    peek = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    for option in (
        "--format",
        "--output",
        "--data",
        "--store",
        "--timeout",
        "--endpoint",
        "--graph",
    ):
        peek.add_argument(option)
    peek.add_argument("--with", dest="added", action="append", default=[])
    peek.add_argument("question", nargs="?")
    return peek


def _is_file(name: str) -> bool:
    return name.endswith((".rq", ".sparql"))


def _question(name: str, added: list[str]) -> Question | None:
    if _is_file(name):
        return None
    own = {Path(p).stem: Path(p) for p in added if p.endswith(".rq")}
    return Question.from_file(own[name]) if name in own else question(name)


def run(args: argparse.Namespace) -> int:
    if args.question is None:
        rows = [
            {"question": q.name, "parameters": " ".join(q.parameters), "answers": q.summary}
            for q in catalogue(load(*args.added)).values()
        ]
        write_output(
            format_rows(
                rows,
                ["question", "parameters", "answers"],
                "table" if args.format == "ttl" else args.format,
            ),
            args.output,
        )
        return 0
    graph = Graph(args.added, args.data, args.store)
    answer = _asked_there(args, graph) if args.endpoint else _asked_here(args, graph)
    write_output(_written(answer, args.format), args.output)
    return 0


def _asked_here(args: argparse.Namespace, graph: Graph) -> Answer:
    if _is_file(args.question):
        from ...ontology.sandbox import run_sparql

        return run_sparql(_text(args.question), graph, args.timeout, args.question)
    asked = question(args.question, graph)
    return asked.run(graph.open(), **_fixed(asked, args))


def _asked_there(args: argparse.Namespace, graph: Graph) -> Answer:
    from ...ontology.endpoint.client import Endpoint

    progress = Progress()
    with Endpoint(
        args.endpoint, args.graph, graph, timeout=args.timeout, on_progress=progress
    ) as endpoint:
        try:
            if _is_file(args.question):
                return endpoint.run_sparql(_text(args.question), args.question)
            return endpoint.ask(args.question, **_fixed(question(args.question, graph), args))
        finally:
            progress.done()


def _text(path: str) -> str:
    from ...io.rdf import check_encoding, read_bytes

    return check_encoding(read_bytes(path, 1 << 20), path)


def _fixed(asked: Question, args: argparse.Namespace) -> dict[str, str]:
    """The parameters given, by name or in order."""
    from ...errors import InputError

    fixed = {
        n: getattr(args, f"fix_{n}")
        for n in asked.parameters
        if getattr(args, f"fix_{n}") is not None
    }
    values = getattr(args, "values", [])
    free = [n for n in asked.parameters if n not in fixed]
    if len(values) > len(free):
        raise InputError(
            f"{values[len(free)]!r}: {asked.name} takes {', '.join(asked.parameters)} and no more"
        )
    return fixed | dict(zip(free, values, strict=False))


def _written(answer: Answer, form: str) -> str | bytes:
    if form == "ttl":
        return answer.turtle()
    text = format_rows(answer.rows, answer.columns, form)
    return text + "(no rows)\n" if form == "table" and not answer.rows else text

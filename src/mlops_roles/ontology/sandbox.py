"""SPARQL that is not shipped: checked by the gate, then run in a process that can be killed.

A query can nest so deep that the process crashes, or never end; the engine has no time-out. So a
query that passes the gate runs in a subprocess with a deadline, limits on memory, rows and bytes,
and no right to open files or sockets. It does not matter where the query comes from: a file, a
question that a company adds, Python, or a question to a server.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import mmap
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pyoxigraph as ox

from ..errors import InputError, InputWarning, Timeout
from .answer import Answer
from .catalogue import SECONDS, answer_in_process
from .engine_corrections import corrected
from .gate import reject_unsafe_query
from .graph import Graph, Term, as_graph, load
from .not_reasoned import NotReasonedWarning
from .results import decode_lines, encode_row, parse_term, write_term

MEMORY = 4 << 30
MAX_ANSWER, MAX_ROWS, MAX_SECONDS = 1 << 26, 1_000_000, 86_400
PLANNING_SECONDS, GRACE = 10.0, 0.25
_Row = TypeVar("_Row")
_TRIPLES, _ROWS = b"#triples\n", b"#rows\n"  # how an answer begins that is no SPARQL JSON
_WARNING = "warning: "  # begins the lines in which a subprocess passes on its warnings
_WARNINGS = {kind.__name__: kind for kind in (InputWarning, NotReasonedWarning)}
_PIPES: dict[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.PIPE,
    "bufsize": 0,
}


def run_sparql(
    text: str,
    graph: Graph | None = None,
    timeout: float = SECONDS,
    name: str = "query",
    bindings: Mapping[str, Iterable[Term]] | None = None,
) -> Answer:
    """Answer a user's own SPARQL over the ontology and the files of `graph`.

    Args:
        text: SELECT, ASK, CONSTRUCT or DESCRIBE; the prefixes of the ontology may be left out.
        graph: the graph to query; by default the shipped ontology. It need not be loaded: the
            subprocess loads its own copy.
        timeout: seconds until the query is stopped, loading not counted.
        name: the name of the query in errors, such as its file name.
        bindings: columns of the answer that are fixed to one of several terms.

    Returns:
        The rows of a SELECT or DESCRIBE; of ASK one row with the column `answer`; of CONSTRUCT
        the triples, with the columns `subject`, `predicate` and `object`.

    Raises:
        InputError: the query is refused (it updates, or accesses files or the network), is not
            valid SPARQL, or has too large an answer.
        Timeout: the query took longer than `timeout`.

    Example:
        >>> from mlops_roles import run_sparql
        >>> run_sparql("SELECT ?role { ?role skos:notation 'R7' }").rows
        [{'role': 'role:ml-engineer'}]
    """
    graph = as_graph(graph)
    joined = {column: list(map(write_term, terms)) for column, terms in (bindings or {}).items()}
    prefixes, output = _run(text, graph, {"joined": joined}, timeout, name)
    of = graph if graph.is_open else load(*graph.added_paths, only=graph.only)
    return _parse_answer(output, of.with_prefixes(prefixes))


def evaluate(
    text: str, graph: Graph, bindings: Mapping[str, Term], timeout: float = SECONDS
) -> ox.QuerySolutions | ox.QueryBoolean | Iterator[ox.Triple]:
    """The result of a user's own SPARQL, with terms substituted for some of its variables.

    Raises InputError and Timeout, as `run_sparql` does.
    """
    substituted = {variable: write_term(term) for variable, term in bindings.items()}
    _, output = _run(text, graph, {"substituted": substituted}, timeout, "query")
    result = _parse_result(output)
    return iter(result) if isinstance(result, list) else result


def columns_of(text: str, name: str = "query") -> tuple[str, ...]:
    """The columns of a user's SELECT, by the engine, without data; none for another form.

    Raises InputError for a query that is refused or invalid, Timeout if it takes the engine too
    long to plan.
    """
    reject_unsafe_query(text, name)
    work, fix = "mlops_roles.ontology.sandbox:columns_request", "make it shorter"
    return tuple(json.loads(run_in_subprocess(work, {"text": text}, PLANNING_SECONDS, name, fix)))


def _run(
    text: str, graph: Graph, request: Mapping[str, Any], timeout: float, name: str
) -> tuple[dict[str, str], bytes]:
    """Check a query and run it in a subprocess: the prefixes of the graph there, and the answer."""
    reject_unsafe_query(text, name)
    whole = {**request, "text": text, "graph": graph.recipe()}
    prefixes, _, output = run_in_subprocess(
        "mlops_roles.ontology.sandbox:answer_request", whole, timeout, name
    ).partition(b"\n")
    return json.loads(prefixes), output


def run_in_subprocess(
    work: str,
    request: Mapping[str, Any],
    seconds: float,
    name: str,
    fix: str = "narrow it, or allow more with --timeout",
) -> bytes:
    """Call a function in a subprocess with a deadline, and return its answer.

    Args:
        work: 'module:function'; a generator that yields when all is loaded, then the answer.
        request: the argument of the function; must be JSON-serializable.
        seconds: until the subprocess is ended, from its first yield on.
        name: the name of the request in errors.
        fix: the fix that the error of a time-out names.

    Raises Timeout, and InputError if the function raises it or the subprocess dies.
    """
    if not 0 < seconds <= MAX_SECONDS:
        raise InputError(f"{seconds:g} s: no time-out; give between 0 and {MAX_SECONDS} seconds")
    module, _, function = work.partition(":")
    code = (
        f"import sys; sys.path[:0] = {list(filter(None, sys.path))!r}; "
        f"from {module} import {function}; "
        f"from {__name__} import serve_request; serve_request({function})"
    )
    with subprocess.Popen([sys.executable, "-I", "-c", code], **_PIPES) as child:
        try:
            output = _exchange(child, json.dumps({**request, "seconds": seconds}).encode(), seconds)
        except BaseException as error:
            child.kill()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Timeout(f"{name}: no answer within {seconds:g} s; {fix}") from None
            raise
    if child.returncode in (-24, -9):
        raise Timeout(f"{name}: no answer within {seconds:g} s; {fix}")
    if child.returncode:
        gave_up = "the engine gave up on it (out of memory or too complex); narrow it"
        raise InputError(f"{name}: {output.decode() if child.returncode == 3 else gave_up}")
    return output


def _exchange(child: subprocess.Popen[bytes], request: bytes, seconds: float) -> bytes:
    """Send the request, wait until all is loaded, and then for as many seconds for the answer."""
    assert child.stdin and child.stdout
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(request)
        child.stdin.close()
    child.stdin = None
    begun = child.stdout.read(1)
    answer, talk = child.communicate(timeout=seconds + GRACE if begun else None)
    for line in (talk or b"").decode("utf-8", "replace").splitlines():
        if line.startswith(_WARNING):
            kind, _, text = line.removeprefix(_WARNING).partition(": ")
            warnings.warn(text, _WARNINGS[kind], stacklevel=4)
    return (begun + answer).removeprefix(b"\n")


def _parse_result(output: bytes) -> ox.QuerySolutions | ox.QueryBoolean | list[ox.Triple]:
    """Parse a result: SPARQL JSON results, or N-Triples after a marker."""
    if output.startswith(_TRIPLES):
        return [q.triple for q in ox.parse(output, format=ox.RdfFormat.N_TRIPLES)]
    return ox.parse_query_results(output, format=ox.QueryResultsFormat.JSON)


def _parse_answer(output: bytes, graph: Graph) -> Answer:
    """Parse the child's answer: a result, or after a marker columns and rows of terms."""
    if output.startswith(_ROWS):
        header, *lines = output.removeprefix(_ROWS).split(b"\n")[:-1]
        return Answer(json.loads(header), decode_lines(_limited(lines)), graph)
    result = _parse_result(output)
    if isinstance(result, list):
        return Answer(["subject", "predicate", "object"], [tuple(t) for t in result], graph)
    if isinstance(result, ox.QueryBoolean):
        return Answer(["answer"], [(ox.Literal(bool(result)),)], graph)
    columns = [v.value for v in result.variables]
    rows = (tuple(row[c] for c in columns) for row in result)
    return Answer(columns, list(_limited(rows)), graph)


def _limited(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Some rows. Raises InputError if there are too many."""
    for number, row in enumerate(rows):
        if number == MAX_ROWS:
            raise InputError(f"query: an answer of over {MAX_ROWS:,} rows; add LIMIT or narrow it")
        yield row


def serve_request(work: Callable[[dict[str, Any]], Iterator[bytes]]) -> None:
    """Answer one request, inside the subprocess: a line feed marks the start of the answer."""
    request, out = json.load(sys.stdin), sys.stdout.buffer
    warnings.simplefilter("always", InputWarning)
    warnings.showwarning = _pass_on_warning
    sys.addaudithook(forbid_network)
    try:
        steps = work(request)
        next(steps)
        set_resource_limits(request["seconds"])
        out.write(b"\n")
        out.flush()
        out.write(next(steps))
    except (InputError, RuntimeError, ValueError, OSError) as error:
        why = " ".join(str(error).split()).removeprefix("query: ")
        fix = "" if isinstance(error, InputError) else "; simplify it"
        out.write(f"{why}{fix}".encode("utf-8", "replace"))
        sys.exit(3)


def forbid_network(event: str, _: object) -> None:
    """An audit hook: Python code that wants the network, or another process, gets an error."""
    if event == "subprocess.Popen":
        raise InputError("would start a process in a process of its own; it is not shipped_text")
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"):
        raise InputError("would use the network, which a query may not; ask what is here")


def _pass_on_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Write a warning for the process that waits for the answer."""
    if isinstance(message, InputWarning):
        text = " ".join(str(message).split())
        sys.stderr.write(f"{_WARNING}{type(message).__name__}: {text}\n")


def answer_request(request: dict[str, Any]) -> Iterator[bytes]:
    """Answer a query for `run_sparql` and `evaluate`; while it runs, no file can be opened."""
    graph = Graph.from_recipe(request["graph"])
    graph.warn_of_axioms()
    joined = request.get("joined") or {}
    text = request["text"] if joined else corrected(request["text"])
    yield b""
    forbid_open_files()
    written = _LimitedBuffer()
    written.write(json.dumps(graph.prefixes).encode() + b"\n")
    if joined:
        terms = {name: [parse_term(t) for t in given] for name, given in joined.items()}
        answer = answer_in_process(graph, text, terms)
        written.write(_ROWS + json.dumps(answer.columns).encode() + b"\n")
        for row in answer.terms:
            written.write(encode_row(row))
    else:
        given = request.get("substituted") or {}
        fixed = {name: parse_term(term) for name, term in given.items()}
        _serialize(graph.evaluate(text, fixed), written)
    yield written.getvalue()


def columns_request(request: dict[str, Any]) -> Iterator[bytes]:
    """Name the columns of a query for `columns_of`."""
    empty = Graph(store=ox.Store(), base=()).with_prefixes({})
    yield b""
    forbid_open_files()
    result = empty.evaluate(request["text"])
    found = result.variables if isinstance(result, ox.QuerySolutions) else ()
    yield json.dumps([variable.value for variable in found]).encode()


def _serialize(result: Any, written: _LimitedBuffer) -> None:
    """Write a result so that `_parse_result` reads it."""
    if isinstance(result, ox.QueryTriples):
        written.write(_TRIPLES)
        ox.serialize(result, written, format=ox.RdfFormat.N_TRIPLES)
    else:
        result.serialize(written, format=ox.QueryResultsFormat.JSON)


class _LimitedBuffer(io.BytesIO):
    """Bytes that may become only so many."""

    def write(self, data: Any, /) -> int:
        """Take more in. Raises InputError if that is too much."""
        if self.tell() + len(data) > MAX_ANSWER:
            raise InputError(f"an answer of over {MAX_ANSWER >> 20} MiB; add LIMIT or narrow it")
        return super().write(data)


def forbid_open_files() -> None:
    """Let no more files or sockets be opened, should an unsafe query not have been rejected."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def set_resource_limits(seconds: float) -> None:
    """Cap processor time and memory, above what loading took, if the system can."""
    limit_processor_time(seconds)
    limit_memory(MEMORY)


def limit_processor_time(seconds: float) -> None:
    """Cap the processor time from now on, if the system can."""
    try:
        import resource
    except ImportError:
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    cpu = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu if most < 0 else min(cpu, most), most))


def limit_memory(size: int) -> None:
    """Cap the memory to some bytes above what is used now, if the system can."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + size,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """The size of the address space of this process in bytes, if the system reports it."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    except OSError:
        return 0

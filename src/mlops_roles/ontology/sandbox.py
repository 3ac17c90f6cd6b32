"""A user's own SPARQL: checked for safety, then run in a process that can be killed.

A query can access the network, nest so deep that the process crashes, or never end; the engine
has no time-out. Therefore a query that accesses files or the network or is built to harm is
refused, and any other runs in a subprocess with a deadline, a memory limit and no right to open
files or sockets.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import mmap
import re
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from ..errors import InputError, Timeout
from .catalogue import Answer
from .graph import Graph, load
from .not_reasoned import NotReasonedWarning
from .sparql_tokens import Token, decode_codepoints, tokenize

MAX_DEPTH, MAX_SEPARATORS, MAX_TOKENS, MAX_BYTES = 64, 400, 10_000, 1 << 20
MEMORY = 4 << 30
MAX_ANSWER, MAX_SECONDS = 1 << 26, 86_400
_EXTERNAL_ACCESS = {
    "SERVICE": "ask one source at a time",
    "FROM": "give files with --data, or graphs of a server with --graph",
    "LOAD": "give files with --data",
}
# the engine reads trueSERVICE and SERVICE:name as two words
_REACH = re.compile(r"(?:^|TRUE|FALSE|ASK|CONSTRUCT)(SERVICE|FROM|LOAD$)")
_UPDATES = {"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"}

_WARNING = "warning: "  # begins the lines in which a subprocess passes on its warnings
_PIPES: dict[str, Any] = {
    "stdin": subprocess.PIPE,
    "stdout": subprocess.PIPE,
    "stderr": subprocess.PIPE,
    "bufsize": 0,
}


def reject_unsafe_query(text: str, name: str = "query") -> None:
    """Refuse a query that accesses files or the network, updates data, or is built to harm.

    Both the text as written and the text with decoded codepoint escapes (as rdflib reads it) are
    checked.
    Raises InputError naming the word or the limit, and the line.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"{name}: over {MAX_BYTES >> 20} MiB; shorten it")
    for form in dict.fromkeys((text, decode_codepoints(text))):
        if violation := _first_violation(form):
            token, why = violation
            raise InputError(f"{name}, line {form.count(chr(10), 0, token.start) + 1}: {why}")


def _first_violation(text: str) -> tuple[Token, str] | None:
    """The first token to be refused, and why."""
    separators = 0
    for count, token in enumerate(tokenize(text), 1):
        if why := _violation(token):
            return token, why
        if token.kind in ("mark", "operator"):
            separators += sum(map(token.text.count, ".;,/|!"))
        for found, limit, what in (
            (token.depth + (token.kind == "open"), MAX_DEPTH, "levels of brackets"),
            (separators, MAX_SEPARATORS, "patterns"),
            (count, MAX_TOKENS, "words"),
        ):
            if found > limit:
                return token, f"over {limit} {what}; split the query"
    return None


def _violation(token: Token) -> str:
    """Why a token is refused; empty if it is not."""
    if token.kind == "unknown":
        if token.text == "\\":
            return "a backslash outside a string; write the character itself"
        return f"{token.text!r} starts no token of SPARQL; fix it there"
    if token.kind not in ("word", "name"):
        return ""
    word, colon, _ = token.text.upper().partition(":")
    if reach := _REACH.search(word + colon):
        return f"{reach[1]} would read from elsewhere; {_EXTERNAL_ACCESS[reach[1]]}"
    if word in _UPDATES and not colon:
        return (
            f"{word} would change data, which is read-only here; write a SELECT, ASK or CONSTRUCT"
        )
    return ""


def run_sparql(
    text: str, graph: Graph | None = None, timeout: float = 60, name: str = "query"
) -> Answer:
    """Answer a user's own SPARQL over the ontology and the files of `graph`.

    Args:
        text: SELECT, ASK, CONSTRUCT or DESCRIBE; the prefixes of the ontology may be left out.
        graph: the graph to query; by default the shipped ontology. It need not be loaded: the
            subprocess loads its own copy.
        timeout: seconds until the query is stopped, loading not counted.
        name: the name of the query in errors, such as its file name.

    Returns:
        The rows of a SELECT or DESCRIBE; of ASK one row with the column `answer`; of CONSTRUCT
        the triples, with the columns `subject`, `predicate` and `object`.

    Raises:
        InputError: the query is refused (it updates, or accesses files or the network) or is not
            valid SPARQL.
        Timeout: the query took longer than `timeout`.

    Example:
        >>> from mlops_roles import run_sparql
        >>> run_sparql("SELECT ?role { ?role skos:notation 'R7' }").rows
        [{'role': 'role:ml-engineer'}]
    """
    reject_unsafe_query(text, name)
    graph = graph or load()
    folder = None if graph.folder is None else str(graph.folder)
    request = {
        "text": text,
        "added": list(map(str, graph.added)),
        "data": list(map(str, graph.data)),
        "folder": folder,
    }
    prefixes, _, output = run_in_subprocess(
        "mlops_roles.ontology.sandbox:answer_request", request, timeout, name
    ).partition(b"\n")
    return _parse_answer(output, load(*graph.added).with_prefixes(json.loads(prefixes)))


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
    answer, talk = child.communicate(timeout=seconds + 5)
    for line in (talk or b"").decode("utf-8", "replace").splitlines():
        if line.startswith(_WARNING):
            warnings.warn(line.removeprefix(_WARNING), NotReasonedWarning, stacklevel=4)
    return (begun + answer).removeprefix(b"\n")


def _parse_answer(output: bytes, graph: Graph) -> Answer:
    """Parse the child's answer: SPARQL JSON results, or N-Triples after a marker."""
    if output.startswith(b"#triples\n"):
        triples = [q.triple for q in ox.parse(output, format=ox.RdfFormat.N_TRIPLES)]
        return Answer(["subject", "predicate", "object"], [tuple(t) for t in triples], graph)
    result = ox.parse_query_results(output, format=ox.QueryResultsFormat.JSON)
    if isinstance(result, ox.QueryBoolean):
        return Answer(["answer"], [(ox.Literal(bool(result)),)], graph)
    columns = [v.value for v in result.variables]
    return Answer(columns, [tuple(row[c] for c in columns) for row in result], graph)


def serve_request(work: Callable[[dict[str, Any]], Iterator[bytes]]) -> None:
    """Answer one request, inside the subprocess: a line feed marks the start of the answer."""
    request, out = json.load(sys.stdin), sys.stdout.buffer
    warnings.simplefilter("always", NotReasonedWarning)
    warnings.showwarning = _pass_on_warning
    try:
        steps = work(request)
        next(steps)
        _set_resource_limits(request["seconds"])
        out.write(b"\n")
        out.flush()
        out.write(next(steps))
    except InputError as error:
        out.write(str(error).removeprefix("query: ").encode("utf-8", "replace"))
        sys.exit(3)


def _pass_on_warning(message: Warning | str, *_: object, **__: object) -> None:
    """Write a warning for the process that waits for the answer."""
    if isinstance(message, NotReasonedWarning):
        sys.stderr.write(f"{_WARNING}{message}\n")


def answer_request(request: dict[str, Any]) -> Iterator[bytes]:
    """Answer a query for `run_sparql`; while it runs, no file can be opened."""
    graph = Graph(request["added"], request["data"], request["folder"]).open()
    graph.warn_of_axioms()
    yield b""
    _forbid_open_files()
    result, written = graph.query(request["text"]), _LimitedBuffer()
    written.write(json.dumps(graph.prefixes).encode() + b"\n")
    if isinstance(result, ox.QueryTriples):
        written.write(b"#triples\n")
        ox.serialize(result, written, format=ox.RdfFormat.N_TRIPLES)
    else:
        result.serialize(written, format=ox.QueryResultsFormat.JSON)
    yield written.getvalue()


class _LimitedBuffer(io.BytesIO):
    """Bytes that may become only so many."""

    def write(self, data: Any, /) -> int:
        """Take more in. Raises InputError if that is too much."""
        if self.tell() > MAX_ANSWER:
            raise InputError(f"an answer of over {MAX_ANSWER >> 20} MiB; add LIMIT or narrow it")
        return super().write(data)


def _forbid_open_files() -> None:
    """Let no more files or sockets be opened, should an unsafe query not have been rejected."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _set_resource_limits(seconds: float) -> None:
    """Cap processor time and memory, above what loading took, if the system can."""
    try:
        import resource
    except ImportError:
        return
    cpu = math.ceil(time.process_time() + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (_address_space() + MEMORY,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _address_space() -> int:
    """The size of the address space of this process in bytes, if the system reports it."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * mmap.PAGESIZE
    except OSError:
        return 0

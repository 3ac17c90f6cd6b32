"""A user's own SPARQL: looked over at a gate, then run in a process that can be killed.

A query can ask for the network, nest deep enough to end the process, or never end; the engine
offers no time-out. So the text is refused where it reaches outside or is built to harm, and it
runs in a child with a deadline and a memory cap.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pyoxigraph as ox

from ._errors import InputError, Timeout
from .graph import Graph, load
from .queries import Answer

MAX_DEPTH, MAX_SEPARATORS, MAX_TOKENS, MAX_BYTES = 64, 400, 10_000, 1 << 20
MEMORY = 4 << 30
_TOKEN = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<iri><[^<>\"{}|^`\\\s]*>)"
    r"|(?P<text>\"\"\".*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')"
    r"|(?P<name>[\w-]*:[\w.%-]*|[?$]\w+|@[\w-]+)|(?P<word>[A-Za-z_]\w*)|(?P<open>[({\[])|(?P<close>[)}\]])"
    r"|(?P<separator>[.;,/|!])|(?P<slash>\\)|(?P<other>\S)",
    re.S,
)
_OUTSIDE = {"SERVICE": "ask one source at a time", "FROM": "give files with --data", "LOAD": "give files with --data"}
_UPDATES = {"INSERT", "DELETE", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD"}


def gate(text: str, name: str = "query") -> None:
    """Refuse a query that reaches outside, changes something, or is built to harm.

    Raises InputError naming the word or the limit, and the line.
    """
    if len(text) > MAX_BYTES:
        raise InputError(f"{name}: over {MAX_BYTES >> 20} MiB; shorten it")
    depth = separators = tokens = 0
    for match in _TOKEN.finditer(text):
        kind, word, line = match.lastgroup, match[0].upper(), text.count("\n", 0, match.start()) + 1
        tokens += kind != "comment"
        if kind == "word" and word in _OUTSIDE:
            raise InputError(f"{name}, line {line}: {word} would read from elsewhere; {_OUTSIDE[word]}")
        if kind == "word" and word in _UPDATES:
            raise InputError(f"{name}, line {line}: {word} would change data, which is read-only here; write a SELECT, ASK or CONSTRUCT")
        if kind == "slash":
            raise InputError(f"{name}, line {line}: a backslash outside a string; write the character itself")
        depth += {"open": 1, "close": -1}.get(kind or "", 0)
        separators += kind == "separator"
        for found, limit, what in ((depth, MAX_DEPTH, "levels of brackets"), (separators, MAX_SEPARATORS, "patterns"), (tokens, MAX_TOKENS, "words")):
            if found > limit:
                raise InputError(f"{name}, line {line}: over {limit} {what}; split the query")


def run_sparql(text: str, graph: Graph | None = None, timeout: float = 60, name: str = "query") -> Answer:
    """Answer a user's own SPARQL over the ontology and the files of `graph`.

    Args:
        text: SELECT, ASK, CONSTRUCT or DESCRIBE; the prefixes of the ontology may be left out.
        timeout: seconds until the query is stopped.

    Raises InputError for a query that is refused or wrong, Timeout for one that does not end.
    """
    gate(text, name)
    graph = graph or load()
    request = {"text": text, "added": list(map(str, graph.added)), "data": list(map(str, graph.data)), "seconds": timeout}
    child = [sys.executable, "-I", "-c", f"import sys; sys.path[:0] = {[p for p in sys.path if p]!r}; from mlops_roles.sparql import _child; _child()"]
    try:
        done = subprocess.run(child, input=json.dumps(request).encode(), capture_output=True, timeout=timeout + 5, check=False)
    except subprocess.TimeoutExpired:
        raise Timeout(f"{name}: no answer within {timeout:g} s; narrow it, or allow more with --timeout") from None
    if done.returncode == 3:
        raise InputError(f"{name}: {done.stdout.decode()}")
    if done.returncode:
        late = done.returncode in (-24, -9)
        if late:
            raise Timeout(f"{name}: no answer within {timeout:g} s; narrow it, or allow more with --timeout")
        raise InputError(f"{name}: the engine gave up on it (out of memory or too complex); narrow it")
    return _read(done.stdout, graph)


def _read(output: bytes, graph: Graph) -> Answer:
    """The child's answer: SPARQL JSON results, or N-Triples behind a mark."""
    if output.startswith(b"#triples\n"):
        triples = [q.triple for q in ox.parse(output, format=ox.RdfFormat.N_TRIPLES)]
        return Answer(["subject", "predicate", "object"], [tuple(t) for t in triples], graph)
    result = ox.parse_query_results(output, format=ox.QueryResultsFormat.JSON)
    if isinstance(result, ox.QueryBoolean):
        return Answer(["answer"], [(ox.Literal(bool(result)),)], graph)
    columns = [v.value for v in result.variables]
    return Answer(columns, [tuple(row[c] for c in columns) for row in result], graph)


def _child() -> None:
    """The process that runs one query: reads a request, writes an answer, may be killed."""
    request = json.load(sys.stdin)
    _limit(request["seconds"])
    graph = Graph(map(Path, request["added"]), map(Path, request["data"]))
    try:
        result = graph.query(request["text"])
    except InputError as error:
        sys.stdout.write(str(error).removeprefix("query: "))
        sys.exit(3)
    if isinstance(result, ox.QueryTriples):
        sys.stdout.buffer.write(b"#triples\n" + (ox.serialize(result, format=ox.RdfFormat.N_TRIPLES) or b""))
    else:
        sys.stdout.buffer.write(result.serialize(format=ox.QueryResultsFormat.JSON) or b"")


def _limit(seconds: float) -> None:
    """Cap processor time and memory where the system can."""
    try:
        import resource
    except ImportError:
        return
    cpu = int(seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

"""Test how a SPARQL server behaves in points that differ between servers, and what that means."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import pyoxigraph as ox

from ...errors import InputError, MlopsRolesError, Timeout
from ..graph import BASE
from .client import Endpoint
from .contents import ASSERTED, INSTALLED
from .http import ask_boolean, select_rows
from .rewriting import fill_template

RAW_POST_TIMEOUT = 5  # seconds that a body of SPARQL may take: old Virtuoso never answers it
MAX_PROBED_ROWS = 11**4  # of row-cap.rq


class Probe(NamedTuple):
    """One behaviour in which servers differ."""

    point: str  # the behaviour
    found: str  # what this server does
    means: str  # the consequence for this tool


_SLOW_NOT_TRIED = Probe(
    "time-out", "not tried", "--probe-timeout tries it, at the cost of a query without end"
)
_UPDATES_NOT_TRIED = Probe(
    "updates", "not tried", "--probe-updates tries it by deleting a statement that cannot be there"
)


def probe(endpoint: Endpoint, updates: bool = False, slow: bool = False) -> list[Probe]:
    """Test the behaviour of a server. Nothing on it is changed.

    With `updates`, a statement that the server cannot have is deleted, to see whether updates work;
    with `slow`, something endless is asked, which takes the time-out of `endpoint`. Raises
    InputError if the server does not answer at all.
    """
    state = endpoint.state()
    return [
        _probe_server(endpoint),
        _probe_installation(endpoint, state),
        _probe_default_graph(endpoint, state),
        *_probe_named_graphs(endpoint),
        _probe_row_cap(endpoint),
        _probe_duplicates(endpoint, state),
        _probe_final_values(endpoint),
        _probe_raw_post(endpoint),
        _probe_timeout(endpoint) if slow else _SLOW_NOT_TRIED,
        _probe_updates(endpoint) if updates else _UPDATES_NOT_TRIED,
    ]


def _probe_server(endpoint: Endpoint) -> Probe:
    return Probe(
        "server",
        endpoint.transport.headers.get("server", "does not say"),
        "it answers queries sent as forms, with JSON",
    )


def _probe_installation(endpoint: Endpoint, state: str) -> Probe:
    means = {
        "fresh": "questions can be asked",
        "missing": "no question is asked until --install, or until the file of --save is loaded",
        "stale": "no question is asked until --install: the copy is of another version, or of "
        "other --with files",
        "damaged": "no question is asked until --install: the copy was left half-written, or "
        "changed",
    }
    return Probe("our graphs", state, means[state])


def _probe_default_graph(endpoint: Endpoint, state: str) -> Probe:
    union = (
        endpoint.default_graph_is_union()
        if state == "fresh"
        else ask_boolean(endpoint.transport, fill_template("default-graph-is-union.rq"))
    )
    if union:
        return Probe(
            "default graph",
            "all graphs together",
            "without --graph a question is asked of all that is there; with it, of the graphs "
            "named",
        )
    if ask_boolean(endpoint.transport, fill_template("default-graph-has-data.rq")):
        return Probe(
            "default graph",
            "apart, with data",
            "no question is asked without --graph; that data has no name to ask it by: copy it "
            "into a named graph",
        )
    return Probe(
        "default graph",
        "apart, empty",
        "no question is asked without --graph: name the graphs of your data",
    )


def _probe_named_graphs(endpoint: Endpoint) -> Iterator[Probe]:
    for name in endpoint.graphs:
        held = endpoint.has_data(name)
        yield Probe(
            f"graph {name.value}",
            "has data" if held else "empty or not there",
            "it is asked" if held else "no question is asked: check its name",
        )


def _probe_row_cap(endpoint: Endpoint) -> Probe:
    found = select_rows(endpoint.transport, fill_template("row-cap.rq"), ["a"])
    said = endpoint.transport.headers.get("x-sparql-maxrows")
    if len(found) < MAX_PROBED_ROWS:
        word = "it says so" if said else "without a word"
        return Probe(
            "row cap",
            f"{len(found)} ({word})",
            "longer answers are fetched in pages and compared with a count",
        )
    return Probe(
        "row cap",
        f"none up to {MAX_PROBED_ROWS}",
        "every answer is compared with a count all the same",
    )


def _probe_duplicates(endpoint: Endpoint, state: str) -> Probe:
    if state != "fresh":
        return Probe("paths over two graphs", "not known", "our graphs have to be there to see")
    found = select_rows(
        endpoint.transport,
        fill_template(
            "twice-in-union.rq", asserted=ASSERTED.value, installed=INSTALLED.value, ontology=BASE
        ),
        ["version"],
    )
    means = (
        "questions of the catalogue give no row twice; write DISTINCT in your own"
        if len(found) > 1
        else "as the standard says"
    )
    return Probe("paths over two graphs", f"{len(found)} times what is said twice", means)


def _probe_final_values(endpoint: Endpoint) -> Probe:
    found = select_rows(endpoint.transport, fill_template("closing-values.rq"), ["a", "b"])
    right = found == [(ox.Literal(1), ox.Literal("1"))]
    means = (
        "as the standard says"
        if right
        else "parameters are joined in another way here; your own SPARQL may not close with VALUES"
    )
    return Probe("closing VALUES", "right" if right else "wrong rows", means)


def _probe_raw_post(endpoint: Endpoint) -> Probe:
    means = "nothing: queries are sent as forms"
    try:
        endpoint.transport.post_raw(fill_template("default-graph-has-data.rq"), RAW_POST_TIMEOUT)
    except Timeout:
        return Probe("raw POST", f"no answer within {RAW_POST_TIMEOUT} s", means)
    except InputError:
        return Probe("raw POST", "refused", means)
    return Probe("raw POST", "answered", means)


def _probe_timeout(endpoint: Endpoint) -> Probe:
    start = time.monotonic()
    try:
        select_rows(endpoint.transport, fill_template("endless.rq"), ["rows"])
        return Probe(
            "time-out",
            f"answered in {time.monotonic() - start:.0f} s",
            "it counts faster than the probe expects",
        )
    except MlopsRolesError as error:
        reason = str(error).removeprefix(endpoint.transport.display_url + ": ")
        return Probe(
            "time-out",
            f"after {time.monotonic() - start:.0f} s: {reason}",
            "a question that takes too long is refused, never half answered",
        )


def _probe_updates(endpoint: Endpoint) -> Probe:
    try:
        endpoint.try_update()
    except InputError as error:
        return Probe(
            "updates",
            str(error).removeprefix(endpoint.transport.display_url + ": "),
            "--install cannot be used: have the file of --save loaded",
        )
    return Probe(
        "updates", "allowed", "--install can be used; make sure that no other user may write"
    )

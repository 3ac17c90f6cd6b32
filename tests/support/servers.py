"""Real SPARQL servers on loopback, each in its own folder, for as long as a test needs them."""

import http.client
import shutil
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pyoxigraph as ox
import pytest

VIRTUOSO = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
FileExtend = 200
TempStorage = TempDatabase
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
DirsAllowed = .
CaseMode = 2
NumberOfBuffers = 10000
MaxDirtyBuffers = 6000
[HTTPServer]
ServerPort = 127.0.0.1:{web}
ServerRoot = .
ServerThreads = 5
[SPARQL]
ResultSetMaxRows = 10000
MaxQueryExecutionTime = 60
"""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def program(name, cure):
    """The path of a program, or the reason why it cannot be tried."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    return found or pytest.skip(f"{name} is not installed ({cure})")


@contextmanager
def started(command, folder, port):
    """A server that listens on a port; it is ended by its own process."""
    with (folder / "talk.txt").open("wb") as talk:
        process = subprocess.Popen(command, cwd=folder, stdout=talk, stderr=talk)
    try:
        _wait(process, port)
        yield
    finally:
        process.kill()
        process.wait()


def _wait(process, port):
    end = time.monotonic() + 300  # as a busy machine needs
    while time.monotonic() < end and process.poll() is None:
        try:
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            link.request("HEAD", "/")
            link.getresponse()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"{process.args[0]} does not start")


@contextmanager
def oxigraph(folder, *options, command="serve", n_quads=b""):
    """The address of an Oxigraph server, with some statements on it."""
    if n_quads:
        store = ox.Store(str(folder / "data"))
        store.load(n_quads, format=ox.RdfFormat.N_QUADS)
        store.flush()
        del store
        options = (*options, "--location", str(folder / "data"))
    port = free_port()
    with started(
        [
            program("oxigraph", "the extra 'test' brings it"),
            command,
            "--bind",
            f"127.0.0.1:{port}",
            *options,
        ],
        folder,
        port,
    ):
        yield f"http://127.0.0.1:{port}/query"


@contextmanager
def virtuoso(folder, n_quads=b""):
    """The address of a Virtuoso server that lets everybody update, with some statements on it.

    It takes a file in a tenth of the time of as many updates.
    """
    run, isql = (
        program("virtuoso-t", "Debian's virtuoso-opensource has it"),
        program("isql-vt", "Debian's virtuoso-opensource has it"),
    )
    ports = {"sql": free_port(), "web": free_port()}
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(**ports), encoding="utf-8")
    (folder / "data.nq").write_bytes(n_quads)
    with started([run, "+foreground", "+configfile", "virtuoso.ini"], folder, ports["web"]):
        for statements in (
            'grant SPARQL_UPDATE to "SPARQL"',
            "DB.DBA.RDF_DEFAULT_USER_PERMS_SET('nobody', 7)",
            "log_enable(2, 1); DB.DBA.TTLP(file_to_string_output('data.nq'), '', 'urn:data', 512)",
        ):
            subprocess.run(
                [isql, f"127.0.0.1:{ports['sql']}", "dba", "dba", f"exec={statements};"],
                capture_output=True,
                check=True,
            )
        yield f"http://127.0.0.1:{ports['web']}/sparql"

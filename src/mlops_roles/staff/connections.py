"""Connections to the databases that Ibis knows: opened by an address, or in memory.

Errors of a database become ours, without the password in its address.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ..errors import InputError, UnknownName
from ..io import atomic

if TYPE_CHECKING:
    import ibis

EXTRAS = {"postgres": "postgres", "pyspark": "spark"}  # Ibis's name of a backend: our extra
OPEN_FIXES = {  # where a database does not open
    "": "check address, rights and credentials",
    "pyspark": "Spark needs Java 17 or later, or the address of a server in SPARK_REMOTE",
}
BUILTIN = (OSError, ValueError, TypeError, AttributeError)  # the last two of odd parameters
# in the name of a parameter
SECRET_PARAMETERS = ("pass", "pwd", "secret", "token", "key", "credential")


def embedded_duckdb() -> ibis.BaseBackend:
    """A connection to DuckDB in memory, whose temporary tables no other connection sees."""
    import os

    import ibis

    connection = ibis.duckdb.from_connection(_database(os.getpid()).cursor())
    connection.con.execute("SET enable_progress_bar = false")  # DuckDB draws one in a notebook
    return connection


@cache
def _database(process: int) -> Any:
    """The DuckDB of a process, not of one it was forked from; it spills to disk.

    To start one takes 20 ms of a processor, as much as a tenth of the audit of a small table.
    """
    import duckdb

    return duckdb.connect(config={"temp_directory": _spill_directory(f"memory of {process}")})


def _spill_directory(database: str) -> str:
    """A folder for one database, which DuckDB makes when memory is short.

    It depends on the database alone: DuckDB opens no file twice with two configurations.
    """
    import hashlib

    return str(_scratch_dir() / hashlib.sha256(database.encode()).hexdigest()[:16])


@cache
def _scratch_dir() -> Path:
    """A folder for what engines write to disk, removed at the end of this process.

    If the process is killed, the next one that starts an engine removes it.
    """
    import atexit
    import os
    import tempfile

    stack, process = contextlib.ExitStack(), os.getpid()
    atexit.register(lambda: stack.close() if os.getpid() == process else None)  # not in a fork
    try:
        parent = Path(tempfile.gettempdir())
        return stack.enter_context(atomic.locked_tempdir(parent, "mlops-roles-engine-"))
    except OSError as error:
        raise InputError(
            f"{error.filename or 'temporary files'}: cannot be written ({error.strerror}); "
            "name a folder with room in TMPDIR"
        ) from None


def connect(url: str) -> ibis.BaseBackend:
    """Open the database that a URL of `ibis.connect` names, for reading only where its engine can.

    Raises InputError for an unknown engine, a missing driver, and a database that does not open. No
    message has a password of the URL.
    """
    import warnings

    scheme, found, _ = url.partition("://")
    scheme = scheme.lower().replace("postgresql", "postgres")
    if not found or scheme not in _backend_names():
        raise InputError(
            f"{without_secrets(url)}: no engine that Ibis knows; write duckdb://FILE, "
            f"postgres://USER@HOST/DATABASE or pyspark:// ({', '.join(_backend_names())})"
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # PySpark has one about pandas 3
        return _open_connection(scheme, url)


def _open_connection(scheme: str, url: str) -> ibis.BaseBackend:
    import ibis

    parts, given = _parse_url(scheme, url)
    try:
        backend = getattr(ibis, scheme)
        with database_errors(url, OPEN_FIXES.get(scheme, OPEN_FIXES[""]), *BUILTIN):
            connection: ibis.BaseBackend = backend._from_url(parts, **given)
    except ImportError:  # some backends import their driver when they connect
        extra = (
            f"mlops-roles[{EXTRAS[scheme]}]" if scheme in EXTRAS else f"ibis-framework[{scheme}]"
        )
        raise InputError(
            f"{without_secrets(url)}: the driver of {scheme} is missing; pip install '{extra}'"
        ) from None
    return connection


def _parse_url(scheme: str, url: str) -> tuple[SplitResult, dict[str, Any]]:
    """The parts of a URL and its parameters, with defaults that the engine does not set itself."""
    import os

    parts = urlsplit(url)
    given: dict[str, Any] = dict(parse_qsl(parts.query))
    try:
        port = parts.port
    except ValueError:  # its message may have a part of a password
        raise InputError(
            f"{without_secrets(url)}: no number as port; in a password write / as %2F, "
            "? as %3F, # as %23"
        ) from None
    file = Path(parts.netloc + parts.path)
    if scheme in ("duckdb", "sqlite") and not file.is_file():  # they would make it
        raise InputError(f"{without_secrets(url)}: no such file; check the path")
    if scheme == "duckdb":
        given = {
            "read_only": True,
            "temp_directory": _spill_directory(str(file.absolute())),
        } | given
    elif scheme == "postgres" and not port and "PGPORT" in os.environ:
        given = {"port": os.environ["PGPORT"]} | given  # Ibis passes 5432, which beats it
    return parts, given


def open_table(connection: ibis.BaseBackend, name: str, url: str) -> ibis.Table:
    """A table of a database by its name, qualified by a schema if necessary.

    Raises UnknownName, with the nearest names, and InputError if the table cannot be read.
    """
    *schema, table = name.split(".")
    database = ".".join(schema) or None
    try:
        return connection.table(table, database=database)
    except Exception as error:  # each engine has its own
        with database_errors(url, "check the name of the schema", OSError, ValueError):
            known = _table_names(connection, database)
        if table not in known:
            fix = f"there are {', '.join(sorted(known))[:300]}" if known else "there is none"
            place = f"{f'{database} of ' if database else ''}{without_secrets(url)}"
            raise UnknownName(table, f"table in {place}", known, fix) from None
        raise _database_error(url, error, "check the rights to it") from None


def _table_names(connection: Any, database: str | None) -> list[str]:
    """The tables and views of a schema, or of the one that a bare name is looked up in."""
    if connection.name != "duckdb":
        names: list[str] = connection.list_tables(database=database)
        return names
    # Ibis 12 lists them by a method that DuckDB 2 does not have
    found = connection.con.sql("SHOW ALL TABLES").fetchall()
    here = (database or connection.current_database).casefold()
    return [
        name
        for catalog, schema, name, *_ in found
        if here in (schema.casefold(), f"{catalog}.{schema}".casefold())
    ]


@contextlib.contextmanager
def database_errors(url: str, fix: str, *more: type[Exception]) -> Iterator[None]:
    """Turn errors of a database or its driver into an InputError of one line, without secrets.

    It names the fix. `more` are built-in exceptions that the driver raises, too.
    """
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        if type(error).__module__ == "builtins" and not isinstance(error, more):
            raise
        raise _database_error(url, error, fix) from None


def _database_error(url: str, error: Exception, fix: str) -> InputError:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    text = " ".join(lines)[:400] if len(lines) < 4 else lines[0][:400]
    for secret in sorted(_secrets(url), key=len, reverse=True):
        text = text.replace(secret, "***")
    return InputError(f"{without_secrets(url)}: {text or type(error).__name__}; {fix}")


def without_secrets(url: str) -> str:
    """A URL without password and parameters; of other text, only what follows its '@'."""
    scheme, found, rest = url.partition("://")
    scheme, rest = (f"{scheme}://", rest) if found else ("", url)
    if "@" in rest:
        user, _, rest = rest.rpartition("@")
        scheme += f"{user.split(':')[0]}@" if found else "***@"
    return scheme + rest.partition("?")[0]


def _secrets(url: str) -> set[str]:
    """The passwords in a URL, both percent-encoded and decoded."""
    user = url.partition("://")[2].rpartition("@")[0].partition(":")[2]
    named = {
        v
        for k, v in parse_qsl(urlsplit(url).query)
        if any(s in k.lower() for s in SECRET_PARAMETERS)
    }
    return {text for s in (user, *named) for text in (s, unquote(s)) if text}


@cache
def _backend_names() -> list[str]:
    """The backends of Ibis."""
    from importlib.metadata import entry_points

    return sorted({entry.name for entry in entry_points(group="ibis.backends")})


def backend_for(staff: Any, connection: ibis.BaseBackend | None = None) -> ibis.BaseBackend:
    """The connection of an Ibis table; for anything else, the one given or embedded DuckDB.

    Raises InputError if a connection is given and the table is in another one.
    """
    if not hasattr(staff, "get_backend"):
        return connection if connection is not None else embedded_duckdb()
    own: ibis.BaseBackend = staff.get_backend()
    if connection is not None and connection is not own:
        raise InputError(
            f"{source_name(staff)}: the table is in another connection; "
            "pass that one, or leave connection out"
        )
    return own


def is_records(staff: Any) -> bool:
    """Whether it is a list of dictionaries, each a row."""
    return isinstance(staff, (list, tuple)) and bool(staff) and isinstance(staff[0], Mapping)


def source_name(staff: Any) -> str:
    """The path of a file, or the name of a table of a database; 'table' for all else."""
    if isinstance(staff, (str, Path)):
        return str(staff)
    if isinstance(staff, (list, tuple)) and not is_records(staff):
        return ", ".join(map(source_name, staff))
    op = staff.op() if hasattr(staff, "op") else None
    return str(getattr(op, "name", "table")) if not hasattr(op, "data") else "table"

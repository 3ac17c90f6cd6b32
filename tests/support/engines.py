"""PostgreSQL and Spark as tests start them, on loopback and in folders of their own."""

import getpass
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest

from .servers import free_port

PASSWORD = "un:likely/secret"  # it has characters that a URL must write otherwise
SPARK = {  # small data: most time would go into compiling what runs once
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.execution.arrow.localRelationThreshold": "1m",  # larger ones are in no plan
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
missing_for_spark = next(
    (
        name
        for name, found in (
            ("PySpark", importlib.util.find_spec("pyspark")),
            ("Java", shutil.which("java")),
        )
        if not found
    ),
    None,
)
needs_spark = pytest.mark.skipif(
    missing_for_spark is not None, reason=f"{missing_for_spark} is not installed"
)


def start_spark(folder):
    """A session in this process, which writes into a folder; it ends with the process."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("tests")
    for name in ("spark.local.dir", "spark.sql.warehouse.dir"):
        builder = builder.config(name, str(folder))
    session = builder.config(map=SPARK).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


@contextmanager
def postgres():
    """The URL of a database of a new PostgreSQL server, which has the user's password.

    The server refuses to be run by root: root starts it as the user that Debian's package makes.
    """
    programs = max(Path("/usr/lib/postgresql").glob("*/bin/initdb"), default=None)
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian's postgresql has it)")
    if not importlib.util.find_spec("psycopg"):
        pytest.skip("psycopg is not installed (the extra 'postgres' brings it)")
    user = "postgres" if os.geteuid() == 0 else getpass.getuser()
    home = Path(tempfile.mkdtemp(prefix="mlops-roles-postgres-"))
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    for path in (home, home / "password"):
        os.chown(path, pwd.getpwnam(user).pw_uid, -1)
    port = free_port()
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home} -c fsync=off"
    )
    control = [str(programs.with_name("pg_ctl")), "-w", "-s", "-D", str(home / "data")]
    try:
        make = [programs, "-D", home / "data", "-A", "scram-sha-256", "-U", "hr", "-E", "UTF8"]
        more = [f"--pwfile={home / 'password'}", "--locale=C.UTF-8", "--no-sync"]
        _as(user, [*make, *more])
        _as(user, [*control, "-l", str(home / "log"), "-o", options, "start"])
        yield f"postgres://hr@127.0.0.1:{port}/postgres"
    finally:
        _as(user, [*control, "-m", "immediate", "stop"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def _as(user, command, check=True):
    """Run a program as a user, silently."""
    switch = ["setpriv", f"--reuid={user}", "--clear-groups"] if os.geteuid() == 0 else []
    environment = {"PATH": os.environ["PATH"], "HOME": "/", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [*switch, *command], env=environment, cwd="/", capture_output=True, text=True, check=False
    )
    assert not check or done.returncode == 0, done.stderr

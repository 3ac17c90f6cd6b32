"""Whatever happens inside, a command gives its answer, or exit code 2 and one line of error."""

import errno
import random

import pytest
from support.injection import Injected, raising

from mlops_roles.cli.failures import VARIABLE, describe_failure
from mlops_roles.cli.main import main

COMMANDS = [
    ("show", "R7"),
    ("ask", "tasks-of-role", "R7", "--format", "json"),
    ("resolve", "Senior Data Engineer", "Wizard"),
    ("verify", "ada.json", "--staff", "staff.csv"),
    pytest.param(("gap", "Ada", "R3", "--staff", "staff.csv"), marks=pytest.mark.thorough),
    pytest.param(("export", "--inferred"), marks=pytest.mark.thorough),
]
RAISED = []  # at which calls so far, for the figure
ERRORS = (
    lambda: Injected("Ada Okafor\n\x1b[31m"),
    lambda: OSError(errno.EIO, "Input/output error"),
    MemoryError,
    lambda: RecursionError("maximum recursion depth exceeded"),
)


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    """A folder with a staff file and a certificate."""
    folder = tmp_path_factory.mktemp("staff")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        (folder / "staff.csv").write_text("person,title,skills\nAda,Data Scientist,SQL\n")
        arguments = ["certify", "Ada", "R3", "--staff", "staff.csv", "--format", "json"]
        assert main([*arguments, "--output", "ada.json"]) == 0
    return folder


@pytest.mark.filterwarnings(  # Python itself ignores one in a generator that is being closed
    "ignore::pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments[0])
def test_an_exception_anywhere_is_one_line_or_does_no_harm(
    arguments, staff, monkeypatch, capsys, request, record_figure
):
    monkeypatch.chdir(staff)
    code = main(list(arguments))
    right = (code, capsys.readouterr().out)
    with raising(Injected(), at=-1) as calls:
        assert (main(list(arguments)), capsys.readouterr().out) == right
    choice = random.Random(arguments[0])
    for _ in range(max(3, request.config.getoption("graphs") // 10)):
        at, error = choice.randrange(1, calls[0]), choice.choice(ERRORS)()
        with raising(error, at):
            code = main(list(arguments))
        out, err = capsys.readouterr()
        place = f"{error!r} at call {at} of {calls[0]}"
        assert out in ("", right[1]), place
        if (code, out) != right:
            assert code == 2, place
            assert err.count("\n") == 1, place
            assert not {"Okafor", "\x1b"} & set(err.split()), place
        RAISED.append(at)
    record_figure("exceptions at random calls", len(RAISED), len(RAISED), "exceptions")


def test_the_traceback_is_shown_when_the_environment_asks_for_it(monkeypatch, capsys):
    for variable, lines in (("", 1), ("1", 4)):
        monkeypatch.setenv(VARIABLE, variable)
        with raising(Injected("Ada\x1b[31m"), at=2):
            assert main(["show", "R7"]) == 2
        err = capsys.readouterr().err
        assert len(err.splitlines()) >= lines
        assert ("Traceback" in err, "Ada" in err) == (bool(variable), bool(variable))
        assert "\x1b" not in err


def test_a_panic_of_the_engine_is_one_line(tmp_path, capsys):
    """The engine has no total order of these values, and notices when it sorts this list."""
    plain = ['"a"', '"b"@en', "1", "1.5", '"x"^^<urn:t>', "<urn:a>", "true", '"1"']
    typed = [("NaN", "double"), ("1", "float"), ("2020-01-01", "date"), ("12:00:00", "time")]
    typed += [("2020-01-01T00:00:00", "dateTime"), ("2020-01-01T00:00:00Z", "dateTime")]
    typed += [("2020-01-01T10:00:00", "dateTime"), ("P1D", "duration"), ("P1M", "duration")]
    typed += [("PT5H", "dayTimeDuration"), ("P30D", "duration"), ("1", "gDay")]
    some = plain + [f'"{value}"^^xsd:{datatype}' for value, datatype in typed]
    values = random.Random(0).choices(some, k=100)
    question = tmp_path / "odd.rq"
    question.write_text(
        "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"
        f"SELECT ?x WHERE {{ VALUES ?x {{ {' '.join(values)} }} }} ORDER BY ?x\n"
    )
    assert main(["ask", str(question)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "odd.rq: the engine gave up" in err


@pytest.mark.parametrize(
    ("error", "hint"),
    [
        (MemoryError(), "out of memory"),
        (OSError(errno.ENOSPC, "No space left on device", "x.csv"), "'x.csv': No space left"),
        (ModuleNotFoundError("No module named 'foo'", name="foo"), "foo cannot be imported"),
        (KeyError("Ada Okafor"), "unforeseen error, KeyError; please report it"),
    ],
)
def test_a_failure_is_described_by_what_the_user_can_do(error, hint):
    assert hint in describe_failure(error)
    assert "Okafor" not in describe_failure(error)

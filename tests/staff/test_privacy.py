"""Privacy: pseudonyms that only the key ties to names, and small groups that stay hidden."""

import csv
import io
import json
import re
from collections import Counter
from itertools import product

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.asserted import ROOT
from support.people import staff_csv
from support.sample import sampled

from mlops_roles import InputError, Pseudonyms, audit
from mlops_roles.cli import main
from mlops_roles.io.json_text import to_json
from mlops_roles.staff.privacy import Band, format_bands, small_groups

ACME = ROOT / "examples" / "acme.csv"
KEY = "a key that only this test holds"
PEOPLE = [row for row in csv.DictReader(io.StringIO(ACME.read_text("utf-8"))) if row["person"]]
NAMES = {row["person"] for row in PEOPLE if not row["person"].startswith("=")}
UNITS = {row["unit"] for row in PEOPLE if row["unit"]}
PSEUDONYM = re.compile(r"\bperson-[0-9a-f]{16}\b")


def run(capsys, *argv):
    code = main.main([str(a) for a in argv])
    return code, capsys.readouterr()


def named_in(text):
    """The people of the example who are named in a text, in full or by a part of the name."""
    return {
        name
        for name in NAMES
        if name in text
        or any(re.search(rf"\b{part}\b", text) for part in name.split() if len(part) > 3)
    }


# pseudonyms ---------------------------------------------------------------------------


@given(names=st.lists(st.text(min_size=1), min_size=2, unique=True), key=st.binary(min_size=20))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_pseudonym_is_stable_and_tells_names_kinds_and_keys_apart(names, key):
    if len(key.strip()) < 20:
        return
    these, others = Pseudonyms.from_key(key), Pseudonyms.from_key(key + b"x")
    told = [these.of(name) for name in names]
    assert told == [Pseudonyms.from_key(key).of(name) for name in names]
    assert not {*told} & {others.of(n) for n in names}
    assert all(
        Pseudonyms.is_pseudonym(one) and these.of(name, "unit")[-16:] != one[-16:]
        for one, name in zip(told, names, strict=True)
    )
    assert these.hide([{"person": names, "unit": None, "n": [{"person": names[0]}]}]) == [
        {"person": told, "unit": None, "n": [{"person": told[0]}]}
    ]


def test_a_name_has_one_pseudonym_however_its_letters_are_composed():
    names = Pseudonyms.from_key(KEY)
    assert names.of("Zoé") == names.of("Zoe\u0301") != names.of("Zoe")


def test_a_key_is_never_shown_and_a_short_one_is_refused():
    assert KEY not in repr(Pseudonyms.from_key(KEY))
    with pytest.raises(InputError, match="guessed"):
        Pseudonyms.from_key("secret")


@pytest.fixture
def key_options(tmp_path):
    """A key in a file; on no way does it stand on the command line."""
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    return ["--key-file", tmp_path / "key"]


FORMS = [
    *(("audit", form) for form in ("table", "json", "html", "csv")),
    *(("certify", form) for form in ("table", "json", "md", "ttl")),
    *(("gap", form) for form in ("table", "json", "md", "csv")),
    *(("team", form) for form in ("table", "json", "csv")),
    ("whatif", "table"),
    ("diff", "json"),
]
ASKED = {
    "audit": ["audit", ACME],
    "team": ["team", "--staff", ACME, "--cover", "skills"],
    "whatif": ["whatif", "--staff", ACME, "--leave", "Ben Lindqvist"],
    "diff": ["diff", ACME],
}


@pytest.mark.parametrize(("command", "form"), sampled(FORMS, lambda case: case))
def test_under_pseudonyms_no_answer_holds_a_name(command, form, key_options, tmp_path, capsys):
    """The usual run has each command, and each format of one of them."""
    ask = ASKED.get(command, [command, "Ben Lindqvist", "R7", "--staff", ACME])
    if command == "diff":
        (tmp_path / "new.csv").write_text(
            ACME.read_text("utf-8")
            .replace("Ben Lindqvist,Senior", "Ben Lindqvist,Junior")
            .replace("Dana Levi", "Dan Levi"),
            "utf-8",
        )
        ask = [*ask, tmp_path / "new.csv"]
    _, hidden = run(capsys, *ask, "--format", form, *key_options)
    assert named_in(hidden.out) == set()
    shown = set(PSEUDONYM.findall(hidden.out))
    assert shown <= {
        Pseudonyms.from_key(KEY).of(name)
        for name in (*(row["person"] for row in PEOPLE), "Dan Levi")
    }
    assert shown
    if command in ("certify", "gap"):
        assert run(capsys, command, *shown, *ask[2:], "--format", form, *key_options)[1].out.count(
            *shown
        ) == hidden.out.count(*shown)


def test_without_pseudonyms_the_same_answers_hold_names(capsys):
    for ask in (["audit", ACME], ["certify", "Ben Lindqvist", "R7", "--staff", ACME]):
        assert named_in(run(capsys, *ask)[1].out)


def test_a_key_in_the_environment_gives_the_same_pseudonyms(key_options, monkeypatch, capsys):
    ask = ["gap", "Ben Lindqvist", "R3", "--staff", ACME, "--format", "csv"]
    by_file = run(capsys, *ask, *key_options)[1].out
    monkeypatch.setenv("MLOPS_ROLES_KEY", KEY)
    assert run(capsys, *ask, "--pseudonymise")[1].out == by_file


def test_a_unit_has_a_pseudonym_too_and_people_of_one_unit_the_same(key_options, capsys):
    _, said = run(capsys, "audit", ACME, "--format", "csv", *key_options)
    units = {row["line"]: row["unit"] for row in csv.DictReader(io.StringIO(said.out))}
    assert not UNITS & {*units.values()}
    assert units["2"] == units["3"] != units["5"]


def test_without_a_key_there_is_no_output(monkeypatch, capsys):
    monkeypatch.delenv("MLOPS_ROLES_KEY", raising=False)
    code, said = run(capsys, "audit", ACME, "--pseudonymise")
    assert (code, said.out) == (2, "")
    assert "--key-file" in said.err


def test_an_unknown_pseudonym_gets_no_names(key_options, capsys):
    code, said = run(capsys, "certify", "Ada Okafro", "R3", "--staff", ACME, *key_options)
    assert code == 2
    assert named_in(said.out + said.err) == set()


# small groups ----------------------------------------------------------------------------


@given(counts=st.lists(st.integers(0, 2000), min_size=1, max_size=5))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_a_count_is_known_but_to_its_band(counts):
    for count in counts:
        text = str(Band.from_count(count))
        assert (text == "0") == (count == 0)
        assert (text == "<5") == (0 < count < 5)
        if count >= 5:
            assert (
                int(text.rstrip("+").replace(",", ""))
                <= count
                < int(text.rstrip("+").replace(",", "")) + 5
            )
        assert (
            f"{Band.from_count(count):,}"
            == text
            == format_bands({"n": [Band.from_count(count)]})["n"][0]
        )


def made(people, lacking, unrecorded):
    """An audit of one skill."""
    state = "uncovered" if not people else "single" if people == 1 else "covered"
    cover = {"people": people, "lacking": lacking, "unrecorded": unrecorded, "state": state}
    used = people + lacking + unrecorded
    empty = {
        "note": "",
        "titles": {},
        "unmatched_skills": {"Exel": 4, "Jra": 5},
        "open_titles": [{"title": "Boss", "people": 1}],
        "nearest": {"r": [1]},
        "rejected": [1],
    }
    return empty | {
        "rows": {"read": used, "used": used, "rejected": 0},
        "roles": {},
        "tasks": {},
        "steps": {},
        "skills": {"sql": cover},
    }


def test_a_small_count_cannot_be_worked_out_from_the_others():
    """For each band at least two small counts could be meant; 0 alone is exact."""
    led = {}
    for parts in product(range(15), repeat=3):
        if sum(parts):
            led.setdefault(to_json(format_bands(small_groups(made(*parts)))), []).append(parts)
    assert len(led) > 20
    for causes in led.values():
        for part in range(3):
            values = {cause[part] for cause in causes}
            assert values == {0} or len(values) > 1, causes


def test_one_person_or_four_is_one_state_and_what_few_wrote_is_left_out():
    told = {n: small_groups(made(n, 0, 9)) for n in (0, 1, 4, 5)}
    assert [told[n]["skills"]["sql"]["state"] for n in told] == [
        "uncovered",
        "few",
        "few",
        "covered",
    ]
    assert format_bands(told[1]["unmatched_skills"]) == {"Jra": "5+"}
    assert told[1]["open_titles"] == [] and told[1]["nearest"] == {} and told[1]["rejected"] == []


@pytest.mark.parametrize("form", ["table", "md", "json", "html"])
def test_an_audit_of_small_groups_tells_no_small_figure_and_no_person(form, capsys):
    code, said = run(capsys, "audit", ACME, "--small-groups", "--format", form)
    assert code == 1
    assert named_in(said.out) == set()
    assert "<5" in said.out.replace("\\<", "<").replace("&lt;", "<")
    assert not re.search(
        r"one person|1 person|alone\b.*only", said.out.partition("<body")[2] or said.out
    )
    if form == "json":
        data = json.loads(said.out)
        figures = {
            v
            for g in ("roles", "tasks", "skills", "steps")
            for c in data[g].values()
            for k, v in c.items()
            if k != "state"
        }
        assert all(re.fullmatch(r"0|<5|[\d,]+[05]\+|5\+", f) for f in figures)


@pytest.mark.parametrize("form", ["md", "json", "html", "xlsx"])
def test_a_public_report_names_no_person_unit_or_file(form, tmp_path, capsys):
    staff, path = tmp_path / "ada okafor.csv", tmp_path / f"report.{form}"
    staff.write_bytes(ACME.read_bytes())
    code, said = run(capsys, "audit", staff, "--public", "--format", form, "--output", path)
    assert (code, said) == (1, ("", ""))
    if form == "xlsx":
        sheets = openpyxl.load_workbook(path)
        text = "\n".join(str(c.value) for s in sheets for row in s for c in row if c.value)
    else:
        text = path.read_text("utf-8")
    assert named_in(text) == set()
    assert not re.search("okafor|Data Platform|Pricing", text)
    units = set(re.findall(r"unit-[0-9a-f]{16}", text))
    assert len(units) == sum(n >= 5 for n in Counter(row["unit"] for row in PEOPLE).values())


def test_units_of_few_people_are_left_out_of_small_groups():
    units = [{"unit": u, "people": n, "held": {"r": n - 1}} for u, n in (("A", 4), ("B", 5))]
    units.append({"unit": "C", "people": 12, "held": {"r": 7, "s": 4}})
    told = format_bands(small_groups(made(9, 0, 9) | {"units": units})["units"])
    assert told == [
        {"unit": "B", "people": "5+", "held": {}},
        {"unit": "C", "people": "10+", "held": {"r": "5+"}},
    ]


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl"])
def test_small_groups_are_not_listed_person_by_person(form, capsys):
    code, said = run(capsys, "audit", ACME, "--small-groups", "--format", form)
    assert (code, said.out) == (2, "")


# silence ------------------------------------------------------------------------------------

QUIET = [
    ["audit", ACME],
    ["audit", ACME, "--strict"],
    ["certify", "Ben Lindqvist", "R3", "--staff", ACME],
    ["certify", "Nils Berg", "R3", "--staff", ACME],
    ["certify", "Kofi Mensah", "R3", "--staff", ACME],
    ["certify", "Ada Okafro", "R3", "--staff", ACME],
    ["certify", "Ada Okafor", "R33", "--staff", ACME],
    ["certify", "Ada Okafor", "R3", "--staff", ACME, "--map", "person=nobody"],
    ["gap", "Ben Lindqvist", "--staff", ACME],
    ["gap", "Ben Lindqvst", "--staff", ACME],
    ["verify", ACME, "--staff", ACME],
    ["team", "--staff", ACME, "--cover", "roles", "--must", "Ada Okafro"],
    ["whatif", "--staff", ACME, "--leave", "Ada Okafro"],
    ["whatif", "--staff", ACME, "--learn", "Ada Okafor=SLQ"],
    ["diff", ACME, ACME],
    ["check", ROOT / "examples" / "people.ttl"],
]


@pytest.mark.parametrize(
    "argv", QUIET, ids=lambda argv: " ".join(str(a) for a in argv if a != ACME)[:60]
)
def test_nothing_about_a_person_is_logged(argv, capsys):
    code, said = run(capsys, *argv)
    assert code in (0, 1, 2)
    assert named_in(said.err) == set()
    assert said.out or said.err


def test_every_command_that_reads_staff_is_asked_to_be_quiet():
    reading = {
        name
        for name in main.command_names()
        if "staff file" in main.build_parser(name).format_help()
    }
    assert {argv[0] for argv in QUIET} | {"mcp", "serve"} >= reading  # their tests are in tests/cli


def test_a_name_that_is_a_formula_or_markup_is_carried_harmlessly(tmp_path, capsys):
    path = tmp_path / "s.csv"
    path.write_text(
        staff_csv(
            [('=HYPERLINK("x")', "x", "u", {"skills": ["SQL"], "lacks": [], "assessed": []})]
        ),
        encoding="utf-8",
    )
    _, said = run(capsys, "gap", '=HYPERLINK("x")', "R4", "--staff", path, "--format", "csv")
    assert "\n=HYPERLINK" not in said.out and '\n"=' not in said.out
    assert "'=HYPERLINK" in said.out
    assert audit(path).rows["used"] == 1

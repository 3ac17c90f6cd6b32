"""A byte that is changed in what the tool keeps is noticed, or the file is read as it now is."""

import json
import random
from pathlib import Path

import pytest

from mlops_roles.cli.main import main

DATA = "<urn:a> a <urn:b> . <urn:b> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <urn:c> .\n"
KEPT = {  # the file, and the command that reads it
    "closure": ("cache/*.nt", ["show", "R7", "--with", "data.ttl", "--format", "json"]),
    "mapping": ("map.toml", ["audit", "staff.csv", "--reading", "--mapping", "map.toml"]),
    "decisions": ("set.sssom.tsv", ["resolve", "Wizard", "--with", "set.sssom.tsv"]),
    "certificate": ("ada.json", ["verify", "ada.json", "--staff", "staff.csv"]),
}
changed = []  # each byte so far, for the figure


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with one of each."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("MLOPS_ROLES_CACHE", "cache")
        Path("data.ttl").write_text(DATA)
        Path("staff.csv").write_text("person,title,skills\nAda,Data Scientist,SQL\nBen,Wizard,\n")
        accepted = ["resolve", "Wizard", "--accept", "R3", "--author", "A"]
        for arguments in (
            [*accepted, "--decisions", "set.sssom.tsv"],
            ["audit", "staff.csv", "--reading", "--save-mapping", "map.toml"],
            ["certify", "Ada", "R3", "--staff", "staff.csv", "--output", "ada.json"],
            ["show", "R7", "--with", "data.ttl"],
        ):
            assert main(arguments) == 0
        yield folder


@pytest.mark.thorough
@pytest.mark.parametrize("kept", KEPT)
def test_a_changed_byte_is_noticed_or_read_as_it_is(
    kept, place, monkeypatch, capsys, request, record_figure
):
    monkeypatch.chdir(place)
    monkeypatch.setenv("MLOPS_ROLES_CACHE", "cache")
    pattern, arguments = KEPT[kept]
    (path,) = Path().glob(pattern)
    whole, chance = path.read_bytes(), random.Random(kept)
    right = (main(arguments), capsys.readouterr().out)
    assert right[0] == 0
    noticed = 0
    least = 3 if kept == "closure" else 8  # for which all is inferred again
    for _ in range(max(least, request.config.getoption("graphs") // 60)):
        at = chance.randrange(len(whole))
        new = whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        path.write_bytes(new)
        code = main(arguments)
        out, err = capsys.readouterr()
        why = f"byte {at} of {path}: {new[max(0, at - 20) : at + 20]!r}: {code} {err}"
        if kept == "closure":
            assert (code, out) == right, why
            assert path.read_bytes() == whole, why  # written again
        if kept == "certificate" and not same_json(new, whole):
            assert code in (1, 2), why
        if code == 2:
            assert (out, err.count("\n")) == ("", 1), why
        assert code in (0, 1, 2), why
        assert "unforeseen" not in err, why
        noticed += code != 0 or kept == "closure"
        changed.append(kept)
    path.write_bytes(whole)
    assert (main(arguments), capsys.readouterr().out) == right
    assert noticed
    record_figure("changed bytes in what is kept", len(changed), len(changed), "bytes")


def same_json(text: bytes, other: bytes) -> bool:
    try:
        return json.loads(text) == json.loads(other)
    except ValueError:
        return False

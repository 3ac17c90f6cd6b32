"""How good proposals are, on terms of other vocabularies that were labelled before any run."""

from collections import Counter

import pytest
from support import gold

from mlops_roles import propose
from mlops_roles.matching import proposals as proposals_module

SETS = {  # the shipped alignments that the labels of a vocabulary come from
    "esco": {"esco"},
    "onet": {"onet", "onet-soc"},
    "dcwf": {"dcwf"},
    "nice": {"nice", "nice-tasks"},
    "cwa": {"cwa-16458"},
    "noc": {"noc"},
    "uk": {"uk-digital-and-data"},
    "e-cf": {"e-cf"},
    "wikidata": {"wikidata"},
}
ROWS = gold.gold_rows()


@pytest.fixture
def proposed(tmp_path, monkeypatch):
    """Propose for rows, without the shipped alignments that the labels come from."""
    shipped = proposals_module.shipped_mapping_sets()

    def run(rows, hidden):
        kept = {name: found for name, found in shipped.items() if name not in hidden}
        monkeypatch.setattr(proposals_module, "shipped_mapping_sets", lambda: kept)
        path = tmp_path / "gold.ttl"
        path.write_text(gold.as_turtle(rows), "utf-8")
        return propose(path).mappings

    return run


def test_the_gold_set_has_pairs_and_decoys_of_each_half_each_with_its_source():
    assert len(ROWS) >= 300
    assert all(row["source"] and row["relation"] for row in ROWS)
    relations = Counter(row["relation"] for row in ROWS)
    assert relations["none"] > 100
    assert relations["close"] > 100
    assert min(Counter(row["half"] for row in ROWS).values()) > 200
    assert all(len(part.split()) < 16 for row in ROWS for part in row["labels"].split("|"))


@pytest.mark.parametrize(
    ("chosen", "recall"),
    [
        (lambda vocabulary: vocabulary == "esco", 0.8),
        (lambda vocabulary: vocabulary not in SETS, 0.85),
    ],
    ids=["esco", "companies"],
)
def test_proposals_are_right_and_find_what_matches(proposed, chosen, recall):
    rows = [row for row in ROWS if chosen(row["vocabulary"])]
    hidden = set().union(*SETS.values())
    right, made, found, same = gold.score(rows, proposed(rows, hidden))
    assert len(right) >= 0.95 * len(made)
    assert len(found) >= recall * len(same)


def test_a_name_alone_makes_no_match_of_different_things(proposed):
    rows = [row for row in ROWS if row["vocabulary"] == "terms"]
    found = proposed(rows, set())
    assert [m for m in found if float(m.cells["confidence"]) >= 0.7] == []


@pytest.mark.long
@pytest.mark.parametrize("half", ["calibration", "held out"])
def test_each_half_is_proposed_as_well_as_promised(proposed, half):
    """The alignment that the labels of a vocabulary come from is hidden when it is proposed."""
    counts = Counter()
    for vocabulary, rows in gold.by_vocabulary(ROWS).items():
        mappings = proposed(rows, SETS.get(vocabulary, set()))
        chosen = [row for row in rows if row["half"] == half]
        right, made, found, same = gold.score(chosen, mappings)
        counts.update(right=len(right), made=len(made), found=len(found), same=len(same))
        sure, of = gold.score(chosen, mappings, least=0.9)[:2]
        counts.update(sure=len(sure), of=len(of))
    assert counts["right"] >= 0.95 * counts["made"]
    assert counts["found"] >= 0.77 * counts["same"]
    assert counts["sure"] >= 0.9 * counts["of"]

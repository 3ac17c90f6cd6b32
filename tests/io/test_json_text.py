"""Indented JSON against that of the standard library."""

import json
import random

from mlops_roles.io.json_text import json_text

LEAVES = (1, -2.5, True, None, 'a"b\\', "ä, : [", "", 1e300, [], {}, ())
KEYS = ("a", 'ü "', "b,", 1, None, True, 2.5)


def made_up(chance, depth):
    """Nested lists, tuples and dictionaries."""
    form = chance.random()
    if not depth or form < 0.3:
        return chance.choice(LEAVES)
    parts = [made_up(chance, depth - 1) for _ in range(chance.randint(0, 4))]
    if form < 0.6:
        return tuple(parts) if form < 0.4 else parts
    return {chance.choice(KEYS): part for part in parts}


def test_indented_json_is_that_of_the_standard_library():
    chance = random.Random(1)
    data = [made_up(chance, 5) for _ in range(300)]
    assert any(isinstance(value, dict) and len(value) > 2 for value in data)
    for value in data:
        assert json_text(value, 2) == json.dumps(value, indent=2, ensure_ascii=False)
        assert json_text(value) == json.dumps(value, ensure_ascii=False)


def test_control_characters_and_infinite_numbers_are_texts_without_effect():
    data = {"a\u202e": [float("nan"), float("-inf"), "x\x9b\ny"]}
    text = json_text(data, 2)
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == {"a\u202e": ["NaN", "-INF", "x\x9b\ny"]}

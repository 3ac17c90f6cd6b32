"""JSON whose characters have no effect on a terminal."""

import json

from mlops_roles.io.json_text import json_text


def test_control_characters_and_infinite_numbers_are_texts_without_effect():
    data = {"a\u202e": [float("nan"), float("-inf"), "x\x9b\ny"]}
    text = json_text(data, 2)
    assert text.replace("\n", "").isprintable()
    assert json.loads(text) == {"a\u202e": ["NaN", "-INF", "x\x9b\ny"]}

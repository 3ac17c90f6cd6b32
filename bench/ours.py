"""Every question of the catalogue that is about people, asked of staff RDF in one process.

python bench/ours.py STAFF.nt    writes JSON: seconds of each stage, answers
"""

import json
import sys
import time

from mlops_roles import catalogue, load


def main(staff: str) -> None:
    """Load, ask, and write what came out."""
    start = time.perf_counter()
    graph = load(data=[staff])
    loaded, answers, seconds = time.perf_counter(), {}, {}
    for name, question in catalogue().items():
        if "given" in question.headers and "?person" in question.text:
            begun = time.perf_counter()
            rows = question.run(graph).terms
            seconds[name] = time.perf_counter() - begun
            answers[name] = sorted(([None if term is None else term.value for term in row] for row in rows), key=str)
    sys.stdout.write(json.dumps({"seconds": {"load": loaded - start} | seconds, "answers": answers}))


if __name__ == "__main__":
    main(sys.argv[1])

"""Run a target with Atheris: `python -m tests.fuzz TARGET --seconds 600`."""

import argparse
import hashlib
import re
import sys
import tempfile
from pathlib import Path

import atheris

CASES = Path(__file__).with_name("cases")
LONGEST = 4096  # bytes of an input


def main() -> None:
    """Fuzz one target until the time is over or an input fails, which becomes a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer; 0 is another each time")
    parser.add_argument("--corpus", help="a folder that keeps inputs which reach new code")
    args = parser.parse_args()
    with atheris.instrument_imports(include=["mlops_roles"]):
        from . import targets

    target = targets.TARGETS[args.target]
    targets.prepare()
    corpus = Path(args.corpus or tempfile.mkdtemp(prefix="corpus-"))
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in targets.seeds(args.target):
        (corpus / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)

    words = {word for seed in targets.seeds(args.target) for word in re.findall(rb"\w{2,30}", seed)}
    quoted = "".join(f'"{w.decode()}"\n' for w in sorted(words) if w.isascii())
    (corpus.parent / f"{corpus.name}.dict").write_text(quoted)
    crashes = CASES / args.target
    crashes.mkdir(parents=True, exist_ok=True)
    options = [f"-max_total_time={args.seconds}", f"-max_len={LONGEST}", "-timeout=20"]
    options += [f"-seed={args.seed}", "-rss_limit_mb=4096", "-print_final_stats=1"]
    options += [f"-artifact_prefix={crashes}/", f"-dict={corpus.parent / corpus.name}.dict"]

    def run(data: bytes) -> None:
        try:
            target(data)
        except BaseException:
            (crashes / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise

    atheris.Setup([sys.argv[0], *options, str(corpus)], run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

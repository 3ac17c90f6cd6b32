"""Run a target, or `all`, with Atheris: `python -m tests.fuzz TARGET --seconds 600`."""

import argparse
import hashlib
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

CASES = Path(__file__).with_name("cases")
LONGEST = 4096  # bytes of an input
AT_ONCE = 2  # processes


def main() -> None:
    """Fuzz one target until the time is over or an input fails, which becomes a case; or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=0, help="of the fuzzer; 0 is another each time")
    parser.add_argument("--corpus", help="a folder that keeps inputs which reach new code")
    args = parser.parse_args()
    if args.target == "all":
        sys.exit(fuzz_all(args.seconds))
    fuzz(args)


def fuzz_all(seconds: int) -> int:
    """Fuzz each target in a process of its own, with a line for each; 1 if an input failed."""
    from . import targets

    def run(target: str) -> bool:
        command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", str(seconds)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        inputs = re.search(r"stat::number_of_executed_units: +(\d+)", done.stderr)
        failed = done.returncode != 0 or not inputs or int(inputs[1]) == 0
        end = f"failed\n{done.stderr[-3000:]}" if failed else f"{inputs[1]} inputs, none failed"
        print(f"fuzz of {target} for {seconds} s: {end}", flush=True)
        return failed

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return int(any(list(pool.map(run, targets.TARGETS))))


def fuzz(args: argparse.Namespace) -> None:
    """Fuzz the target of the arguments."""
    import atheris

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

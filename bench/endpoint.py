"""Our endpoint beside rdflib-endpoint and the Oxigraph server, over the same data, on loopback.

    python bench/endpoint.py                           # 64 clients, some seconds each
    python bench/endpoint.py --seconds 60 --clients 64 --rounds 3
    python bench/endpoint.py --peer /path/to/python    # where rdflib-endpoint[cli] is installed

Clients ask the questions of the catalogue at random, each over a connection that is kept. First all
answers are compared; a question that a server does not answer in time, or answers otherwise, is
named and asked of none. The servers are then asked in turn, so that all meet the same machine.
'repeated' sends the texts as they are; 'new' adds a comment with a number to each, so that no
server can know the answer. Writes ENDPOINT.md.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pyoxigraph as ox

from mlops_roles import catalogue, load

BENCH = Path(__file__).parent
ACCEPT = "application/sparql-results+json"
NAMES = ("ours", "oxigraph", "rdflib-endpoint")


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server as a process group, at an address."""

    def __init__(self, name: str, folder: Path, peer: str):
        self.name, self.port = name, free_port()
        data, port = folder / "data.nt", str(self.port)
        if name == "ours":
            self.path = "/sparql"
            command = [sys.executable, "-m", "mlops_roles", "serve", "--port", port]
        elif name == "oxigraph":
            self.path = "/query"
            oxigraph, store = str(Path(sys.executable).with_name("oxigraph")), str(folder / "store")
            if not (folder / "store").exists():
                load_it = [oxigraph, "load", "--location", store, "--file", str(data)]
                subprocess.run(load_it, check=True, capture_output=True)
            bind = f"127.0.0.1:{port}"
            command = [oxigraph, "serve-read-only", "--location", store, "--bind", bind]
        else:
            self.path = "/"
            code = "from rdflib_endpoint.__main__ import cli; cli()"
            command = [peer, "-c", code, "serve", "--port", port, "--host", "127.0.0.1", str(data)]
        self.command, self.folder = command, folder
        self.start()

    def start(self) -> None:
        """Start it, or start it again."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen(
            self.command, cwd=self.folder, start_new_session=True, **quiet
        )

    def wait(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            try:
                asyncio.run(ask_once(self, "ASK {}", 30))
                return
            except OSError:
                time.sleep(0.2)
        raise SystemExit(f"{self.name}: does not start")

    def memory(self) -> float:
        """MiB of all its processes; what they share is counted once."""
        session, total = os.getsid(self.process.pid), 0
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.getsid(int(entry.name)) == session:
                    text = (entry / "smaps_rollup").read_text("ascii")
                    total += int(re.search(r"Pss:\s+(\d+)", text)[1])
            except (OSError, TypeError):
                continue
        return total / 1024

    def end(self) -> None:
        """End it with all its processes."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


# a client that costs little -------------------------------------------------------------------


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and body of an HTTP answer."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    status = int(head.split(" ", 2)[1])
    if length := re.search(r"content-length: (\d+)", head):
        return status, await reader.readexactly(int(length[1]))
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return status, b"".join(parts)


def request(server: Server, text: str) -> bytes:
    """The bytes that ask a query."""
    body = text.encode()
    head = (
        f"POST {server.path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAccept: {ACCEPT}\r\n"
        f"Content-Type: application/sparql-query\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def ask_once(server: Server, text: str, seconds: float) -> tuple[int, bytes]:
    """Ask one query over a connection of its own. Raises OSError and TimeoutError."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1 << 26)
    try:
        writer.write(request(server, text))
        return await asyncio.wait_for(read_answer(reader), seconds)
    except asyncio.IncompleteReadError as error:
        raise ConnectionError from error
    finally:
        writer.close()


async def client(
    server: Server, texts: list[str], until: float, seed: int, is_new: bool
) -> tuple[list[float], int]:
    """The seconds of each answer to questions at random, and the number of failures."""
    chance, took, failed = random.Random(seed), [], 0
    reader = writer = None
    while time.perf_counter() < until:
        text = chance.choice(texts)
        text += f"\n# {seed} {len(took) + failed}" if is_new else ""
        begun = time.perf_counter()
        try:
            if writer is None:
                address = ("127.0.0.1", server.port)
                reader, writer = await asyncio.open_connection(*address, limit=1 << 26)
            writer.write(request(server, text))
            left = max(0.1, until - begun + 30)
            status, _ = await asyncio.wait_for(read_answer(reader), left)
            if status == 200:
                took.append(time.perf_counter() - begun)
            else:
                failed += 1
                await asyncio.sleep(0.05)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            failed += 1
            if writer is not None:
                writer.close()
            writer = None
    if writer is not None:
        writer.close()
    return took, failed


async def load_test(
    server: Server, texts: list[str], clients: int, seconds: float, is_new: bool
) -> dict[str, float]:
    """What many clients at once see for some seconds."""
    begun = time.perf_counter()
    until = begun + seconds
    seeds = [random.randrange(1 << 30) for _ in range(clients)]
    found = await asyncio.gather(*(client(server, texts, until, s, is_new) for s in seeds))
    wall = time.perf_counter() - begun
    took = sorted(t for times, _ in found for t in times) or [float("nan")]
    return {
        "per second": len(took) / wall,
        "median ms": 1000 * statistics.median(took),
        "p99 ms": 1000 * took[min(len(took) - 1, int(0.99 * len(took)))],
        "failed": sum(failed for _, failed in found),
        "MiB": server.memory(),
    }


# answers --------------------------------------------------------------------------------------


def rows_of(body: bytes) -> Counter:
    """The rows of an answer; blank nodes are alike."""
    found = json.loads(body)
    if "boolean" in found:
        return Counter([found["boolean"]])
    return Counter(
        tuple(sorted((name, cell(value)) for name, value in row.items()))
        for row in found["results"]["bindings"]
    )


def cell(value: dict[str, str]) -> tuple[str, ...]:
    """A value; a plain string may have its datatype or not, and numbers are compared by value."""
    if value["type"] == "bnode":
        return ("bnode",)
    kind = value.get("datatype", "").rpartition("#")[2]
    text = value["value"]
    if kind in ("decimal", "integer", "double"):
        text, kind = f"{float(text):.6g}", "number"
    language = value.get("xml:lang", "").lower()
    return text, "" if kind in ("string", "langString") else kind, language


def comparable(servers: dict[str, Server], questions: dict[str, str], seconds: float):
    """The questions that all servers answer alike, and why each other one is left out."""
    same, left_out = {}, {}
    for name, text in questions.items():
        answers = {}
        for server in servers.values():
            try:
                status, body = asyncio.run(ask_once(server, text, seconds))
                answers[server.name] = rows_of(body) if status == 200 else f"status {status}"
            except TimeoutError:
                answers[server.name] = "late"
                server.end()  # it may still be at it
                server.start()
                server.wait()
            except (OSError, ValueError) as error:
                answers[server.name] = type(error).__name__
        wanted = answers["oxigraph"]
        odd = {
            n: a if isinstance(a, str) else "other rows" for n, a in answers.items() if a != wanted
        }
        if isinstance(wanted, str):
            odd["oxigraph"] = wanted
        if odd:
            left_out[name] = ", ".join(f"{n}: {why}" for n, why in odd.items())
        else:
            same[name] = text
    return same, left_out


def write_data(folder: Path) -> None:
    """All statements of the ontology, stated and inferred, as one graph."""
    graph = load()
    triples = {quad.triple for quad in graph.store}
    (folder / "data.nt").write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES))


def measure(args: argparse.Namespace, folder: Path) -> str:
    """The results as Markdown."""
    write_data(folder)
    shipped = catalogue()
    questions = {q.name: q.text for q in shipped.values() if q.topic != "people"}
    if args.questions:
        questions = {name: questions[name] for name in args.questions}
    servers = {name: Server(name, folder, args.peer) for name in args.servers}
    try:
        for server in servers.values():
            server.wait()
        same, left_out = comparable(servers, questions, args.patience)
        print(f"{len(same)} questions alike; left out: {left_out}", file=sys.stderr)
        rounds = {(mode, name): [] for mode in args.modes for name in servers}
        for _ in range(args.rounds):
            for (mode, name), found in rounds.items():
                work = load_test(
                    servers[name], list(same.values()), args.clients, args.seconds, mode == "new"
                )
                found.append(asyncio.run(work))
                print(mode, name, found[-1], file=sys.stderr)
    finally:
        for server in servers.values():
            server.end()
    return results(args, rounds, len(same), left_out)


def results(args: argparse.Namespace, rounds: dict, count: int, left_out: dict[str, str]) -> str:
    """The table, the ratios, and what is left out."""
    columns = ("per second", "median ms", "p99 ms", "failed", "MiB")
    lines = [
        "# Our endpoint beside others",
        "",
        f"Written by `python bench/endpoint.py`: {args.clients} clients for {args.seconds:g} s, "
        f"{args.rounds} rounds in turn (medians of the rounds), {count} questions of the catalogue "
        f"at random, {os.cpu_count()} cores; the load of the machine was "
        f"{os.getloadavg()[2]:.0f} processes. All answers were compared before.",
        "",
        f"| queries | server | {' | '.join(columns)} | ours is |",
        f"|---|---|{'---:|' * (len(columns) + 1)}",
    ]
    for (mode, name), found in rounds.items():
        middle = {c: statistics.median(one[c] for one in found) for c in columns}
        ours = statistics.median(one["per second"] for one in rounds.get((mode, "ours"), found))
        has_answers = middle["median ms"] == middle["median ms"]  # else it is not a number
        ratio = f"{ours / middle['per second']:.1f} ×" if has_answers else "–"
        shown = columns if has_answers else ("failed", "MiB")
        cells = " | ".join(f"{middle[c]:,.1f}" if c in shown else "no answer" for c in columns)
        lines.append(f"| {mode} | {name} | {cells} | {ratio} |")
    lines += ["", *(f"- left out, {name}: {why}" for name, why in left_out.items())]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=5.0, help="of each server in a round")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--patience", type=float, default=20.0, help="seconds for a first answer")
    parser.add_argument("--peer", default=sys.executable, help="a Python with rdflib-endpoint")
    parser.add_argument("--servers", nargs="*", choices=NAMES, default=NAMES)
    parser.add_argument(
        "--modes", nargs="*", choices=("repeated", "new"), default=("repeated", "new")
    )
    parser.add_argument("--questions", nargs="*", help="names; by default the whole catalogue")
    parser.add_argument("--output", type=Path, default=BENCH)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = measure(args, Path(folder))
    (args.output / "ENDPOINT.md").write_text(text, "utf-8")
    print(text)


if __name__ == "__main__":
    main()

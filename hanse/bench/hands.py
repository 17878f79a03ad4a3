"""Hands: processes that take orders through hanse or the floor, and tell what it cost them.

`python -m hanse.bench.hands hanse` (or `floor`) reads jobs, one JSON object a line. It makes ready, says so, waits for the
word, works, and tells seconds, CPU and statements. It stays until its input ends, so that the server's processes can be read
while they live.
"""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from .company import HOUSE, Wish, batches


@dataclass(slots=True)
class Hand:
    """A worker process as its leader sees it."""

    process: "subprocess.Popen[str]"

    def say(self, word: Any) -> None:
        """Send one line."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(word) + "\n")
        self.process.stdin.flush()

    def hear(self) -> Any:
        """Wait for one line. Raises when the process died."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"a process of the bench ended with {self.process.wait()}; its error is above")
        return json.loads(line)


@contextmanager
def hired(module: str, words: list[str], count: int, environment: dict[str, str]) -> Iterator[list[Hand]]:
    """So many processes of a module of the bench; ended afterwards."""
    command = [sys.executable, "-m", f"hanse.bench.{module}", *words]
    made = [
        Hand(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment, cwd=HOUSE))
        for _ in range(count)
    ]
    try:
        yield made
    finally:
        for hand in made:
            assert hand.process.stdin
            hand.process.stdin.close()
            try:
                hand.process.wait(10)
            except subprocess.TimeoutExpired:
                hand.process.kill()


Work = Callable[[str, list[Wish]], None]


def main(who: str) -> None:
    """Do jobs until the input ends."""
    work, statements = _hanse() if who == "hanse" else _floor()
    gc.freeze()  # as our servers do
    for line in sys.stdin:
        job = json.loads(line)
        warm, todo = list(batches(job["warm"], job["size"], job["seed"] + 1)), list(batches(job["count"], job["size"], job["seed"]))
        for wishes in warm:
            work(job["what"], wishes)
        _tell("ready")
        sys.stdin.readline()
        sent, cpu, began = statements(), time.process_time(), time.monotonic()
        for wishes in todo:
            work(job["what"], wishes)
        _tell({"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu, "statements": statements() - sent})


def _tell(word: Any) -> None:
    sys.stdout.write(json.dumps(word) + "\n")
    sys.stdout.flush()


def _hanse() -> tuple[Work, Callable[[], int]]:
    """hanse's operations, over Django's connection as everywhere."""
    import django

    django.setup()
    from django.db import connection

    from .cycle import Cycle

    sent = [0]

    def count(execute: Callable[..., Any], *words: Any) -> Any:
        sent[0] += 1
        return execute(*words)

    connection.execute_wrappers.append(count)
    taking = Cycle(f"bench-{os.getpid()}")
    return lambda what, wishes: getattr(taking, what)(wishes), lambda: sent[0]


def _floor() -> tuple[Work, Callable[[], int]]:
    """The floor's statements, over psycopg alone."""
    import psycopg

    from .floor import Floor

    connection = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    connection.prepare_threshold = 3
    taking = Floor(connection)
    return lambda what, wishes: getattr(taking, what)(wishes), lambda: taking.statements


if __name__ == "__main__":
    main(sys.argv[1])

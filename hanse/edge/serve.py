"""`hanse serve`: pages and API, live changes and the worker, each a process of its own, watched over by one.

Whatever dies is started again, sooner the first time than the tenth. Ctrl-C and SIGTERM end all of them within 20
seconds, and the private database that was started for them. When this process is killed the others die with it, and
the database stays as it is: the next start joins it.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import structlog

from . import home, postgres
from .process import parent_of_more

LONGEST = 20.0
"""Seconds that stopping may take; then what is left is killed."""
LONGEST_WAIT = 30.0
log = structlog.get_logger("hanse.serve")


@dataclass(slots=True)
class Child:
    """One process of ours: how it is started, and how often it died in a row."""

    name: str
    command: list[str]
    deaths: int = 0
    started: float = 0.0
    process: "subprocess.Popen[bytes] | None" = None
    output: IO[bytes] | None = field(default=None, repr=False)

    def start(self, log_folder: Path) -> None:
        self.output = self.output or (log_folder / f"{self.name}.log").open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.command], env=parent_of_more(), stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=self.output, start_new_session=True,
        )  # fmt: skip

    def watch(self, log_folder: Path) -> None:
        """Start it again if it died: at once, then after 1, 2, 4 … 30 seconds, until it has lived for a minute."""
        if self.process is None or self.process.poll() is None:
            return
        if time.monotonic() - self.started > 60:
            self.deaths = 0
        if time.monotonic() - self.started < min(2.0**self.deaths - 1, LONGEST_WAIT):
            return
        self.deaths += 1
        log.warning("process died and is started again", process=self.name, code=self.process.returncode, times=self.deaths)
        self.start(log_folder)

    def tell(self, what: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, what)
            except ProcessLookupError:
                return


def serve(host: str, port: int, stream_port: int, threads: int, worker: bool, ready: Callable[[], None], beside: Sequence[str] = ()) -> int:
    """Serve until Ctrl-C or SIGTERM. `ready` is called once pages are answered; modules named `beside` run along."""
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    os.environ.setdefault("HANSE_STREAM_URL", f"http://{{host}}:{stream_port}/stream")
    children = [
        Child("web", ["hanse.edge.web", host, str(port), str(threads)]),
        Child("stream", ["hanse.edge.stream", host, str(stream_port)]),
        *([Child("worker", ["hanse.edge.worker"])] if worker else []),
        *[Child(module.rpartition(".")[2], [module]) for module in beside],
    ]
    log_folder = home.made() / "log"
    try:
        for child in children:
            child.start(log_folder)
        threading.Thread(target=_announce, args=[host, port, ready, stopping], daemon=True).start()
        while not stopping.wait(0.2):
            for child in children:
                child.watch(log_folder)
            _revive()
    finally:
        _stop(children)
    return 0


_looked = [0.0]


def _revive() -> None:
    """Start the private database again if it was killed; looked at once a second, also while it cannot be started."""
    if not os.environ.get("HANSE_EMBEDDED") or time.monotonic() - _looked[0] < 1:
        return
    _looked[0] = time.monotonic()
    try:
        if postgres.status(home.database()) is None:
            log.warning("the database died and is started again")
            postgres.start(home.database())
    except postgres.PostgresError as trouble:
        log.error("the database cannot be started; tried again", trouble=str(trouble))


def _stop(children: list[Child]) -> None:
    """Ask all to finish, wait, and kill what would not."""
    for child in children:
        child.tell(signal.SIGTERM)
    until = time.monotonic() + LONGEST - 3
    for child in children:
        if child.process is not None:
            try:
                child.process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process would not end and is killed", process=child.name)
        child.tell(signal.SIGKILL)


def _announce(host: str, port: int, ready: Callable[[], None], stopping: threading.Event) -> None:
    """Wait until the pages answer, then say so."""
    import httpx

    where = f"http://{'127.0.0.1' if host in ('0.0.0.0', '') else host}:{port}/livez"
    while not stopping.wait(0.1):
        try:
            if httpx.get(where, timeout=2).status_code == 200:
                return ready()
        except httpx.HTTPError:
            continue

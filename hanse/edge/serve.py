"""`hanse serve`: pages and API, live changes and the worker, each a process of its own, watched over by one.

The one that watches loads the application and forks the others from itself: it is loaded once, they share it in memory, and what dies is
there again at once. So it has no thread of its own and no line to the database that it keeps. Whatever dies is started again, sooner the
first time than the tenth. Ctrl-C and SIGTERM end all of them within 20 seconds, and the private database that was started for them. When
this process is killed the others die with it, and the database stays as it is: the next start joins it.
"""

import http.client
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import structlog
from django.conf import settings
from django.urls import get_resolver

from . import home, postgres, stream, web
from .process import PARENT, let_go, loading
from .worker import main as work

LONGEST = 20.0
"""Seconds that stopping may take; then what is left is killed."""
LONGEST_WAIT = 5.0
"""Seconds that what dies again and again is left dead at most: a fork costs little."""
ENDING = (signal.SIGINT, signal.SIGTERM)
log = structlog.get_logger("hanse.serve")


@dataclass(slots=True)
class Child:
    """One process of ours: what it does, and how often it died in a row."""

    name: str
    main: Callable[[], None]
    deaths: int = 0
    started: float = 0.0
    process: BaseProcess | None = None

    def start(self, log_folder: Path) -> None:
        """Fork it. A signal that comes meanwhile waits for whom it is meant."""
        self.started = time.monotonic()
        self.process = get_context("fork").Process(target=self._run, args=[log_folder / f"{self.name}.log", os.getpid()])
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        try:
            self.process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)

    def _run(self, file: Path, parent: int) -> None:
        os.setsid()
        os.environ[PARENT] = str(parent)
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        with file.open("ab") as output:
            for says in (sys.stdout, sys.stderr):
                os.dup2(output.fileno(), says.fileno())
        self.main()

    def watch(self, log_folder: Path) -> None:
        """Start it again if it died: at once, then after 1, 3 and 5 seconds, until it has lived for a minute."""
        if self.process is None or self.process.is_alive():
            return
        if time.monotonic() - self.started > 60:
            self.deaths = 0
        if time.monotonic() - self.started < min(2.0**self.deaths - 1, LONGEST_WAIT):
            return
        self.deaths += 1
        log.warning("process died and is started again", process=self.name, code=self.process.exitcode, times=self.deaths)
        self.start(log_folder)

    def tell(self, what: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        if self.process is None or self.process.pid is None:
            return
        try:
            os.killpg(self.process.pid, what)
        except ProcessLookupError:
            if self.process.is_alive():  # too young to lead a group
                os.kill(self.process.pid, what)


def serve(host: str, port: int, stream_port: int, threads: int, worker: bool, ready: Callable[[], None], beside: Mapping[str, Callable[[], None]]) -> int:
    """Serve until Ctrl-C or SIGTERM. `ready` is called once pages are answered; what is named `beside` runs along."""
    stopping = threading.Event()
    for number in ENDING:
        signal.signal(number, lambda *_: stopping.set())
    if "HANSE_STREAM_URL" not in os.environ:
        settings.STREAM_URL = f"http://{{host}}:{stream_port}/stream"
    with loading():
        _ = get_resolver().url_patterns
    let_go()
    children = [
        Child("web", partial(web.main, host, port, threads)),
        Child("stream", partial(stream.main, host, stream_port)),
        *([Child("worker", work)] if worker else []),
        *[Child(name, main) for name, main in beside.items()],
    ]
    log_folder, answered = home.made() / "log", False
    try:
        for child in children:
            child.start(log_folder)
        while not stopping.wait(0.2):
            for child in children:
                child.watch(log_folder)
            if not answered and (answered := _answers(host, port)):
                ready()
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
            child.process.join(max(0.1, until - time.monotonic()))
            if child.process.is_alive():
                log.warning("process would not end and is killed", process=child.name)
        child.tell(signal.SIGKILL)


def _answers(host: str, port: int) -> bool:
    """Whether pages are answered."""
    line = http.client.HTTPConnection("127.0.0.1" if host in ("0.0.0.0", "") else host, port, timeout=1)
    try:
        line.request("GET", "/livez")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()

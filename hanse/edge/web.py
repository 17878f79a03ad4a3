"""The web process of `hanse serve`: granian with one worker and some threads. `python -m hanse.edge.web HOST PORT THREADS`."""

import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from .gate import threads_for
from .process import PARENT, become, die_with_parent

MOST_LINES = 500
"""Connections at once, most of which are idle: browsers and clients keep theirs for the next request."""


def main(host: str, port: int, threads: int) -> None:
    """Serve until told to stop; requests under way are finished."""
    die_with_parent()
    become("web", threads)
    os.environ[PARENT] = str(os.getpid())
    Granian(
        "hanse.edge.wsgi:application", address=host, port=port, interface=Interfaces.WSGI, workers=1, blocking_threads=threads_for(threads),
        backpressure=MOST_LINES, websockets=False, respawn_failed_workers=True, respawn_interval=0.2, workers_kill_timeout=15,
        log_level=LogLevels.warning, working_dir=Path.cwd(),
    ).serve()  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))

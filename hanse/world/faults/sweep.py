"""Sweep: every commit of a whole life is a crash point, once before the database hears of it and once before anybody hears of the database."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle

from .proxy import Line, Strike
from .served import Served


@contextmanager
def every_commit(served: Served, whom: str, kill: bool) -> Iterator[list[str]]:
    """Within this block each commit of the web, or of the worker, is met twice: killed or cut off before it, and when it comes again, after it.

    Gives the moments at which harm was done, as they come.
    """
    proxy, done, moments = served.database, [], cycle(["after", "before"])

    def ours(pid: int) -> bool:
        return served.is_ours(pid, whom)

    def harm(line: Line) -> None:
        if kill:
            with suppress(ProcessLookupError):
                os.kill(line.pid, signal.SIGKILL)
        line.cut()
        done.append(whom)
        proxy.strikes.append(Strike(next(moments), ours, harm))  # type: ignore[arg-type]

    proxy.strike("before", ours, harm)
    try:
        yield done
    finally:
        proxy.calm()

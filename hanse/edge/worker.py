"""The worker: lets every follower read on, sends webhooks, and does the jobs that are due.

Followers are looked at five times a second with one cheap question: is there a fact at or behind your watermark?
What fails is tried again, later each time, and holds up nobody else. Jobs are procrastinate's; `jobs.py` of the
areas name them. Any number of workers may run: a follower's row is locked by whoever lets it read.
"""

import asyncio
import os
import signal
import threading
import time
from typing import Any

import structlog
from asgiref.sync import sync_to_async
from django.db import Error, close_old_connections, connection

TICK = 0.2
LONGEST_WAIT = 5.0
"""Seconds that what fails is left alone at most: a fact that nobody can take in is parked after ten tries, well within a minute."""
WORK = """
SELECT s.name FROM unnest(%s::text[]) AS s(name) LEFT JOIN journal_follower f ON f.name = s.name
 WHERE f.name IS NULL OR EXISTS (SELECT 1 FROM journal_event e WHERE (e.xact, e.id) > (f.xact, f.event))
"""
log = structlog.get_logger("hanse.worker")


class Worker:
    """One worker process: a loop over followers and webhooks, and procrastinate beside it."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.again: dict[str, tuple[float, float]] = {}

    def run(self) -> None:
        """Work until told to stop."""
        jobs = threading.Thread(target=self._jobs, name="jobs")
        jobs.start()
        try:
            while not self.stopping.wait(TICK):
                self.tick()
        finally:
            self.stopping.set()
            jobs.join(15)

    def tick(self) -> int:
        """Let everybody who has something to hear read on once; gives back how many facts were passed."""
        from hanse.journal.follow import FOLLOWERS

        from .webhooks import send_due

        passed = 0
        for name in self._try("followers", self._with_work, list(FOLLOWERS)) or []:
            passed += self._try(f"follower {name}", self._follow, name) or 0
        self._try("webhooks", send_due)
        return passed

    @staticmethod
    def _with_work(names: list[str]) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(WORK, [names])
            return [name for (name,) in cursor.fetchall()]

    @staticmethod
    def _follow(name: str) -> int:
        from hanse.journal.follow import FOLLOWERS, follow

        return follow(FOLLOWERS[name])

    def _try(self, what: str, act: Any, *given: Any) -> Any:
        """Do it; after a failure leave it alone for a while, twice as long each time."""
        due, wait = self.again.get(what, (0.0, 0.5))
        if time.monotonic() < due:
            return None
        try:
            done = act(*given)
        except Exception as trouble:
            self.again[what] = (time.monotonic() + wait, min(2 * wait, LONGEST_WAIT))
            log.warning("left alone for a while", what=what, seconds=wait, exc_info=not isinstance(trouble, Error), trouble=repr(trouble)[:300])
            close_old_connections()
            return None
        self.again.pop(what, None)
        return done

    def _jobs(self) -> None:
        """procrastinate's worker, started again when the database was away."""
        while not self.stopping.is_set():
            self._try("jobs", lambda: asyncio.run(self._procrastinate()))
            self.stopping.wait(1)

    async def _procrastinate(self) -> None:
        from procrastinate.contrib.django import app

        connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
        own = app.with_connector(connector)
        async with own.open_async():
            working = asyncio.create_task(own.run_worker_async(concurrency=2, install_signal_handlers=False, wait=True, delete_jobs="successful"))
            while not self.stopping.is_set() and not working.done():
                await asyncio.sleep(0.2)
                # Periodic jobs are deferred over a connection of this thread's: one that died with the server would be kept for ever.
                await sync_to_async(close_old_connections)()
            if working.done():
                working.result()
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


def main() -> None:
    """`python -m hanse.edge.worker`: work until SIGTERM."""
    import django

    from .process import PARENT, become, die_with_parent, loading

    if PARENT in os.environ:
        die_with_parent()
    become("worker", 12)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
    with loading():
        django.setup()
    worker = Worker()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: worker.stopping.set())
    worker.run()


if __name__ == "__main__":
    main()

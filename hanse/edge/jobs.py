"""What the edge does by itself: answer cards older than 30 days thrown away, jobs of dead workers started again."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.follow import Told, follower
from hanse.kernel import clock

from . import live, webhooks

__all__ = ["live", "post", "purge", "reap"]
KEPT = timedelta(days=30)
AT_ONCE = 10_000
PURGE = """
DELETE FROM journal_request WHERE id IN (SELECT id FROM journal_request WHERE recorded_at < %s ORDER BY id LIMIT %s)
"""


@follower("webhooks")
def post(facts: Sequence[Told]) -> None:
    """Put each fact into the box of every endpoint that hears its kind; sending comes later, outside this transaction."""
    webhooks.put_into_boxes(facts)


def purge_requests() -> int:
    """Throw away request keys older than 30 days (D7), in small bites; gives back how many there were."""
    gone, before = 0, clock.now() - KEPT
    while True:
        with connection.cursor() as cursor:
            cursor.execute(PURGE, [before, AT_ONCE])
            gone += cursor.rowcount
            if cursor.rowcount < AT_ONCE:
                return gone


@app.periodic(cron="17 2 * * *")
@app.task(queueing_lock="purge", pass_context=False)
def purge(timestamp: int) -> None:
    """Each night: forget the answers of requests nobody repeats any more."""
    purge_requests()


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="reap", pass_context=True)
async def reap(context: Any, timestamp: int) -> None:
    """Each minute: jobs whose worker gives no sign of life are run again. It has no lock itself, or it could not reap itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        await manager.retry_job(job)

"""What the edge does by itself: answer cards older than 30 days thrown away, jobs of dead workers started again, owners of what is gone let go."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock

from . import attention, live, webhooks
from .end_ownership import EndOwnership, end_ownership

__all__ = ["end_gone", "live", "post", "purge", "reap"]
KEPT = timedelta(days=30)
AT_ONCE = 10_000
MOST_DEATHS = 3
"""A job that its workers died of so often is parked as failed, where `hanse doctor` shows it."""
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
    """Each minute: jobs whose worker gives no sign of life are run again, unless three workers died of one. It has no lock itself, or it could not reap itself."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs():
        if job.attempts + 1 >= MOST_DEATHS:
            await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
        else:
            await manager.retry_job(job)


def end_gone_ownership() -> int:
    """End the ownership of exceptions that are gone; gives back how many."""
    gone = attention.gone(clock.now().date())
    return len(end_ownership([EndOwnership(kind, subject) for kind, subject in gone], by=HANSE)) if gone else 0


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="end-ownership", pass_context=False)
def end_gone(timestamp: int) -> None:
    """Each minute: what no longer needs a person is nobody's, so that it is nobody's too should it come again."""
    end_gone_ownership()

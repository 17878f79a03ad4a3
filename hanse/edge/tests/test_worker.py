"""The worker: followers read on, one that fails holds up no other, dead workers' jobs run again, old keys go."""

from datetime import timedelta

import pytest
from django.db import connection

from hanse.edge import doctor
from hanse.edge.add_endpoints import AddEndpoint, add_endpoints
from hanse.edge.jobs import purge_requests
from hanse.edge.worker import LONGEST_WAIT, Worker
from hanse.journal import follow
from hanse.journal.models import Follower, Request
from hanse.kernel import clock
from tests.given import MONDAY


@pytest.fixture
def followers(monkeypatch):
    """No followers but those of the test."""
    mine: dict = {}
    monkeypatch.setattr(follow, "FOLLOWERS", mine)
    return mine


def heard_by(followers, name, trouble=None):
    heard = []

    def act(facts):
        if trouble:
            raise trouble
        heard.extend(f.kind for f in facts)

    followers[name] = follow.FollowerSpec(name, (), act)
    return heard


def test_each_follower_hears_each_fact_once(lasting, followers):
    one, other = heard_by(followers, "one"), heard_by(followers, "other")
    worker = Worker()
    worker.tick()
    add_endpoints([AddEndpoint("https://example.com")], by="ann")
    for _ in range(3):
        worker.tick()
    assert one == other == ["EndpointAdded"]


def test_a_quiet_journal_is_only_looked_at(lasting, followers):
    heard_by(followers, "one")
    worker = Worker()
    add_endpoints([AddEndpoint("https://example.com")], by="ann")
    worker.tick()
    moved = Follower.objects.get(name="one").moved_at
    for _ in range(3):
        worker.tick()
    assert Follower.objects.get(name="one").moved_at == moved


def test_one_that_fails_holds_up_no_other_and_is_left_alone_for_a_while(lasting, followers):
    heard_by(followers, "broken", RuntimeError("no"))
    fine = heard_by(followers, "fine")
    worker = Worker()
    add_endpoints([AddEndpoint("https://example.com")], by="ann")
    worker.tick()
    worker.tick()
    assert fine == ["EndpointAdded"]
    assert Follower.objects.get(name="broken").failures == 1


def test_request_keys_are_kept_thirty_days(lasting):
    add_endpoints([AddEndpoint("https://example.com")], by="ann", key="old")
    with clock.standing_at(MONDAY + timedelta(days=29)):
        add_endpoints([AddEndpoint("https://example.com")], by="ann", key="new")
        assert purge_requests() == 0
    with clock.standing_at(MONDAY + timedelta(days=31)):
        assert purge_requests() == 1
    assert [r.key for r in Request.objects.all()] == ["new"]


def test_a_fact_that_nobody_can_take_in_is_parked_within_a_minute(lasting, followers):
    """Ten tries, each left alone for twice as long as the one before, up to a bound."""
    waits, wait = [], 0.5
    for _ in range(follow.PARK_AFTER - 1):
        waits.append(wait)
        wait = min(2 * wait, LONGEST_WAIT)
    assert sum(waits) < 45


def reaped(attempts: int) -> str:
    """What becomes of a job whose worker died, when that was tried so often before."""
    import asyncio

    from procrastinate.contrib.django import app

    from hanse.edge import jobs

    job = jobs.purge.defer(timestamp=1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id")
        [worker] = cursor.fetchone()
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s WHERE id = %s", [worker, attempts, job])

    async def reap_and_work() -> None:
        own = app.with_connector(app.connector.get_worker_connector())
        async with own.open_async():
            await jobs.reap.func(type("Context", (), {"app": own})(), 1)
            await own.run_worker_async(wait=False, install_signal_handlers=False)

    asyncio.run(reap_and_work())
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM procrastinate_jobs WHERE id = %s", [job])
        [status] = cursor.fetchone()
    return status


def test_the_job_of_a_dead_worker_is_run_again(lasting):
    assert reaped(attempts=0) == "succeeded"


def test_a_job_that_three_workers_died_of_is_parked(lasting):
    assert reaped(attempts=2) == "failed"
    assert {line.name: line.seen for line in doctor.followers()}["failed jobs"] == "1"

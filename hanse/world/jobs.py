"""What the world does by itself: live the futures of what was asked, one question at a time, and keep what they say.

The worker hears of a question and has a job live it. A worker that dies leaves the job to the next one, which begins anew from a fresh
copy; the copies of the dead one are cleared away before. Somebody who stops it is obeyed after the next future.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import structlog
from django.db import connection
from procrastinate.contrib.django import app

from hanse.journal.asking import rows
from hanse.journal.follow import Told, follower
from hanse.journal.principals import HANSE
from hanse.kernel import clock

from .answer_what_if import AnswerWhatIf, answer_what_if
from .branches import NotCopied, copied
from .stop_what_if import StopWhatIf, stop_what_if
from .whatif import NotLived, compared, futures_of, hired, outcomes

log = structlog.get_logger("hanse.world")


class Stopped(Exception):
    """Somebody stopped it."""


@dataclass(frozen=True, slots=True)
class ToLive:
    """What was asked, as far as living it needs."""

    world: str
    described: str
    change: str
    seed: int
    began: date
    first: date
    days: int
    seeds: int


@follower("world: live what-ifs", "WhatIfAsked")
def hear(facts: Sequence[Told]) -> None:
    """Have the futures lived that somebody asks for."""
    for fact in facts:
        live_what_if.defer(what_if=fact.body["what_if"])


@app.task(lock="what-if", pass_context=False)
def live_what_if(what_if: int) -> None:
    """Live all futures of a question; one at a time, so that other jobs have their turn."""
    try:
        live(what_if)
    except Stopped:
        log.info("what-if was stopped", what_if=what_if)
    except (NotLived, NotCopied) as trouble:
        stop_what_if([StopWhatIf(what_if, str(trouble)[:2_000])], by=HANSE)


BEGIN = """
UPDATE world_whatif SET state = 'living', lived = 0, as_of = %(now)s, moved_at = %(now)s WHERE id = %(what_if)s AND state IN ('asked', 'living')
RETURNING world, described, change, seed, began_on, first_on, days, seeds
"""
MOVE = "UPDATE world_whatif SET lived = %(lived)s, moved_at = %(now)s WHERE id = %(what_if)s AND state = 'living' RETURNING id"


def live(what_if: int, processes: int = max(1, (os.cpu_count() or 1) // 2)) -> None:
    """Live the futures of a question on half of the processors, so that the pages keep theirs; does nothing for one that has ended."""
    now = clock.now()
    found = rows(ToLive, BEGIN, what_if=what_if, now=now)
    if not found:
        raise Stopped
    [it] = found
    if not os.environ.get("DATABASE_OWNER_URL"):
        raise NotCopied("The worker has no DATABASE_OWNER_URL: futures are lived in copies, which the owner makes.")
    with copied(os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"]) as branch, hired(processes) as executor:
        pairs = futures_of(branch, os.environ["HANSE_SECRET_KEY"], it.world, it.described, it.change, it.seed, it.began, it.first, it.days, it.seeds)
        report = compared(outcomes(executor, pairs, _counting(what_if)), it.first)
    answer_what_if([AnswerWhatIf(what_if, now, report)], by=HANSE)


def _counting(what_if: int) -> Callable[[], None]:
    """Tells how far it is after each future, and hears whether it goes on."""
    lived = 0

    def done() -> None:
        nonlocal lived
        lived += 1
        with connection.cursor() as cursor:
            cursor.execute(MOVE, {"what_if": what_if, "lived": lived, "now": clock.now()})
            if not cursor.fetchall():
                raise Stopped

    return done

"""Follow: read the journal safely and do what follows.

Sequences do not commit in order, so a follower never reads "id greater than last". Each journal row keeps
its transaction; a follower reads what lies behind its watermark (transaction, id), of transactions older
than the oldest one still running, and stores the new watermark in the transaction of its own effect.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

MOST_FACTS = 1_000
PARK_AFTER = 10
"""A fact that failed ten times is parked with its reason; the rest moves on (D23)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One journal row as followers see it."""

    id: int
    xact: int
    kind: str
    subject: str
    body: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime
    zone: str
    actor: str
    operation: str
    key: str | None


FOLLOWERS: dict[str, "FollowerSpec"] = {}


@dataclass(frozen=True, slots=True)
class FollowerSpec:
    """A follower: its name, the kinds of facts it hears (none given: all) and what it does with a batch."""

    name: str
    kinds: tuple[str, ...]
    act: Callable[[Sequence[Told]], None]


def follower(name: str, *kinds: str) -> Callable[[Callable[[Sequence[Told]], None]], Callable[[Sequence[Told]], None]]:
    """Register a function that hears these kinds of facts in batches, once, in the order of commit.

    The function runs in the follower's transaction: the operations it calls and the new watermark commit together.
    """

    def register(act: Callable[[Sequence[Told]], None]) -> Callable[[Sequence[Told]], None]:
        FOLLOWERS[name] = FollowerSpec(name, kinds, act)
        return act

    return register


COLUMNS = "id, xact, kind, subject, body, happened_at, recorded_at, zone, actor, operation, key"
OPEN = "INSERT INTO journal_follower (name) VALUES (%s) ON CONFLICT DO NOTHING"
CLAIM = "SELECT xact, event, pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM journal_follower WHERE name = %s FOR UPDATE SKIP LOCKED"
"""With the horizon: all that is older was committed before we look."""
READ = f"""
SELECT {COLUMNS} FROM journal_event
 WHERE (xact, id) > (%s, %s) AND xact < %s AND (%s::text[] = '{{}}' OR kind = ANY(%s::text[]))
 ORDER BY xact, id LIMIT %s
"""
MOVE = "UPDATE journal_follower SET xact = %s, event = %s, moved_at = now(), failures = 0, trouble = '' WHERE name = %s"
FAILED = """
INSERT INTO journal_follower AS f (name, failures, trouble) VALUES (%s, 1, %s)
ON CONFLICT (name) DO UPDATE SET failures = f.failures + 1, trouble = EXCLUDED.trouble RETURNING failures
"""
PARK = """
INSERT INTO journal_parkedfact (follower, event_id, trouble) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING
"""


def follow(spec: FollowerSpec) -> int:
    """Let one follower read on; gives back how many facts it has passed.

    Its effect and its new watermark are one transaction, and the follower's row stays locked meanwhile:
    each fact has its effect once, whichever worker dies.
    """
    try:
        return _read_on(spec, one_by_one=False)
    except Exception as trouble:
        if _failed(spec, trouble) < PARK_AFTER:
            raise
        return _read_on(spec, one_by_one=True)


def pass_over(spec: FollowerSpec) -> None:
    """Move a follower behind all that was told, without letting it hear: for a past that is nobody's news."""
    with transaction.atomic(), connection.cursor() as cursor:
        if claimed := _claim(cursor, spec):
            cursor.execute(MOVE, [claimed[2], 0, spec.name])


def _claim(cursor: Any, spec: FollowerSpec) -> tuple[int, int, int] | None:
    """The follower's watermark, locked, and the horizon; nothing where another worker has it. One that has never read is opened."""
    cursor.execute(CLAIM, [spec.name])
    found: tuple[int, int, int] | None = cursor.fetchone()
    if found is None:
        cursor.execute(OPEN, [spec.name])
        if cursor.rowcount:
            cursor.execute(CLAIM, [spec.name])
            found = cursor.fetchone()
    return found


def _read_on(spec: FollowerSpec, one_by_one: bool) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        claimed = _claim(cursor, spec)
        if claimed is None:
            return 0
        mark, horizon = claimed[:2], claimed[2]
        facts, reached = _read(cursor, mark, horizon, spec.kinds)
        if facts and one_by_one:
            _act_one_by_one(spec, facts)
        elif facts:
            spec.act(facts)
        if reached > mark:
            cursor.execute(MOVE, [*reached, spec.name])
        return len(facts)


def _read(cursor: Any, start: tuple[int, int], horizon: int, kinds: Sequence[str]) -> tuple[list[Told], tuple[int, int]]:
    """At most a thousand facts of these kinds behind a watermark and before the horizon, and the watermark behind them."""
    cursor.execute(READ, [*start, horizon, list(kinds), list(kinds), MOST_FACTS])
    facts = [_told(row) for row in cursor.fetchall()]
    return facts, (facts[-1].xact, facts[-1].id) if len(facts) == MOST_FACTS else (horizon, 0)


def _told(row: tuple[Any, ...]) -> Told:
    """A journal row; Django hands jsonb over as text."""
    values: list[Any] = [*row[:4], json.loads(row[4]), *row[5:]]
    return Told(*values)


def _failed(spec: FollowerSpec, trouble: Exception) -> int:
    """Note that the follower failed and why; gives back how often in a row."""
    with connection.cursor() as cursor:
        cursor.execute(FAILED, [spec.name, str(trouble)[:500]])
        return cursor.fetchone()[0]


def _act_one_by_one(spec: FollowerSpec, heard: Sequence[Told]) -> None:
    """Take a batch that keeps failing fact by fact; what fails alone is parked with its reason."""
    for fact in heard:
        try:
            with transaction.atomic():
                spec.act([fact])
        except Exception as trouble:  # noqa: BLE001 - parked with its reason, whatever it is
            with connection.cursor() as cursor:
                cursor.execute(PARK, [spec.name, fact.id, str(trouble)[:500]])

"""The feed: the journal in the order of commit, for whoever would rather pull than be called.

Reads like a follower does: sequences do not commit in order, so "id greater than last" would lose facts. Rows are
given in the order of their transactions, and only of transactions below the oldest one still running.

A place in the feed belongs to an epoch. After a restore the journal goes on from an earlier moment in a new one: whoever comes with a
place of the epoch before is led back to where the new one begins, and reads there first that hanse was `Recovered`.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from hanse.web.doors import Cursor, Limit, after, cursor_of, page_schema, shown

router = Router(tags=["events"])
HORIZON = """
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, coalesce(max(epoch), 0), min(xact) FILTER (WHERE epoch > %(epoch)s) FROM edge_recovery
"""
FEED = """
SELECT id, kind, subject, body, happened_at, recorded_at, zone, actor, operation, xact
  FROM journal_event
 WHERE (xact, id) > (%(xact)s::bigint, %(id)s::bigint)
   AND xact < %(horizon)s::bigint
   AND (%(kinds)s::text[] = '{}' OR kind = ANY(%(kinds)s::text[]))
 ORDER BY xact, id LIMIT %(limit)s
"""


class EventTold(Schema):
    """One fact of the journal: what happened, to what, when, when it was recorded, and who did it."""

    id: int
    kind: str
    subject: str
    body: dict[str, Any]
    happened_at: datetime
    recorded_at: datetime
    zone: str
    actor: str
    operation: str


@router.get("/events", response=page_schema(EventTold))
def events(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100, kind: str = "") -> HttpResponse:
    """The journal in the order of commit. `kind` may name several, with commas. Keep `next` and ask again with it.

    `next` is never empty: at the end it is where the next fact will be. After a restore it leads to the fact `Recovered`: whatever was
    read of later than its `restored_to` is void.
    """
    start = after(cursor, int, int, int) or (0, 0, 0)
    rows, following = read(start, [k for k in kind.split(",") if k], limit)
    return shown({"items": [dict(zip(EventTold.model_fields, row, strict=False)) for row in rows], "next": cursor_of(following)})


def read(start: tuple[int, ...], kinds: Sequence[str], limit: int) -> tuple[list[tuple[Any, ...]], tuple[int, ...]]:
    """Facts behind a place in the feed (transaction, fact, epoch), whole transactions below the horizon only, and the place behind them."""
    xact, id, known = start
    with connection.cursor() as cursor:
        cursor.execute(HORIZON, {"epoch": known})
        horizon, epoch, began = cursor.fetchone()
        if began is not None and xact >= began:
            xact, id = began, 0
        cursor.execute(FEED, {"xact": xact, "id": id, "horizon": horizon, "kinds": list(kinds), "limit": limit})
        rows = [_parsed(row) for row in cursor.fetchall()]
    if len(rows) == limit:
        return rows, (rows[-1][-1], rows[-1][0], epoch)
    return rows, (*max((xact, id), (horizon, 0)), epoch)


def _parsed(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with its body as an object, whichever way the driver gave it."""
    return (*row[:3], json.loads(row[3]) if isinstance(row[3], str) else row[3], *row[4:])

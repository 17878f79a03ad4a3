"""Answering: tenders that wait for their answer, locked; what several operations read and close."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hanse.journal.run import Run


@dataclass(frozen=True, slots=True)
class Asked:
    """A tender of a load with how the load stands."""

    load: int
    number: str
    state: str
    tender: int
    rank: int
    carrier: str
    answer_by: datetime
    result: str


LOCK = "SELECT id FROM transport_load WHERE number = ANY(%(load)s::text[]) ORDER BY id FOR NO KEY UPDATE"
TENDERS = """
SELECT l.id, l.number, l.state, t.id, t.rank, c.code, t.answer_by, t.result
  FROM transport_load l JOIN transport_tender t ON t.load_id = l.id JOIN transport_carrier c ON c.id = t.carrier_id
 WHERE l.number = ANY(%(load)s::text[]) ORDER BY l.id, t.rank
"""
CLOSE = """
UPDATE transport_tender t SET result = a.result, answered_at = %(now)s::timestamptz, reason = a.reason, pickup_number = a.pickup_number, actor = a.actor
  FROM unnest(%(tender)s::bigint[], %(result)s::text[], %(reason)s::text[], %(pickup_number)s::text[], %(by)s::text[]) AS a(id, result, reason, pickup_number, actor)
 WHERE t.id = a.id
"""
SET_STATE = """
UPDATE transport_load l SET state = s.state, cancelled_at = CASE WHEN s.state = 'cancelled' THEN %(now)s::timestamptz ELSE l.cancelled_at END,
       cancelled_by = CASE WHEN s.state = 'cancelled' THEN s.actor ELSE l.cancelled_by END
  FROM unnest(%(load)s::bigint[], %(state)s::text[], %(by)s::text[]) AS s(id, state, actor) WHERE l.id = s.id
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a tender ended."""

    tender: int
    result: str
    reason: str = ""
    pickup_number: str = ""


def lock_and_read(run: Run, loads: Sequence[str]) -> dict[str, list[Asked]]:
    """Lock loads by their id, and read their tenders by rank."""
    run.lock(LOCK, load=sorted(set(loads)))
    found: dict[str, list[Asked]] = {}
    for it in run.rows(Asked, TENDERS, load=sorted(set(loads))):
        found.setdefault(it.number, []).append(it)
    return found


def close(run: Run, ended: Sequence[tuple[Ended, str]]) -> None:
    """Write how tenders ended and who said so."""
    if ended:
        run.write(CLOSE, [e for e, _ in ended], by=[actor for _, actor in ended])


def set_state(run: Run, loads: Sequence[tuple[int, str, str]]) -> None:
    """Write how loads stand: load, state, who."""
    if loads:
        run.write(SET_STATE, load=[load for load, _, _ in loads], state=[state for _, state, _ in loads], by=[actor for _, _, actor in loads])

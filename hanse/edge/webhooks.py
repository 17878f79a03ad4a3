"""Webhooks: journal events sent to endpoints, signed by the Standard Webhooks rules.

Each fact goes into the box of every endpoint that hears its kind. It is sent in order per subject, with the same id on
every attempt, at 0, 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 h after the try before; then it is parked and its
endpoint paused. A waiting subject holds back only itself. A delivery is claimed for a minute before it is sent; who
lost the claim meanwhile writes nothing.
"""

import asyncio
import json
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from django.db import close_old_connections, connection
from pydantic_core import to_json
from standardwebhooks.webhooks import Webhook

from hanse.journal.follow import Told
from hanse.journal.principals import HANSE
from hanse.kernel import clock

from .outgoing import Answer, send

WAITS = [timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), *(timedelta(hours=h) for h in (2, 5, 10, 14, 20, 24))]
"""How long to wait after the first, second … failed try; after the tenth it is parked."""
LEASE = timedelta(seconds=60)
AT_ONCE = 8
TURN = 5.0
"""Seconds for which an endpoint that takes everything is sent one after the other, before others with much in their box have their turn."""
GONE = 410
log = structlog.get_logger("hanse.webhooks")

BOX = """
INSERT INTO edge_delivery (endpoint_id, event, message, subject, next_at)
SELECT e.id, f.event, 'msg_' || e.id || '_' || f.event, f.subject, %(now)s::timestamptz
  FROM unnest(%(event)s::bigint[], %(kind)s::text[], %(subject)s::text[]) AS f(event, kind, subject)
  JOIN edge_endpoint e ON e.removed_at IS NULL AND (e.kinds = '{}' OR f.kind = ANY(e.kinds))
 ORDER BY f.event ON CONFLICT DO NOTHING
"""
DUE = """
SELECT DISTINCT d.endpoint_id FROM edge_delivery d JOIN edge_endpoint e ON e.id = d.endpoint_id
 WHERE d.state = 'waiting' AND d.next_at <= %(now)s AND e.paused_at IS NULL AND e.removed_at IS NULL
"""
CLAIM = """
WITH first AS (
  SELECT DISTINCT ON (d.subject) d.id, d.next_at FROM edge_delivery d
   WHERE d.endpoint_id = %(endpoint)s AND d.state = 'waiting' ORDER BY d.subject, d.id
), due AS (
  SELECT d.id FROM edge_delivery d JOIN first f ON f.id = d.id
   WHERE d.state = 'waiting' AND d.next_at <= %(now)s ORDER BY d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
)
UPDATE edge_delivery AS d SET attempts = d.attempts + 1, next_at = %(lease)s
  FROM due, edge_endpoint e, journal_event j
 WHERE d.id = due.id AND e.id = d.endpoint_id AND j.id = d.event AND e.paused_at IS NULL AND e.removed_at IS NULL
RETURNING d.id, d.attempts, d.message, e.url, e.secrets, j.id, j.kind, j.subject, j.body, j.happened_at, j.recorded_at
"""
DELIVERED = """
UPDATE edge_delivery AS d SET state = 'delivered', delivered_at = %(now)s, last_status = t.status, trouble = ''
  FROM unnest(%(id)s::bigint[], %(attempts)s::int[], %(status)s::int[]) AS t(id, attempts, status)
 WHERE d.id = t.id AND d.attempts = t.attempts AND d.state = 'waiting'
"""
FAILED = """
UPDATE edge_delivery SET state = %(state)s, next_at = %(next)s, last_status = %(status)s, trouble = %(trouble)s
 WHERE id = %(id)s AND attempts = %(attempts)s AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One claimed delivery, with all that sending it needs."""

    id: int
    attempts: int
    message: str
    url: str
    secrets: list[str] = field(repr=False)
    event: int
    kind: str
    subject: str
    body: Any
    happened_at: datetime
    recorded_at: datetime

    def content(self) -> bytes:
        """The body: the same on every attempt."""
        return to_json({
            "type": self.kind, "timestamp": self.happened_at, "id": self.event, "subject": self.subject,
            "recorded_at": self.recorded_at, "data": json.loads(self.body) if isinstance(self.body, str) else self.body,
        })


def put_into_boxes(facts: Sequence[Told]) -> None:
    """Make a delivery of each fact for each endpoint that hears it; a fact told twice is put in once."""
    with connection.cursor() as cursor:
        cursor.execute(BOX, {
            "now": clock.now(), "event": [f.id for f in facts], "kind": [f.kind for f in facts], "subject": [f.subject for f in facts],
        })


_senders = ThreadPoolExecutor(8, thread_name_prefix="webhook")
_busy: set[int] = set()
_guard = threading.Lock()


def send_due() -> None:
    """Send what is due, each endpoint in a thread of its own, so that one that hangs delays only itself."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": clock.now()})
        endpoints = [endpoint for (endpoint,) in cursor.fetchall()]
    with _guard:
        free = [e for e in endpoints if e not in _busy]
        _busy.update(free)
    for endpoint in free:
        _senders.submit(_in_a_thread, endpoint)


def _in_a_thread(endpoint: int) -> None:
    try:
        send_all(endpoint)
    except Exception:
        log.exception("webhooks not sent", endpoint=endpoint)
        raise
    finally:
        close_old_connections()
        with _guard:
            _busy.discard(endpoint)


def send_all(endpoint: int) -> int:
    """Send what has piled up for an endpoint as long as it takes everything; after its turn others have theirs. Gives back how many were tried."""
    tried, end = 0, time.monotonic() + TURN
    while answers := _sent(endpoint):
        tried += len(answers)
        if not all(answer.taken for answer in answers) or time.monotonic() > end:
            break
    return tried


def send_to(endpoint: int) -> int:
    """Claim what is due for one endpoint, send it, and note what came of it; gives back how many were tried."""
    return len(_sent(endpoint))


def _sent(endpoint: int) -> list[Answer]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, {"endpoint": endpoint, "now": now, "lease": now + LEASE, "most": AT_ONCE})
        letters = [Letter(*row) for row in cursor.fetchall()]
    answers = asyncio.run(_post(letters)) if letters else []
    _note(endpoint, letters, answers)
    return answers


async def _post(letters: list[Letter]) -> list[Answer]:
    return list(await asyncio.gather(*(send(letter.url, letter.content(), signed(letter)) for letter in letters)))


def signed(letter: Letter) -> dict[str, str]:
    """The headers: id, time of this attempt, and a signature with each secret in force."""
    now = clock.now().astimezone(UTC)
    content = letter.content().decode()
    signatures = [Webhook(secret).sign(letter.message, now, content) for secret in letter.secrets]
    return {
        "content-type": "application/json", "webhook-id": letter.message, "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures), "user-agent": "hanse-webhooks/1",
    }


def _note(endpoint: int, letters: Sequence[Letter], answers: Sequence[Answer]) -> None:
    """Write down what came of the attempts."""
    came = list(zip(letters, answers, strict=True))
    taken = [(letter, answer) for letter, answer in came if answer.taken]
    if taken:
        with connection.cursor() as cursor:
            cursor.execute(DELIVERED, {
                "id": [it.id for it, _ in taken], "attempts": [it.attempts for it, _ in taken], "status": [answer.status for _, answer in taken], "now": clock.now(),
            })
    for letter, answer in came:
        if not answer.taken:
            _note_failure(endpoint, letter, answer)


def _note_failure(endpoint: int, letter: Letter, answer: Answer) -> None:
    """When it is tried again; after the last attempt the endpoint is paused, and the journal says why."""
    from .pause_endpoints import PauseEndpoint, pause_endpoints

    now = clock.now()
    given: dict[str, Any] = {"id": letter.id, "attempts": letter.attempts, "status": answer.status, "trouble": answer.trouble[:500]}
    last = letter.attempts > len(WAITS) or answer.status == GONE
    after = timedelta() if last else WAITS[letter.attempts - 1]
    with connection.cursor() as cursor:
        cursor.execute(FAILED, given | {"state": "parked" if last else "waiting", "next": now + after})
        parked = last and cursor.rowcount == 1
    if parked:
        pause_endpoints([PauseEndpoint(endpoint, f"{letter.message} was not taken after {letter.attempts} tries: {answer.trouble}"[:500])], by=HANSE)

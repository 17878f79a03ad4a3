"""Webhooks in the API: endpoints, what was delivered to them, and trying again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema

from hanse.kernel.asks import Id
from hanse.web.doors import Cursor, Limit, after, answer_to, answered_one, missing, page_of, page_schema, shown
from hanse.web.problems import problem

from .add_endpoints import AddEndpoint, add_endpoints
from .redeliver import Redeliver, redeliver
from .remove_endpoints import RemoveEndpoint, remove_endpoints
from .resume_endpoints import ResumeEndpoint, resume_endpoints
from .rotate_secrets import RotateSecret, rotate_secrets

router = Router(tags=["webhooks"])
ENDPOINTS = """
SELECT id, url, kinds, owner, made_at, paused_at, trouble FROM edge_endpoint
 WHERE removed_at IS NULL AND id > %(after)s ORDER BY id LIMIT %(limit)s
"""
ENDPOINT = "SELECT secrets[1] FROM edge_endpoint WHERE id = %(id)s AND removed_at IS NULL"
DELIVERIES = """
SELECT d.id, d.message, d.event, d.subject, d.state, d.attempts, d.next_at, d.last_status, d.trouble, d.delivered_at
  FROM edge_delivery d WHERE d.endpoint_id = %(endpoint)s AND (%(before)s::bigint IS NULL OR d.id < %(before)s)
   AND (%(state)s = '' OR d.state = %(state)s) ORDER BY d.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint: where events go, and whether it is paused and why."""

    id: int
    url: str
    kinds: list[str]
    owner: str
    made_at: datetime
    paused_at: datetime | None
    trouble: str


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One event for one endpoint: waiting, delivered or parked."""

    id: int
    message: str
    event: int
    subject: str
    state: str
    attempts: int
    next_at: datetime
    last_status: int | None
    trouble: str
    delivered_at: datetime | None


class Secret(Schema):
    """What signs an endpoint's messages now."""

    secret: str


def _rows(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


@router.post("/webhooks", response=answer_to(add_endpoints, created=True))
def add_webhook(request: HttpRequest, ask: Body[AddEndpoint]) -> HttpResponse:
    """Send journal events to an address. No kinds means all. Its secret is at `/webhooks/{id}/secret`."""
    return answered_one(request, add_endpoints, ask, created=True)


@router.get("/webhooks", response=page_schema(EndpointRow))
def webhooks(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """The endpoints, oldest first."""
    [start] = after(cursor, int) or (0,)
    rows = [EndpointRow(*row) for row in _rows(ENDPOINTS, after=start, limit=limit + 1)]
    return page_of(rows, limit, lambda row: row.id)


@router.get("/webhooks/{endpoint}/secret", response=Secret)
def webhook_secret(request: HttpRequest, endpoint: Id) -> HttpResponse:
    """The secret that signs an endpoint's messages; shown to whoever may rotate it."""
    who = request.auth  # type: ignore[attr-defined]
    if not who.may(rotate_secrets.name):
        return problem(request, "not-granted", who=who.name, operation=rotate_secrets.name)
    found = _rows(ENDPOINT, id=endpoint)
    return shown({"secret": found[0][0]}) if found else missing(request, "endpoint", endpoint)


@router.post("/webhooks/{endpoint}/rotate", response=answer_to(rotate_secrets))
def rotate_webhook(request: HttpRequest, endpoint: Id) -> HttpResponse:
    """Sign with a new secret; the one before it signs too, until the next rotation."""
    return answered_one(request, rotate_secrets, RotateSecret(endpoint))


@router.get("/webhooks/{endpoint}/deliveries", response=page_schema(DeliveryRow))
def deliveries(request: HttpRequest, endpoint: Id, state: str = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What went or goes to an endpoint, newest first; `state` is waiting, delivered or parked."""
    if not _rows(ENDPOINT, id=endpoint):
        return missing(request, "endpoint", endpoint)
    [before] = after(cursor, int) or (None,)
    rows = [DeliveryRow(*row) for row in _rows(DELIVERIES, endpoint=endpoint, state=state, before=before, limit=limit + 1)]
    return page_of(rows, limit, lambda row: row.id)


@router.post("/webhooks/deliveries/{delivery}/redeliver", response=answer_to(redeliver))
def redeliver_webhook(request: HttpRequest, delivery: Id) -> HttpResponse:
    """Send a delivery again, with the same id."""
    return answered_one(request, redeliver, Redeliver(delivery))


@router.post("/webhooks/{endpoint}/resume", response=answer_to(resume_endpoints))
def resume_webhook(request: HttpRequest, endpoint: Id) -> HttpResponse:
    """Let a paused endpoint take events again."""
    return answered_one(request, resume_endpoints, ResumeEndpoint(endpoint))


@router.delete("/webhooks/{endpoint}", response=answer_to(remove_endpoints))
def remove_webhook(request: HttpRequest, endpoint: Id) -> HttpResponse:
    """Send nothing there any more."""
    return answered_one(request, remove_endpoints, RemoveEndpoint(endpoint))

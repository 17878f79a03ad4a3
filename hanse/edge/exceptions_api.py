"""Exceptions in the API: the queue of what needs a person, and whose each is."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router, Schema

from hanse.kernel import clock
from hanse.web.doors import Cursor, Limit, WrongCursor, after, answer_to, answered_one, missing, page_of, page_schema

from . import attention
from .attention import Need, Place, Wanted
from .give_back_exceptions import GiveBackException, give_back_exceptions
from .hand_on_exceptions import HandOnException, hand_on_exceptions
from .kinds import KINDS
from .take_exceptions import TakeException, take_exceptions

router = Router(tags=["exceptions"])
Word = Annotated[str, MaxLen(200)]


class ExceptionRow(Schema):
    """One thing that needs a person: what and why, its order, what is at stake, when it is lost, since when it waits, whose it is."""

    kind: str
    subject: str
    title: str
    why: str
    order: str
    customer: str
    currency: str
    at_stake: Decimal | None
    promised_on: date | None
    lost_on: date
    since: datetime | None
    owner: str
    taken_at: datetime | None
    note: str
    facts: dict[str, Any]


def place_of(cursor: str) -> Place | None:
    """Where in the queue a page begins."""
    at = after(cursor, str, str, str, str)
    if at is None:
        return None
    try:
        return date.fromisoformat(at[0]), Decimal(at[1]), at[2], at[3]
    except (ValueError, InvalidOperation) as error:
        raise WrongCursor(cursor) from error


@router.get("/exceptions", response=page_schema(ExceptionRow))
def exceptions(request: HttpRequest, kind: Word = "", owner: Word = "", site: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What needs a person, what is lost first first. `owner` is a name, or `nobody`. A row goes when its cause is gone."""
    if kind and kind not in KINDS:
        return missing(request, "kind of exception", kind)
    today = clock.now().date()
    want = Wanted([kind] if kind else list(KINDS), owner, site)
    found = attention.needs(want.kinds, today, want, place_of(cursor), limit + 1)
    places = {(it.kind, it.subject): it.place for it in found}
    return page_of([_row(it, today) for it in found], limit, lambda row: places[row["kind"], row["subject"]])


def _row(need: Need, today: date) -> dict[str, Any]:
    own = ("kind", "subject", "title", "order", "customer", "currency", "at_stake", "promised_on", "lost_on", "since", "owner", "taken_at", "note", "facts")
    return {name: getattr(need, name) for name in own} | {"why": attention.why(need, today)}


@router.post("/exceptions/take", response=answer_to(take_exceptions))
def take_exception(request: HttpRequest, ask: Body[TakeException]) -> HttpResponse:
    """Take an exception: it is the asker's until its cause is gone."""
    return answered_one(request, take_exceptions, ask)


@router.post("/exceptions/give-back", response=answer_to(give_back_exceptions))
def give_back_exception(request: HttpRequest, ask: Body[GiveBackException]) -> HttpResponse:
    """Give an exception back: it is nobody's again."""
    return answered_one(request, give_back_exceptions, ask)


@router.post("/exceptions/hand-on", response=answer_to(hand_on_exceptions))
def hand_on_exception(request: HttpRequest, ask: Body[HandOnException]) -> HttpResponse:
    """Hand an exception on to a colleague."""
    return answered_one(request, hand_on_exceptions, ask)

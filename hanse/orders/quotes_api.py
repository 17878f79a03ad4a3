"""The API of promises, drafts, quotes and recurring orders."""

from datetime import date
from typing import Annotated

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel import clock
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused
from hanse.web.doors import Cursor, Limit, after, answer_to, answered_one, missing, only_reads, page_of, page_schema, shown
from hanse.web.problems import problem, problem_of

from . import draft_reads, promise_reads
from . import quote_reads as reads
from .accept_quotes import AcceptQuote, accept_quotes
from .drop_drafts import DropDraft, drop_drafts
from .make_quotes import MakeQuote, make_quotes
from .pause_recurring import PauseRecurring, pause_recurring
from .place import Place
from .place_drafts import PlaceDraft, place_drafts
from .place_due import PlaceDue, place_due
from .resume_recurring import ResumeRecurring, resume_recurring
from .save_drafts import SaveDraft, save_drafts
from .start_recurring import StartRecurring, start_recurring

router = Router(tags=["orders"])
PROMISER = "orders.make_quotes"
"""Whoever may make quotes may ask for promises."""
Word = Annotated[str, MaxLen(200)]


@router.post("/promises", response=promise_reads.Promise)
@only_reads
def quote_promise(request: HttpRequest, order: Body[Place]) -> HttpResponse:
    """What placing this order now would promise: its day, where each unit comes from and when, the ways with their price, and why. Reserves nothing."""
    who = request.auth  # type: ignore[attr-defined]
    if not who.may(PROMISER):
        return problem(request, "not-granted", who=who.name, operation=PROMISER)
    found = promise_reads.promise(order, clock.now())
    return problem_of(request, found) if isinstance(found, Refused) else shown(found)


@router.post("/quotes", response=answer_to(make_quotes, created=True))
def make_quote(request: HttpRequest, quote: Body[MakeQuote]) -> HttpResponse:
    """Offer an order at today's prices until a day. It is priced and promised and reserves nothing."""
    return answered_one(request, make_quotes, quote, created=True)


@router.get("/quotes", response=page_schema(reads.QuoteRow))
def quotes(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Quotes, newest first."""
    at = after(cursor, int)
    return page_of(reads.quotes(clock.now(), at[0] if at else None, limit + 1), limit, lambda row: row.id)


@router.get("/quotes/{number}", response=reads.QuoteRow)
def quote(request: HttpRequest, number: Word) -> HttpResponse:
    """One quote, with the order it offers."""
    found = reads.quote(number, clock.now())
    return shown(found) if found else missing(request, "quote", number)


@ask
class AcceptAsk:
    """The customer's reference of the order."""

    ref: Word = ""


@router.post("/quotes/{number}/accept", response=answer_to(accept_quotes))
def accept_quote(request: HttpRequest, number: Word, wish: Body[AcceptAsk]) -> HttpResponse:
    """Place what was quoted at the quoted price, once. The answer says what has changed since."""
    return answered_one(request, accept_quotes, AcceptQuote(number, wish.ref))


@router.post("/drafts", response=answer_to(save_drafts, created=True))
def save_draft(request: HttpRequest, draft: Body[SaveDraft]) -> HttpResponse:
    """Keep an order that is being written, as far as it is: it may have holes, promises and reserves nothing. A draft that is named is written anew."""
    return answered_one(request, save_drafts, draft, created=True)


@router.get("/drafts", response=page_schema(draft_reads.DraftRow))
def drafts(request: HttpRequest, by: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Drafts that are not placed, newest first; of one person, where he is named."""
    at = after(cursor, int)
    return page_of(draft_reads.drafts(by, at[0] if at else None, limit + 1), limit, lambda row: row.id)


@router.get("/drafts/{number}", response=draft_reads.DraftRow)
def draft(request: HttpRequest, number: Word) -> HttpResponse:
    """One draft as it was typed, with the order it became."""
    found = draft_reads.draft(number)
    return shown(found) if found else missing(request, "draft", number)


@ask
class PlaceDraftAsk:
    """The order as it shall be placed; without it the draft is placed as it was saved."""

    order: Place | None = None


@router.post("/drafts/{number}/place", response=answer_to(place_drafts))
def place_draft(request: HttpRequest, number: Word, wish: Body[PlaceDraftAsk]) -> HttpResponse:
    """Place a draft as an order, once. A refusal names everything that is missing and leaves the draft as it is."""
    return answered_one(request, place_drafts, PlaceDraft(number, wish.order))


@router.post("/drafts/{number}/drop", response=answer_to(drop_drafts))
def drop_draft(request: HttpRequest, number: Word) -> HttpResponse:
    """Throw a draft away."""
    return answered_one(request, drop_drafts, DropDraft(number))


@router.post("/recurring", response=answer_to(start_recurring, created=True))
def start(request: HttpRequest, recurring: Body[StartRecurring]) -> HttpResponse:
    """Place an order on each day of an RFC 5545 rule such as `FREQ=WEEKLY;BYDAY=MO`."""
    return answered_one(request, start_recurring, recurring, created=True)


@router.get("/recurring", response=page_schema(reads.RecurringRow))
def recurring(request: HttpRequest, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Recurring orders, newest first."""
    at = after(cursor, int)
    return page_of(reads.recurring(at[0] if at else None, limit + 1), limit, lambda row: row.id)


@router.get("/recurring/{number}/occurrences", response=list[reads.OccurrenceRow])
def occurrences(request: HttpRequest, number: Word) -> HttpResponse:
    """What came of its last hundred days: the order placed, left out as a holiday, or failed and why."""
    return shown(reads.occurrences(number)) if reads.one_recurring(number) else missing(request, "recurring order", number)


@ask
class PauseAsk:
    """Why it is paused."""

    reason: Word = ""


@router.post("/recurring/{number}/pause", response=answer_to(pause_recurring))
def pause(request: HttpRequest, number: Word, wish: Body[PauseAsk]) -> HttpResponse:
    """Place nothing of it until it is resumed."""
    return answered_one(request, pause_recurring, PauseRecurring(number, wish.reason))


@router.post("/recurring/{number}/resume", response=answer_to(resume_recurring))
def resume(request: HttpRequest, number: Word) -> HttpResponse:
    """Place it again from today on."""
    return answered_one(request, resume_recurring, ResumeRecurring(number))


@ask
class PlaceAsk:
    """The day to place."""

    on: date


@router.post("/recurring/{number}/place", response=answer_to(place_due))
def place_one(request: HttpRequest, number: Word, wish: Body[PlaceAsk]) -> HttpResponse:
    """Place the order of a day that is due or that failed."""
    return answered_one(request, place_due, PlaceDue(number, wish.on))

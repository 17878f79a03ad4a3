"""The API of orders: place, change, cancel, hold, allocate; the board and an order's history."""

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel.asks import Quantity, ask
from hanse.kernel.numbers import order_id
from hanse.partners.addresses import AddressGiven
from hanse.web.doors import Cursor, Limit, after, answer_to, answered, answered_one, answers_to, missing, page_of, page_schema, shown

from . import backorder_reads, reads
from .allocate import Allocate, allocate
from .answer_consent import AnswerConsent, answer_consent
from .book_appointments import BookAppointment, book_appointments
from .cancel import Cancel, CancelLine, cancel
from .change import Change, ChangeLine, change
from .expire import Expire, expire
from .follow_supply import FollowSupply, follow_supply
from .free import Free, free
from .hold import Hold, hold
from .place import Place, PlaceLine, place
from .release_hold import ReleaseHold, release_hold
from .replan import Replan, replan
from .requests import Fallback
from .run_backorders import RunBackorders, run_backorders
from .substitute import Position, Substitute, substitute

router = Router(tags=["orders"])
Word = Annotated[str, MaxLen(200)]


@router.post("/orders", response=answer_to(place, created=True))
def place_order(request: HttpRequest, order: Body[Place]) -> HttpResponse:
    """Place one order. Unless `reserve` says otherwise its units are reserved in the same transaction."""
    return answered_one(request, place, order, created=True)


@router.post("/orders/batch", response=answers_to(place))
def place_orders(request: HttpRequest, orders: Body[list[Place]]) -> HttpResponse:
    """Place orders, each whole or not at all. One answer comes back for each, in the same order."""
    return answered(request, place, orders)


@router.get("/orders", response=page_schema(reads.OrderRow))
def orders(
    request: HttpRequest, status: Word = "", customer: Word = "", placed_from: datetime | None = None, placed_to: datetime | None = None,
    promised_to: date | None = None, q: Word = "", view: Word = "all", site: Word = "", sku: Word = "", hold: Word = "",
    cursor: Cursor = "", limit: Limit = 100,
) -> HttpResponse:  # fmt: skip
    """Orders, newest first. `status` is a line status such as `shipped`; `open` means not finished."""
    if status in reads.VIEWS:
        view, status = status, ""
    if view not in reads.VIEWS:
        return missing(request, "view", view)
    at = after(cursor, int)
    rows = reads.board(
        view, "newest", (None, at[0]) if at else None, limit + 1, q, status=status, customer=customer, placed_from=placed_from,
        placed_to=placed_to, promised_to=promised_to, site=site, sku=sku, hold=hold,
    )  # fmt: skip
    return page_of(rows, limit, lambda row: order_id(row.number))


@router.get("/orders/{number}/events", response=page_schema(reads.Happening))
def order_events(request: HttpRequest, number: Word, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What happened to an order, oldest first: both times, who, and the fact."""
    at = after(cursor, int)
    found = reads.history(number, at[0] if at else 0, limit + 1)
    if not found and not at:
        return missing(request, "order", number)
    return page_of(found, limit, lambda row: row.id)


@ask
class CancelAsk:
    """Which units to cancel; without lines all that can still be cancelled. With a fallback sites are asked to stop what is released."""

    lines: Annotated[tuple[CancelLine, ...], MaxLen(1000)] = ()
    reason: Word = ""
    by_customer: bool = True
    fallback: Fallback | None = None
    answer_by: datetime | None = None


@router.post("/orders/{number}/cancel", response=answer_to(cancel))
def cancel_order(request: HttpRequest, number: Word, wish: Body[CancelAsk]) -> HttpResponse:
    """Cancel units no site works on yet, and ask the sites to stop the others."""
    return answered_one(request, cancel, Cancel(number, wish.lines, wish.reason, wish.by_customer, None, wish.fallback, wish.answer_by))


@ask
class ChangeAsk:
    """What shall change. `preview` answers with the effect and changes nothing; `accept` is the mark of a preview."""

    lines: Annotated[tuple[ChangeLine, ...], MaxLen(1000)] = ()
    add: Annotated[tuple[PlaceLine, ...], MaxLen(1000)] = ()
    ship_to: AddressGiven | None = None
    receiver: Word | None = None
    requested_on: date | None = None
    promised_on: date | None = None
    agreed_by: Word = ""
    by_customer: bool = False
    reason: Word = ""
    accept: Word = ""
    preview: bool = False
    carrier: Annotated[str, MaxLen(80)] | None = None
    fallback: Fallback | None = None
    answer_by: datetime | None = None


@router.post("/orders/{number}/change", response=answer_to(change))
def change_order(request: HttpRequest, number: Word, wish: Body[ChangeAsk]) -> HttpResponse:
    """Change quantities, lines, address, carrier or dates; or preview the effect on stock, money and promise, and whom it asks."""
    asked = Change(number, **{f.name: getattr(wish, f.name) for f in fields(Change)[1:]})
    return answered_one(request, change, asked, dry_run=wish.preview)


@router.get("/orders/{number}/substitutes", response=list[reads.Proposal])
def substitutes(request: HttpRequest, number: Word) -> HttpResponse:
    """What may stand in for units of this order that wait for stock, and is there."""
    return shown(reads.proposals(number))


@ask
class SubstituteAsk:
    """What shall stand in for which waiting units. `preview` answers with the effect and changes nothing; `accept` is the mark of a preview."""

    line: Position
    by: Word
    quantity: Quantity
    agreed_by: Word = ""
    agreed_how: Word = ""
    agreed_at: datetime | None = None
    reason: Word = ""
    accept: Word = ""
    preview: bool = False


@router.post("/orders/{number}/substitute", response=answer_to(substitute))
def substitute_units(request: HttpRequest, number: Word, wish: Body[SubstituteAsk]) -> HttpResponse:
    """Replace units that wait by an approved substitute; or preview the effect on stock, money and promise."""
    asked = Substitute(number, **{f.name: getattr(wish, f.name) for f in fields(Substitute)[1:]})
    return answered_one(request, substitute, asked, dry_run=wish.preview)


@ask
class HoldAsk:
    """The type of hold and why; `release` releases the one that stands."""

    type: Word
    reason: Word = ""
    release: bool = False


@router.post("/orders/{number}/hold", response=answer_to(hold))
def hold_order(request: HttpRequest, number: Word, wish: Body[HoldAsk]) -> HttpResponse:
    """Put a hold on an order, or release it."""
    if wish.release:
        return answered_one(request, release_hold, ReleaseHold(number, wish.type, wish.reason))
    return answered_one(request, hold, Hold(number, wish.type, wish.reason))


@router.post("/holds/batch", response=answers_to(hold))
def hold_orders(request: HttpRequest, holds: Body[list[Hold]]) -> HttpResponse:
    """Put holds on orders."""
    return answered(request, hold, holds)


@router.post("/holds/releases/batch", response=answers_to(release_hold))
def release_holds(request: HttpRequest, releases: Body[list[ReleaseHold]]) -> HttpResponse:
    """Release holds of orders."""
    return answered(request, release_hold, releases)


@router.post("/cancellations/batch", response=answers_to(cancel))
def cancel_orders(request: HttpRequest, cancellations: Body[list[Cancel]]) -> HttpResponse:
    """Cancel units of orders."""
    return answered(request, cancel, cancellations)


@router.get("/changes", response=page_schema(reads.RequestRow))
def requests(request: HttpRequest, site: Word = "", order: Word = "", open: bool = True, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What sites are asked to change, oldest first; `open` leaves out what is settled."""
    at = after(cursor, int)
    found = reads.requests(site, order_id(order) or -1 if order else 0, open, at[0] if at else 0, limit + 1)
    return page_of(found, limit, lambda row: row.request)


@router.post("/changes/expired/batch", response=answers_to(expire))
def expire_requests(request: HttpRequest, expired: Body[list[Expire]]) -> HttpResponse:
    """Take the fallback of requests whose time is over; hanse does so by itself each minute."""
    return answered(request, expire, expired)


@router.post("/allocations/batch", response=answers_to(allocate))
def allocate_orders(request: HttpRequest, allocations: Body[list[Allocate]]) -> HttpResponse:
    """Find sites for the open units of orders."""
    return answered(request, allocate, allocations)


@router.post("/allocations/free/batch", response=answers_to(free))
def free_units(request: HttpRequest, frees: Body[list[Free]]) -> HttpResponse:
    """Give reserved units back that are not on the floor."""
    return answered(request, free, frees)


@router.get("/backorders", response=list[backorder_reads.ShortItem])
def backorders(request: HttpRequest) -> list[backorder_reads.ShortItem]:
    """Items of which units wait for supply, the earliest promise first; at most 500."""
    return backorder_reads.short_items()


@router.get("/backorders/queue", response=list[backorder_reads.Queued])
def backorder_queue(request: HttpRequest, sku: Word) -> list[backorder_reads.Queued]:
    """Who wants an item, in the order in which a run serves them; at most 500 lines."""
    return backorder_reads.queue(sku)


@ask
class RunAsk:
    """The item to deal out anew. `simulate` answers who gains and loses and changes nothing; `mark` is that of a simulation."""

    sku: Word
    mark: Word = ""
    simulate: bool = False


@router.post("/backorders/runs", response=answer_to(run_backorders))
def start_backorder_run(request: HttpRequest, wish: Body[RunAsk]) -> HttpResponse:
    """Deal an item out anew by the rules of its customers, or simulate it."""
    return answered_one(request, run_backorders, RunBackorders(wish.sku, wish.mark), dry_run=wish.simulate)


@router.post("/consents/batch", response=answers_to(answer_consent))
def answer_consents(request: HttpRequest, consents: Body[list[AnswerConsent]]) -> HttpResponse:
    """Note what customers say to a later day: agreed, or refused with the units cancelled or freed of the late supply."""
    return answered(request, answer_consent, consents)


@router.post("/supply/followed/batch", response=answers_to(follow_supply))
def follow_supplies(request: HttpRequest, items: Body[list[FollowSupply]]) -> HttpResponse:
    """Peg what waits for items anew and let promises follow; done by itself when inbound supply is announced or moves."""
    return answered(request, follow_supply, items)


@router.post("/allocations/plans/batch", response=answers_to(replan))
def do_plans(request: HttpRequest, plans: Body[list[Replan]]) -> HttpResponse:
    """Do plans of sites: give units back and reserve them elsewhere, each plan whole or not at all."""
    return answered(request, replan, plans)


@router.post("/appointments/batch", response=answers_to(book_appointments))
def book_delivery_appointments(request: HttpRequest, appointments: Body[list[BookAppointment]]) -> HttpResponse:
    """Book when receivers take orders in at their docks; the latest booking of an order counts."""
    return answered(request, book_appointments, appointments)

"""The API of inventory: receipts, moves, counts, quarantine, inbound supply; stock and its movements."""

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel.asks import Short
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, page_of, page_schema

from . import reads, stock_work
from .carry import Carry, carry
from .count import Count, count
from .count_by_plan import CountByPlan, count_by_plan
from .expect import Expect, expect
from .keep_count_plans import KeepCountPlan, keep_count_plans
from .keep_drop_ships import KeepDropShip, keep_drop_ships
from .keep_faces import KeepFace, keep_faces
from .move import Move, move
from .put_away import PutAway, put_away
from .quarantine import Quarantine, quarantine
from .raise_counts import RaiseCount, raise_counts
from .receive import Receive, receive
from .release_lot import ReleaseLot, release_lot
from .replenish import Replenish, replenish

router = Router(tags=["inventory"])


@router.post("/stock/receipts/batch", response=answers_to(receive))
def receive_stock(request: HttpRequest, asks: Body[list[Receive]]) -> HttpResponse:
    """Book what arrived, freely or against inbound supply. One answer for each ask, in the same order."""
    return answered(request, receive, asks)


@router.post("/stock/moves/batch", response=answers_to(move))
def move_stock(request: HttpRequest, asks: Body[list[Move]]) -> HttpResponse:
    """Move units between the bins of a site: put-away, replenishment."""
    return answered(request, move, asks)


@router.post("/stock/counts/batch", response=answers_to(count))
def count_stock(request: HttpRequest, asks: Body[list[Count]]) -> HttpResponse:
    """Book what was counted in bins; a difference becomes a movement from or to 'missing'."""
    return answered(request, count, asks)


@router.post("/stock/quarantines/batch", response=answers_to(quarantine))
def quarantine_stock(request: HttpRequest, asks: Body[list[Quarantine]]) -> HttpResponse:
    """Take units off sale, or with `release` bring them back."""
    return answered(request, quarantine, asks)


@router.post("/stock/inbound/batch", response=answers_to(expect))
def expect_stock(request: HttpRequest, asks: Body[list[Expect]]) -> HttpResponse:
    """Note supply that is on its way, or that it comes on another day or in another quantity."""
    return answered(request, expect, asks)


@router.post("/stock/faces/batch", response=answers_to(keep_faces))
def keep_pick_faces(request: HttpRequest, asks: Body[list[KeepFace]]) -> HttpResponse:
    """Say which bins are pick faces of which items, and between how many units they are kept."""
    return answered(request, keep_faces, asks)


@router.post("/stock/replenishments/batch", response=answers_to(replenish))
def replenish_faces(request: HttpRequest, asks: Body[list[Replenish]]) -> HttpResponse:
    """Raise tasks that fill the pick faces of a site, or of one item there, from reserve."""
    return answered(request, replenish, asks)


@router.post("/stock/carries/batch", response=answers_to(carry))
def carry_stock(request: HttpRequest, asks: Body[list[Carry]]) -> HttpResponse:
    """Answer tasks with what was carried to the pick face."""
    return answered(request, carry, asks)


@router.post("/stock/put-aways/batch", response=answers_to(put_away))
def put_stock_away(request: HttpRequest, asks: Body[list[PutAway]]) -> HttpResponse:
    """Put what arrived into bins: the one suggested, or another with a reason."""
    return answered(request, put_away, asks)


@router.post("/stock/count-tasks/batch", response=answers_to(raise_counts))
def raise_stock_counts(request: HttpRequest, asks: Body[list[RaiseCount]]) -> HttpResponse:
    """Have bins counted that were picked empty."""
    return answered(request, raise_counts, asks)


@router.post("/stock/planned-counts/batch", response=answers_to(count_by_plan))
def raise_planned_counts(request: HttpRequest, asks: Body[list[CountByPlan]]) -> HttpResponse:
    """Raise the counts that the plan of a site asks for today."""
    return answered(request, count_by_plan, asks)


@router.post("/stock/count-plans/batch", response=answers_to(keep_count_plans))
def keep_stock_count_plans(request: HttpRequest, asks: Body[list[KeepCountPlan]]) -> HttpResponse:
    """Say how often a site counts, from a day on, by the class of an item."""
    return answered(request, keep_count_plans, asks)


@router.get("/stock/faces", response=page_schema(stock_work.FaceRow))
def pick_faces(request: HttpRequest, site: Short, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """The pick faces of a site: what is there, what is on its way, least and most."""
    at = after(cursor, str, str)
    return page_of(stock_work.faces(site, limit + 1, (at[0], at[1]) if at else ("", "")), limit, lambda row: (row.bin, row.sku))


@router.get("/stock/move-tasks", response=page_schema(stock_work.MoveTaskRow))
def move_tasks(request: HttpRequest, site: Short, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Open tasks to carry units to pick faces."""
    at = after(cursor, int)
    return page_of(stock_work.move_tasks(site, limit + 1, at[0] if at else 0), limit, lambda row: row.task)


@router.get("/stock/put-aways", response=page_schema(stock_work.PutAwayView))
def put_aways(request: HttpRequest, site: Short, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What lies at the docks of a site, each with the bin suggested for it and why."""
    at = after(cursor, str, str, str)
    return page_of(stock_work.put_aways(site, limit + 1, (at[0], at[1], at[2]) if at else ("", "", "")), limit, lambda row: (row.bin, row.sku, row.lot))


@router.get("/stock/count-tasks", response=page_schema(stock_work.CountTaskRow))
def count_tasks(request: HttpRequest, site: Short, cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Open counts of a site, without what should lie there."""
    at = after(cursor, int)
    return page_of(stock_work.count_tasks(site, limit + 1, at[0] if at else 0), limit, lambda row: row.task)


@router.get("/stock/count-plans", response=page_schema(stock_work.PlanRow))
def count_plans(request: HttpRequest, site: Short) -> HttpResponse:
    """The count plans of a site, the latest first."""
    return page_of(stock_work.plans(site), 100, lambda row: row.starts_on.isoformat())


@router.get("/stock/accuracy", response=page_schema(stock_work.AccuracyRow))
def accuracy(request: HttpRequest, site: Short) -> HttpResponse:
    """How right the records of a site were in a year of counts, by class."""
    return page_of(stock_work.accuracy(site), 100, lambda row: row.abc)


@router.post("/drop-ships/batch", response=answers_to(keep_drop_ships))
def keep_what_suppliers_ship(request: HttpRequest, drop_ships: Body[list[KeepDropShip]]) -> HttpResponse:
    """Keep which items a supplier ships for us, in how many working days, and how many he has."""
    return answered(request, keep_drop_ships, drop_ships)


@router.get("/drop-ships", response=page_schema(reads.DropShipRow))
def drop_ships(request: HttpRequest, sku: Short = "", site: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """What suppliers ship for us, with what they have left of what they told; later versions after earlier ones."""
    at = after(cursor, str, str, str)
    return page_of(reads.drop_ships(limit + 1, sku, site, (at[0], at[1], at[2]) if at else None), limit, lambda row: (row.sku, row.site, row.from_on.isoformat()))


@router.post("/lots/releases/batch", response=answers_to(release_lot))
def release_lots(request: HttpRequest, asks: Body[list[ReleaseLot]]) -> HttpResponse:
    """Release lots that were held: their units are back in their bins and on sale."""
    return answered(request, release_lot, asks)


@router.get("/stock", response=page_schema(reads.StockRow))
def stock(request: HttpRequest, sku: Short = "", site: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Stock by item and site: on hand, reserved, available, quarantine, what is coming and what can be promised from when."""
    at = after(cursor, str, str)
    return page_of(reads.stock(limit + 1, sku, site, (at[0], at[1]) if at else None), limit, lambda row: (row.sku, row.site))


@router.get("/stock/bins", response=page_schema(reads.BinRow))
def stock_bins(request: HttpRequest, sku: Short, site: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Where an item lies: by site, bin and lot."""
    at = after(cursor, str, str, str)
    found = reads.bins(limit + 1, sku, site, (at[0], at[1], at[2]) if at else ("", "", ""))
    return page_of(found, limit, lambda row: (row.site, row.bin, row.lot))


@router.get("/stock/movements", response=page_schema(reads.MovementRow))
def movements(request: HttpRequest, sku: Short = "", site: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Movements, newest first; of one item with what lay in bins after each."""
    at = after(cursor, int, int)
    found = reads.movements(limit + 1, sku, site, (at[0], at[1]) if at else None)
    return page_of(found, limit, lambda row: (row.id, reads.on_hand_before(row, site)))

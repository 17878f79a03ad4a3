"""The API of inventory: receipts, moves, counts, quarantine, inbound supply; stock and its movements."""

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel.asks import Short
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, page_of, page_schema

from . import reads
from .count import Count, count
from .expect import Expect, expect
from .move import Move, move
from .quarantine import Quarantine, quarantine
from .receive import Receive, receive
from .release_lot import ReleaseLot, release_lot

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

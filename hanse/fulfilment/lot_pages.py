"""The pages of lots: all of them, where each unit of one is, and stopping one with the orders that this hits."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.inventory.release_lot import ReleaseLot, release_lot
from hanse.journal.acting import act, may, tried
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words, pieces_in_words

from . import lot_reads as reads
from .hold_lot import HoldLot, hold_lot
from .recall_lot import RecallLot, recall_lot
from .take_out import TakeOut, take_out

ROWS = 40
PLACES = {
    "bin": "In the bin", "doubt": "In doubt, to be counted", "quarantine": "In quarantine", "task": "In a pick task", "freed": "Reserved, not enough left", "tote": "Picked, in the tote", "carton": "Packed",
    "in transit": "On its way", "delivered": "Delivered", "missing": "Missing", "scrap": "Scrapped",
}
"""Where units are, as the pages say it."""


@dataclass(frozen=True, slots=True)
class Stop:
    """What may be done to a lot: the ask, its operation, and its words."""

    ask: Any
    operation: Callable[..., list[Any]]
    grant: str
    word: str
    why: str
    tone: str


STOPS = {
    "hold": Stop(HoldLot, hold_lot, "fulfilment.hold_lot", "Hold", "Nobody sells, picks, packs or hands over its units until it is released or recalled.", "go"),
    "recall": Stop(RecallLot, recall_lot, "fulfilment.recall_lot", "Recall", "As a hold, but for good. It names the customers who have units too.", "bad-b"),
    "release": Stop(ReleaseLot, release_lot, "inventory.release_lot", "Release", "Its units go back into their bins and to the orders that wait.", "go"),
}
MAY = {"released": ("hold", "recall"), "held": ("release", "recall"), "recalled": ()}


@login_required
@require_GET
def show_lots(request: HttpRequest) -> HttpResponse:
    """The lots there are, with what lies of each."""
    view, q = request.GET.get("view", "all"), request.GET.get("q", "").strip().replace("\x00", "")[:80]
    view = view if view in reads.VIEWS else "all"
    sku, _, code = request.GET.get("after", "").replace("\x00", "").partition("\t")
    found = reads.lots(view, q, (sku, code), ROWS + 1)
    shown = found[:ROWS]
    edge = {"view": view, "q": q}
    facts = {
        "rows": shown, "view": view, "views": reads.VIEWS, "q": q, "here": request.get_full_path(),
        "later_url": f"{request.path}?{urlencode(edge | {'after': shown[-1].sku + chr(9) + shown[-1].lot})}" if len(found) > ROWS else "",
        "earlier_url": f"{request.path}?{urlencode(edge)}" if sku else "",
    }
    return render(request, "fulfilment/_lots.html" if request.htmx else "fulfilment/lots.html", facts)  # type: ignore[attr-defined]


@login_required
@require_GET
def show_lot(request: HttpRequest) -> HttpResponse:
    """Where a lot came from, and where each of its units is now."""
    lot = _lot(request.GET)
    return render(request, "fulfilment/lot.html", _facts(request, lot))


@login_required
@require_GET
def lot_csv(request: HttpRequest) -> HttpResponse:
    """Where each unit of a lot is, as a file."""
    lot = _lot(request.GET)
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["sku", "lot", "status", "place", "site", "container", "order", "customer", "customer_name", "quantity"])
    for w in reads.whereabouts(lot.sku, lot.lot):
        write.writerow([_plain(text) for text in (lot.sku, lot.lot, lot.status, w.place, w.site, w.container, w.order, w.customer, w.customer_name)] + [w.quantity])
    return HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="lot.csv"'})


def _plain(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


@login_required
@require_http_methods(["GET", "POST"])
def stop_lot(request: HttpRequest, what: str) -> HttpResponse:
    """Hold, recall or release a lot: which orders it hits, a reason, one button."""
    lot, stop = _lot(request.POST if request.method == "POST" else request.GET), STOPS.get(what)
    if stop is None:
        raise Http404("A lot can be held, recalled or released.")
    granted = may(request, stop.grant)
    facts: dict[str, Any] = {"lot": lot, "what": what, "stop": stop, "granted": granted, "places": PLACES, "lot_url": _url(lot)}
    if request.method == "POST":
        try:
            ask = posted(stop.ask, request)
        except BadForm as bad:
            return _stop_form(request, facts | {"bad": bad}, 422)
        answer = act(request, stop.operation, ask)
        if not isinstance(answer, Refused):
            messages.success(request, in_words(answer) + ".")
            return redirect(_url(lot))
        return _stop_form(request, facts | {"answer": answer, "bad": BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())}, 409)
    return _stop_form(request, facts)


def _stop_form(request: HttpRequest, facts: dict[str, Any], status: int = 200) -> HttpResponse:
    """The form with what would come of it: tried, and undone."""
    lot, stop = facts["lot"], facts["stop"]
    would = tried(request, stop.operation, stop.ask(lot.sku, lot.lot, "preview")) if facts["granted"] else None
    if isinstance(would, Refused):
        facts = {"answer": would} | facts | {"granted": False}
    elif would is not None:
        hits = [(h, PLACES[h.place]) for h in getattr(would, "hits", ())]
        facts |= {"hits": hits, "orders": len({h.order for h, _ in hits}), "units": would.units, "taken": sum(u.quantity for u in would.units)}
    return render(request, "fulfilment/lot_stop.html", facts, status=status)


@login_required
@require_POST
def take_out_of(request: HttpRequest) -> HttpResponse:
    """Take an order's units out of its tote or carton; goes back to the page it came from."""
    try:
        ask = posted(TakeOut, request, carton=request.POST.get("carton") or None, quantity=None, serials=())
    except BadForm as bad:
        messages.error(request, str(bad))
        return redirect(_back(request))
    answer = act(request, take_out, ask)
    (messages.error if isinstance(answer, Refused) else messages.success)(request, in_words(answer))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where a form came from: a lot's page, or the station of the order."""
    if site := request.POST.get("station", ""):
        return reverse("pack_order", args=[request.POST.get("order", ""), site])
    return f"{reverse('lot')}?{urlencode({'sku': request.POST.get('sku', ''), 'lot': request.POST.get('lot', '')})}"


def _lot(given: Any) -> reads.LotView:
    found = reads.lot(given.get("sku", "").replace("\x00", ""), given.get("lot", "").replace("\x00", ""))
    if found is None:
        raise Http404(f"There is no lot {given.get('lot', '')} of {given.get('sku', '')}.")
    return found


def _url(lot: reads.LotView) -> str:
    return f"{reverse('lot')}?{urlencode({'sku': lot.sku, 'lot': lot.lot})}"


def _facts(request: HttpRequest, lot: reads.LotView) -> dict[str, Any]:
    came, found = reads.origins(lot.sku, lot.lot), reads.whereabouts(lot.sku, lot.lot)
    named = urlencode({"sku": lot.sku, "lot": lot.lot})
    return {
        "lot": lot, "origins": came, "places": [(w, PLACES[w.place]) for w in found], "came": sum(o.quantity for o in came), "told": sum(w.quantity for w in found),
        "stops": [(STOPS[what], f"{reverse('stop_lot', args=[what])}?{named}") for what in MAY[lot.status] if may(request, STOPS[what].grant)],
        "csv_url": f"{reverse('lot_csv')}?{named}", "may_take_out": may(request, "fulfilment.take_out"), "word": pieces_in_words(sum(w.quantity for w in found)),
    }

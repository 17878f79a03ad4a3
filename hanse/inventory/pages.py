"""The stock pages: all items, one item with its movements and curve, and what is booked by hand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.journal.acting import act, may, tried
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words, pieces_in_words

from . import page_reads as reads
from .count import Count, count
from .demand import Demand, demand
from .events import RecountAsked
from .move import Move, move
from .quarantine import Quarantine, quarantine
from .reads import drop_ships as of_suppliers
from .receive import Receive, receive
from .scanned import label, of_item

WINDOWS = {"3m": ("3 months", 92), "1y": ("1 year", 365)}
VIEWS = {"all": "All items", "in-stock": "In stock", "sold-out": "Nothing to promise", "inbound": "Inbound"}
AHEAD = timedelta(days=21)
MOVES = 10


@login_required
@require_GET
def stock(request: HttpRequest) -> HttpResponse:
    """What is there of every item, whose it is and what comes."""
    if sku := request.GET.get("row"):
        return render(request, "inventory/_item_row.html", {"row": reads.item_row(sku)})
    view = request.GET.get("view", "all")
    view, q = view if view in VIEWS else "all", request.GET.get("q", "").strip()[:80]
    after, before = request.GET.get("after", ""), request.GET.get("before", "")
    found = reads.items(view, q, after, before)
    more = len(found) > reads.ROWS
    rows = (found[1:] if before else found[:-1]) if more else found
    facts = {
        "rows": rows, "view": view, "views": VIEWS, "q": q,
        "earlier_url": _at(request, view, q, before=rows[0].sku) if rows and (after or (before and more)) else "",
        "later_url": _at(request, view, q, after=rows[-1].sku) if rows and (before or more) else "",
        "here": request.get_full_path(),
    }
    return render(request, "inventory/_items.html" if request.htmx else "inventory/stock.html", facts)  # type: ignore[attr-defined]


def _at(request: HttpRequest, view: str, q: str, **edge: str) -> str:
    given = {"view": view, "q": q} | edge
    return f"{request.path}?{urlencode({name: value for name, value in given.items() if value and value != 'all'})}"


@login_required
@require_GET
def stock_item(request: HttpRequest, sku: str) -> HttpResponse:
    """What is there of one item, whose is it, what comes."""
    item = reads.item(sku)
    if item is None:
        raise Http404(f"There is no item {sku}.")
    if request.htmx and request.GET.get("part") == "movements":  # type: ignore[attr-defined]
        return render(request, "inventory/_movements.html", {"item": item} | _movements(request, item))
    window = request.GET.get("window", "3m")
    window = window if window in WINDOWS else "3m"
    facts = {"item": item, "window": window, "windows": WINDOWS, "buttons": _buttons(request)} | _figures(item, window) | _movements(request, item)
    part = "inventory/_item.html" if request.htmx else "inventory/stock_item.html"  # type: ignore[attr-defined]
    return render(request, part, facts)


def _figures(item: reads.ItemView, window: str) -> dict[str, Any]:
    """The five figures, the sites with their bars, and the curve."""
    now = clock.now()
    since = now - timedelta(days=WINDOWS[window][1])
    sites, inbound = reads.by_site(item.id), reads.inbound(item.id)
    wanted = demand(item.sku, since)
    total = {name: sum(getattr(s, name) for s in sites) for name in ("on_hand", "reserved", "quarantine", "inbound", "available", "bins")}
    most = max((s.on_hand + s.quarantine for s in sites), default=0)
    return {
        "drop_ships": of_suppliers(100, item.sku), "sites": [(s, _bar(s, most)) for s in sites], "inbound": inbound, "demand": wanted, "total": total,
        "holding": sum(1 for s in sites if s.on_hand), "curve": json.dumps(_curve(item, total, wanted, inbound, since, now)),
    }


def _bar(site: reads.SiteStock, most: int) -> list[tuple[str, float, float]]:
    """Available, reserved and quarantined units as (class, x, width) of a bar 128 wide."""
    drawn, x = [], 0.0
    for kind, units in (("s-av", site.available), ("s-re", site.reserved), ("s-qu", site.quarantine)):
        if units > 0:
            width = max(2.0, round(126 * units / most, 1))
            drawn.append((kind, round(x, 1), width))
            x += width + 1
    return drawn


def _curve(item: reads.ItemView, total: Mapping[str, int], wanted: Demand, inbound: list[reads.InboundRow], since: datetime, now: datetime) -> dict[str, Any]:
    """On hand and reserved back to `since`, and what promises and inbound make of it ahead. No forecast."""
    step = "hour" if now - since < timedelta(days=120) else "day"
    on_hand = _backwards(reads.changes(item.id, since, step), total["on_hand"], now)
    reserved = _backwards(list(wanted.changes), total["reserved"], now)
    ahead = _ahead(total["on_hand"], wanted, inbound, now)
    day = [[n.due_on.isoformat(), n.open] for n in _by_day(inbound)]
    return {
        "kind": "steps", "x": "day", "unit": item.unit, "marks": [{"x": _time(now), "word": "today"}],
        "series": [
            {"name": "On hand", "colour": "c-shipped", "fill": "c-allocated", "points": on_hand},
            {"name": "Reserved", "colour": "watch-mark", "fill": "watch-bg", "points": reserved},
            {"name": "After promises and inbound", "colour": "c-packed", "dashed": True, "points": ahead},
            *([{"name": "Inbound", "colour": "good-mark", "bars": True, "points": day}] if day else [])],
    }


def _by_day(inbound: list[reads.InboundRow]) -> list[reads.InboundRow]:
    """Inbound of one day as one."""
    days: dict[date, reads.InboundRow] = {}
    for n in inbound:
        known = days.get(n.due_on)
        days[n.due_on] = reads.InboundRow(n.ref, n.site, n.site_name, n.supplier, n.open + (known.open if known else 0), n.due_on)
    return list(days.values())


def _backwards(changes: list[tuple[datetime, int]], present: int, now: datetime) -> list[list[Any]]:
    """The level after each change, reckoned back from what there is now."""
    level, points = present, [[_time(now), present]]
    for at, units in reversed(changes):
        points.append([_time(at), level])
        level -= units
    if changes:
        points.append([_time(changes[0][0] - timedelta(hours=1)), level])
    points.reverse()
    return points


def _ahead(present: int, wanted: Demand, inbound: list[reads.InboundRow], now: datetime) -> list[list[Any]]:
    """The level as promises leave and inbound arrives; what is overdue counts from tomorrow."""
    steps: dict[date, int] = {}
    tomorrow = now.date() + timedelta(days=1)
    for day, units in wanted.leaving:
        steps[max(day, tomorrow)] = steps.get(max(day, tomorrow), 0) - units
    for n in inbound:
        steps[max(n.due_on, tomorrow)] = steps.get(max(n.due_on, tomorrow), 0) + n.open
    level, points = present, [[_time(now), present]]
    for day in sorted(steps):
        level += steps[day]
        points.append([day.isoformat(), level])
    last = max([*steps, now.date()]) + timedelta(days=7)
    points.append([max(last, (now + AHEAD).date()).isoformat(), level])
    return points


def _time(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _movements(request: HttpRequest, item: reads.ItemView) -> dict[str, Any]:
    """A page of movements, at all sites or at one; the balance goes on from the page before."""
    sites = reads.by_site(item.id)
    site = request.GET.get("site", "")
    here = [s for s in sites if site in ("", s.code)]
    before, on_hand = request.GET.get("before", ""), request.GET.get("left", "")
    known = before.isdigit() and on_hand.lstrip("-").isdigit()
    start = int(on_hand) if known else sum(s.on_hand for s in here)
    rows = reads.movements(item.id, start, site, int(before) if known else None, MOVES)
    url = reverse("stock_item", args=[item.sku])
    last = rows[-1] if len(rows) == MOVES else None
    earlier = {"part": "movements", "site": site, "before": last.id, "left": last.on_hand - last.change} if last else {}
    return {
        "moves": [(row, _said(row), _place(row.source_kind, row.source), _place(row.target_kind, row.target)) for row in rows], "site": site,
        "site_name": next((s.name for s in sites if s.code == site), ""), "site_choices": [(s.code, s.name) for s in sites],
        "earlier_moves": f"{url}?{urlencode(earlier)}" if earlier else "", "later_moves": known,
    }


SAID = {
    "StockReceived": "Received", "StockMoved": "Moved", "BinCounted": "Counted", "StockQuarantined": "Quarantined", "StockReleased": "Back on sale",
    "LotHeld": "Lot held", "LotRecalled": "Lot recalled", "LotReleased": "Lot released", "CartonOpened": "Carton opened", "UnitsTakenOut": "Taken out",
    "UnitsPicked": "Picked", "CartonPacked": "Packed", "ParcelHandedOver": "Handed over", "ParcelDelivered": "Delivered",
    "ParcelLost": "Lost", "ParcelFound": "Found again", "ParcelTakenBack": "Came back",
}
PLACES = {"tote": "Tote", "carton": "Carton", "transit": "On its way", "quarantine": "Quarantine", "doubt": "In doubt", "supplier": "Supplier", "customer": "Customer",
          "missing": "Missing", "scrap": "Scrap", "opening": "Opening stock"}


def _said(row: reads.MovementRow) -> str:
    if row.act == "UnitsPicked" and row.target_kind == "missing":
        return "Short pick"
    return SAID.get(row.act) or "".join(f" {c.lower()}" if c.isupper() else c for c in row.act).strip().capitalize()


def _place(kind: str, code: str) -> str:
    if kind == "bin":
        return code
    return f"{PLACES[kind]} …{code[-5:]}" if kind == "carton" else f"{PLACES[kind]} {code}".strip()


@dataclass(frozen=True, slots=True)
class Booking:
    """What can be booked by hand: the ask, its operation, and its words."""

    ask: Any
    operation: Callable[..., list[Any]]
    grant: str
    word: str
    why: str


BOOKINGS = {
    "count": Booking(Count, count, "inventory.count", "Count", "What lies in the bin now. The difference becomes a movement from or to missing."),
    "move": Booking(Move, move, "inventory.move", "Move", "From one bin of a site to another. What pick tasks have claimed stays."),
    "receive": Booking(Receive, receive, "inventory.receive", "Receive", "Units that came from a supplier; without a bin they lie at the dock."),
    "quarantine": Booking(Quarantine, quarantine, "inventory.quarantine", "Quarantine", "Out of a bin and off sale, or back into it."),
}


def _buttons(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, booking.word) for name, booking in BOOKINGS.items() if may(request, booking.grant)]


@login_required
@require_http_methods(["GET", "POST"])
def stock_book(request: HttpRequest, what: str, sku: str) -> HttpResponse:
    """Count, move, receive or quarantine units of an item: the form, then before → after, then one button."""
    item, booking = reads.item(sku), BOOKINGS.get(what)
    if item is None or booking is None:
        raise Http404(f"There is no item {sku}.")
    site = request.POST.get("site") or request.GET.get("site", "")
    options = reads.site_options(item.id)
    site = site if site in dict(options) else (options[0][0] if options else "")
    labelled = what == "receive" and item.tracking != "none"
    facts: dict[str, Any] = {
        "item": item, "what": what, "booking": booking, "site": site, "sites": options, "granted": may(request, booking.grant),
        "bins": reads.bin_codes(site), "held": [b for b in reads.bins(item.id) if b.site == site], "bin": request.GET.get("bin", ""),
        "inbound": [n for n in reads.inbound(item.id) if n.site == site],
        "labelled": labelled, "scan_first": labelled and request.method == "GET", "type_first": not labelled or request.method == "POST",
    }
    if request.method == "GET" or "change" in request.POST:
        return _form(request, facts)
    if labelled and (read := request.POST.get("read", "").strip()):
        return _form(request, facts | {"bad": _filled(request, item, read)})
    try:
        ask = posted(booking.ask, request, sku=item.sku, serials=tuple(request.POST.get("serials", "").split()))
    except BadForm as bad:
        return _form(request, facts | {"bad": bad}, 422)
    if "book" not in request.POST:
        answer = tried(request, booking.operation, ask)
        if isinstance(answer, Refused):
            return _form(request, facts | {"bad": _bad(request, answer), "answer": answer}, 422)
        return render(request, "inventory/book.html", facts | {"changes": _changes(answer, item, facts["held"]), "fields": _again(request), "button": _verb(booking, answer)})
    answer = act(request, booking.operation, ask)
    if isinstance(answer, Refused):
        return _form(request, facts | {"bad": _bad(request, answer), "answer": answer}, 409)
    messages.success(request, in_words(answer) + ".")
    return redirect("stock_item", item.sku)


def _form(request: HttpRequest, facts: Mapping[str, Any], status: int = 200) -> HttpResponse:
    typed = facts.get("bad") or (BadForm({}, request.POST.dict()) if request.method == "POST" else None)
    return render(request, "inventory/book.html", {**facts, "bad": typed}, status=status)


def _filled(request: HttpRequest, item: reads.ItemView, read: str) -> BadForm:
    """The form as it was typed, with what the label says; a label of another item fills in nothing."""
    typed, it = request.POST.dict() | {"read": ""}, label(read, clock.now().date())
    if it is None:
        return BadForm({"read": "No GS1 label of an item was read. Type what stands on it."}, typed)
    if not of_item(it, item.gtin):
        return BadForm({"read": f"This label is of another item ({it.gtin}). Nothing was filled in."}, typed)
    serials = "\n".join(dict.fromkeys([*typed.get("serials", "").split(), it.serial])) if it.serial else typed.get("serials", "")
    told = {"lot": it.lot, "made_on": it.made_on, "expires_on": it.expires_on}
    return BadForm({}, typed | {"serials": serials} | {name: str(value) for name, value in told.items() if value})


def _bad(request: HttpRequest, answer: Refused) -> BadForm:
    """A refusal as findings under the fields it points at."""
    return BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())


def _again(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, to be posted with the button."""
    return [(name, str(value)) for name, value in request.POST.items() if name not in ("key", "csrfmiddlewaretoken")] + [("book", "1")]


def _verb(booking: Booking, answer: Any) -> str:
    units = getattr(answer, "quantity", None)
    if isinstance(answer, RecountAsked):
        return "Hand in this count"
    if booking.word == "Quarantine" and type(answer).__name__ == "StockReleased":
        return f"Put {pieces_in_words(answer.quantity)} units back on sale"
    return f"{booking.word} {pieces_in_words(units)} units" if units is not None else f"Book {pieces_in_words(answer.counted)} in {answer.bin}"


def _changes(answer: Any, item: reads.ItemView, held: list[reads.BinStock]) -> list[dict[str, str]]:
    """Before → after of the bins that the booking touches, and of what the site can promise."""
    steps: dict[str, int] = {}
    if isinstance(answer, RecountAsked):
        return [{"name": f"In {answer.bin}", "before": "not told", "after": "as somebody else counts again"}]
    match type(answer).__name__:
        case "BinCounted":
            steps[answer.bin] = answer.counted - answer.expected
        case "StockMoved":
            steps = {answer.from_bin: -answer.quantity, answer.to_bin: answer.quantity}
        case "StockQuarantined":
            steps[answer.bin] = -answer.quantity
        case _:
            steps[answer.bin] = answer.quantity
    here = {code: sum(b.on_hand for b in held if b.bin == code and b.lot == answer.lot) for code in steps}
    at = next((s for s in reads.by_site(item.id) if s.code == answer.site), None)
    on_hand, reserved = (at.on_hand, at.reserved) if at else (0, 0)
    rows = [_row(f"In {code}" + (f", lot {answer.lot}" if answer.lot else ""), here[code], here[code] + change) for code, change in steps.items()]
    return [*rows, _row(f"On hand at {answer.site}", on_hand, on_hand + sum(steps.values())),
            _row(f"Can be promised from {answer.site}", on_hand - reserved, on_hand - reserved + sum(steps.values()))]


def _row(name: str, before: int, after: int) -> dict[str, str]:
    return {"name": name, "before": pieces_in_words(before), "after": pieces_in_words(after)}

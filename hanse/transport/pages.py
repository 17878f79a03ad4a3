"""The shipment pages: the list, one shipment with its parcels' timelines and proofs, and what is recorded by hand."""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, local_instant, posted
from hanse.web.words import in_words

from . import bill_paper, page_reads, reads
from .draw_up import DrawUp, draw_up
from .record_proof import RecordProof, record_proof
from .record_tracking import Track, record_tracking

VIEWS = {"on-its-way": "On their way", "late": "Late", "doubt": "Need a look", "delivered": "Delivered", "all": "All"}
STATES = {
    "pending": ("Label made", "idle", "tag"), "picked-up": ("Picked up", "busy", "truck-loading"), "in-transit": ("On its way", "busy", "truck"),
    "out-for-delivery": ("Out for delivery", "busy", "truck-delivery"), "ready-for-pick-up": ("Ready to be fetched", "busy", "building-store"),
    "delivered": ("Delivered", "good", "check"), "delayed": ("Delayed", "watch", "clock"), "on-hold": ("Held by the carrier", "watch", "lock"),
    "failed": ("Delivery failed", "bad", "x"), "return-to-sender": ("Coming back", "bad", "arrow-back-up"), "cancelled": ("Cancelled", "idle", "ban"),
    "lost": ("Lost", "bad", "question-mark"), "unknown": ("Not known", "idle", "question-mark"),
}
BILL_CHOICES = {
    "bill_terms": [("prepaid", "By us (prepaid)"), ("collect", "By the receiver (collect)"), ("third-party", "By a third party")],
    "bill_loaded": [("shipper", "By us"), ("driver", "By the driver")],
    "bill_counted": [("shipper", "By us"), ("driver-pallets", "By the driver, pallets said to contain"), ("driver-pieces", "By the driver, pieces")],
}
REFUSED = {"damaged": "Damaged", "late": "Too late", "wrong-item": "Wrong goods", "not-ordered": "Not ordered", "not-wanted": "Not wanted any more"}
REMEDIED = {"sent-again": "sent again", "cancelled": "not sent again"}
BASIS = {"lane": "95 of 100 parcels on this lane", "carrier": "95 of 100 parcels of this carrier", "planned": "the planned days and two"}
DOUBTS = {"moves-again": "Moves again after delivery", "sent-back-before": "Was sent back before"}


def _id(text: str) -> int:
    """The id of a row as an address or a form names it; 0, which no row has, where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


@login_required
@require_GET
def shipments(request: HttpRequest) -> HttpResponse:
    """What left the house and where it is."""
    given = {name: request.GET.get(name, "").strip()[:80] for name in ("view", "site", "carrier", "q")}
    view = given["view"] if given["view"] in VIEWS else "all" if given["q"] else "on-its-way"
    after, before = (_id(request.GET.get(name, "")) for name in ("after", "before"))
    today = clock.now().date()
    found = page_reads.shipments(view, today, site=given["site"], carrier=given["carrier"], q=given["q"], order=order_id(given["q"]), after=after, before=before)
    more = len(found) > page_reads.ROWS
    rows = (found[1:] if before else found[:-1]) if more else found
    chosen = {name: value for name, value in (given | {"view": view}).items() if value}
    facts = {
        "rows": [(row, _together(row.parcels), _late(row, today)) for row in rows], "view": view, "views": VIEWS, **{k: given[k] for k in ("site", "carrier", "q")},
        "carriers": page_reads.carriers(), "here": request.get_full_path(),
        "keep": urlencode({k: v for k, v in chosen.items() if k != "view"}),
        "earlier_url": f"{request.path}?{urlencode(chosen | {'before': rows[0].shipment})}" if rows and (after or (before and more)) else "",
        "later_url": f"{request.path}?{urlencode(chosen | {'after': rows[-1].shipment})}" if rows and (before or more) else "",
    }
    return render(request, "transport/_shipments.html" if request.htmx else "transport/shipments.html", facts)  # type: ignore[attr-defined]


def _together(parcels: Sequence[Mapping[str, Any]]) -> tuple[str, str, str]:
    """The state to show for several parcels: the one that needs a look first, else the one furthest behind."""
    order = ["lost", "failed", "return-to-sender", "on-hold", "delayed", "unknown", "pending", "picked-up", "in-transit", "ready-for-pick-up", "out-for-delivery", "cancelled", "delivered"]
    if doubtful := next((p["doubt"] for p in parcels if p["doubt"]), ""):
        return (DOUBTS[doubtful], "watch", "question-mark")
    return STATES[min((p["state"] for p in parcels), key=order.index, default="unknown")]


def _late(row: page_reads.ShipmentRow, today: date) -> str:
    """Whether it is or will be after the promise, in a word."""
    open_ = [p for p in row.parcels if not p["delivered_at"]]
    if row.promised_on is None or not open_:
        return ""
    if row.promised_on < today:
        return "late"
    return "will be late" if any(p["expected_on"] and date.fromisoformat(p["expected_on"]) > row.promised_on for p in open_) else ""


@login_required
@require_GET
def shipment(request: HttpRequest, shipment: int) -> HttpResponse:
    """One shipment: its parcels with their state and timeline, and the proof of delivery."""
    return one_shipment(request, shipment)


def one_shipment(request: HttpRequest, number: int, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a shipment, with what a form on it was told."""
    head = page_reads.shipment(number)
    if head is None:
        raise Http404(f"There is no shipment {number}.")
    views = reads.parcels_in(number)
    timeline = _timeline(head, views)
    facts = {
        "head": head, "timeline_json": json.dumps(timeline), "parcels": [_parcel(view, head.zone, head.site_name) for view in views], "codes": page_reads.codes(head.carrier), "timeline": timeline,
        "now": f"{clock.now().astimezone(ZoneInfo(head.ship_zone)):%Y-%m-%dT%H:%M}", "numbers": [(n, n) for n in dict.fromkeys(v.parcel for v in views)],
        "of": [("", "The whole parcel"), (head.order, f"Only of {head.order}")] if any(v.together for v in views) else [],
        "may_track": may(request, "transport.record_tracking"), "may_prove": may(request, "transport.record_proof"),
        "may_give_up": may(request, "transport.report_lost"), "may_refuse": may(request, "transport.record_refusal"), "may_take_back": may(request, "transport.take_back"),
        "may_remedy": may(request, "transport.choose_remedy"), "refusals": [("", "Choose why…"), *REFUSED.items()], "to_remedy": [(n, n) for n in dict.fromkeys(v.parcel for v in views if (v.lost_at or v.back_at) and not v.remedy)],
        "on_the_way": [(n, n) for n in dict.fromkeys(v.parcel for v in views if not (v.delivered_at or v.lost_at or v.back_at))],
        "not_here": [(n, n) for n in dict.fromkeys(v.parcel for v in views if not (v.delivered_at or v.back_at))],
        "may_draw_up": may(request, "transport.draw_up"), "along": [] if head.bill else page_reads.goes_along(number),
        "may_tender": may(request, "transport.tender"), "may_claim": may(request, "transport.open_claim"),
    }
    facts |= BILL_CHOICES
    part = "transport/_shipment.html" if request.htmx else "transport/shipment.html"  # type: ignore[attr-defined]
    return render(request, part, facts | more, status=status)


def _parcel(view: reads.ParcelView, zone: str, site: str) -> dict[str, Any]:
    """A parcel with its times read, for the page."""
    read = datetime.fromisoformat
    events = [e | {"at": read(e["at"]), "clock": _clock(read(e["at"]), e["zone"]), "said": e["text"] or STATES.get(e["state"], (e["code"], "", ""))[0], "kind": STATES.get(e["state"], ("", "", ""))[1]} for e in view.events]
    left = view.handed_over_at
    events.append({"at": left, "zone": zone, "clock": _clock(left, zone), "said": f"Handed to {view.carrier_name} in {site}", "kind": "busy", "place": "", "code": "", "expected_on": None})
    proofs = [p | {"at": read(p["at"])} for p in view.proofs]
    return {"view": view, "state": STATES[view.state], "back": STATES.get(view.return_state), "doubt": DOUBTS.get(view.doubt, ""), "events": events, "proofs": proofs,
            "refused": REFUSED.get(view.refused, ""), "remedy": REMEDIED.get(view.remedy, ""), "silence": _silence(view)}


def _silence(view: reads.ParcelView) -> str:
    """That a parcel is silent for too long, and what says so."""
    if view.silence is None:
        return ""
    since = datetime.fromisoformat(view.silence["since"])
    return f"No word since {since:%-d %b}: more than {view.silence['days']} working days, longer than {BASIS[view.silence['basis']]}."


def _clock(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def _timeline(head: page_reads.ShipmentHead, views: list[reads.ParcelView]) -> dict[str, Any]:
    """The parcels on one timeline: what happened solid, what is expected dashed, the promised day shaded."""
    now, start, spans = clock.now(), head.handed_over_at, []
    last = start + timedelta(hours=30)
    for n, view in enumerate(views, 1):
        times = sorted((datetime.fromisoformat(e["at"]), e["state"] or "in-transit", e["text"]) for e in view.events)
        ends = [at for at, _, _ in times[1:]] + [view.delivered_at or now]
        for (at, state, text), end in zip(times, ends, strict=False):
            if state != "delivered" and end > at:
                spans.append({"row": n, "from": at.isoformat(), "to": end.isoformat(), "stage": "shipped", "word": text or STATES[state][0]})
            last = max(last, end)
        if not times:
            spans.append({"row": n, "from": start.isoformat(), "to": max(now, start + timedelta(hours=1)).isoformat(), "stage": "packed", "word": "Handed over"})
        if view.delivered_at:
            spans.append({"row": n, "from": view.delivered_at.isoformat(), "to": (view.delivered_at + timedelta(hours=4)).isoformat(), "stage": "delivered", "word": "Delivered"})
            last = max(last, view.delivered_at + timedelta(hours=6))
        elif view.expected_on or head.promised_on:
            on = view.expected_on or head.promised_on
            until = datetime(on.year, on.month, on.day, 17, tzinfo=start.tzinfo) if on else now
            if until > now:
                spans.append({"row": n, "from": now.isoformat(), "to": until.isoformat(), "stage": "ahead", "word": "Expected"})
            last = max(last, until)
    promised = head.promised_on
    if promised:
        last = max(last, datetime(promised.year, promised.month, promised.day, 23, tzinfo=start.tzinfo))
    return {
        "zone": head.ship_zone, "from": start.astimezone(ZoneInfo(head.ship_zone)).replace(hour=0, minute=0).isoformat(), "to": (last + timedelta(hours=4)).isoformat(), "now": now.isoformat(),
        "promised": [f"{promised}T00:00:00Z", f"{promised + timedelta(days=1)}T00:00:00Z"] if promised else None,
        "rows": [{"id": n, "name": f"…{v.parcel[-7:]}", "said": STATES[v.state][0].lower()} for n, v in enumerate(views, 1)], "spans": spans,
    }


@login_required
@require_POST
def record_event(request: HttpRequest, shipment: int) -> HttpResponse:
    """Record by hand what the carrier told of a parcel."""
    return _record(request, shipment, Track, record_tracking, "event", raw=None)


@login_required
@require_POST
def record_delivery(request: HttpRequest, shipment: int) -> HttpResponse:
    """Record a proof of delivery by hand."""
    return _record(request, shipment, RecordProof, record_proof, "proof", latitude=None, longitude=None, accuracy_m=None, gln="", source="by hand")


@login_required
@require_POST
def draw_up_bill(request: HttpRequest, shipment: int) -> HttpResponse:
    """Draw up a bill of lading for a shipment and those that go along with it."""
    try:
        along = tuple(filter(None, map(_id, request.POST.getlist("along"))))[:499]
        ask = posted(DrawUp, request, shipments=(shipment, *along))
    except BadForm as bad:
        return one_shipment(request, shipment, 422, bad_bill=bad, open="bill")
    answer = act(request, draw_up, ask)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return one_shipment(request, shipment, 409, bad_bill=found, open="bill", answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect("shipment", shipment)


@login_required
@require_GET
def bill_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """A bill of lading, to be printed."""
    found = bill_paper.bill(number)
    if found is None:
        raise Http404("There is no such bill of lading.")
    return HttpResponse(bill_paper.bill_pdf(found), content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})


def _record(request: HttpRequest, shipment: int, ask: Any, operation: Any, form: str, **given: Any) -> HttpResponse:
    head = page_reads.shipment(shipment)
    if head is None:
        raise Http404(f"There is no shipment {shipment}.")
    try:
        asked = posted(ask, request, carrier=head.carrier, at=_local(request, head.ship_zone), zone=head.ship_zone, **given)
    except BadForm as bad:
        return one_shipment(request, shipment, 422, **{f"bad_{form}": bad, "open": form})
    answer = act(request, operation, asked)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return one_shipment(request, shipment, 409, **{f"bad_{form}": found, "open": form, "answer": answer})
    messages.success(request, in_words(answer) + ".")
    return redirect("shipment", shipment)


def _local(request: HttpRequest, zone: str) -> datetime:
    """The time typed, on the clock of the place it was delivered to."""
    text = request.POST.get("at", "")
    try:
        return local_instant(text, zone)
    except ValueError as wrong:
        raise BadForm({"at": str(wrong)}, request.POST.dict()) from None

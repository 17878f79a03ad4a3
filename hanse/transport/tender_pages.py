"""The tender pages: loads with who is asked, one load with all attempts, answers entered by hand, routing guides."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, local_instant, posted
from hanse.web.words import in_words

from . import freight_reads as reads
from . import page_reads
from .answer_tender import AnswerTender, answer_tender
from .cancel_tender import CancelTender, cancel_tender
from .keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide, lane_said
from .tender import Tender, tender

ROWS = 40
VIEWS = {"tendered": "Asked", "exhausted": "Nobody took it", "accepted": "Accepted", "cancelled": "Cancelled", "all": "All"}
STATES = {"tendered": ("Asked", "busy", "send"), "accepted": ("Accepted", "good", "check"), "exhausted": ("Nobody took it", "bad", "alert-triangle"), "cancelled": ("Cancelled", "idle", "ban")}
RESULTS = {
    "": ("Waits for the answer", "busy", "clock"), "accepted": ("Accepted", "good", "check"), "declined": ("Declined", "bad", "x"), "expired": ("Expired", "watch", "clock"),
    "cancelled": ("Cancelled", "idle", "ban"),
}
GUIDE_ROWS = range(1, 6)
"""So many carriers are kept by the page; the API takes more."""


@login_required
@require_GET
def tenders(request: HttpRequest) -> HttpResponse:
    """Loads by state, the newest first."""
    return _tenders(request)


def _tenders(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "tendered"
    at = request.GET.get("before", "")
    found = reads.loads(ROWS + 1, int(at) if at.isascii() and at.isdigit() and len(at) < 19 else 0, "" if view == "all" else view)
    rows = found[:ROWS]
    morning = (clock.now() + timedelta(days=1)).replace(hour=8, minute=0)
    facts = {
        "rows": [(row, *STATES[row.state], _asked(row.tenders)) for row in rows], "view": view, "views": VIEWS, "bill": request.GET.get("bill", "")[:80],
        "later_url": f"{request.path}?view={view}&before={rows[-1].id}" if len(found) > ROWS else "", "earlier_url": f"{request.path}?view={view}" if at else "",
        "may_tender": may(request, tender.name), "sites": [("", "By the bill"), *page_reads.sites()], "from": f"{morning:%Y-%m-%dT%H:%M}", "until": f"{morning + timedelta(hours=2):%Y-%m-%dT%H:%M}",
    }
    return render(request, "transport/tenders.html", facts | more, status=status)


def _asked(tenders: Iterable[reads.TenderView]) -> reads.TenderView | None:
    """The tender that counts: the accepted one, else the last."""
    found = list(tenders)
    return next((t for t in found if t.result == "accepted"), found[-1] if found else None)


@login_required
@require_POST
def tender_load(request: HttpRequest) -> HttpResponse:
    """Offer a load to the first of its routing guide."""
    try:
        site = page_reads.zone_of(request.POST.get("site", ""), request.POST.get("bill", "").strip())
        ask = posted(
            Tender, request, orders=tuple(request.POST.get("orders", "").replace(",", " ").split())[:500], country=request.POST.get("country", "").strip().upper()[:2],
            pickup_from=_local(request, "pickup_from", site), pickup_until=_local(request, "pickup_until", site))
    except BadForm as bad:
        return _tenders(request, 422, bad=bad, open="tender")
    answer = act(request, tender, ask)
    if isinstance(answer, Refused):
        return _tenders(request, 409, bad=BadForm({e.pointer.removeprefix("#/").split("/")[0]: e.detail for e in answer.errors}, request.POST.dict()), open="tender", answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect("load", answer.load)


def _local(request: HttpRequest, name: str, zone: str) -> datetime:
    """A time typed, on the clock of the site."""
    try:
        return local_instant(request.POST.get(name, ""), zone)
    except ValueError as wrong:
        raise BadForm({name: str(wrong)}, request.POST.dict()) from None


@login_required
@require_GET
def load(request: HttpRequest, number: str) -> HttpResponse:
    """One load: each attempt, and what may be entered."""
    return _load(request, number)


def _load(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    it = reads.load(number)
    if it is None:
        raise Http404(f"There is no load {number}.")
    waiting = next((t for t in it.tenders if t.result == ""), None)
    facts = {
        "it": it, "state": STATES[it.state], "lane": lane_said(it.site, it.country, it.region), "tenders": [(t, *RESULTS[t.result]) for t in it.tenders], "waiting": waiting,
        "on_time": it.picked_up_at is not None and it.pickup_from <= it.picked_up_at <= it.pickup_until, "may_answer": waiting and may(request, answer_tender.name),
        "may_cancel": it.state in ("tendered", "accepted", "exhausted") and not it.picked_up_at and may(request, cancel_tender.name),
    }
    return render(request, "transport/load.html", facts | more, status=status)


@login_required
@require_POST
def answer_load(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what the carrier that is asked says."""
    it = reads.load(number)
    waiting = next((t for t in it.tenders if t.result == ""), None) if it else None
    return _done(request, number, answer_tender, AnswerTender, "answer", load=number, carrier=waiting.carrier if waiting else "")


@login_required
@require_POST
def cancel_load(request: HttpRequest, number: str) -> HttpResponse:
    """Cancel a load."""
    return _done(request, number, cancel_tender, CancelTender, "cancel", load=number)


def _done(request: HttpRequest, number: str, operation: Any, ask: Any, form: str, **given: Any) -> HttpResponse:
    try:
        asked = posted(ask, request, **given)
    except BadForm as bad:
        return _load(request, number, 422, **{f"bad_{form}": bad, "open": form})
    answer = act(request, operation, asked)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return _load(request, number, 409, **{f"bad_{form}": found, "open": form, "answer": answer})
    messages.success(request, f"{in_words(answer)}.")
    return redirect("load", number)


@login_required
@require_GET
def routing_guides(request: HttpRequest) -> HttpResponse:
    """Who is asked for the loads of which lane, in which order."""
    return _guides(request)


def _guides(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    found = groupby(reads.routing_guides(), lambda g: (g.site, g.country, g.region, g.from_on))
    facts = {
        "guides": [(lane_said(site, country, region), from_on, list(of)) for (site, country, region, from_on), of in found], "may_keep": may(request, keep_routing_guide.name),
        "sites": page_reads.sites(), "carriers": [("", "–"), *page_reads.carriers()], "ranks": [(n, f"carrier{n}", f"rate{n}", f"minutes{n}") for n in GUIDE_ROWS],
    }
    return render(request, "transport/routing_guides.html", facts | more, status=status)


@login_required
@require_POST
def keep_guide(request: HttpRequest) -> HttpResponse:
    """Keep the guide of a lane."""
    named, findings = _named(request)
    try:
        if findings:
            raise BadForm(findings, request.POST.dict())
        ask = posted(KeepRoutingGuide, request, carriers=named, country=request.POST.get("country", "").strip().upper())
    except BadForm as bad:
        return _guides(request, 422, bad=bad, open="guide")
    answer = act(request, keep_routing_guide, ask)
    if isinstance(answer, Refused):
        return _guides(request, 409, bad=BadForm({e.pointer.removeprefix("#/").split("/")[0]: e.detail for e in answer.errors}, request.POST.dict()), open="guide", answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect("routing_guides")


def _named(request: HttpRequest) -> tuple[tuple[GuideCarrier, ...], dict[str, str]]:
    """The carriers typed, in their order."""
    found, wrong = [], {}
    currency = request.POST.get("currency", "EUR").strip().upper()[:3] or "EUR"
    for n in GUIDE_ROWS:
        carrier, rate, minutes = (request.POST.get(f"{name}{n}", "").strip()[:20] for name in ("carrier", "rate", "minutes"))
        if not carrier:
            continue
        try:
            amount = Decimal(rate)
            if not 0 <= amount <= 10**9:
                raise InvalidOperation
        except InvalidOperation:
            wrong[f"rate{n}"] = "An amount, such as 420.00."
            continue
        if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes) <= 43_200):
            wrong[f"minutes{n}"] = "Minutes, 1 to 43,200."
            continue
        found.append(GuideCarrier(carrier, amount, currency, int(minutes)))
    if not found and not wrong:
        wrong["carrier1"] = "A routing guide names at least one carrier."
    return tuple(found), wrong


@waits("tenders")
def exhausted_loads(user: Any) -> int:
    """How many loads nobody took that are still to be fetched."""
    return reads.waiting()[2]

"""The page of manifests and pickups: the day of a site is closed with each carrier, and carriers are asked to fetch."""

from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.fulfilment import page_reads as floor
from hanse.journal.acting import act, may
from hanse.journal.operation import Operation
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import label_reads, manifest_paper
from .book_pickups import BookPickup, book_pickups
from .cancel_pickups import CancelPickup, cancel_pickups
from .change_pickups import ChangePickup, change_pickups
from .close_manifests import CloseManifest, close_manifests

MANIFESTS = {"asked": ("Asked", "busy", "clock"), "closed": ("Closed", "good", "check"), "refused": ("Refused", "bad", "x")}
PICKUPS = {"asked": ("Asked", "busy", "clock"), "booked": ("Booked", "good", "check"), "cancel-asked": ("Cancel asked", "busy", "clock"), "cancelled": ("Cancelled", "idle", "ban"), "refused": ("Refused", "bad", "x")}


@login_required
@require_GET
def manifests(request: HttpRequest) -> HttpResponse:
    """What of a site can be closed or fetched, and what was."""
    return _page(request)


def _page(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    work = floor.work()
    site = (request.POST or request.GET).get("site") or request.session.get("site", "")
    if site not in {s.code for s in work}:
        site = work[0].code if work else ""
    if "site" in request.GET:
        request.session["site"] = site
    zone = floor.zone_of(site) if site else "UTC"
    facts = {
        "site": site, "work": work, "site_name": next((s.name for s in work if s.code == site), site), "zone": zone, "open": label_reads.open_days(site),
        "manifests": [(m, MANIFESTS[m.state]) for m in label_reads.manifests(site)] if site else [], "pickups": [(p, PICKUPS[p.state]) for p in label_reads.pickups(site)] if site else [],
        "connected": [("", "Choose the carrier…"), *[(c.carrier, c.name) for c in label_reads.connections() if c.adapter]], "today": clock.now().astimezone(ZoneInfo(zone)).date().isoformat(),
        "may_close": may(request, close_manifests.name), "may_book": may(request, book_pickups.name), "here": f"{reverse('manifests')}?site={site}",
    }
    part = "transport/_manifests.html" if request.htmx else "transport/manifests.html"  # type: ignore[attr-defined]
    return render(request, part, facts | more, status=status)


@login_required
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the day of a site with a carrier."""
    return _done(request, close_manifests, CloseManifest(request.POST.get("site", "")[:80] or "?", request.POST.get("carrier", "")[:80] or "?"))


@login_required
@require_POST
def book(request: HttpRequest) -> HttpResponse:
    """Ask a carrier to fetch."""
    try:
        ask = posted(BookPickup, request, **_times(request))
    except BadForm as bad:
        return _page(request, 422, bad=bad)
    return _done(request, book_pickups, ask)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pickup: int) -> HttpResponse:
    """A form for another window, and asking the carrier for it."""
    found = next(iter(label_reads.pickups(id=pickup)), None)
    if found is None:
        raise Http404(f"There is no pickup P-{pickup}.")
    facts: dict[str, Any] = {"p": found, "day": found.day.isoformat(), "ready_by": f"{found.ready_by:%H:%M}", "closes_at": f"{found.closes_at:%H:%M}"}
    if request.method == "GET":
        return render(request, "transport/pickup.html", facts)
    if not may(request, change_pickups.name):
        raise PermissionDenied
    try:
        ask = posted(ChangePickup, request, pickup=pickup, weight_g=found.weight_g, **_times(request))
    except BadForm as bad:
        return render(request, "transport/pickup.html", facts | {"bad": bad}, status=422)
    answer = act(request, change_pickups, ask)
    if isinstance(answer, Refused):
        return render(request, "transport/pickup.html", facts | {"answer": answer, "bad": _findings(request, answer)}, status=409)
    messages.success(request, in_words(answer) + ".")
    return redirect(f"{reverse('manifests')}?site={found.site}")


@login_required
@require_POST
def cancel(request: HttpRequest, pickup: int) -> HttpResponse:
    """Ask a carrier not to come."""
    return _done(request, cancel_pickups, CancelPickup(pickup))


def _times(request: HttpRequest) -> dict[str, time]:
    """The window as it was typed."""
    found, wrong = {}, {}
    for name in ("ready_by", "closes_at"):
        try:
            found[name] = time.fromisoformat(request.POST.get(name, "").strip())
        except ValueError:
            wrong[name] = "Give a time as 15:30."
    if wrong:
        raise BadForm(wrong, request.POST.dict())
    return found


def _findings(request: HttpRequest, answer: Refused) -> BadForm:
    return BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())


def _done(request: HttpRequest, operation: Operation, ask: Any) -> HttpResponse:
    """Act, and say what came of it."""
    if not may(request, operation.name):
        raise PermissionDenied
    answer = act(request, operation, ask)
    if isinstance(answer, Refused):
        return _page(request, 409, answer=answer, bad=_findings(request, answer))
    messages.success(request, in_words(answer) + ".")
    return redirect(f"{reverse('manifests')}?site={request.POST.get('site', '')}")


@login_required
@require_GET
def paper(request: HttpRequest, manifest: int) -> HttpResponse:
    """The paper of a closed manifest."""
    found = manifest_paper.manifest(manifest)
    if found is None:
        raise Http404("There is no such manifest, or it is not closed.")
    return _pdf(manifest_paper.manifest_pdf(found), found.number)


@login_required
@require_GET
def carriers_paper(request: HttpRequest, manifest: int) -> HttpResponse:
    """The carrier's own paper of a manifest."""
    found = manifest_paper.carriers_paper(manifest)
    if found is None:
        raise Http404("The carrier gave no paper of its own.")
    return _pdf(found, f"M-{manifest}-carrier")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(content, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})

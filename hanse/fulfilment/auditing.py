"""The audit pages: cartons that the sampling plan chose, and one of them counted blind."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from hanse.journal.acting import act, may
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import page_reads, reads
from .audit import Audit, Found, audit


@login_required
@require_GET
def show_audits(request: HttpRequest) -> HttpResponse:
    """The cartons that wait for an audit at a site, and what the last audits found."""
    sites = page_reads.audit_work()
    site = request.GET.get("site") or request.session.get("site", "")
    if site not in {s.code for s in sites}:
        site = next((s.code for s in sites if s.due), sites[0].code if sites else "")
    if "site" in request.GET:
        request.session["site"] = site
    facts = {
        "site": site, "sites": sites, "here": request.get_full_path(), "percent": next((s.percent for s in sites if s.code == site), 0),
        "due": page_reads.audits_due(site), "done": page_reads.audits_done(site), "zone": page_reads.zone_of(site), "granted": may(request, "fulfilment.audit"),
    }
    return render(request, "fulfilment/_audits.html" if request.htmx else "fulfilment/audits.html", facts)  # type: ignore[attr-defined]


@login_required
@require_http_methods(["GET", "POST"])
def audit_carton(request: HttpRequest, sscc: str) -> HttpResponse:
    """Count what is in a carton; what should be in it is not shown before it is told."""
    carton = reads.carton(sscc)
    if carton is None:
        raise Http404(f"There is no carton {sscc}.")
    facts: dict[str, Any] = {"carton": carton, "granted": may(request, "fulfilment.audit"), "items": page_reads.audit_items(sscc)}
    facts["told"] = [{"sku": i.sku, "gtin": i.gtin} for i in facts["items"]]
    if request.method == "GET":
        return render(request, "fulfilment/audit.html", facts)
    try:
        ask = posted(Audit, request, carton=sscc, found=_found(request), at=None)
    except BadForm as bad:
        return render(request, "fulfilment/audit.html", facts | {"bad": bad}, status=422)
    answer = act(request, audit, ask)
    if isinstance(answer, Refused):
        return render(request, "fulfilment/audit.html", facts | {"answer": answer, "bad": BadForm({}, request.POST.dict())}, status=409)
    (messages.success if answer.right else messages.warning)(request, in_words(answer) + ".")
    return redirect(f"{reverse('audits')}?site={answer.site}" if answer.right else reverse("pack_order", args=[answer.order, answer.site]))


def _found(request: HttpRequest) -> tuple[Found, ...]:
    """What was counted, item by item: as many units as SKUs, an empty one is none."""
    found: list[Found] = []
    wrong: dict[str, str] = {}
    for n, (sku, units) in enumerate(zip(request.POST.getlist("sku"), request.POST.getlist("units"), strict=False)):
        if not sku.strip() and not units.strip():
            continue
        if not units.strip().isascii() or not (units.strip() or "0").isdigit() or not sku.strip():
            wrong[f"units-{n}"] = "Give a whole number of units of an item."
            continue
        found.append(Found(sku.strip()[:100], min(int(units.strip() or 0), 10**9)))
    if wrong:
        raise BadForm(wrong, request.POST.dict())
    return tuple(found)


@waits("audits")
def cartons_to_audit(user: Any) -> int:
    return sum(site.due for site in page_reads.audit_work())

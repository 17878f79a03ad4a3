"""The packing station: orders to pack at a site, one order with its carton, labels and slips."""

from datetime import timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import commercial_invoice, consolidating, customs, drawing, page_reads, papers, proposing, reads
from .answering import back, panel
from .consolidate import Consolidate, consolidate
from .deconsolidate import Deconsolidate, deconsolidate
from .pack import Pack, PackLine, pack
from .relabel import Relabel, relabel
from .rules import to_scan
from .scan_at_pack import ScanAtPack, scan_at_pack

DAYS = 30
"""How far back the page of cartons used looks."""


@login_required
@require_GET
def show_pack(request: HttpRequest) -> HttpResponse:
    """The orders that wait to be packed at a site, whole ones first."""
    work = page_reads.work()
    site = request.GET.get("site") or request.session.get("site", "")
    if site not in {s.code for s in work}:
        site = next((s.code for s in work if s.to_pack), work[0].code if work else "")
    if "site" in request.GET:
        request.session["site"] = site
    waiting = sorted(reads.to_pack(site, 200), key=lambda w: (w.still_to_pick > 0, w.promised_on is None, w.promised_on, w.order)) if site else []
    facts = {"site": site, "work": work, "waiting": waiting, "staged": reads.staged(site, 8) if site else [], "here": request.get_full_path(),
             "zone": page_reads.zone_of(site), "granted": may(request, "fulfilment.pack"), **panel(request, site)}
    return render(request, "fulfilment/_pack.html" if request.htmx else "fulfilment/pack.html", facts)  # type: ignore[attr-defined]


@login_required
@require_http_methods(["GET", "POST"])
def pack_order(request: HttpRequest, order: str, site: str) -> HttpResponse:
    """One order at the station: what was picked is scanned into a carton, weighed, closed and labelled."""
    order_ = page_reads.packing(order_id(order), site)
    if order_ is None:
        raise Http404(f"There is no order {order} to pack at {site}.")
    if request.method == "POST":
        return _close(request, order_)
    return _station(request, order_)


def _station(request: HttpRequest, order: page_reads.Packing, status: int = 200, **more: Any) -> HttpResponse:
    lines = page_reads.to_pack(order_id(order.number), order.site)
    if not lines and not more and order.cartons:
        return redirect("carton", order.cartons[0])
    facts = {
        "order": order, "lines": list(enumerate(lines)), "units": sum(line.quantity for line in lines), "granted": may(request, "fulfilment.pack"),
        "may_take_out": may(request, "fulfilment.take_out"), "rule": order.pack_scan, "stopped": [line for line in lines if line.lot_status != "released"],
        **_proposal(request, order), "beside": consolidating.beside(order_id(order.number), order.site), "coming": _coming(order.number, order.site),
        "told": {"tolerance": order.tolerance_g, "percent": order.tolerance_percent, "rule": order.pack_scan, "lines": [
            {"line": x.line, "sku": x.sku, "gtin": x.gtin, "name": x.name, "lot": x.lot, "tracking": x.tracking, "quantity": x.quantity, "weight": x.weight_g,
             "percent": x.tolerance_percent, "scan": to_scan(order.pack_scan, x.quantity), "stopped": x.lot_status != "released", "serials": list(x.serials)}
            for x in lines]},
    }
    facts["told"] |= facts.pop("told_too")
    return render(request, "fulfilment/pack_order.html", facts | panel(request, order.site, order_id(order.number)) | more, status=status)


def _proposal(request: HttpRequest, order: page_reads.Packing) -> dict[str, Any]:
    """The proposed cartons for what lies in totes, by the way and carrier that were chosen, drawn layer by layer."""
    known = proposing.known(order_id(order.number), order.site, clock.now())
    if known is None or not known.lying:
        return {"told_too": {}}
    carrier, choice = request.GET.get("carrier", "")[:80], request.GET.get("choice", "0")
    proposed = proposing.propose(known, carrier, int(choice) if choice.isdecimal() and len(choice) < 3 else 0)
    word = "alternative" if proposed.choice else "followed"
    types = [(t.code, t.tare_g, f"{t.inner_length_mm} × {t.inner_width_mm} × {t.inner_height_mm}") for t in known.types]
    return {
        "proposed": proposed, "cartons": [drawing.shown(carton) for carton in proposed.cartons], "proposal_word": word, "types": types,
        "told_too": {"proposed": proposing.told(proposed), "word": word, "types": {code: tare for code, tare, _ in types}},
    }


def _coming(order: str, site: str) -> list[tuple[consolidating.Coming, str, str]]:
    """The orders that a parcel may wait for, with the times of the site."""
    zone = ZoneInfo(page_reads.zone_of(site))
    return [(c, f"{c.leaves_at.astimezone(zone):%a %H:%M}", f"{c.wait_until.astimezone(zone):%a %H:%M}") for c in consolidating.coming(order_id(order), site, clock.now())]


def _close(request: HttpRequest, order: page_reads.Packing) -> HttpResponse:
    try:
        contents = tuple(_line(text) for text in request.POST.getlist("content"))
        ask = posted(Pack, request, order=order.number, site=order.site, contents=contents or None, sscc=None, at=None)
    except BadForm as bad:
        return _station(request, order, 422, bad=bad)
    answer = act(request, pack, ask)
    if isinstance(answer, Refused):
        return _station(request, order, 409, answer=answer)
    messages.success(request, f"Carton {answer.carton[-6:]} closed: " + ", ".join(f"{u.quantity} {u.sku}" for u in answer.units) + ".")
    return redirect("carton", answer.carton)


@login_required
@require_POST
def scan_for_carton(request: HttpRequest, order: str, site: str) -> JsonResponse:
    """Keep a scan of the packing station, right or wrong; nothing is booked."""
    try:
        ask = posted(ScanAtPack, request, order=order, site=site, at=None)
    except BadForm as bad:
        return JsonResponse({"refused": str(bad)}, status=422)
    answer = act(request, scan_at_pack, ask)
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    return JsonResponse({"right": answer.right})


def _line(text: str) -> PackLine:
    """One line of a carton's content, as the station posts it: position|quantity|lot|serials|what was scanned, each encoded as in an address."""
    line, _, rest = text.partition("|")
    quantity, _, rest = rest.partition("|")
    lot, _, rest = rest.partition("|")
    serials, _, scans = rest.partition("|")
    if not (line.isdigit() and quantity.isdigit() and int(line) and int(quantity)):
        raise BadForm({"content": "The carton's content cannot be read. Scan it again."}, {})
    return PackLine(int(line), int(quantity), lot or None, tuple(serials.split()), tuple(unquote(read) for read in scans.split()))


@login_required
@require_GET
def cartons_used(request: HttpRequest) -> HttpResponse:
    """What was really packed into in the last thirty days: proposals followed or not, how full, how far the scale was off."""
    site = request.GET.get("site", "")[:80]
    today = clock.now().date()
    facts = {"site": site, "rows": reads.cartons_used(site, today - timedelta(DAYS), today + timedelta(1)), "days": DAYS}
    return render(request, "fulfilment/cartons_used.html", facts)


@login_required
@require_GET
def carton(request: HttpRequest, sscc: str) -> HttpResponse:
    """A closed carton: its content and weight, its label and slip, and what to pack next."""
    found = reads.carton(sscc)
    if found is None:
        raise Http404(f"There is no carton {sscc}.")
    rest = reads.to_pack(found.site, 1, order=order_id(found.order))
    then = rest or [w for w in reads.to_pack(found.site, 20) if not w.still_to_pick]
    waits = not (found.handed_over_at or found.opened_at or found.inside)
    facts = {
        "pairs": consolidating.pairs(found.site, sscc) if waits else [], "coming": _coming(found.order, found.site) if waits else [], "may_consolidate": may(request, "fulfilment.consolidate"),
        "abroad": any(c.leaves for c in customs.exported(sscc=sscc)), "carton": found, "zone": page_reads.zone_of(found.site), "granted": may(request, "fulfilment.pack"), "next": reverse("pack_order", args=[then[0].order, then[0].site]) if then else "",
        "next_order": then[0].order if then else "", "units": sum(line["quantity"] for line in found.contents or []),
    }
    return render(request, "fulfilment/carton.html", facts)


@login_required
@require_POST
def relabel_carton(request: HttpRequest, sscc: str) -> HttpResponse:
    """Label a carton anew with the address its order has now."""
    answer = act(request, relabel, Relabel(sscc))
    (messages.error if isinstance(answer, Refused) else messages.success)(request, in_words(answer))
    return redirect("carton", sscc)


@login_required
@require_POST
def consolidate_carton(request: HttpRequest, sscc: str) -> HttpResponse:
    """Put a carton into this one, by a tap or by the scan of its label."""
    try:
        ask = posted(Consolidate, request, into=sscc)
    except BadForm as bad:
        messages.error(request, str(bad))
        return redirect("carton", sscc)
    answer = act(request, consolidate, ask)
    if isinstance(answer, Refused):
        messages.error(request, in_words(answer))
    else:
        messages.success(request, f"{in_words(answer)}. Print its label again: it names both orders.")
    return redirect(back(request, request.POST.get("back", ""), reverse("carton", args=[sscc])))


@login_required
@require_POST
def deconsolidate_carton(request: HttpRequest, sscc: str) -> HttpResponse:
    """Take a carton out of the one it lies in."""
    answer = act(request, deconsolidate, Deconsolidate(sscc))
    (messages.error if isinstance(answer, Refused) else messages.success)(request, in_words(answer) + ("" if isinstance(answer, Refused) else "."))
    return redirect(back(request, request.POST.get("back", ""), reverse("carton", args=[sscc])))


@login_required
@require_GET
def label_pdf(request: HttpRequest, sscc: str) -> HttpResponse:
    """The carton's label, to be printed."""
    return _paper(papers.carton_label(sscc), f"{sscc}.pdf")


@login_required
@require_GET
def label_zpl(request: HttpRequest, sscc: str) -> HttpResponse:
    """The carton's label, for a label printer."""
    found = papers.carton_label_zpl(sscc)
    if found is None:
        raise Http404("There is no such carton.")
    return HttpResponse(found, content_type="application/zpl", headers={"Content-Disposition": f'attachment; filename="{sscc}.zpl"'})


@login_required
@require_GET
def customs_pdf(request: HttpRequest, sscc: str) -> HttpResponse:
    """The carton's commercial invoice for customs, to be printed; back to the carton with what is missing."""
    cartons = customs.exported(sscc=sscc)
    if not cartons:
        raise Http404(f"There is no carton {sscc}.")
    found = customs.declare(cartons)
    if isinstance(found, Refused):
        messages.error(request, in_words(found))
        return redirect("carton", sscc)
    return _paper(commercial_invoice.invoice_pdf(found), f"{sscc}-invoice.pdf")


@login_required
@require_GET
def slip_pdf(request: HttpRequest, sscc: str) -> HttpResponse:
    """The carton's packing slip, to be printed."""
    return _paper(papers.packing_slip(sscc=sscc), f"{sscc}-slip.pdf")


def _paper(body: bytes | None, name: str) -> HttpResponse:
    if body is None:
        raise Http404("There is no such carton.")
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'})

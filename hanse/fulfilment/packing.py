"""The packing station: orders to pack at a site, one order with its carton, labels and slips."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import commercial_invoice, customs, drawing, page_reads, papers, proposing, reads
from .answering import panel
from .pack import Pack, PackLine, pack
from .relabel import Relabel, relabel
from .rules import LEAST_TOLERANCE_G

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
        "tolerance": LEAST_TOLERANCE_G,
        **_proposal(request, order),
        "told": {"tolerance": LEAST_TOLERANCE_G, "lines": [
            {"line": x.line, "sku": x.sku, "gtin": x.gtin, "name": x.name, "lot": x.lot, "tracking": x.tracking, "quantity": x.quantity, "weight": x.weight_g, "serials": list(x.serials)}
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


def _line(text: str) -> PackLine:
    """One line of a carton's content, as the station posts it: position|quantity|lot|serials."""
    line, _, rest = text.partition("|")
    quantity, _, rest = rest.partition("|")
    lot, _, serials = rest.partition("|")
    if not (line.isdigit() and quantity.isdigit() and int(line) and int(quantity)):
        raise BadForm({"content": "The carton's content cannot be read. Scan it again."}, {})
    return PackLine(int(line), int(quantity), lot or None, tuple(serials.split()))


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
    facts = {
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

"""The pages of drop-ship orders: what suppliers ship for us, how far each is, and their despatch advices entered by hand."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.fulfilment import supplier_reads as reads
from hanse.fulfilment.decline import Decline, DeclinedUnits, decline
from hanse.fulfilment.expect_despatch import ExpectDespatch, expect_despatch
from hanse.fulfilment.supplier_slip import supplier_slip
from hanse.journal.acting import act, may
from hanse.journal.operation import Operation
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import page_reads
from .take_despatch_advice import AdvisedCarton, AdvisedUnits, TakeDespatchAdvice, take_despatch_advice

VIEWS = {"unfinished": "Not done", "late": "Late", "part": "Part shipped", "done": "Done", "all": "All"}
BADGES = {"open": ("idle", "clock"), "late": ("bad", "clock"), "part": ("busy", "truck"), "done": ("good", "check")}
ROWS = 50


@login_required
@require_GET
def supplier_orders(request: HttpRequest) -> HttpResponse:
    """Drop-ship orders by state, the newest first."""
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "unfinished"
    at = request.GET.get("before", "")
    before = int(at) if at.isascii() and at.isdigit() and len(at) < 19 else None
    order = request.GET.get("order", "").replace("\x00", "")[:40]
    found = reads.supplier_orders(clock.now(), view, order, before, ROWS + 1)
    return render(request, "transport/supplier_orders.html", {
        "rows": [(it, reads.STATES[it.state], *BADGES[it.state]) for it in found[:ROWS]], "view": view, "views": VIEWS,
        "later_url": f"{request.path}?view={view}&before={found[ROWS - 1].id}" if len(found) > ROWS else "", "earlier_url": f"{request.path}?view={view}" if before else "",
    })  # fmt: skip


@login_required
@require_GET
def supplier_order(request: HttpRequest, number: str) -> HttpResponse:
    """One drop-ship order: its lines, where they go, what was shipped; and what may be entered."""
    return _page(request, number)


def _page(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    head, paper = reads.supplier_order(number, clock.now()), reads.paper(number)
    if head is None or paper is None:
        raise Http404(f"There is no drop-ship order {number}.")
    lines = reads.lines(number)
    facts = {
        "it": head, "paper": paper, "state": (reads.STATES[head.state], *BADGES[head.state]), "lines": lines, "open_lines": [x for x in lines if x.open],
        "advices": [(a, [p for c in a.body["cartons"] if (p := c.get("tracking") or c.get("number") or c.get("sscc"))]) for a in reads.advices(number)],
        "carriers": [("", "Choose the carrier…"), *page_reads.carriers()], "may_advise": may(request, take_despatch_advice.name), "may_decline": may(request, decline.name),
        "may_expect": may(request, expect_despatch.name),
    }
    return render(request, "transport/supplier_order.html", facts | more, status=status)


@login_required
@require_GET
def supplier_slip_pdf(request: HttpRequest, number: str) -> HttpResponse:
    """The packing slip that the supplier lays in: no prices."""
    found = supplier_slip(number)
    if found is None:
        raise Http404(f"There is no drop-ship order {number}.")
    return HttpResponse(found, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})


@login_required
@require_POST
def enter_advice(request: HttpRequest, number: str) -> HttpResponse:
    """Take a despatch advice of one carton, as it was typed."""
    contents, findings = _contents(request)
    try:
        sscc, tracking = (request.POST.get(field, "").strip()[:80] or None for field in ("sscc", "tracking"))
        ask = posted(TakeDespatchAdvice, request, supplier_order=number, cartons=(AdvisedCarton(contents, sscc, tracking=tracking),))
        if not contents and not findings:
            findings["contents"] = "Say how many units of which item he shipped."
        if findings:
            raise BadForm(findings, request.POST.dict())
    except BadForm as bad:
        return _page(request, number, 422, bad_advice=BadForm(bad.findings | findings, request.POST.dict()), open="advice")
    return _done(request, number, take_despatch_advice, ask, "advice", "bad_advice")


def _contents(request: HttpRequest) -> tuple[tuple[AdvisedUnits, ...], dict[str, str]]:
    """The lines of which units were typed."""
    found, findings = [], {}
    for sku in request.POST.getlist("sku"):
        units = request.POST.get(f"units-{sku}", "").replace(",", "").strip()
        if not units or units == "0":
            continue
        if not (units.isascii() and units.isdigit() and len(units) < 10):
            findings[f"units-{sku}"] = "A whole number of units."
            continue
        found.append(AdvisedUnits(sku, int(units), request.POST.get(f"lot-{sku}", "").strip()[:200], serials=tuple(request.POST.get(f"serials-{sku}", "").split())))
    return tuple(found), findings


@login_required
@require_POST
def decline_units(request: HttpRequest, number: str) -> HttpResponse:
    """Note that the supplier does not ship what is open, or units of one item of it."""
    sku, units = request.POST.get("sku", "").strip(), request.POST.get("units", "").strip()
    try:
        if (sku or units) and not (sku and units.isascii() and units.isdigit() and 0 < len(units) < 10 and int(units)):
            raise BadForm({"units": "Name an item and how many units of it, or neither: then it is all that is open."}, request.POST.dict())
        ask = posted(Decline, request, supplier_order=number, lines=(DeclinedUnits(sku, int(units)),) if sku else ())
    except BadForm as bad:
        return _page(request, number, 422, bad_decline=bad, open="decline")
    return _done(request, number, decline, ask, "decline", "bad_decline")


@login_required
@require_POST
def expect_later(request: HttpRequest, number: str) -> HttpResponse:
    """Note the day on which the supplier ships."""
    try:
        ask = posted(ExpectDespatch, request, supplier_order=number)
    except BadForm as bad:
        return _page(request, number, 422, bad_expect=bad, open="expect")
    return _done(request, number, expect_despatch, ask, "expect", "bad_expect")


def _done(request: HttpRequest, number: str, operation: Operation, ask: Any, part: str, bad: str) -> HttpResponse:
    """Act, and say what came of it: on the page it was asked from, with the form still open where it was refused."""
    if not may(request, operation.name):
        raise PermissionDenied
    answer = act(request, operation, ask)
    if isinstance(answer, Refused):
        findings = {e.pointer.removeprefix("#/").split("/")[-1]: e.detail for e in answer.errors}
        return _page(request, number, 422, answer=answer, open=part, **{bad: BadForm(findings, request.POST.dict())})
    messages.success(request, in_words(answer).rstrip(".") + ".")
    return redirect(reverse("supplier_order", args=[number]))


@waits("supplier_orders")
def late_suppliers(user: Any) -> int:
    """How many drop-ship orders are late."""
    return len(reads.supplier_orders(clock.now(), "late", limit=1000))

"""The pages of carriers' bills: the list with files taken in, one bill beside what was expected, open disputes."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, act_all, may
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words, money_in_words

from . import freight_file, page_reads
from . import freight_reads as reads
from .accept_freight_line import AcceptFreightLine, accept_freight_line
from .answer_dispute import AnswerDispute, answer_dispute
from .dispute_freight_line import DisputeFreightLine, dispute_freight_line
from .events import FreightInvoiceReceived
from .freight_audit import FINDINGS
from .pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from .receive_freight_invoice import receive_freight_invoice

ROWS = 40
VIEWS = {"disputed": "Disputed", "to-pay": "To pay", "all": "All"}
KINDS = {"freight": "Freight", "fuel": "Fuel", "claims-credit": "Credit of a claim"}
BASES = {"choice": "chosen service", "lane": "lane"}
OUTCOMES = [("credit", "It credits"), ("rejected", "It rejects")]


@login_required
@require_GET
def freight_invoices(request: HttpRequest) -> HttpResponse:
    """Carriers' bills, the newest first, and the open disputes."""
    return _list(request)


def _list(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    q = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    view = request.GET.get("view", "all" if q else "disputed")
    view = view if view in VIEWS else "disputed"
    at = request.GET.get("before", "")
    found = reads.freight_invoices(ROWS + 1, int(at) if at.isascii() and at.isdigit() and len(at) < 19 else 0, view, number=q)
    rows = found[:ROWS]
    chosen = {name: value for name, value in (("view", view), ("q", q)) if value}
    facts = {
        "rows": rows, "view": view, "views": VIEWS, "q": q, "carriers": [("", "As the file says"), *page_reads.carriers()], "may_receive": may(request, receive_freight_invoice.name),
        "disputes": [(d, KINDS.get(d.kind, d.kind.replace("-", " ").capitalize())) for d in reads.open_disputes(100)] if view == "disputed" and not at else [],
        "earlier_url": f"{request.path}?{urlencode(chosen)}" if at else "", "later_url": f"{request.path}?{urlencode(chosen | {'before': rows[-1].id})}" if len(found) > ROWS else "",
    }
    return render(request, "transport/freight_invoices.html", facts | more, status=status)


@login_required
@require_POST
def take_file(request: HttpRequest) -> HttpResponse:
    """Take in the bills of a file."""
    if not may(request, receive_freight_invoice.name):
        raise PermissionDenied
    file = request.FILES.get("file")
    if file is None:
        return _list(request, 422, bad=BadForm({"file": "Choose a file."}, request.POST.dict()), open="file")
    try:
        if (file.size or 0) > freight_file.MOST_BYTES:
            raise freight_file.BadFile([f"A file has at most {freight_file.MOST_BYTES // 1_000_000} MB."])
        asks = freight_file.read(file.read(), {name: request.POST.get(name, "").strip() for name in freight_file.HEADS})
    except freight_file.BadFile as bad:
        return _list(request, 422, wrong=bad.findings, bad=BadForm({}, request.POST.dict()), open="file")
    answers = act_all(request, receive_freight_invoice, asks)
    refused = [(ask.number, answer) for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, Refused)]
    for answer in answers:
        if not isinstance(answer, Refused):
            messages.success(request, f"{in_words(answer)}.")
    if refused:
        return _list(request, 409, wrong=[f"{number}: {answer.detail}" for number, answer in refused], bad=BadForm({}, request.POST.dict()), open="file")
    [*_, last] = answers
    found = reads.freight_invoices(1, carrier=last.carrier, number=last.number) if len(answers) == 1 else []
    return redirect("freight_invoice", found[0].id) if found and isinstance(last, FreightInvoiceReceived) else redirect("freight_invoices")


@login_required
@require_GET
def freight_invoice(request: HttpRequest, invoice: int) -> HttpResponse:
    """One bill: each line beside what was expected, and why they differ."""
    return _one(request, invoice)


def _one(request: HttpRequest, invoice: int, status: int = 200, **more: Any) -> HttpResponse:
    it = reads.freight_invoice(invoice)
    if it is None:
        raise Http404(f"There is no freight invoice {invoice}.")
    lines = reads.freight_lines(invoice, 2_000)
    open_lines = [(x.position, f"{x.position}: {x.tracking}, {money_in_words(x.disputed - x.recovered, it.currency, signed=True)}") for x in lines if _open(x)]
    owed_lines = [(x.position, f"{x.position}: {x.tracking}, {money_in_words(x.approved + x.accepted, it.currency, signed=True)}") for x in lines if x.approved + x.accepted > 0 and not _open(x)]
    facts = {
        "it": it, "lines": [_line(x) for x in lines], "cut": it.lines - len(lines), "withheld": it.disputed - it.recovered, "open_lines": open_lines,
        "owed_lines": owed_lines[:500],
        "outcomes": OUTCOMES, "may_accept": open_lines and may(request, accept_freight_line.name),
        "may_answer": open_lines and may(request, answer_dispute.name), "may_dispute": may(request, dispute_freight_line.name), "may_pay": it.to_pay != 0 and may(request, pay_freight_invoice.name),
    }
    return render(request, "transport/freight_invoice.html", facts | more, status=status)


def _open(it: reads.FreightLineView) -> bool:
    """Whether a dispute of the line is open."""
    return it.due_on is not None and it.outcome == ""


def _line(it: reads.FreightLineView) -> dict[str, Any]:
    """A line with its words."""
    more = it.amount - it.expected if it.expected is not None else None
    state = ("Disputed", "bad", "hand-stop") if _open(it) else ("Credited", "good", "arrow-back-up") if it.recovered else ("Accepted", "watch", "user-check") if it.accepted else ("Approved", "good", "check")
    return {"it": it, "kind": KINDS.get(it.kind, it.kind.replace("-", " ").capitalize()), "more": more, "words": [FINDINGS[f] for f in it.findings], "state": state, "open": _open(it), "basis": BASES.get(it.basis, "")}


@login_required
@require_POST
def accept_line(request: HttpRequest, invoice: int) -> HttpResponse:
    """Accept what is disputed of a line."""
    return _done(request, invoice, accept_freight_line, AcceptFreightLine, "accept")


@login_required
@require_POST
def dispute_line(request: HttpRequest, invoice: int) -> HttpResponse:
    """Dispute a line by hand."""
    return _done(request, invoice, dispute_freight_line, DisputeFreightLine, "dispute")


@login_required
@require_POST
def answer_line(request: HttpRequest, invoice: int) -> HttpResponse:
    """Enter the carrier's answer to a dispute."""
    return _done(request, invoice, answer_dispute, AnswerDispute, "answer")


@login_required
@require_POST
def pay_bill(request: HttpRequest, invoice: int) -> HttpResponse:
    """Pay what is owed of a bill."""
    return _done(request, invoice, pay_freight_invoice, PayFreightInvoice, "pay")


def _done(request: HttpRequest, invoice: int, operation: Any, ask: Any, form: str) -> HttpResponse:
    it = reads.freight_invoice(invoice)
    if it is None:
        raise Http404(f"There is no freight invoice {invoice}.")
    try:
        asked = posted(ask, request, carrier=it.carrier, invoice=it.number)
    except BadForm as bad:
        return _one(request, invoice, 422, **{f"bad_{form}": bad, "open": form})
    answer = act(request, operation, asked)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return _one(request, invoice, 409, **{f"bad_{form}": found, "open": form, "answer": answer})
    messages.success(request, f"{in_words(answer)}.")
    return redirect("freight_invoice", invoice)


@waits("freight_invoices")
def disputes_open(user: Any) -> int:
    """How many disputes are open."""
    return reads.waiting()[1]

"""The claim pages: what is to file, what the carriers owe an answer to, and one claim."""

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
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import freight_reads as reads
from . import page_reads
from .answer_claim import AnswerClaim, answer_claim, claim_id
from .dismiss_claim import DismissClaim, dismiss_claim
from .open_claim import OpenClaim, open_claim

ROWS = 40
VIEWS = {"proposed": "To file", "open": "With the carrier", "overdue": "Overdue", "settled": "Settled", "all": "All"}
STATES = {
    "proposed": ("To file", "watch", "edit"), "filed": ("Filed", "busy", "send"), "acknowledged": ("Acknowledged", "busy", "check"), "paid": ("Paid", "good", "check"),
    "declined": ("Declined", "bad", "x"), "dismissed": ("Dismissed", "idle", "x"),
}
KINDS = [("loss", "Loss"), ("damage", "Damage"), ("delay", "Delay"), ("shortage", "Shortage")]


@login_required
@require_GET
def claims(request: HttpRequest) -> HttpResponse:
    """Claims by state, the newest first."""
    return _claims(request)


def _claims(request: HttpRequest, status: int = 200, **more: Any) -> HttpResponse:
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "proposed"
    at = request.GET.get("before", "")
    found = reads.claims(ROWS + 1, int(at) if at.isascii() and at.isdigit() and len(at) < 19 else 0, view)
    rows = found[:ROWS]
    parcel = request.GET.get("parcel", "").replace("\x00", "")[:80]
    facts = {
        "rows": [(row, *STATES[row.state]) for row in rows], "view": view, "views": VIEWS, "parcel": parcel, "kinds": KINDS, "open": "claim" if parcel else "",
        "later_url": f"{request.path}?view={view}&before={rows[-1].id}" if len(found) > ROWS else "", "earlier_url": f"{request.path}?view={view}" if at else "",
        "may_open": may(request, open_claim.name), "carriers": [("", "Whoever has this number"), *page_reads.carriers()],
    }
    return render(request, "transport/claims.html", facts | more, status=status)


@login_required
@require_POST
def file_claim(request: HttpRequest) -> HttpResponse:
    """File a claim."""
    try:
        ask = posted(OpenClaim, request, proof=None)
    except BadForm as bad:
        return _claims(request, 422, bad=bad, open="claim")
    answer = act(request, open_claim, ask)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return _claims(request, 409, bad=found, open="claim", answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect("claim", answer.claim)


@login_required
@require_GET
def claim(request: HttpRequest, number: str) -> HttpResponse:
    """One claim with its deadlines."""
    return _claim(request, number)


def _claim(request: HttpRequest, number: str, status: int = 200, **more: Any) -> HttpResponse:
    it = reads.claim(claim_id(number))
    if it is None:
        raise Http404(f"There is no claim {number}.")
    answers = [("acknowledged", "It acknowledges the claim")] if it.state == "filed" else []
    facts = {
        "it": it, "state": STATES[it.state], "kind": dict(KINDS)[it.kind], "today": clock.now().date(), "answers": [*answers, ("paid", "It pays"), ("declined", "It declines")],
        "may_dismiss": it.state == "proposed" and may(request, dismiss_claim.name),
        "may_file": it.state in ("proposed", "dismissed") and not it.overdue and may(request, open_claim.name), "may_answer": it.state in ("filed", "acknowledged") and may(request, answer_claim.name),
    }
    return render(request, "transport/claim.html", facts | more, status=status)


@login_required
@require_POST
def file_proposed(request: HttpRequest, number: str) -> HttpResponse:
    """File the claim that hanse proposed."""
    it = reads.claim(claim_id(number))
    if it is None:
        raise Http404(f"There is no claim {number}.")
    return _done(request, number, open_claim, OpenClaim, "file", parcel=it.parcel, kind=it.kind, carrier=it.carrier, currency=it.currency, proof=None)


@login_required
@require_POST
def dismiss_proposed(request: HttpRequest, number: str) -> HttpResponse:
    """Dismiss the claim that hanse proposed."""
    return _done(request, number, dismiss_claim, DismissClaim, "dismiss", claim=number)


@login_required
@require_POST
def answer_filed(request: HttpRequest, number: str) -> HttpResponse:
    """Enter what the carrier says to a claim."""
    return _done(request, number, answer_claim, AnswerClaim, "answer", claim=number)


def _done(request: HttpRequest, number: str, operation: Any, ask: Any, form: str, **given: Any) -> HttpResponse:
    try:
        asked = posted(ask, request, **given)
    except BadForm as bad:
        return _claim(request, number, 422, **{f"bad_{form}": bad})
    answer = act(request, operation, asked)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return _claim(request, number, 409, **{f"bad_{form}": found, "answer": answer})
    messages.success(request, f"{in_words(answer)}.")
    return redirect("claim", number)


@waits("claims")
def claims_waiting(user: Any) -> int:
    """How many claims are to file, or overdue with a carrier."""
    return reads.waiting()[0]

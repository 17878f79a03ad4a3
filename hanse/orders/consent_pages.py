"""The form where the desk notes what a customer says to a later day."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import backorder_reads as reads
from .answer_consent import AnswerConsent, answer_consent
from .forms import granted, order_or_404, to_order

ANSWERS = [("agreed", "Agrees to the later day"), ("cancel", "Refuses: cancel the units"), ("free", "Refuses: wait for other supply")]


@login_required
@require_http_methods(["GET", "POST"])
def answer_order_consent(request: HttpRequest, number: str) -> HttpResponse:
    """The questions of an order that wait for an answer; each is answered by itself."""
    granted(request, answer_consent)
    order = order_or_404(number)
    context = {"order": order, "asked": reads.consents(number), "answers": ANSWERS, "line": request.POST.get("line", ""), "form": request.POST.dict()}
    if request.method == "GET":
        return render(request, "orders/consent.html", context)
    try:
        answer = act(request, answer_consent, posted(AnswerConsent, request, order=number))
    except BadForm as bad:
        return render(request, "orders/consent.html", context | {"bad": bad}, status=422)
    if isinstance(answer, Refused):
        return render(request, "orders/consent.html", context | {"answer": answer}, status=422)
    messages.success(request, f"{number}: {in_words(answer)}.")
    return to_order(number)

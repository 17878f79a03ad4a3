"""What people do about a parcel that does not come, on the page of its shipment: give it up, note a refusal, take it back, send its units again or not."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from hanse.journal.acting import act
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import page_reads, pages
from .choose_remedy import ChooseRemedy, choose_remedy
from .record_refusal import RecordRefusal, record_refusal
from .report_lost import ReportLost, report_lost
from .take_back import TakeBack, take_back


@login_required
@require_POST
def give_up(request: HttpRequest, shipment: int) -> HttpResponse:
    """Report a parcel lost."""
    return _done(request, shipment, ReportLost, report_lost, "lost")


@login_required
@require_POST
def refused(request: HttpRequest, shipment: int) -> HttpResponse:
    """Note that the receiver refused a parcel."""
    return _done(request, shipment, RecordRefusal, record_refusal, "refused", at=None)


@login_required
@require_POST
def back(request: HttpRequest, shipment: int) -> HttpResponse:
    """Take a parcel back that nobody received."""
    return _done(request, shipment, TakeBack, take_back, "back")


@login_required
@require_POST
def remedy(request: HttpRequest, shipment: int) -> HttpResponse:
    """Send units again that never came, or owe them no more."""
    return _done(request, shipment, ChooseRemedy, choose_remedy, "remedy")


def _done(request: HttpRequest, shipment: int, ask: Any, operation: Any, form: str, **given: Any) -> HttpResponse:
    head = page_reads.shipment(shipment)
    if head is None:
        raise Http404(f"There is no shipment {shipment}.")
    try:
        asked = posted(ask, request, carrier=head.carrier, **given)
    except BadForm as bad:
        return pages.one_shipment(request, shipment, 422, **{f"bad_{form}": bad, "open": form})
    answer = act(request, operation, asked)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return pages.one_shipment(request, shipment, 409, **{f"bad_{form}": found, "open": form, "answer": answer})
    messages.success(request, f"{in_words(answer)}.")
    return redirect("shipment", shipment)

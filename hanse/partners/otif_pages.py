"""What a customer calls on time in full: the definitions from their days on, and a form for the next one."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted

from . import reads
from .events import DATE_SAID, window_said
from .keep_otif import KeepOtif, keep_otif

CHOICES = {
    "freight": [("any", "All orders"), ("prepaid", "Orders that we bring"), ("collect", "Orders that the customer fetches")],
    "date_basis": [("promised", "First promised, or as the customer asked later"), ("requested", "Requested"), ("current", "Promised last")],
    "clock": [("delivery", "At the delivery"), ("arrival", "When the carrier first stands at the door"), ("hand-over", "At the hand-over")],
    "level": [("order", "Orders"), ("line", "Lines"), ("unit", "Units")],
    "appointment": [("none", "No appointment needed"), ("required", "Only with an appointment")],
    "exclusions": [("refused", "Units that were refused"), ("consignee", "What was brought in time and not taken in")],
    "period": [("due", "The day it was due"), ("delivered", "The day it came")],
}
"""What a definition may choose, in the words of the form."""


@login_required
@require_http_methods(["GET", "POST"])
def otif_definitions(request: HttpRequest, code: str) -> HttpResponse:
    """A customer's definitions, and the form for another one."""
    party = None if "\x00" in code else reads.party(code)
    if party is None:
        raise Http404
    found = reads.otif_definitions(code)
    today = clock.now().date()
    begins = today + timedelta(days=1) if found else today.replace(month=1, day=1)
    context: dict[str, Any] = {
        "it": party, "definitions": [{"it": d, "window": window_said(d.early_days, d.late_days), "day": DATE_SAID[d.date_basis], "now": d.from_on <= today and (d.until_on is None or today < d.until_on)} for d in found],
        "may": may(request, keep_otif.name), "choices": CHOICES, "excluded": request.POST.getlist("exclusions"), "form": request.POST.dict() or {"from_on": begins.isoformat(), "late_days": "0"},
    }
    if request.method == "GET":
        return render(request, "partners/otif.html", context)
    if not context["may"]:
        raise PermissionDenied
    try:
        ask = posted(KeepOtif, request, customer=code)
    except BadForm as bad:
        return render(request, "partners/otif.html", context | {"bad": bad}, status=422)
    answer = act(request, keep_otif, ask)
    if isinstance(answer, Refused):
        return render(request, "partners/otif.html", context | {"answer": answer}, status=422)
    messages.success(request, f"{answer.said()}.")
    return redirect(reverse("otif_definitions", args=[code]))

"""The page on which an appointment at the receiver's dock is booked, in the receiver's own time."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm

from .book_appointments import BookAppointment, book_appointments
from .forms import granted, order_or_404, to_order


@login_required
@require_http_methods(["GET", "POST"])
def book_appointment(request: HttpRequest, number: str) -> HttpResponse:
    """Book when the receiver takes the order in."""
    granted(request, book_appointments)
    order = order_or_404(number)
    zone = order.ship_to["zone"]
    context: dict[str, Any] = {"order": order, "there": zone, "form": request.POST.dict() or _booked(order.appointment, zone)}
    if request.method == "GET":
        return render(request, "orders/appointment.html", context)
    try:
        ask = _ask(number, context["form"], ZoneInfo(zone))
    except BadForm as bad:
        return render(request, "orders/appointment.html", context | {"bad": bad}, status=422)
    answer = act(request, book_appointments, ask)
    if isinstance(answer, Refused):
        return render(request, "orders/appointment.html", context | {"answer": answer}, status=422)
    messages.success(request, f"{number}: {answer.said()}.")
    return to_order(number)


def _booked(appointment: dict[str, Any] | None, zone: str) -> dict[str, str]:
    """The form as it opens: what is booked already."""
    if appointment is None:
        return {}
    begins, ends = (datetime.fromisoformat(appointment[name]).astimezone(ZoneInfo(zone)) for name in ("starts_at", "ends_at"))
    return {"on": begins.date().isoformat(), "starts": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}", "ref": appointment["ref"]}


def _ask(number: str, form: dict[str, str], zone: ZoneInfo) -> BookAppointment:
    found: dict[str, Any] = {}
    findings = {}
    for name, read, example in (("on", date.fromisoformat, "a day, such as 2026-11-30"), ("starts", time.fromisoformat, "a time, such as 08:30"), ("ends", time.fromisoformat, "a time, such as 10:00")):
        try:
            found[name] = read(form.get(name, "").strip())
        except ValueError:
            findings[name] = f"Give {example}."
    ref = form.get("ref", "").strip().replace("\x00", "")
    if len(ref) > 200:
        findings["ref"] = "At most 200 characters."
    if findings:
        raise BadForm(findings, form)
    starts_at, ends_at = (datetime.combine(found["on"], found[name].replace(tzinfo=None), zone) for name in ("starts", "ends"))
    return BookAppointment(number, starts_at, ends_at, ref)

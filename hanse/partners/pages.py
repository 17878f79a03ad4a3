"""Customers: who they are, on which terms, at which addresses. Their orders are drawn by the board."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hanse.journal.acting import may

from . import reads

ROWS = 25

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@login_required
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """The customers by code; `q` is the beginning of a code or a part of a name."""
    q, after, before = (request.GET.get(name, "").strip().replace("\x00", "")[:100] for name in ("q", "after", "before"))
    found = reads.parties(ROWS + 1, before or after, q, "customer", backwards=bool(before))
    more, found = len(found) > ROWS, found[:ROWS]
    if before:
        found.reverse()
    return render(request, "partners/customers.html", {
        "customers": found, "q": q, "first": found[0].code if found else "", "last": found[-1].code if found else "",
        "earlier": bool(found) and (more if before else bool(after)), "later": bool(before) or more,
    })  # fmt: skip


@login_required
@require_GET
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """One customer: terms, people, addresses, and the orders still open."""
    found = None if "\x00" in code else reads.party(code)
    if found is None:
        raise Http404
    return render(request, "partners/customer.html", {"it": found, "may_place": may(request, "orders.place"), "receives_on": ", ".join(DAYS[day] for day in found.receives_on)})

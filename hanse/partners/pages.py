"""Customers: who they are, on which terms, at which addresses. Their orders are drawn by the board."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from . import reads

ROWS = 25


@login_required
@require_GET
def customers(request: HttpRequest) -> HttpResponse:
    """The customers by code; `q` is a part of a code, a name or a city."""
    q, after = (request.GET.get(name, "").strip().replace("\x00", "")[:100] for name in ("q", "after"))
    before = request.GET.get("before", "").strip().replace("\x00", "")[:100]
    found = reads.customers(q, after=after, before=before, limit=ROWS + 1)
    more, found = len(found) > ROWS, found[-ROWS:] if before else found[:ROWS]
    context: dict[str, Any] = {
        "customers": found, "q": q, "first": found[0].code if found else "", "last": found[-1].code if found else "",
        "earlier": (more if before else bool(after)) and bool(found), "later": bool(before) or more,
    }
    return render(request, "partners/customers.html", context)


@login_required
@require_GET
def customer(request: HttpRequest, code: str) -> HttpResponse:
    """One customer: terms, people, address versions, and the orders still open."""
    found = reads.customer(code)
    if found is None:
        raise Http404
    return render(request, "partners/customer.html", {"it": found, "orders_url": f"{reverse('orders')}?customer={found.code}"})

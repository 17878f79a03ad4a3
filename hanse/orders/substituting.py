"""The form for substitutes: what may stand in for waiting units and is in stock, previewed, then done."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from hanse.journal.acting import act, user
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted
from hanse.web.words import money_in_words

from . import reads
from .forms import granted, order_or_404, repeated, to_order
from .previewing import effects, tried
from .reads import OrderView, Proposal
from .substitute import Substitute, substitute

TEMPLATE = "orders/substitute_units.html"
HOW = [("", ""), ("phone", "by phone"), ("mail", "by mail"), ("writing", "in writing"), ("portal", "in the portal")]
PRICES = {"original": "at the price of what was ordered", "substitute": "at its own price", "lower": "at the lower of both prices"}


@login_required
@require_http_methods(["GET", "POST"])
def substitute_units(request: HttpRequest, number: str) -> HttpResponse:
    """Replace units that wait by what the list allows and stock has."""
    granted(request, substitute)
    order = order_or_404(number)
    found = reads.proposals(number)
    chosen = request.POST.get("choice", name_of(found[0]) if found else "")
    it = next((p for p in found if name_of(p) == chosen), None)
    context: dict[str, Any] = {"order": order, "rows": [row(p, order, chosen) for p in found], "how": HOW, "form": request.POST.dict() or {"quantity": it.most if it else ""}}
    if request.method == "GET" or "edit" in request.POST:
        return render(request, TEMPLATE, context)
    if it is None:
        return render(request, TEMPLATE, context | {"bad": BadForm({"choice": "This is not in stock any more. Choose another."}, request.POST.dict())}, status=422)
    try:
        ask = posted(Substitute, request, order=number, line=it.line, by=it.by, agreed_at=None)
    except BadForm as bad:
        return render(request, TEMPLATE, context | {"bad": bad}, status=422)
    refused = None
    if ask.accept:
        answer = act(request, substitute, ask)
        if not isinstance(answer, Refused):
            messages.success(request, f"{answer.said()}.")
            return to_order(number)
        refused = answer
    seen = tried(lambda: substitute([replace(ask, accept="")], by=user(request)), number)
    if isinstance(seen.answer, Refused) or seen.order is None:
        wrong = {error.pointer.removeprefix("#/"): error.detail for error in seen.answer.errors}
        return render(request, TEMPLATE, context | {"answer": None if wrong else seen.answer, "bad": BadForm(wrong, request.POST.dict())}, status=422)
    said = f"{seen.answer.quantity:,} {seen.answer.sku} replaced by {seen.answer.units:,} {seen.answer.by}"
    return render(request, "orders/preview.html", {
        "order": order, "heading": "Substitute", "said": [said], "changes": effects(order, seen.order, clock.now().date()), "answer": refused,
        "fields": [*repeated(request), ("accept", seen.answer.after.mark)], "action": reverse("substitute_units", args=[number]),
        "button": f"Replace {seen.answer.quantity:,} unit{'' if seen.answer.quantity == 1 else 's'}", "danger": False,
    })


def name_of(it: Proposal) -> str:
    """A proposal by its line and item."""
    return f"{it.line}:{it.by}"


def row(it: Proposal, order: OrderView, chosen: str) -> dict[str, Any]:
    """A proposal in words."""
    price = money_in_words(it.price, order.currency, signed=True) if it.price is not None else "no price"
    ratio = "" if it.per == it.units == 1 else f"{it.units:,} for {it.per:,}; "
    return {"it": it, "name": name_of(it), "chosen": name_of(it) == chosen, "terms": f"{ratio}{PRICES[it.price_rule]}", "price": price}

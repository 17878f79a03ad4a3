"""The form for a new order: what placing it would bring stands beside it while it is filled in."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, user
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.partners.addresses import AddressGiven
from hanse.web.posted import BadForm, posted

from . import reads
from .forms import granted, place_findings, posted_lines
from .place import Place, place
from .place_drafts import PlaceDraft, place_drafts
from .previewing import promise_said, stock_said, tried
from .promise_reads import promise

EMPTY = {"sku": "", "quantity": "", "unit_price": "", "found": {}}
FIRST_ROWS = 4


@login_required
@require_http_methods(["GET", "POST"])
def new_order(request: HttpRequest) -> HttpResponse:
    """Take an order; what is wrong with it comes back at its fields, all at once."""
    granted(request, place)
    if request.method == "GET":
        return render(request, "orders/new_order.html", blank(request))
    ask, rows, bad = asked(request)
    if ask:
        draft = request.POST.get("draft", "").strip()[:80]
        answer = act(request, place_drafts, PlaceDraft(draft, ask)) if draft else act(request, place, ask)
        if not isinstance(answer, Refused):
            messages.success(request, f"{answer.said()}.")
            return redirect(reverse("order", args=[answer.order]))
        rest = place_findings(answer, rows, "lines")
        bad = BadForm({FIELD.get(name, name): text for name, text in rest.items()}, request.POST.dict())
        if not answer.errors:
            return render(request, "orders/new_order.html", drawn(request, rows, bad) | {"answer": answer}, status=422)
    return render(request, "orders/new_order.html", drawn(request, rows, bad), status=422)


FIELD = {"ship_to": "ship_to_code"}


def blank(request: HttpRequest) -> dict[str, Any]:
    """The form as it opens; an address may name the customer."""
    customer = request.GET.get("customer", "").replace("\x00", "")[:80]
    return {"lines": [EMPTY] * FIRST_ROWS, "form": {"customer": customer, "ship_to_code": "main"}, "places": reads.ship_tos(customer) if customer else []}


def drawn(request: HttpRequest, rows: list[dict[str, Any]], bad: BadForm | None) -> dict[str, Any]:
    """The form with what was typed."""
    places = reads.ship_tos(request.POST.get("customer", "").replace("\x00", ""))
    return {"lines": rows + [EMPTY] * max(FIRST_ROWS - len(rows), 1), "form": request.POST.dict(), "bad": bad, "places": places, "draft": request.POST.get("draft", "")}


def asked(request: HttpRequest) -> tuple[Place | None, list[dict[str, Any]], BadForm | None]:
    """The order the form stands for; nothing where it cannot be read, with what is wrong."""
    lines, rows = posted_lines(request)
    findings: dict[str, str] = {} if rows else {"lines": "An order needs at least one line."}
    try:
        ship_to = address(request)
        ask = posted(Place, request, lines=tuple(lines), ship_to=ship_to, bill_to="main", at=None, zone="", reserve="at_once")
    except BadForm as bad:
        findings |= bad.findings
    if findings or any(row["found"] for row in rows):
        return None, rows, BadForm(findings, request.POST.dict())
    return ask, rows, None


def address(request: HttpRequest) -> AddressGiven | str:
    """One of the customer's places by its code, or an address as typed."""
    code = request.POST.get("ship_to_code", "main").strip()
    if code != "-":
        return code[:200]
    return posted(AddressGiven, request, code="", zone="", gln="", latitude=None, longitude=None, as_written=False)


@login_required
@require_POST
def new_order_preview(request: HttpRequest) -> HttpResponse:
    """What placing this would bring: where the units come from, when they arrive, what they cost. Keeps nothing."""
    granted(request, place)
    ask, rows, _ = asked(request)
    if ask is None or not rows:
        return render(request, "orders/_foreseen.html", {"incomplete": True})
    found = tried(lambda: place([ask], by=user(request)))
    if isinstance(found.answer, Refused) or found.order is None:
        return render(request, "orders/_foreseen.html", {"answer": found.answer})
    today = clock.now().date()
    promised = promise(ask, clock.now())
    facts = {
        "order": found.order, "lines": reads.in_order(found.order), "stock": stock_said(found.order), "promise": promise_said(found.order, today), "expect": "", "services": (),
    }
    if not isinstance(promised, Refused):
        facts |= {"expect": promised.mark, "services": promised.services, "promised_on": promised.promised_on}
    return render(request, "orders/_foreseen.html", facts)


@login_required
@require_GET
def suggest_customers(request: HttpRequest) -> HttpResponse:
    """Customers whose code or name has what was typed."""
    return render(request, "orders/_options.html", {"options": reads.customers_like(request.GET.get("customer", "").replace("\x00", ""))})


@login_required
@require_GET
def suggest_items(request: HttpRequest) -> HttpResponse:
    """Items whose SKU or name has what was typed, with price and free stock."""
    return render(request, "orders/_options.html", {"options": reads.items_like(request.GET.get("sku", "").replace("\x00", ""))})


@login_required
@require_GET
def ship_tos(request: HttpRequest) -> HttpResponse:
    """The places of a customer to ship to."""
    return render(request, "orders/_ship_to.html", {"places": reads.ship_tos(request.GET.get("customer", "").replace("\x00", "")), "form": {"ship_to_code": "main"}})


@login_required
@require_GET
def more_line(request: HttpRequest) -> HttpResponse:
    """One more empty line."""
    return render(request, "orders/_line_row.html", {"row": EMPTY})

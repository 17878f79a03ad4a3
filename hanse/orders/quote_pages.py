"""The pages of quotes and recurring orders: lists, one quote to accept, one recurring order with its days, *Repeat…* of an order."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.partners.addresses import AddressGiven
from hanse.web.posted import BadForm, posted

from . import quote_reads, reads
from .accept_quotes import AcceptQuote, accept_quotes
from .forms import granted, order_or_404, place_findings, reason_of
from .intake import FIELD, asked, drawn
from .make_quotes import MakeQuote, make_quotes
from .pause_recurring import PauseRecurring, pause_recurring
from .place import Place
from .place_due import PlaceDue, place_due
from .resume_recurring import ResumeRecurring, resume_recurring
from .selling import PlaceLine
from .start_recurring import StartRecurring, start_recurring

ROWS = 50
RULES = [
    ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "Each working day"), ("FREQ=WEEKLY", "Each week"), ("FREQ=WEEKLY;INTERVAL=2", "Every two weeks"),
    ("FREQ=MONTHLY", "Each month on this day"), ("FREQ=MONTHLY;BYDAY=1MO", "The first Monday of a month"), ("FREQ=MONTHLY;INTERVAL=3", "Every three months"),
]  # fmt: skip
WORDS = dict(RULES)


def before(request: HttpRequest) -> int | None:
    """Where the page of a list begins."""
    at = request.GET.get("before", "")
    return int(at) if at.isascii() and at.isdigit() and len(at) < 19 else None


def listed(request: HttpRequest, name: str, found: list[Any]) -> dict[str, Any]:
    """The rows of a list with the addresses of the pages next to it."""
    more, at = len(found) > ROWS, before(request)
    return {"rows": found[:ROWS], "later_url": f"{reverse(name)}?before={found[ROWS - 1].id}" if more else "", "earlier_url": reverse(name) if at else ""}


def said(request: HttpRequest, answer: Any) -> None:
    """Say an answer on the next page."""
    (messages.error if isinstance(answer, Refused) else messages.success)(request, answer.said().rstrip(".") + ".")


# -- quotes -----------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def quotes(request: HttpRequest) -> HttpResponse:
    """Quotes, newest first."""
    found = quote_reads.quotes(clock.now(), before(request), ROWS + 1)
    return render(request, "orders/quotes.html", listed(request, "quotes", found) | {"may_place": may(request, "orders.place")})


@login_required
@require_POST
def new_quote(request: HttpRequest) -> HttpResponse:
    """Offer what the form for a new order says, until a day."""
    granted(request, make_quotes)
    ask, rows, bad = asked(request)
    until = day_of(request.POST.get("valid_until", ""))
    if until is None:
        bad = BadForm((bad.findings if bad else {}) | {"valid_until": "Say until when, as 2026-11-30."}, request.POST.dict())
    if ask is None or until is None:
        return render(request, "orders/new_order.html", drawn(request, rows, bad), status=422)
    answer = act(request, make_quotes, MakeQuote(replace(ask, ref=""), until))
    if isinstance(answer, Refused):
        rest = place_findings(answer, rows, "lines")
        wrong = BadForm({FIELD.get(name, name): text for name, text in rest.items()}, request.POST.dict())
        return render(request, "orders/new_order.html", drawn(request, rows, wrong) | ({} if answer.errors else {"answer": answer}), status=422)
    said(request, answer)
    return redirect(reverse("quote", args=[answer.quote]))


def day_of(text: str) -> date | None:
    """A day as a form sends it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in clock.YEARS else None


@login_required
@require_http_methods(["GET", "POST"])
def quote(request: HttpRequest, number: str) -> HttpResponse:
    """One quote: what it offers until when; accepted once."""
    found = quote_reads.quote(number, clock.now())
    if found is None:
        raise Http404
    if request.method == "POST":
        granted(request, accept_quotes)
        answer = act(request, accept_quotes, AcceptQuote(number, request.POST.get("ref", "").replace("\x00", "").strip()[:200]))
        said(request, answer)
        return redirect(reverse("quote", args=[number]) if isinstance(answer, Refused) else reverse("order", args=[answer.order]))
    return render(request, "orders/quote.html", {"it": found, "may_accept": may(request, accept_quotes.name) and not found.order and not found.expired})


# -- recurring orders ---------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def recurring(request: HttpRequest) -> HttpResponse:
    """Recurring orders, newest first, with the day they are due next."""
    found = [worded(it) for it in quote_reads.recurring(before(request), ROWS + 1)]
    return render(request, "orders/recurring.html", listed(request, "recurring", found))


def worded(it: quote_reads.RecurringRow) -> quote_reads.RecurringRow:
    """A row with its rule in words, where it is one that pages offer."""
    return replace(it, rule=WORDS.get(it.rule, it.rule))


@login_required
@require_http_methods(["GET", "POST"])
def recurring_order(request: HttpRequest, number: str) -> HttpResponse:
    """One recurring order: its rule, what came of its days; paused, resumed, and a day that failed placed again."""
    found = quote_reads.one_recurring(number)
    if found is None:
        raise Http404
    if request.method == "POST":
        on = day_of(request.POST.get("on", ""))
        if "pause" in request.POST:
            answer = act(request, pause_recurring, PauseRecurring(number, reason_of(request)))
        elif on:
            answer = act(request, place_due, PlaceDue(number, on))
        else:
            answer = act(request, resume_recurring, ResumeRecurring(number))
        said(request, answer)
        return redirect(reverse("recurring_order", args=[number]))
    return render(request, "orders/recurring_order.html", {"it": worded(found), "days": quote_reads.occurrences(number), "may": may(request, place_due.name)})


def as_shipped(order: reads.OrderView) -> AddressGiven:
    """The address of an order as it was written for it, whatever has become of its code since."""
    to = order.ship_to
    latitude, longitude = (None if to[name] is None else Decimal(str(to[name])) for name in ("latitude", "longitude"))
    return AddressGiven(
        to["country"], "", to["name"], to["street"], to["postcode"], to["city"], to["region"], to["zone"], to["gln"] or "", latitude, longitude, as_written=True, home=to["home"])


@login_required
@require_http_methods(["GET", "POST"])
def repeat_order(request: HttpRequest, number: str) -> HttpResponse:
    """Place an order like this one again by a rule, at the prices of each day."""
    granted(request, start_recurring)
    order = order_or_404(number)
    lines = tuple(PlaceLine(it.sku, it.ordered - it.cancelled) for it in reads.in_order(order) if it.ordered > it.cancelled and (isinstance(it, reads.KitView) or (it.kit is None and it.over_of is None)))
    context: dict[str, Any] = {"order": order, "lines": lines, "rules": [*RULES, ("-", "Another rule")], "form": {"rule": "FREQ=WEEKLY"}}
    if request.method == "GET":
        return render(request, "orders/repeat_order.html", context)
    chosen = request.POST.get("rule", "")
    rule = request.POST.get("other", "").replace("\x00", "").strip() if chosen == "-" else chosen
    template = Place(order.customer, lines, receiver=order.receiver, ship_to=request.POST.get("ship_to", "").strip()[:200] or as_shipped(order), channel="recurring")
    try:
        ask = posted(StartRecurring, request, order=template, rule=rule[:300])
    except BadForm as bad:
        return render(request, "orders/repeat_order.html", context | {"form": request.POST.dict(), "bad": bad}, status=422)
    answer = act(request, start_recurring, ask)
    if isinstance(answer, Refused):
        findings = {e.pointer.removeprefix("#/"): e.detail for e in answer.errors}
        return render(request, "orders/repeat_order.html", context | {"form": request.POST.dict(), "bad": BadForm(findings, request.POST.dict()), "answer": answer}, status=422)
    said(request, answer)
    return redirect(reverse("recurring_order", args=[answer.recurring]))

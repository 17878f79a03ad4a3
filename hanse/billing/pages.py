"""The invoice pages: the list, one document whole, crediting units of it and booking a payment for it."""

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from hanse.journal.acting import act, may, tried
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words, money_in_words, pieces_in_words

from . import page_reads, papers, reads
from .credit import Credit, credit
from .invoice import Units
from .receive_payment import ReceivePayment, receive_payment

ROWS = 40
VIEWS: dict[str, tuple[str, dict[str, Any]]] = {
    "open": ("Open", {"open": True, "kind": "invoice"}), "overdue": ("Overdue", {"overdue": True}), "credits": ("Credits", {"kind": "credit"}), "all": ("All", {}),
}


@login_required
@require_GET
def invoices(request: HttpRequest) -> HttpResponse:
    """Invoices and credits, newest first."""
    q = request.GET.get("q", "").strip()[:80]
    if q and reads.document(q):
        return redirect("invoice", q)
    view = request.GET.get("view", "all" if q else "open")
    view = view if view in VIEWS else "open"
    given = dict(VIEWS[view][1])
    today = clock.now().date()
    if given.pop("overdue", False):
        given["today"] = today
    if q:
        given |= {"order": q} if q.startswith("H-") else {"customer": page_reads.customer_code(q) or q}
    before = request.GET.get("before", "")[:80]
    found = reads.documents(ROWS + 1, before=before, **given)
    rows = found[:ROWS]
    chosen = {name: value for name, value in (("view", view), ("q", q)) if value}
    facts = {
        "rows": [(row, row.kind == "invoice" and row.open > 0 and row.due_on < today) for row in rows], "view": view, "views": {k: v[0] for k, v in VIEWS.items()}, "q": q,
        "here": request.get_full_path(), "currencies": sorted({row.currency for row in rows}),
        "earlier_url": f"{request.path}?{urlencode(chosen)}" if before else "",
        "later_url": f"{request.path}?{urlencode(chosen | {'before': rows[-1].number})}" if len(found) > ROWS else "",
    }
    return render(request, "billing/_invoices.html" if request.htmx else "billing/invoices.html", facts)  # type: ignore[attr-defined]


@login_required
@require_GET
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    """One invoice or credit: lines, tax, what was paid, and how it compares with order and delivery."""
    facts = _facts(request, _document(number))
    return render(request, "billing/_invoice.html" if request.htmx else "billing/invoice.html", facts)  # type: ignore[attr-defined]


def _document(number: str) -> reads.DocumentView:
    found = reads.document(number)
    if found is None:
        raise Http404(f"There is no invoice {number}.")
    return found


def _facts(request: HttpRequest, it: reads.DocumentView) -> dict[str, Any]:
    gone = page_reads.credited(it.number) if it.kind == "invoice" else {}
    left = sum(line.quantity - gone.get(line.position, 0) for line in it.lines)
    latest = {m.position: m for m in it.matches}
    return {
        "it": it, "lines": [(line, gone.get(line.position, 0), latest.get(line.position)) for line in it.lines], "kits": list(reads.kits_billed(it.lines).values()), "settled": it.total - it.open,
        "overdue": it.kind == "invoice" and it.open > 0 and it.due_on < clock.now().date(), "matches": list(latest.values()),
        "may_credit": it.kind == "invoice" and left > 0 and may(request, "billing.credit"),
        "may_pay": it.kind == "invoice" and it.open > 0 and may(request, "billing.receive_payment"),
    }


@login_required
@require_GET
def invoice_paper(request: HttpRequest, number: str) -> HttpResponse:
    """The document as PDF."""
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in number)
    body = papers.invoice_pdf(_document(number))
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


@login_required
@require_http_methods(["GET", "POST"])
def credit_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Credit units of an invoice: which and why, then before → after, then one button."""
    it = _document(number)
    facts = _facts(request, it) | {"what": "credit", "granted": may(request, "billing.credit"), "typed": request.POST}
    facts["fields_of"] = [(line, gone, line.quantity - gone, request.POST.get(f"units_{line.position}", "")) for line, gone, _ in facts["lines"]]
    if request.method == "GET" or "change" in request.POST:
        return render(request, "billing/book.html", facts | ({"bad": BadForm({}, request.POST.dict())} if request.method == "POST" else {}))
    try:
        ask = posted(Credit, request, invoice=number, lines=_units(request, it), at=None, number=None)
    except BadForm as bad:
        return render(request, "billing/book.html", facts | {"bad": bad}, status=422)
    return _booked(request, facts, credit, ask, lambda answer: (
        _after_credit(it, answer), f"Credit {pieces_in_words(sum(x.quantity for x in answer.lines))} units, {money_in_words(answer.total, it.currency, signed=True)}"))


def _units(request: HttpRequest, it: reads.DocumentView) -> tuple[Units, ...]:
    """The units typed, by line."""
    units, wrong = [], {}
    for line in it.lines:
        text = request.POST.get(f"units_{line.position}", "").strip().replace(",", "")
        if text in ("", "0"):
            continue
        if not (text.isascii() and text.isdigit() and len(text) < 12):
            wrong[f"units_{line.position}"] = "Give a whole number, such as 12."
        else:
            units.append(Units(line.position, int(text)))
    if not request.POST.get("reason", "").strip():
        wrong["reason"] = "Say why; it stands on the credit."
    if not units and not wrong:
        wrong["lines"] = "Say how many units of which line."
    if wrong:
        raise BadForm(wrong, request.POST.dict())
    return tuple(units)


def _after_credit(it: reads.DocumentView, answer: Any) -> list[dict[str, str]]:
    owed = answer.total - answer.settled
    return [_row("Units credited", "0", ", ".join(f"{pieces_in_words(x.quantity)} {x.sku}" for x in answer.lines)),
            _row("Open of the invoice", _money(it.open, it), _money(it.open - answer.settled, it)),
            _row("Owed to the customer by this", _money(Decimal(0), it), _money(owed, it), "To be set against another invoice or paid back" if owed else "")]


@login_required
@require_http_methods(["GET", "POST"])
def pay_invoice(request: HttpRequest, number: str) -> HttpResponse:
    """Book a payment for an invoice: the form, then before → after, then one button."""
    it = _document(number)
    facts = _facts(request, it) | {"what": "payment", "granted": may(request, "billing.receive_payment"), "amount": f"{it.open.normalize():f}"}
    if request.method == "GET" or "change" in request.POST:
        return render(request, "billing/book.html", facts | ({"bad": BadForm({}, request.POST.dict())} if request.method == "POST" else {}))
    try:
        ask = posted(ReceivePayment, request, customer=it.customer, currency=it.currency, invoices=(it.number,), at=None)
    except BadForm as bad:
        return render(request, "billing/book.html", facts | {"bad": bad}, status=422)
    return _booked(request, facts, receive_payment, ask, lambda answer: (_after_payment(it, answer), f"Book {money_in_words(answer.amount, it.currency, signed=True)}"))


def _after_payment(it: reads.DocumentView, answer: Any) -> list[dict[str, str]]:
    paid = sum((p.amount for p in answer.paid if p.invoice == it.number), Decimal(0))
    return [_row(f"Open of {it.number}", _money(it.open, it), _money(it.open - paid, it)),
            _row("Left on the customer's account by this", _money(Decimal(0), it), _money(answer.on_account, it))]


def _booked(request: HttpRequest, facts: dict[str, Any], operation: Any, ask: Any, told: Any) -> HttpResponse:
    """Preview first; with `book` the act itself, then the invoice again."""
    booking = "book" in request.POST
    answer = act(request, operation, ask) if booking else tried(request, operation, ask)
    if isinstance(answer, Refused):
        bad = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return render(request, "billing/book.html", facts | {"answer": answer, "bad": bad}, status=409 if booking else 422)
    if booking:
        messages.success(request, in_words(answer) + ".")
        return redirect("invoice", facts["it"].number)
    changes, button = told(answer)
    again = [(name, str(value)) for name, value in request.POST.items() if name not in ("key", "csrfmiddlewaretoken")] + [("book", "1")]
    return render(request, "billing/book.html", facts | {"changes": changes, "button": button, "fields": again})


def _row(name: str, before: str, after: str, why: str = "") -> dict[str, str]:
    return {"name": name, "before": before, "after": after, "why": why}


def _money(amount: Decimal, it: reads.DocumentView) -> str:
    return money_in_words(amount, it.currency, signed=True)


@waits("invoices")
def overdue_invoices(user: Any) -> int:
    """Overdue invoices wait for finance; more than 99 are as good as 99."""
    return len(reads.documents(99, today=clock.now().date())) if may_see_debts(user) else 0


def may_see_debts(user: Any) -> bool:
    return bool(user.is_superuser or user.groups.filter(name="finance").exists())

"""The pages of drafts: the list, saving what a form for a new order says, and opening it again. The form itself is `intake`."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused

from . import draft_reads as reads
from .drop_drafts import DropDraft, drop_drafts
from .forms import HOME, granted, posted_lines
from .intake import asked, drawn
from .quote_pages import said
from .save_drafts import SaveDraft, save_drafts

TYPED = ("customer", "ref", "requested_on", "receiver")
ADDRESS = ("name", "street", "postcode", "city", "region", "country", "home")


@login_required
@require_GET
def drafts(request: HttpRequest) -> HttpResponse:
    """Orders that are being written, one's own first."""
    now, who = clock.now(), request.user.get_username()
    found = [(it, (now - it.saved_at).days, it.saved_by == who) for it in reads.mine_first(who)]
    return render(request, "orders/drafts.html", {"rows": found, "may_save": may(request, save_drafts.name)})


@login_required
@require_POST
def save_draft(request: HttpRequest) -> HttpResponse:
    """Keep what the form says, whatever is missing."""
    granted(request, save_drafts)
    number = request.POST.get("draft", "").strip()[:80] or None
    answer = act(request, save_drafts, SaveDraft(typed(request), number))
    if isinstance(answer, Refused):
        _, rows, bad = asked(request)
        return render(request, "orders/new_order.html", drawn(request, rows, bad) | {"answer": answer, "draft": number}, status=422)
    said(request, answer)
    return redirect(reverse("draft", args=[answer.draft]))


def typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, in the words of an order; fields left empty are left out."""

    def filled(names: tuple[str, ...]) -> dict[str, str]:
        return {name: text for name in names if (text := request.POST.get(name, "").replace("\x00", "").strip()[:2000])}

    code = request.POST.get("ship_to_code", "main").replace("\x00", "").strip()[:200]
    _, rows = posted_lines(request)
    lines = [{name: row[name].replace("\x00", "") for name in ("sku", "quantity", "unit_price") if row[name].strip()} for row in rows]
    return filled(TYPED) | {"ship_to": filled(ADDRESS) if code == "-" else code, "lines": lines}


class Opened:
    """A saved draft as the form that it was, for reading it again."""

    def __init__(self, body: Any):
        order = body if isinstance(body, dict) else {}
        ship_to = order.get("ship_to", "main")
        parts = ship_to if isinstance(ship_to, dict) else {}
        form = {name: [_word(order.get(name))] for name in TYPED} | {name: [_word(parts.get(name))] for name in ADDRESS}
        form |= {"ship_to_code": ["-" if parts else _word(ship_to) or "main"]}
        written = order.get("lines")
        lines = [line for line in written if isinstance(line, dict)] if isinstance(written, list) else []
        form |= {name: [_word(line.get(name)) for line in lines] for name in ("sku", "quantity", "unit_price")}
        self.POST = MultiValueDict(form)


def _word(value: Any) -> str:
    return HOME[value] if value is None or isinstance(value, bool) else str(value)


@login_required
@require_GET
def draft(request: HttpRequest, number: str) -> HttpResponse:
    """The form of a new order as a draft fills it, with what is wrong or missing at its fields."""
    granted(request, save_drafts)
    found = reads.draft(number)
    if found is None:
        raise Http404(f"There is no draft {number}.")
    form: Any = Opened(found.body)
    _, rows, bad = asked(form)
    return render(request, "orders/new_order.html", drawn(form, rows, bad) | {"draft": "" if found.order else number, "was": found})


@login_required
@require_POST
def drop_draft(request: HttpRequest, number: str) -> HttpResponse:
    """Throw a draft away."""
    granted(request, drop_drafts)
    said(request, act(request, drop_drafts, DropDraft(number)))
    return redirect(reverse("drafts"))

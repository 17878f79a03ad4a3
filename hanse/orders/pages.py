"""The orders board: views, filters, saved views, and what is done with many orders together."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act_all, may
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.web.models import SavedView
from hanse.web.posted import BadForm
from hanse.web.words import day_in_words, sign_of

from . import board, reads
from .cancel import Cancel, cancel
from .forms import granted, hold_types, reason_of
from .hold import Hold, hold
from .holds import BLOCKS
from .outcome import keep_outcome, outcome_kept
from .release_hold import ReleaseHold, release_hold

MOST_VIEWS = 30


@login_required
@require_GET
def orders(request: HttpRequest) -> HttpResponse:
    """The board. Its address says everything: view, filters, order, page."""
    want, today = board.wanted(request.GET), clock.now().date()
    context = shown(request, want)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "orders/_board.html", context)
    return render(request, "orders/orders.html", context | {
        "tabs": board.tabs(want, reads.counts(today), today), "sites": reads.sites(), "states": board.STATES, "hold_types": hold_types(),
        "saved": SavedView.objects.filter(user=request.user.pk, page="orders").order_by("name"), "outcome": outcome_kept(request),
        "may_place": may(request, "orders.place"),
    })


def shown(request: HttpRequest, want: board.Wanted) -> dict[str, Any]:
    """What the table needs."""
    today = clock.now().date()
    page = board.page(want, today)
    return {
        "want": want, "page": page, "chips": board.chips(want, today), "actions": actions(request, want), "today": today,
        "currency": page.first.currency if page.first and len({row["order"].currency for row in page.rows}) == 1 else "",
        "later_word": edge_word(want, page, today), "sign": sign_of(page.first.currency) if page.first else "",
        "earlier_url": page.earlier and f"{reverse('orders')}?{want.query(before=page.earlier)}",
        "later_url": page.later and f"{reverse('orders')}?{want.query(after=page.later)}",
        "clear_query": board.Wanted(want.view, want.sort, want.rows, {}).query(),
        "other_rows": next(n for n in board.ROWS if n != want.rows), "other_query": want.query(rows=next(n for n in board.ROWS if n != want.rows)),
    }


def edge_word(want: board.Wanted, page: board.Page, today: date) -> str:
    """Where the page ends, in words: 'Tue 24 Nov, H-104709'."""
    if page.last is None or want.sort != "promise":
        return page.last.number if page.last else ""
    return f"{day_in_words(page.last.promised_on, today) if page.last.promised_on else 'no date'}, {page.last.number}"


ACTIONS = (
    # name, word, icon, url name, operation, takes away
    ("release", "Release to floor", "bolt", "release_orders", "fulfilment.release", False),
    ("hold", "Hold…", "lock", "hold_orders", "orders.hold", False),
    ("release-hold", "Release hold", "", "release_holds", "orders.release_hold", False),
    ("cancel", "Cancel…", "", "cancel_orders", "orders.cancel", True),
)


def actions(request: HttpRequest, want: board.Wanted) -> list[dict[str, Any]]:
    """What this reader may do with chosen orders; it leads back to this page of the board."""
    found = []
    for name, word, icon, url, operation, danger in ACTIONS:
        if may(request, operation) and (address := _address(url)):
            found.append({"name": name, "word": word, "icon": icon, "url": f"{address}?{want.page}", "danger": danger})
    return found


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@login_required
@require_GET
def order_row(request: HttpRequest, number: str) -> HttpResponse:
    """One row, drawn again after a change."""
    today = clock.now().date()
    found = reads.board("all", "newest", today=today, ids=[order_id(number)])
    if not found:
        raise Http404
    return render(request, "orders/_row.html", {"row": board.told(found[0], today), "currency": request.GET.get("currency", ""), "actions": "tick" in request.GET})


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the board's address under a name, or forget one."""
    query = board.wanted(request.GET).query()
    name = request.POST.get("name", "").replace("\x00", "").strip()[:60]
    mine = SavedView.objects.filter(user=request.user.pk, page="orders")
    if request.POST.get("forget"):
        mine.filter(name=name).delete()
    elif name and mine.count() < MOST_VIEWS:
        SavedView.objects.update_or_create(user_id=str(request.user.pk), page="orders", name=name, defaults={"query": query})
        messages.success(request, f"This view is kept as {name}.")
    return redirect(f"{reverse('orders')}?{query}")


# -- with many orders together ------------------------------------------------------------------------------------------


def chosen(request: HttpRequest) -> list[str]:
    """The numbers of the chosen orders, each once, in the order of the page."""
    return list(dict.fromkeys(n for n in request.POST.getlist("chosen") if order_id(n)))[:500]


def back(request: HttpRequest) -> str:
    """The page of the board that the form came from."""
    return f"{reverse('orders')}?{board.wanted(request.GET).page}"


@login_required
@require_POST
def hold_orders(request: HttpRequest) -> HttpResponse:
    """Hold the chosen orders: asks for type and reason first."""
    granted(request, hold)
    numbers, bad = chosen(request), None
    if "type" in request.POST:
        type, reason = request.POST["type"], reason_of(request)
        if type not in BLOCKS:
            bad = BadForm({"type": "Choose one."}, request.POST.dict())
        else:
            answers = act_all(request, hold, [Hold(number, type, reason) for number in numbers])
            keep_outcome(request, "{done} of {all} held.", numbers, answers)
            return redirect(back(request))
    return render(request, "orders/hold_orders.html", {"numbers": numbers, "types": hold_types(), "bad": bad, "back": back(request)})


@login_required
@require_POST
def release_holds(request: HttpRequest) -> HttpResponse:
    """Release every open hold of the chosen orders."""
    granted(request, release_hold)
    numbers = chosen(request)
    found = {row.number: row.holds for row in reads.board("all", "newest", limit=500, ids=[order_id(n) for n in numbers])}
    asks = [ReleaseHold(number, type) for number in numbers for type in found.get(number, [])]
    answers = act_all(request, release_hold, asks)
    idle = [n for n in numbers if not found.get(n)]
    keep_outcome(request, "{done} of {all} holds released.", [a.order for a in asks], answers, left=dict.fromkeys(idle, "It is on no hold."))
    return redirect(back(request))


@login_required
@require_POST
def cancel_orders(request: HttpRequest) -> HttpResponse:
    """Cancel what can still be cancelled of the chosen orders: says how much first."""
    granted(request, cancel)
    numbers = chosen(request)
    if "sure" in request.POST:
        answers = act_all(request, cancel, [Cancel(number, reason=reason_of(request)) for number in numbers])
        keep_outcome(request, "{done} of {all} orders cancelled as far as no site works on them.", numbers, answers)
        return redirect(back(request))
    found = reads.board("all", "newest", limit=500, ids=[order_id(n) for n in numbers])
    rows = [{"order": row, "cancellable": row.waiting + row.to_release, "left": row.ordered - row.cancelled, "stays": row.ordered - row.cancelled - row.waiting - row.to_release} for row in found]
    units = sum(row.waiting + row.to_release for row in found)
    return render(request, "orders/cancel_orders.html", {"numbers": numbers, "rows": rows, "units": units, "back": back(request)})

"""The changes a site is asked for, on the floor's pages: answered in one tap where people work."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.journal.asking import rows
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders import reads
from hanse.orders.reads import RequestRow
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from .answer_change import AnswerChange, answer_change

MOST = 100


def panel(request: HttpRequest, site: str, order: int = 0) -> dict[str, Any]:
    """The same as a panel of another page; its live parts do not ask for it."""
    return {} if request.htmx else to_answer(request, site, order) | {"panel": True}  # type: ignore[attr-defined]


def to_answer(request: HttpRequest, site: str, order: int = 0) -> dict[str, Any]:
    """The open requests of a site (or of all), overdue ones marked."""
    now = clock.now()
    found: list[RequestRow] = reads.requests(site, order, limit=MOST)
    return {
        "changes": [{"it": it, "late": it.state != "requested" or it.answer_by <= now} for it in found], "changes_site": site,
        "may_answer": may(request, answer_change.name), "changes_back": request.get_full_path(),
    }  # fmt: skip


@login_required
@require_GET
def show_changes(request: HttpRequest) -> HttpResponse:
    """All that sites are asked to change and have not settled; for a page's own panel only that."""
    site = request.GET.get("site", "")
    facts = to_answer(request, site)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "fulfilment/_changes.html", facts | {"changes_back": back(request, request.GET.get("back", "")), "panel": "panel" in request.GET})
    return render(request, "fulfilment/changes.html", facts | {"site": site, "sites": reads.sites()})


@login_required
@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Accept a change, which does the work, or refuse it with a reason; then back to where it was tapped."""
    try:
        ask = posted(AnswerChange, request, request=number, serials=tuple(request.POST.get("serials", "").split()), at=None)
    except BadForm as bad:
        messages.error(request, str(bad))
        return redirect(back(request, request.POST.get("back", "")))
    told = act(request, answer_change, ask)
    (messages.error if isinstance(told, Refused) else messages.success)(request, in_words(told) + ("" if isinstance(told, Refused) else "."))
    return redirect(back(request, request.POST.get("back", "")))


def back(request: HttpRequest, wanted: str, otherwise: str = "") -> str:
    """A page of this house, else the other one, or the list of changes."""
    return wanted if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else otherwise or reverse("changes")


@waits("changes")
def changes_open(user: Any) -> int:
    [found] = rows(int, "SELECT count(*) FROM orders_changerequest WHERE outcome = ''")
    return found


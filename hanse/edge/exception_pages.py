"""The pages of exceptions: the queue with its filters, taking, giving back and handing on, one exception with its note."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.reads import sites
from hanse.web.context import Frame, waits
from hanse.web.doors import WrongCursor, cursor_of
from hanse.web.posted import BadForm, posted

from . import attention
from .attention import Counted, Need, Wanted
from .exceptions_api import place_of
from .give_back_exceptions import GiveBackException, give_back_exceptions
from .hand_on_exceptions import HandOnException, hand_on_exceptions
from .kinds import KINDS, kinds_of
from .take_exceptions import TakeException, take_exceptions

ROWS = 50
WHOSE = {"": "All", "mine": "Mine", "nobody": "Nobody's"}


def address(name: str, *args: Any) -> str:
    """The address of a page; empty where this house does not have it."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@waits("exceptions")
def open_needs(user: Any) -> int:
    """What needs a person, of the kinds that the user's roles look after."""
    roles = [] if user.is_superuser else list(user.groups.values_list("name", flat=True))
    kinds = {kind for role in roles or [""] for kind in kinds_of(role)}
    return attention.count([kind for kind in KINDS if kind in kinds], clock.now().date())


@login_required
@require_GET
def exceptions(request: HttpRequest) -> HttpResponse:
    """All that needs a person, what is lost first first; the address names kind, owner, site and page."""
    now, me = clock.now(), request.user.get_username()
    kinds = kinds_of(Frame(request).role)
    kind, whose, site = (request.GET.get(name, "").replace("\x00", "")[:80] for name in ("kind", "whose", "site"))
    kind, whose = kind if kind in kinds else "", whose if whose in WHOSE else ""
    counted = attention.counts(Wanted(kinds, site=site), now.date(), me)
    want = Wanted([kind] if kind else kinds, me if whose == "mine" else whose, site)
    try:
        after = place_of(request.GET.get("after", ""))
    except WrongCursor:
        after = None
    found = attention.needs(want.kinds, now.date(), want, after, ROWS + 1)
    asked = {"kind": kind, "whose": whose, "site": site}
    later = cursor_of(found[ROWS - 1].place) if len(found) > ROWS else ""
    return render(request, "edge/exceptions.html", {
        "queue": queue(request, found[:ROWS], now), "chips": chips(counted, asked), "asked": asked, "sites": sites(), "needed": sum(it.all for it in counted),
        "later_url": later and query(asked, after=later), "earlier_url": query(asked) if after else "", "here": (here := query(asked, after=request.GET.get("after", "") if after else "")), "back": here.partition("?")[2],
    })  # fmt: skip


def query(asked: dict[str, str], **changes: str) -> str:
    """The address of the queue with these filters."""
    said = urlencode({name: value for name, value in (asked | changes).items() if value})
    return reverse("exceptions") + (f"?{said}" if said else "")


def chips(counted: Sequence[Counted], asked: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """The chips: whose, and of which kind, each with its count and its address."""
    sums = {"": sum(it.all for it in counted), "mine": sum(it.mine for it in counted), "nobody": sum(it.nobodys for it in counted)}
    of = {"": "all", "mine": "mine", "nobody": "nobodys"}[asked["whose"]]
    kinds = [(it.kind, getattr(it, of)) for it in counted]
    return {
        "whose": [{"word": word, "count": sums[name], "url": query(asked, whose=name), "on": asked["whose"] == name} for name, word in WHOSE.items()],
        "kinds": [{"word": KINDS[name].word, "count": n, "url": query(asked, kind="" if asked["kind"] == name else name), "on": asked["kind"] == name}
                  for name, n in kinds if n or asked["kind"] == name],
    }  # fmt: skip


def queue(request: HttpRequest, found: Sequence[Need], now: datetime) -> list[dict[str, Any]]:
    """The rows of the queue: what, why, since when, whose, and the next step this reader may take."""
    on, me = now.date(), request.user.get_username()
    may_take = may(request, take_exceptions.name)
    return [
        {"need": need, "why": attention.why(need, on), "waits": attention.waits(need.since, now), "step": step(request, need), "mine": need.owner == me,
         "may_take": may_take and not need.owner, "url": one_url(need), "today": need.promised_on == on, "late": bool(need.promised_on and need.promised_on < on)}
        for need in found
    ]  # fmt: skip


def one_url(need: Need) -> str:
    """The address of one exception."""
    return f"{reverse('exception')}?{urlencode({'kind': need.kind, 'subject': need.subject})}"


def step(request: HttpRequest, need: Need) -> tuple[str, str]:
    """The next step: words and address. Who may not take it looks at the order."""
    it = KINDS[need.kind].step
    if it and (not it.operation or may(request, it.operation)) and (url := address(it.url, *it.given(need.order, need.facts))):
        return it.words, url + (f"?{urlencode(asked)}" if (asked := it.query(need.facts)) else "")
    return ("See the order", reverse("order", args=[need.order])) if need.order else ("See what it is", one_url(need))


# -- whose it is ------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def exception(request: HttpRequest) -> HttpResponse:
    """One exception: what and why, what is at stake, whose it is with the note, and what can be done with it."""
    return drawn(request, request.GET)


def drawn(request: HttpRequest, named: Any, status: int = 200, **more: Any) -> HttpResponse:
    """The page of the exception that is named."""
    now = clock.now()
    need = attention.one(named.get("kind", ""), named.get("subject", "").replace("\x00", ""), now.date())
    if need is None:
        raise Http404
    [row] = queue(request, [need], now)
    people = [(it.username, it.get_full_name() or it.username) for it in User.objects.filter(is_active=True).exclude(username=need.owner).order_by("username")[:200]]
    return render(request, "edge/exception.html", {"row": row, "people": people, "may": may(request, take_exceptions.name), "form": request.POST.dict()} | more, status=status)


@login_required
@require_POST
def take_exception(request: HttpRequest) -> HttpResponse:
    """Make it mine."""
    return done(request, take_exceptions, TakeException)


@login_required
@require_POST
def give_back_exception(request: HttpRequest) -> HttpResponse:
    """Let go of it."""
    return done(request, give_back_exceptions, GiveBackException)


@login_required
@require_POST
def hand_on_exception(request: HttpRequest) -> HttpResponse:
    """Give it to a colleague."""
    return done(request, hand_on_exceptions, HandOnException)


def done(request: HttpRequest, operation: Any, kind: Any) -> HttpResponse:
    """Do it and go back to the queue as it was; what is wrong with the form comes back at its fields."""
    try:
        answer = act(request, operation, posted(kind, request))
    except BadForm as bad:
        return drawn(request, request.POST, 422, bad=bad)
    if isinstance(answer, Refused):
        messages.error(request, answer.said())
    else:
        messages.success(request, SAID[operation.name].format(to=request.POST.get("to", "")))
    back = request.POST.get("back", "")
    return redirect(reverse("today") if back == "today" else reverse("exceptions") + (f"?{back}" if back else ""))


SAID = {take_exceptions.name: "It is yours now.", give_back_exceptions.name: "It is nobody's again.", hand_on_exceptions.name: "It is {to}'s now."}

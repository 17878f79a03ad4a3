"""The stock work's pages: what waits at a site, the hand-held for each task, and what the work goes by: pick faces and count plans."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted, scanned_at
from hanse.web.words import in_words

from . import page_reads as reads
from . import stock_work as work
from .carry import Carry, carry
from .count import Count, count
from .count_by_plan import CountByPlan, count_by_plan
from .events import CAUSES, RecountAsked
from .keep_count_plans import KeepCountPlan, keep_count_plans
from .keep_faces import KeepFace, keep_faces
from .put_away import PutAway, put_away
from .replenish import Replenish, replenish

SHOWN = 50
WALK = 20
"""So many tasks the hand-held takes along, to go on without a line."""
CARRIED_LESS = [("box", "Face is full", ""), ("question-mark", "Not there", "on"), ("alert-triangle", "Damaged", "")]
OTHER_BIN = [("box", "Bin is full"), ("lock", "Can’t reach it"), ("alert-triangle", "Does not fit there")]


def _site(request: HttpRequest) -> tuple[str, list[work.SiteWork]]:
    """The site that was asked for, else the one last looked at, else the first with work."""
    sites = work.work()
    site = request.GET.get("site") or request.session.get("site", "")
    if site not in {s.site for s in sites}:
        site = next((s.site for s in sites if s.all), sites[0].site if sites else "")
    if "site" in request.GET:
        request.session["site"] = site
    return site, sites


def _at(name: str, site: str) -> str:
    return f"{reverse(name)}?{urlencode({'site': site})}"


@waits("stock_work")
def tasks_waiting(user: Any) -> int:
    """Tasks of the stock work at all sites; asked once for the user of a request."""
    if not hasattr(user, "stock_work"):
        user.stock_work = sum(site.all for site in work.work())
    waiting: int = user.stock_work
    return waiting


@login_required
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What waits at a site: to replenish, to put away, to count; and how right its records are."""
    site, sites = _site(request)
    counts = work.next_counts(site, SHOWN)
    mine = [c for c in counts if c.not_by != request.user.get_username()]
    facts = {
        "site": site, "sites": sites, "at": next((s for s in sites if s.site == site), None), "moves": work.next_moves(site, SHOWN),
        "docked": work.on_dock(site, SHOWN), "counts": counts, "next_count": mine[0] if mine else None, "causes": CAUSES,
        "accuracy": _accuracy(work.accuracy(site)), "here": request.get_full_path(), "key": request.user.get_username(),
        "may": {name: may(request, f"inventory.{name}") for name in ("carry", "put_away", "count", "replenish", "count_by_plan")},
    }
    return render(request, "inventory/_stock_work.html" if request.htmx else "inventory/stock_work.html", facts)  # type: ignore[attr-defined]


def _accuracy(rows: list[work.AccuracyRow]) -> work.AccuracyRow | None:
    """All counts of a year as one figure."""
    if not rows:
        return None
    return work.AccuracyRow("", *(sum(getattr(r, name) for r in rows) for name in ("counted", "right", "found", "lost")))


@login_required
@require_POST
def raise_work(request: HttpRequest, what: str) -> HttpResponse:
    """By hand what is done by the clock: fill the pick faces, or raise today's counts."""
    site = request.POST.get("site", "")
    answer = act(request, replenish, Replenish(site)) if what == "replenish" else act(request, count_by_plan, CountByPlan(site))
    (messages.warning if isinstance(answer, Refused) else messages.success)(request, _said(answer))
    return redirect(_at("stock_work", site))


def _said(answer: Any) -> str:
    said = in_words(answer)
    return said if said.endswith(".") else said + "."


# -- one task on the hand-held -----------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def carry_task(request: HttpRequest, task: int) -> HttpResponse:
    """Carry units to a pick face: scan the bin, the item, the face."""
    found = work.move_task(task)
    facts: dict[str, Any] = {"grant": "carry", "word": "Replenish", "reasons": CARRIED_LESS, "field": "carried"}
    if request.method == "POST":
        return _answer(request, facts, carry, Carry, found, {"task": task, "serials": _serials(request)}, lambda site: work.next_moves(site, 1))
    if found is None:
        raise Http404(f"Nothing is to be carried for task {task} any more.")
    return _hand_held(request, facts | {"following": _following(found, work.next_moves(found.site, WALK))}, found)


@login_required
@require_http_methods(["GET", "POST"])
def put_away_units(request: HttpRequest) -> HttpResponse:
    """Put away what lies at the dock: scan the item, then the suggested bin or another."""
    given = request.POST if request.method == "POST" else request.GET
    site, bin, sku, lot = (given.get(name, "") for name in ("site", "from_bin", "sku", "lot"))
    found = work.to_put_away(site, bin, sku, lot)
    facts: dict[str, Any] = {"grant": "put_away", "word": "Put away", "reasons": [(mark, word, "") for mark, word in OTHER_BIN], "field": "quantity"}
    if request.method == "POST":
        return _answer(request, facts, put_away, PutAway, found, {"serials": _serials(request)}, lambda site: work.on_dock(site, 1))
    if found is None:
        raise Http404("Nothing of this is to be put away any more.")
    return _hand_held(request, facts | {"following": _following(found, work.put_aways(site, WALK))}, found)


@login_required
@require_http_methods(["GET", "POST"])
def count_bin(request: HttpRequest, task: int) -> HttpResponse:
    """Count a bin without being told what should lie there."""
    found = work.count_task(task)
    facts: dict[str, Any] = {"grant": "count", "word": "Count", "reasons": [], "field": "counted"}
    me = request.user.get_username()
    if request.method == "POST":
        of = found or work.counted_task(task)  # one that is done may have been done by this very form
        if of is None:
            raise Http404(f"There is no count {task}.")
        ask = {"task": task, "site": of.site, "sku": of.sku, "bin": of.bin, "lot": of.lot, "serials": _serials(request), "document": f"count {task}"}
        return _answer(request, facts, count, Count, found, ask, lambda site: [c for c in work.next_counts(site, SHOWN) if c.not_by != me])
    if found is None:
        raise Http404(f"Count {task} is done.")
    return _hand_held(request, facts | {"following": _following(found, [c for c in work.next_counts(found.site, WALK) if c.not_by != me])}, found)


def _following(found: Any, waiting: list[Any]) -> list[tuple[str, Any]]:
    """What the hand-held takes along behind a task, each with where it is booked."""
    here = _url(found)
    return [(url, it) for it in waiting if (url := _url(it)) != here]


def _serials(request: HttpRequest) -> tuple[str, ...]:
    return tuple(request.POST.get("serials", "").split())


def _answer(request: HttpRequest, facts: dict[str, Any], operation: Any, ask: type, found: Any, given: Mapping[str, Any], following: Any) -> HttpResponse:
    """Book what was posted: the hand-held's outbox is told what came of it, a form goes on to the next task or back to this one."""
    try:
        asked: Any = posted(ask, request, at=scanned_at(request), **given)
    except BadForm as bad:
        if request.htmx:  # type: ignore[attr-defined]
            return JsonResponse({"refused": "Not booked", "why": str(bad)}, status=422)
        return _again(request, facts | {"bad": bad}, found, 422)
    answer = act(request, operation, asked)
    if request.htmx:  # type: ignore[attr-defined]
        return _answered(answer)
    if isinstance(answer, Refused):
        return _again(request, facts | {"answer": answer}, found, 409)
    (messages.warning if isinstance(answer, RecountAsked) else messages.success)(request, _said(answer))
    left = following(answer.site)
    return redirect(_url(left[0]) if left else _at("stock_work", answer.site))


def _answered(answer: Any) -> JsonResponse:
    """What the hand-held's outbox is told; it comes once per key, maybe later."""
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    return JsonResponse({"said": _said(answer), "again": isinstance(answer, RecountAsked)})


def _again(request: HttpRequest, facts: dict[str, Any], found: Any, status: int) -> HttpResponse:
    if found is None:
        messages.warning(request, "This was done meanwhile. Nothing was booked.")
        return redirect("stock_work")
    return _hand_held(request, facts, found, status)


def _hand_held(request: HttpRequest, facts: Mapping[str, Any], it: Any, status: int = 200) -> HttpResponse:
    shown = {"it": it, "granted": may(request, f"inventory.{facts['grant']}"), "back": _at("stock_work", it.site), "here": _url(it), **facts}
    return render(request, "inventory/work_task.html", shown, status=status)


def _url(it: Any) -> str:
    """Where a task is done."""
    match it:
        case work.MoveTaskRow():
            return reverse("carry_task", args=[it.task])
        case work.CountTaskRow():
            return reverse("count_bin", args=[it.task])
    return f"{reverse('put_away_units')}?{urlencode({'site': it.site, 'from_bin': it.bin, 'sku': it.sku, 'lot': it.lot})}"


# -- what the work goes by ---------------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """The pick faces of a site and its count plans."""
    site, sites = _site(request)
    site = request.POST.get("site", site)
    facts: dict[str, Any] = {"status": 200}
    if request.method == "POST":
        faces = "sku" in request.POST
        try:
            asked: Any = posted(KeepFace, request) if faces else posted(KeepCountPlan, request)
        except BadForm as bad:
            facts = {"bad": bad, "of": "face" if faces else "plan", "status": 422}
        else:
            answer = act(request, keep_faces if faces else keep_count_plans, asked)
            if not isinstance(answer, Refused):
                messages.success(request, _said(answer))
                return redirect(_at("stock_rules", site))
            facts = {"bad": BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict()),
                     "answer": answer, "of": "face" if faces else "plan", "status": 409}
    shown = work.faces(site, SHOWN + 1)
    facts |= {
        "site": site, "sites": sites, "faces": shown[:SHOWN], "more": len(shown) > SHOWN, "plans": work.plans(site), "accuracy": work.accuracy(site),
        "bins": reads.bin_codes(site), "today": clock.now().date(), "fresh": KeepCountPlan(site or "-", clock.now().date()),
        "may_faces": may(request, "inventory.keep_faces"), "may_plans": may(request, "inventory.keep_count_plans"),
    }
    return render(request, "inventory/stock_rules.html", facts, status=facts["status"])

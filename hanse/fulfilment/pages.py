"""The floor's pages for releasing and picking. Packing is in `packing`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, act_all, may, user
from hanse.kernel.refused import Refused
from hanse.web.context import waits
from hanse.web.posted import BadForm, posted, scanned_at
from hanse.web.words import in_words, pieces_in_words

from . import page_reads, reads, wave_reads
from .answering import panel
from .pick import Pick, pick
from .release import Release, release
from .scan import Scan, record_scans
from .scanned import elements
from .take_out import TakeOut, take_out
from .undo_pick import UndoPick, undo_pick
from .wave_pages import plan_of_tour

ROWS = 40


# -- release -----------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def show_release(request: HttpRequest) -> HttpResponse:
    """What can be released, the most urgent first."""
    return render(request, "fulfilment/_release.html" if request.htmx else "fulfilment/release.html", _releasable(request))  # type: ignore[attr-defined]


@login_required
@require_POST
def release_chosen(request: HttpRequest) -> HttpResponse:
    """Release the chosen orders at their sites; says per order what was left and why."""
    chosen = [name.rpartition("@")[::2] for name in request.POST.getlist("chosen")]
    asks = [Release(order, site) for order, site in chosen if order]
    answers = act_all(request, release, asks) if asks else []
    left = [(ask, answer) for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, Refused)]
    done = len(asks) - len(left)
    units = sum(task.quantity for a in answers if not isinstance(a, Refused) for task in a.tasks)
    site = request.POST.get("site", "")
    facts = _releasable(request, site) | {"done": done, "asked": len(asks), "units": units, "left": left}
    return render(request, "fulfilment/release.html", facts)


def _releasable(request: HttpRequest, site: str | None = None) -> dict[str, Any]:
    site = request.GET.get("site", "") if site is None else site
    on, priority, order, at = (request.GET.get("after", "").split("|") + [""] * 4)[:4]
    known = bool(on) and priority.isdigit() and order.isdigit()
    found = page_reads.releasable(site, (on, int(priority), int(order), at), ROWS + 1) if known else page_reads.releasable(site, limit=ROWS + 1)
    rows, last = found[:ROWS], found[ROWS - 1] if len(found) > ROWS else None
    edge = f"{last.promised_on or 'infinity'}|{last.priority}|{last.order}|{last.site}" if last else ""
    return {
        "rows": rows, "site": site, "work": page_reads.work(), "granted": may(request, "fulfilment.release"), **panel(request, site),
        "here": f"{reverse('release')}?{urlencode({'site': site, 'after': request.GET.get('after', '')})}",
        "later_url": f"{reverse('release')}?{urlencode({'site': site, 'after': edge})}" if last else "",
        "earlier_url": f"{reverse('release')}?{urlencode({'site': site})}" if known else "",
        "actions": [{"name": "release", "word": "Release to the floor", "icon": "bolt", "url": reverse("release_chosen")}],
    }


@waits("release")
def orders_to_release(user: Any) -> int:
    return sum(site.to_release for site in page_reads.work_for(user))


@waits("pack")
def orders_to_pack(user: Any) -> int:
    return sum(site.to_pack for site in page_reads.work_for(user))


# -- pick --------------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def show_pick(request: HttpRequest) -> HttpResponse:
    """The open tasks of a site in walk order."""
    work = page_reads.work()
    site = request.GET.get("site") or request.session.get("site", "")
    if site not in {s.code for s in work}:
        site = next((s.code for s in work if s.to_pick), work[0].code if work else "")
    if "site" in request.GET:
        request.session["site"] = site
    tasks = reads.open_tasks(site, 200) if site else []
    tours = wave_reads.open_tours(site) if site else []
    facts = {"site": site, "work": work, "tasks": tasks, "units": sum(t.wanted for t in tasks), "here": request.get_full_path(), "none": "none" in request.GET,
             "tours": tours, "mine": next((t for t in tours if t.picker == user(request).name), None), "granted": may(request, "fulfilment.pick"), **panel(request, site)}
    return render(request, "fulfilment/_pick.html" if request.htmx else "fulfilment/pick.html", facts)  # type: ignore[attr-defined]


@login_required
@require_GET
def pick_task(request: HttpRequest, task: int) -> HttpResponse:
    """The hand-held at one task, with the rest of its walk taken along."""
    first = next(iter(page_reads.stops([task])), None)
    if first is None:
        raise Http404(f"There is no pick task {task}.")
    tour = wave_reads.tour_of(task)
    stops = {s.task: s for s in wave_reads.stops_of(tour)} if tour else {}
    order = [t for t, s in stops.items() if not s.closed] if tour else [t.task for t in reads.open_tasks(first.site, page_reads.WALK)]
    at = order.index(task) if task in order else 0
    walk = page_reads.stops([task, *(t for t in order[at:] + order[:at] if t != task)]) if not first.closed else []
    row = wave_reads.tour(tour) if tour else None
    facts = {
        "stop": first, "site": first.site, "count": len(walk), "walk": [_taken_along(s, _place(s.task, row, stops)) for s in walk],
        "tour": row, "plan": plan_of_tour(tour) if tour else None, "into": _place(task, row, stops),
        "held": [h.shown for h in page_reads.held(task)], "faults": [("alert-triangle", "Damaged"), ("clock", "Expired"), ("minus", "Incomplete"), ("lock-open", "Opened")],
        "granted": may(request, "fulfilment.pick"), "next": next((t for t in order if t != task), None),
        "reasons": [("box", "Bin is empty"), ("alert-triangle", "Damaged"), ("question-mark", "Other item in bin"), ("lock", "Can’t reach it")],
    }
    return render(request, "fulfilment/pick_task.html", facts, status=200 if not first.closed else 410)


def _taken_along(stop: page_reads.Stop, place: dict[str, Any]) -> dict[str, Any]:
    """A stop as the hand-held takes it along: where several totes stand on a cart, the site may want the right one scanned."""
    return stop.shown(reverse("pick_task", args=[stop.task])) | place | {"scan_tote": stop.tote_scan and bool(place.get("slot"))}


def _place(task: int, tour: wave_reads.TourRow | None, stops: Mapping[int, wave_reads.TourStop]) -> dict[str, Any]:
    """Where a task's units go: the order's own tote, which stands at its place on the cart, or the cart's, to be sorted later."""
    if tour is None:
        return {}
    if tour.method == "batch":
        return {"into": f"C-{tour.tour}", "slot": "", "tote": f"C-{tour.tour}"}
    return {"slot": stops[task].slot if tour.orders > 1 else ""}


@login_required
@require_POST
def scan_for_task(request: HttpRequest, task: int) -> JsonResponse:
    """Keep a scan, right or wrong; nothing is booked. Answers what was scanned instead and where it belongs."""
    try:
        ask = posted(Scan, request, task=task, at=scanned_at(request))
    except BadForm as bad:
        return JsonResponse({"refused": str(bad)}, status=422)
    answer = act(request, record_scans, ask)
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    found = None if answer.right else page_reads.named(answer.read, elements(answer.read).get("01", "") or _digits(answer.read), task)
    what = {"sku": found.sku, "name": found.name, "bins": list(found.bins)} if found else None
    return JsonResponse({"right": answer.right, "wanted": answer.wanted, "read": answer.read, "found": what})


@login_required
@require_POST
def book_task(request: HttpRequest, task: int) -> JsonResponse:
    """Answer a task with what was taken. Comes from the hand-held's outbox, once per key, maybe later."""
    try:
        ask = posted(Pick, request, task=task, at=scanned_at(request), serials=tuple(request.POST.get("serials", "").split()))
    except BadForm as bad:
        return JsonResponse({"refused": "Not booked", "why": str(bad)}, status=422)
    answer = act(request, pick, ask)
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    return JsonResponse({"said": in_words(answer), "taken": pieces_in_words(answer.taken), "short": answer.short})


@login_required
@require_POST
def undo_task(request: HttpRequest, task: int) -> JsonResponse:
    """Take a booked pick back; answers where it is to be picked again."""
    answer = act(request, undo_pick, UndoPick(task, at=scanned_at(request)))
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    return JsonResponse({"said": in_words(answer), "url": reverse("pick_task", args=[answer.new_task])})


@login_required
@require_POST
def replace_picked(request: HttpRequest, task: int) -> JsonResponse:
    """A unit in the tote is not good: it goes to quarantine, and another is found. Answers where that is picked, if it is here."""
    found = page_reads.picked(task)
    if found is None:
        raise Http404(f"There is no pick task {task}.")
    serial, reason = request.POST.get("serial", ""), request.POST.get("reason", "")
    answer = act(request, take_out, TakeOut(found.order, found.sku, found.lot, None, None if serial else 1, (serial,) if serial else (), reason=reason))
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    again = page_reads.open_again(task)
    more = {"url": reverse("pick_task", args=[again])} if again else {"replaced": "There is no other here: it comes from elsewhere, or waits for supply."}
    return JsonResponse({"said": in_words(answer), **more})


def _digits(read: str) -> str:
    return read if read.isascii() and read.isdigit() and len(read) <= 14 else ""

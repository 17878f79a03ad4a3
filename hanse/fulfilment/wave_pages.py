"""The floor's pages for waves, tours and the put wall."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, act_all, may, user
from hanse.kernel.refused import Refused
from hanse.network import reads as network
from hanse.network.models import METHODS
from hanse.web.posted import BadForm, posted, scanned_at
from hanse.web.words import in_words

from . import floor_plan, page_reads, planning, wave_reads
from .leave_tour import LeaveTour, leave_tour
from .release_wave import ReleaseWave, release_wave
from .scan_at_sort import ScanAtSort, scan_at_sort
from .scanned import Wanted, names_item
from .sort_units import SortUnits, sort_units
from .start_tour import StartTour, start_tour

BINS_DRAWN = 5_000
HOW = {"single": "One order a walk", "cluster": "Several orders, a tote each", "batch": "All together, sorted afterwards", "zone": "Totes from zone to zone"}
assert list(HOW) == METHODS


@login_required
@require_GET
def show_waves(request: HttpRequest) -> HttpResponse:
    """What waits by cut-off and carrier, and the waves that are out."""
    return render(request, "fulfilment/_waves.html" if request.htmx else "fulfilment/waves.html", _waves(request, request.GET.get("site", "")))  # type: ignore[attr-defined]


@login_required
@require_POST
def release_a_wave(request: HttpRequest) -> HttpResponse:
    """Release a wave; its tours are planned at once if they are few, else by the worker."""
    site = request.POST.get("site", "")
    try:
        ask = posted(ReleaseWave, request)
    except BadForm as bad:
        return render(request, "fulfilment/waves.html", _waves(request, site) | {"bad": bad}, status=422)
    answer = act(request, release_wave, ask)
    if isinstance(answer, Refused):
        return render(request, "fulfilment/waves.html", _waves(request, site) | {"answer": answer, "kind": "bad"}, status=409)
    return redirect("wave", answer.wave)


def _waves(request: HttpRequest, site: str) -> dict[str, Any]:
    work = page_reads.work()
    site = site if site in {s.code for s in work} else next((s.code for s in work if s.to_release), work[0].code if work else "")
    floor = network.floor(site)
    return {
        "site": site, "work": work, "groups": wave_reads.waiting(site) if site else [], "waves": wave_reads.waves(site), "tz": page_reads.zone_of(site),
        "open_tasks": wave_reads.open_tasks(site) if site else 0, "most": floor.open_tasks if floor else None, "methods": list(HOW.items()),
        "method": floor.method if floor else "cluster", "granted": may(request, "fulfilment.release_wave"), "here": f"{reverse('waves')}?{urlencode({'site': site})}",
        "zones": sorted({b.zone for b in network.bins(site, BINS_DRAWN) if b.zone}) if site else [],
    }


@login_required
@require_GET
def show_wave(request: HttpRequest, wave: int) -> HttpResponse:
    """A wave: its cut-off, its progress, its tours on the floor."""
    found = wave_reads.wave(wave)
    if found is None:
        raise Http404(f"There is no wave {wave}.")
    tours = wave_reads.tours_of(wave)
    facts = {
        "wave": found, "tours": tours, "plan": _plan(found.site, [t.path for t in tours]) if tours else None, "how": HOW[found.method], "here": request.path,
        "metres": sum(t.metres for t in tours), "minutes": sum(t.minutes for t in tours), "after": {t.after for t in tours if t.waits},
    }
    return render(request, "fulfilment/_wave.html" if request.htmx else "fulfilment/wave.html", facts)  # type: ignore[attr-defined]


@login_required
@require_GET
def show_tour(request: HttpRequest, tour: int) -> HttpResponse:
    """A tour: the walk on the floor and its stops in order."""
    return _tour(request, tour)


def _tour(request: HttpRequest, tour: int, answer: Any = None) -> HttpResponse:
    found = wave_reads.tour(tour)
    if found is None:
        raise Http404(f"There is no tour {tour}.")
    stops = wave_reads.stops_of(tour)
    facts = {
        "tour": found, "stops": stops, "plan": _plan(found.site, [found.path], stops), "how": HOW[found.method], "granted": may(request, "fulfilment.start_tour"),
        "mine": found.picker == user(request).name, "answer": answer, "kind": "bad", "here": request.path,
    }
    return render(request, "fulfilment/tour.html", facts, status=409 if answer is not None else 200)


def _plan(site: str, walks: list[Any], stops: list[wave_reads.TourStop] | None = None) -> floor_plan.Plan:
    floor = network.floor(site) or planning.unmeasured(site)
    bins = [(float(b.x_m), float(b.y_m)) for b in network.bins(site, BINS_DRAWN)]
    return floor_plan.drawn(floor, bins, walks, [(s.task, s.turn, (s.x, s.y), s.closed) for s in stops or ()])


def plan_of_tour(tour: int) -> floor_plan.Plan | None:
    """The plan with the walk of a tour, for the hand-held."""
    found = wave_reads.tour(tour)
    return _plan(found.site, [found.path], wave_reads.stops_of(tour)) if found else None


@login_required
@require_POST
def start_walking(request: HttpRequest) -> HttpResponse:
    """Take the tour that was chosen, or the most urgent of the site; where none waits, tasks that are on none become one first."""
    site, tour = request.POST.get("site", ""), request.POST.get("tour", "")
    ask = StartTour(site, int(tour) if tour.isdigit() and len(tour) < 19 else None)
    [answer] = act_all(request, start_tour, [ask])
    if isinstance(answer, Refused) and answer.code == "no-tour" and planning.plan(site, by=user(request)):
        [answer] = act_all(request, start_tour, [ask], "planned")
    if not isinstance(answer, Refused):
        return redirect("pick_task", answer.first_task)
    if ask.tour is not None and answer.code != "tour-unknown":
        return _tour(request, ask.tour, answer)
    return redirect(f"{reverse('pick')}?{urlencode({'site': site, 'none': 1})}")


@login_required
@require_POST
def leave_walking(request: HttpRequest, tour: int) -> HttpResponse:
    """Give a tour back."""
    answer = act(request, leave_tour, LeaveTour(tour))
    return _tour(request, tour, answer) if isinstance(answer, Refused) else redirect("tour", tour)


# -- the put wall ------------------------------------------------------------------------------------------------------


@login_required
@require_GET
def show_sort(request: HttpRequest) -> HttpResponse:
    """What lies in carts' totes and belongs into the orders' own."""
    return _sort(request, request.GET.get("site", ""))


@login_required
@require_POST
def sort_scanned(request: HttpRequest) -> HttpResponse:
    """Put what was scanned into the tote of the order that wants it; the page says which.

    The put wall's outbox names the task itself: the page knew where it goes, and this may come later.
    """
    if request.htmx:  # type: ignore[attr-defined]
        return _sorted(request)
    site, read = request.POST.get("site", ""), request.POST.get("read", "").strip()
    wanted = next((u for u in wave_reads.unsorted(site) if names_item(read, Wanted(u.sku, u.gtin, u.lot, ""))), None)
    if wanted is None:
        kept = act(request, scan_at_sort, ScanAtSort(site, read)) if read else None
        return _sort(request, site, answer=kept) if isinstance(kept, Refused) else _sort(request, site, wrong=read)
    answer = act(request, sort_units, SortUnits(wanted.task, read))
    if isinstance(answer, Refused):
        return _sort(request, site, answer=answer)
    return _sort(request, site, put=answer)


def _sorted(request: HttpRequest) -> JsonResponse:
    """What was put, or a scan that nothing there wanted."""
    try:
        ask: Any = posted(SortUnits if "task" in request.POST else ScanAtSort, request, at=scanned_at(request))
    except BadForm as bad:
        return JsonResponse({"refused": "Not booked", "why": str(bad)}, status=422)
    answer = act(request, sort_units if isinstance(ask, SortUnits) else scan_at_sort, ask)
    if isinstance(answer, Refused):
        return JsonResponse({"refused": answer.title, "why": in_words(answer)}, status=409)
    return JsonResponse({"said": in_words(answer)})


def _sort(request: HttpRequest, site: str, **said: Any) -> HttpResponse:
    work = page_reads.work()
    site = site if site in {s.code for s in work} else (work[0].code if work else "")
    units = wave_reads.unsorted(site) if site else []
    facts = {"site": site, "work": work, "units": units, "granted": may(request, "fulfilment.sort_units"), "kind": "bad", "told": [asdict(u) for u in units], **said}
    return render(request, "fulfilment/sort.html", facts, status=409 if said.get("wrong") or said.get("answer") else 200)


"""The pages of lanes: what they really take, how well that would have foretold the last weeks, and what is approved for promises."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from hanse.journal.acting import act, may
from hanse.kernel import clock
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.samples import Share
from hanse.network import reads as network
from hanse.network.approve_transit import ApproveTransit, approve_transit
from hanse.web.posted import BadForm, posted
from hanse.web.words import in_words

from . import page_reads
from .transit import ENOUGH, LEARNED_WEEKS, PERCENTS, TESTED_WEEKS, USUAL, Foretold, Learned, learned

LOOKS_AT = timedelta(weeks=LEARNED_WEEKS + TESTED_WEEKS)


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane with a carrier and a service; without one of these with any."""

    site: str
    country: str
    region: str = ""
    carrier: str = ""
    service: str = ""

    @property
    def said(self) -> str:
        return f"{self.site} → {' '.join(filter(None, (self.country, self.region)))}"

    @property
    def who(self) -> str:
        return " ".join(filter(None, (self.carrier, self.service))) or "all carriers"

    @property
    def query(self) -> str:
        return urlencode({n: v for n in ("region", "carrier", "service") if (v := getattr(self, n))})

    @property
    def url(self) -> str:
        return f"{reverse('lane', args=[self.site, self.country])}?{self.query}"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a lane: what it takes, and what is in force for promises."""

    lane: Lane
    learned: Learned | None
    parcels: int
    planned: int | None
    own: bool
    in_force: network.TransitView | None

    @property
    def proposed(self) -> Foretold | None:
        """The days that are proposed, where they differ from what is promised now."""
        found = self.learned.at(USUAL) if self.learned else None
        return found if found and self.own and found.days != self.promised else None

    @property
    def usual_days(self) -> dict[str, Any] | None:
        """The days at the usual percentile, and the share that would have held."""
        if self.learned is None:
            return None
        found = self.learned.at(USUAL)
        return {"days": found.days, "kept": found.kept, "kept_said": _share(found.kept)}

    @property
    def promised(self) -> int | None:
        """The days that are promised now."""
        return self.in_force.days if self.in_force else self.planned


def monday(day: date) -> date:
    """The Monday of a day's week: what came before it are whole weeks."""
    return day - timedelta(days=day.weekday())


def seen(found: Iterable[page_reads.LaneWeek], approved: Iterable[network.TransitView], until: date, today: date) -> list[Seen]:
    """Lanes by carrier and service, by carrier, and of all carriers, with what they take. Pure."""
    weeks: dict[Lane, dict[date, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
    facts: dict[Lane, tuple[int | None, str]] = {}
    for w in found:
        for carrier, service in {(w.carrier, w.service), (w.carrier, ""), ("", "")}:
            lane = Lane(w.site, w.country, w.region, carrier, service)
            weeks[lane][w.week_on][w.days] += w.parcels
            facts[lane] = (w.planned, w.own)
    in_force = _in_force(approved, today)
    told = [
        Seen(lane, learned(of, until, facts[lane][0]), sum(sum(d.values()) for d in of.values()), facts[lane][0],
             (lane.carrier, lane.service) == (facts[lane][1], ""), in_force.get(lane))
        for lane, of in weeks.items()]
    return sorted(told, key=lambda s: (s.lane.site, s.lane.country, s.lane.region, not s.own, s.lane.carrier, s.lane.service))


def _in_force(approved: Iterable[network.TransitView], today: date) -> Mapping[Lane, network.TransitView]:
    first: dict[Lane, network.TransitView] = {}
    for v in approved:
        if v.from_on <= today:
            first.setdefault(Lane(v.site, v.country, v.region, v.carrier, v.service), v)
    return first


@login_required
@require_GET
def lanes(request: HttpRequest) -> HttpResponse:
    """All lanes: what they take, what is promised, what is proposed."""
    today = clock.now().date()
    until = monday(today)
    rows = seen(page_reads.lane_weeks(until - LOOKS_AT, until), network.every_transit(), until, today)
    return render(request, "transport/lanes.html", {"rows": rows, "enough": ENOUGH, "usual": USUAL, "proposals": sum(1 for r in rows if r.proposed)})


@login_required
@require_GET
def lane(request: HttpRequest, site: str, country: str) -> HttpResponse:
    """One lane: its percentiles, how they would have done, and what was approved."""
    return _lane(request, site, country)


def _one(request: HttpRequest, site: str, country: str) -> tuple[Seen, list[network.TransitView]]:
    given = request.POST if request.method == "POST" else request.GET
    wanted = Lane(site, country, *(given.get(name, "").replace("\x00", "")[:80] for name in ("region", "carrier", "service")))
    today = clock.now().date()
    until = monday(today)
    approved = network.every_transit()
    found = next((s for s in seen(page_reads.lane_weeks(until - LOOKS_AT, until, site, country), approved, until, today) if s.lane == wanted), None)
    if found is None:
        raise Http404(f"Nothing was counted of {wanted.said} with {wanted.who}.")
    return found, [v for v in approved if Lane(v.site, v.country, v.region, v.carrier, v.service) == wanted]


def _lane(request: HttpRequest, site: str, country: str, status: int = 200, **more: Any) -> HttpResponse:
    it, versions = _one(request, site, country)
    told = it.learned
    facts = {
        "it": it, "versions": versions, "rows": told.foretold if told else [], "shown": _shown(told) if told else [], "counted": ",".join(map(str, told.percentiles)) if told else "", "usual": USUAL, "enough": ENOUGH,
        "may_approve": may(request, "network.approve_transit"), "first_day": (clock.now().date() + timedelta(days=1)).isoformat(), "tested_weeks": TESTED_WEEKS, "learned_weeks": LEARNED_WEEKS,
        "last_day": told.last_on + timedelta(days=6) if told else None, "percents": [(p, f"{p} of 100 come by then: {told.at(p).days} days") for p in reversed(PERCENTS)] if told else [],
    }
    return render(request, "transport/lane.html", facts | more, status=status)


def _share(share: Share) -> str:
    return f"{100 * share.value:.0f} %" if share.value is not None else "–"


def _shown(told: Learned) -> list[dict[str, Any]]:
    """The plan and each percentile: its days, the share that came by then, and whether that is what was to come."""
    rows = [] if told.planned is None else [(0, told.planned, told.kept_planned, "")]
    rows += [(f.percent, f.days, f.kept, "" if f.fits or not f.kept.n else "fewer came") for f in told.foretold]
    return [{"percent": percent, "days": days, "kept": _share(kept), "interval": f"{100 * kept.low:.0f} – {100 * kept.high:.0f} %" if kept.n else "", "n": kept.n, "look": look}
            for percent, days, kept, look in rows]


@login_required
@require_POST
def approve(request: HttpRequest, site: str, country: str) -> HttpResponse:
    """Put what a lane takes in force for promises. What was counted anew since the page was drawn is looked at again first."""
    it, _ = _one(request, site, country)
    if it.learned is None or request.POST.get("counted") != ",".join(map(str, it.learned.percentiles)):
        return _lane(request, site, country, 409, answer=refuse("state-conflict", why="The parcels were counted anew since this page was drawn. Look at the figures again."))
    try:
        ask = posted(ApproveTransit, request, site=site, country=country, percentiles=it.learned.percentiles, parcels=it.learned.parcels,
                     measured_from=it.learned.first_on, measured_to=it.learned.last_on + timedelta(days=6))
    except BadForm as bad:
        return _lane(request, site, country, 422, bad=bad)
    answer = act(request, approve_transit, ask)
    if isinstance(answer, Refused):
        found = BadForm({e.pointer.removeprefix("#/"): e.detail for e in answer.errors}, request.POST.dict())
        return _lane(request, site, country, 409, bad=found, answer=answer)
    messages.success(request, f"{in_words(answer)}.")
    return redirect(it.lane.url)

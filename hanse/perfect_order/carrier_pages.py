"""The carrier pages: all carriers side by side without a league table, one carrier's scorecard, the parcels behind each figure, paper and export."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hanse.kernel import clock
from hanse.web.tables import MOST_ROWS, Format, taken

from . import carriers, drawn, exports
from .carrier_paper import scorecard_pdf
from .claimed import claimed
from .pages import ROWS, SPANS, Chosen, before_of, chosen_of
from .reads import Period
from .scored import MEASURES, Drift, LaneTransit, LateHours, Measured, Scorecard, Week, drifts

SAID = {
    "better": ("Better than others", "good"), "worse": ("Worse than others", "bad"), "no difference": ("No difference shown", "quiet"), "too few": ("Too few to say", "quiet"),
    "no others": ("No others there", "quiet"),
}
"""What stands beside a measure, and how it looks."""
PARTIES = {"carrier": "Carrier", "shipping": "Hand-over", "warehouse": "Release, pick and pack", "order desk": "Order desk", "inventory": "Stock", "consignee": "Consignee"}
"""Who may answer for late hours, in the words of the page; whoever is named beside them is not known."""
LOOKS = {"carrier": "l-carrier", "shipping": "l-shipping", "warehouse": "l-warehouse", "consignee": "l-consignee"}
KEY = {"Carrier": "l-carrier", "Hand-over": "l-shipping", "Release, pick and pack": "l-warehouse", "Consignee": "l-consignee", "others or not known": "l-other"}
"""The colours of late hours by party; the others share one."""
MOST_LANES = 12
"""The lanes with the most are drawn; the API tells all."""
ANSWERS = {"": "All counted", "yes": "Good", "no": "Not good"}


def interval(measures: Iterable[Measured], wide: float = 146.0) -> list[dict[str, Any]]:
    """Measures with their intervals on one scale: from a little under the lowest bound that is shown to 100 %."""
    shown = list(measures)
    floor = drawn.scale_from(shown)
    return [_interval(m, floor, wide) for m in shown]


def _interval(m: Measured, floor: float, wide: float) -> dict[str, Any]:
    def at(share: float) -> float:
        return round(6 + (wide - 12) * (share - floor) / (1 - floor), 1) if floor < 1 else wide - 6

    others = "" if m.others is None else f"; others {drawn.per_cent(m.others)}"
    word, look = SAID[m.against]
    return {
        "it": m, "said": drawn.per_cent(m.value), "late": m.n - m.hits, "floor": floor, "low": at(m.low), "high": at(m.high), "point": at(m.value) if m.value is not None else None,
        "others": at(m.others) if m.others is not None else None, "others_said": drawn.per_cent(m.others) if m.others is not None else "",
        "label": f"{drawn.per_cent(m.value)}, between {drawn.per_cent(m.low)} and {drawn.per_cent(m.high)}{others}", "word": word, "look": look,
    }


@login_required
@require_GET
def all_carriers(request: HttpRequest) -> HttpResponse:
    """Carriers by name, each with how it was on time and the others beside it."""
    it = chosen_of(request)
    cards = carriers.period_scorecards(it.period.first, it.period.last)
    bars = interval([c.measured(name) for c in cards for name in ("promise", "controllable")])
    return render(request, "perfect_order/carriers.html", {
        "chosen": it, "query": span_of(it), "spans": SPANS, "rows": [{"card": c, "bar": bar, "own": own} for c, bar, own in zip(cards, bars[::2], bars[1::2], strict=True)],
        "floor": floor_of(bars),
    })


@dataclass(frozen=True, slots=True)
class Told:
    """What one carrier's page and paper tell of a period."""

    code: str
    name: str
    card: Scorecard | None
    weeks: list[Week]
    drifts: list[Drift]
    parts: list[carriers.Part]


def _told(code: str, period: Period) -> Told:
    """What there is to tell of a carrier; a page of one that is not known does not exist."""
    names = carriers.names()
    if code not in names:
        raise Http404(f"There is no carrier {code}.")
    card = next(iter(carriers.period_scorecards(period.first, period.last, code)), None)
    weeks = carriers.lane_weeks(code, period.first, period.last)
    return Told(code, names[code], card, weeks, drifts(weeks, period.last), carriers.parts(code, period.first, period.last) if card else [])


def span_of(it: Chosen, **more: Any) -> str:
    """The address part that leads to the same period, and more."""
    words = {"span": it.span} if it.span else {"from": it.period.first.isoformat(), "to": it.period.last.isoformat()}
    return urlencode({name: value for name, value in (words | more).items() if value})


@login_required
@require_GET
def one_carrier(request: HttpRequest, code: str) -> HttpResponse:
    """Whether a carrier keeps what it promised, and whose hours were late."""
    it = chosen_of(request)
    told = _told(code, it.period)
    card = told.card
    lanes = sorted({w.lane for w in told.weeks}, key=lambda lane: (-sum(w.share.n for w in told.weeks if w.lane == lane), lane))
    asked = request.GET.get("lane", "")
    lane = asked if asked in lanes else next((d.lane for d in told.drifts), lanes[0] if lanes else "")
    drift = next((d for d in told.drifts if d.lane == lane), None)
    bars, late = (interval(card.measures), late_rows(card.late)) if card else ([], [])
    return render(request, "perfect_order/carrier.html", {
        "chosen": it, "query": span_of(it), "orders_query": span_of(it, carrier=code), "spans": SPANS, "told": told, "card": card, "lane": lane, "lanes": lanes, "drift": drift,
        "drift_said": drift and said_of(drift), "measures": bars, "floor": floor_of(bars), "late": late[:MOST_LANES], "late_left": len(late[MOST_LANES:]),
        "late_total": sum((x.hours for x in card.late), 0) if card else 0, "late_own": _own(card), "looks": KEY, "transit": transit_rows(card.transit[:MOST_LANES]) if card else [],
        "dealt": drawn.dealt_rows(card.dealings) + drawn.claimed_rows(claimed(it.period.first, it.period.last, code)) if card else [], "parts": [_part(p) for p in told.parts], "transit_left": len(card.transit[MOST_LANES:]) if card else 0,
        "weeks": json.dumps(_chart(code, lane, [w for w in told.weeks if w.lane == lane], drift)), "trend": len([w for w in told.weeks if w.lane == lane]) > 1,
    })


def _part(it: carriers.Part) -> dict[str, Any]:
    """A part as a row: what it is, its share on time and the bounds of it."""
    share = it.on_time
    return {"it": it, "word": it.key or "no service named", "said": drawn.per_cent(share.value), "beside": f"{drawn.per_cent(share.low)} – {drawn.per_cent(share.high)}" if share.n else ""}


def floor_of(bars: list[dict[str, Any]]) -> str:
    """Where the scale of some intervals begins, in per cent."""
    return f"{100 * bars[0]['floor']:.0f}" if bars else "0"


def _own(card: Scorecard | None) -> str:
    """The carrier's part of all late hours, in per cent."""
    hours = sum(x.hours for x in card.late) if card else 0
    return f"{100 * sum(x.hours for x in card.late if x.owner == 'carrier') / hours:.0f}" if card and hours else ""


def said_of(drift: Drift) -> str:
    """A drift in words: what it is since when, and what it was."""
    return (f"{'Fewer' if drift.worse else 'More'} on time on {drift.lane} since the week of {drift.since:%-d %b}: {drawn.per_cent(drift.now.value)} of {drift.now.n:,} parcels, "
            f"{drawn.per_cent(drift.before.value)} of {drift.before.n:,} in the eight weeks before. The intervals do not overlap.")


def late_rows(late: Iterable[LateHours], wide: float = 300.0) -> list[dict[str, Any]]:
    """Lanes with their late hours by party as one bar each, the most hours first."""
    by_lane: dict[str, dict[str, float]] = {}
    for x in late:
        by_lane.setdefault(x.lane, {})[x.owner] = float(x.hours)
    most = max((sum(of.values()) for of in by_lane.values()), default=1.0)
    rows = []
    for lane, of in sorted(by_lane.items(), key=lambda row: (-sum(row[1].values()), row[0])):
        at = 0.0
        parts: list[dict[str, Any]] = []
        for owner in [*PARTIES, *sorted(set(of) - set(PARTIES))]:
            if hours := of.get(owner):
                width = wide * hours / most
                parts.append({"look": LOOKS.get(owner, "l-other"), "x": round(at, 1), "wide": round(max(1.0, width - 1), 1), "owner": PARTIES.get(owner, "Not known"), "hours": hours})
                at += width
        said = ", ".join(f"{p['owner'].lower()} {p['hours']:,.0f} h" for p in parts)
        rows.append({"lane": lane, "parts": parts, "hours": sum(of.values()), "said": said})
    return rows


def transit_rows(lanes: Iterable[LaneTransit], wide: float = 220.0) -> list[dict[str, Any]]:
    """Lanes from the median to the 90th and the 95th percentile of their days, with what is planned."""
    shown = list(lanes)
    longest = max((max(x.p95, x.planned or 0) for x in shown), default=1.0) or 1.0

    def at(days: float) -> float:
        return round(3 + (wide - 6) * days / longest, 1)

    return [{
        "it": x, "p50": at(x.p50), "to_p90": max(3.0, round(at(x.p90) - at(x.p50), 1)), "p90": at(x.p90), "to_p95": round(at(x.p95) - at(x.p90), 1),
        "planned": at(x.planned) if x.planned is not None else None, "over": x.planned is not None and x.p90 > x.planned,
    } for x in shown]


def _chart(code: str, lane: str, weeks: Iterable[Week], drift: Drift | None) -> dict[str, Any]:
    """A lane's weeks as a chart: the share with its interval; a point opens the parcels of its week."""
    to = reverse("carrier_parcels", args=[code])
    low: list[Any] = []
    high: list[Any] = []
    value: list[Any] = []
    for w in weeks:
        if w.share.value is not None:
            opens = f"{to}?{urlencode({'from': w.monday.isoformat(), 'to': (w.monday + timedelta(days=6)).isoformat(), 'lane': lane, 'measure': 'promise', 'answer': 'no'})}"
            for line, share in ((low, w.share.low), (high, w.share.high), (value, w.share.value)):
                line.append([w.monday.isoformat(), round(100 * share, 1), opens])
    return {"kind": "lines", "x": "day", "unit": "%", "near": True, "marks": [{"x": drift.since.isoformat(), "word": "drift since"}] if drift else [], "series": [
        {"name": "lower bound", "points": low, "colour": "c-allocated", "hidden": True},
        {"name": "upper bound", "points": high, "colour": "c-allocated", "fill": "c-allocated", "above": True, "hidden": True},
        {"name": "on time", "points": value, "colour": "primary", "dots": True}]}


@login_required
@require_GET
def parcels_behind(request: HttpRequest, code: str) -> HttpResponse:
    """The parcels behind a carrier's figure."""
    it = chosen_of(request)
    names = carriers.names()
    if code not in names:
        raise Http404(f"There is no carrier {code}.")
    measure, answer, lane = _parcels_of(request)
    before = before_of(request)
    found = carriers.parcels(code, it.period.first, it.period.last, ROWS + 1, measure=measure, answer=answer, lane=lane, before=before)  # type: ignore[arg-type]
    rows = found[:ROWS]
    chosen = {"measure": measure, "answer": answer, "lane": lane}
    return render(request, "perfect_order/parcels.html", {
        "chosen": it, "code": code, "name": names[code], "rows": [{"it": p, "marks": _marks(p.found)} for p in rows], "measure": MEASURES.get(measure, ""), "lane": lane, "answer": answer,
        "answers": {name: (word, span_of(it, **chosen | {"answer": name})) for name, word in ANSWERS.items()} if measure else {}, "back": span_of(it), "query": span_of(it, carrier=code, what="parcels", **chosen),
        "earlier_url": f"?{span_of(it, **chosen)}" if before else "", "later_url": f"?{span_of(it, **chosen, before=f'{rows[-1].due_on}.{rows[-1].id}')}" if len(found) > ROWS else "",
    })


def _marks(found: Mapping[str, bool | None]) -> list[str]:
    """What is not good about a parcel, in words; nothing where all is."""
    words = {"promise": "late to promise", "request": "late to request", "sound": "damaged", "through": "lost or sent back", "proof": "proof late or missing"}
    return [word for name, word in words.items() if found[name] is False] + (["its own hours"] if found["controllable"] is False else [])


@login_required
@require_GET
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """A carrier's scorecard on two pages, for the meeting."""
    it = chosen_of(request)
    told = _told(code, it.period)
    if told.card is None:
        raise Http404(f"{told.name} had no parcels in this period.")
    body = scorecard_pdf(told.card, it.period.first, it.period.last, clock.now(), told.weeks, [said_of(d) for d in told.drifts])
    return HttpResponse(body, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="scorecard-{_plain(code)}-{it.period.first}-{it.period.last}.pdf"'})


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """The measures of a period by carrier as a file, of one, if it is named; or its lanes, weeks or parcels."""
    it = chosen_of(request)
    first, last, code, what = it.period.first, it.period.last, it.period.carrier, request.GET.get("what", "")
    if what == "weeks" and code:
        return taken(request, exports.weeks(code, first, last, carriers.lane_weeks(code, first, last)), format)
    if what == "parts" and code:
        return taken(request, exports.parts(code, first, last, carriers.parts(code, first, last)), format)
    if what == "parcels" and code:
        measure, answer, lane = _parcels_of(request)
        found = carriers.parcels(code, first, last, MOST_ROWS + 1, measure=measure, answer=answer, lane=lane)  # type: ignore[arg-type]
        return taken(request, exports.parcels(code, first, last, found), format)
    cards = carriers.period_scorecards(first, last, code)
    return taken(request, exports.lanes(first, last, cards) if what == "lanes" else exports.scorecards(first, last, code, cards), format)


def _parcels_of(request: HttpRequest) -> tuple[str, str, str]:
    """Which parcels of a carrier are asked for: those a measure counts, its good or its bad ones, on a lane."""
    measure, answer, lane = (request.GET.get(name, "").replace("\x00", "")[:120] for name in ("measure", "answer", "lane"))
    measure = measure if measure in MEASURES else ""
    return measure, answer if measure and answer in ANSWERS else "", lane


def _plain(code: str) -> str:
    """A carrier's code as a part of a file's name."""
    return "".join(c for c in code if c.isascii() and (c.isalnum() or c in "-_"))

"""The page of improvements: what each cause costs alone, what to change and what that gains, whose hours were late; each opens its orders."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from hanse.web.tables import Format, Table, taken

from . import drawn
from .carrier_pages import LOOKS, PARTIES, span_of
from .improvements import LONGEST_DAYS, Improvements, improvements
from .pages import Chosen, chosen_of
from .proposing import Change, RankedCause
from .special import Special

SPANS = {"30": "30 days", "90": "90 days", "365": "A year"}
MOST = 12
"""So many causes and lanes are drawn; the export and the API tell all."""
WIDE = 220.0


def looked_at(request: HttpRequest) -> Chosen:
    """The period a reader asks for, 90 days where he asks for none; one that is too long ends where it ends and begins later."""
    it = chosen_of(request)
    if it.span == "30" and "span" not in request.GET and not it.wrong:
        it = replace(it, span="90", period=replace(it.period, first=date.fromordinal(max(1, it.period.last.toordinal() - 89))))
    if (it.period.last - it.period.first).days > LONGEST_DAYS:
        first = it.period.last - timedelta(days=LONGEST_DAYS)
        it = replace(it, period=replace(it.period, first=first), span="", wrong=f"At most {LONGEST_DAYS} days are looked at for changes: these are the last of them.")
    return it


@login_required
@require_GET
def improve(request: HttpRequest) -> HttpResponse:
    """What should change, and what it would gain."""
    it = looked_at(request)
    found = improvements(it.period.first, it.period.last)
    return render(request, "perfect_order/improve.html", {
        "chosen": it, "query": span_of(it), "spans": SPANS, "found": found, "causes": causes_drawn(found.causes[:MOST], it), "causes_left": len(found.causes[MOST:]),
        "special": [special_drawn(special, it) for special in found.special[:MOST]],
        "changes": [change_drawn(change, it) for change in found.changes], "late": late_drawn(found), "looks": {"order desk, stock": "l-other"} | {PARTIES[p]: LOOKS[p] for p in LOOKS},
        "share": drawn.per_cent(found.perfect / found.decided if found.decided else None),
    })


def orders_at(it: Chosen, **more: Any) -> str:
    """The address of the orders behind something."""
    return f"{reverse('perfect_order_orders')}?{span_of(it, **more)}"


def causes_drawn(causes: Sequence[RankedCause], it: Chosen) -> list[dict[str, Any]]:
    """Causes as bars: dark what would be perfect without it, pale what failed elsewhere too."""
    most = max((c.orders for c in causes), default=1)
    return [{
        "it": c, "word": c.cause.capitalize(), "alone": round(WIDE * c.alone / most, 1), "all": round(WIDE * c.orders / most, 1),
        "with": ", ".join(f"{n:,} also in {name}" for name, n in c.with_), "url": orders_at(it, condition=c.condition, cause=c.cause),
    } for c in causes]


def special_drawn(special: Special, it: Chosen) -> dict[str, Any]:
    """What stands out: how often it fails there and elsewhere, and where its orders are; those of a short pick are not failed by it."""
    place, _, rest = special.where.partition({"lane": " → ", "weekday": " on ", "item": " in "}.get(special.by, "\0"))
    chosen: dict[str, Any] = {
        "lane": {"carrier": place}, "weekday": {"site": place}, "item": {"sku": place, "site": rest}, "bin": {}}.get(special.by, {special.by: special.where})
    return {
        "it": special, "word": special.cause.capitalize(), "here": drawn.per_cent(special.failed / special.n), "others": drawn.per_cent(special.others_failed / special.others),
        "more": f"{special.more:,.0f}", "of": "picks" if special.by == "bin" else "orders", "chance": "under 0.1 %" if special.chance < 0.001 else f"{100 * special.chance:.1f} %",
        "url": "" if special.by == "bin" else orders_at(it, condition=special.condition, cause=special.cause, **chosen),
    }


def change_drawn(change: Change, it: Chosen) -> dict[str, Any]:
    """A change with its gain in words, how it did in the test, and where its orders are."""
    test = change.test
    carrier, _, lane = change.where.rpartition("|")
    chosen = {
        "cut-off": {"site": change.where}, "pack scan": {"site": change.where}, "lane": {"carrier": carrier, "site": lane.partition(" → ")[0]}, "carrier": {"carrier": carrier, "site": lane.partition(" → ")[0]},
        "price": {"sku": change.where}, "count": {"sku": change.where.rpartition(", ")[2]},
    }.get(change.rule, {"customer": change.where})
    return {
        "it": change, "points": f"+{change.gain:.1f}", "from_to": f"{change.low:.1f} to {change.high:.1f} points", "gained": f"{change.gained:,.0f}",
        "tested": f"{test.foreseen:,.0f} of the {test.orders:,} later orders were foreseen ({test.low:,.0f} to {test.high:,.0f}), {test.happened:,.0f} happened",
        "url": orders_at(it, condition=change.condition, cause=change.cause, answer="not perfect", **chosen),
    }


def late_drawn(found: Improvements) -> list[dict[str, Any]]:
    """Hours late by lane, stage and who answers, the most first."""
    most = max((float(x.hours) for x in found.late), default=1.0)
    return [{"it": x, "stages": " and ".join(x.stages).capitalize(), "owner": PARTIES.get(x.owner, x.owner.capitalize()), "look": LOOKS.get(x.owner, "l-other"), "wide": round(max(2.0, WIDE * float(x.hours) / most), 1)}
            for x in found.late[:MOST]]


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """Causes, changes and late hours of a period as a file."""
    it = looked_at(request)
    found = improvements(it.period.first, it.period.last)
    columns = [
        ("what", str), ("of", str), ("who answers", str), ("orders", int), ("perfect without it", float), ("points", float), ("low", float), ("high", float), ("hours late", float),
        ("foreseen in the test", float), ("happened in the test", float), ("why", str)]  # fmt: skip
    table: list[tuple[Any, ...]] = [
        ("cause", f"{c.condition}: {c.cause}", c.owner, c.orders, c.alone, round(c.points, 3), round(c.low, 3), round(c.high, 3), float(c.hours), None, None,
         "; ".join(f"{m.currency} {m.net} net, {m.credited} credited" for m in c.money)) for c in found.causes]
    table += [
        ("change", c.said, "", c.orders, round(c.gained, 1), round(c.gain, 3), round(c.low, 3), round(c.high, 3), None, round(c.test.foreseen, 1), round(c.test.happened, 1), c.why)
        for c in found.changes]
    table += [
        ("stands out", f"{s.where}: {s.cause}", s.owner, s.n, None, None, None, None, None, round(s.failed - s.more, 1), s.failed, f"more than elsewhere; by chance alone in {100 * s.chance:.3g} %") for s in found.special]
    table += [("no change", c.said, "", *[None] * 8, c.why) for c in found.not_proposed]
    table += [("late", f"{x.carrier} {x.lane}: {' and '.join(x.stages)}", x.owner, x.orders, *[None] * 4, float(x.hours), None, None, "") for x in found.late]
    table += [
        ("claims", f"{c.carrier}: {c.claims} claims", "carrier", *[None] * 8, f"{c.currency} {c.claimed} claimed, {c.got_back} got back, {c.open} open, {c.not_paid} not paid, {c.to_file} to file")
        for c in found.claims]
    return taken(request, Table(f"improvements-{found.first}-{found.last}", columns, table), format)

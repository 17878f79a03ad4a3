"""The page of warehouses: how accurate and how fast each site's work was on the orders due in a period, and what orders wait for there."""

from collections.abc import Sequence
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from hanse.kernel.samples import Share
from hanse.web.tables import Format, Table, taken

from . import drawn
from .carrier_pages import span_of
from .pages import SPANS, chosen_of
from .warehouses import STAGES, Warehouse, warehouses

WIDE = 320.0
LOOKS = dict(zip(STAGES, ("s-release", "s-pick", "s-pack", "s-hand-over", "s-carry"), strict=True))


@login_required
@require_GET
def all_warehouses(request: HttpRequest) -> HttpResponse:
    """Sites by their code, each with its measures and the hours that an order waits for in turn."""
    it = chosen_of(request)
    found = warehouses(it.period.first, it.period.last)
    longest = max((sum((h for _, h in w.stages), Decimal(0)) for w in found), default=Decimal(0))
    return render(request, "perfect_order/warehouses.html", {
        "chosen": it, "query": span_of(it), "spans": SPANS, "looks": LOOKS, "rows": [{"it": w, "shares": shares_drawn(w), "stages": stages_drawn(w.stages, longest)} for w in found],
    })


def shares_drawn(it: Warehouse) -> list[dict[str, Any]]:
    """The measures that are shares, with their interval and what was counted."""
    return [
        {"word": word, "value": drawn.per_cent(share.value), "share": share, "between": f"{drawn.per_cent(share.low)} – {drawn.per_cent(share.high)}" if share.n else "", "counted": counted}
        for word, share, counted in (
            ("Lines picked right", it.pick_accuracy, _of(it.pick_accuracy, "lines")), ("Short picks", it.short_picks, _of(it.short_picks, "picks")),
            ("Left in time", it.on_time_ship, _of(it.on_time_ship, "parcels")), ("Lines that waited", it.backordered, _of(it.backordered, "lines")),
            ("Received as told", it.advice_accuracy, _of(it.advice_accuracy, "receiving advices")),
        )
    ]  # fmt: skip


def _of(share: Share, what: str) -> str:
    return f"{share.hits:,} of {share.n:,} {what}" if share.n else f"no {what}"


def stages_drawn(stages: Sequence[tuple[str, Decimal]], longest: Decimal) -> list[dict[str, Any]]:
    """The hours of each stage as parts of one bar, on one scale for all sites."""
    drawn_parts, at = [], 0.0
    for name, hours in stages:
        wide = round(WIDE * float(max(hours, Decimal(0)) / longest), 1) if longest else 0.0
        drawn_parts.append({"word": name, "hours": hours, "look": LOOKS[name], "at": round(at, 1), "wide": wide})
        at += wide
    return drawn_parts


@login_required
@require_GET
def export(request: HttpRequest, format: Format) -> HttpResponse:
    """The measures of a period by site as a file."""
    it = chosen_of(request)
    found = warehouses(it.period.first, it.period.last)
    columns: list[tuple[str, type]] = [(f.name.replace("_", " "), str if f.type in (str, "str") else int if f.type in (int, "int") else Decimal) for f in fields(Warehouse)]
    return taken(request, Table(f"warehouses-{it.period.first}-{it.period.last}", columns, [tuple(getattr(w, f.name) for f in fields(Warehouse)) for w in found]), format)

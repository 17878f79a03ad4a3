"""The hand-over page: cartons that stand ready are scanned into a carrier's hand-over, which is then closed."""

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from hanse.fulfilment import consolidating
from hanse.fulfilment import page_reads as floor
from hanse.fulfilment import reads as cartons
from hanse.fulfilment.answering import panel
from hanse.journal.acting import act_all, may
from hanse.kernel.refused import Refused
from hanse.orders.holds import blocking
from hanse.web.context import waits

from . import label_reads, page_reads, reads
from .hand_over import HandOver, hand_over

MOST = 500


@login_required
@require_http_methods(["GET", "POST"])
def show_hand_over(request: HttpRequest) -> HttpResponse:
    """What stands ready at a site, and what of it the carrier takes now. Closing says per carton what stayed and why."""
    work = floor.work()
    given = request.POST if request.method == "POST" else request.GET
    site = given.get("site") or request.session.get("site", "")
    if site not in {s.code for s in work}:
        site = next((s.code for s in work if s.staged), work[0].code if work else "")
    if "site" in given:
        request.session["site"] = site
    facts: dict[str, Any] = _closed(request) if request.method == "POST" else {}
    pairs = {p.carton: p for p in consolidating.pairs(site)} if site else {}
    ready = _staged(site) if site else []
    chosen = reads.chosen([c.carton for c, *_ in ready])
    labels = label_reads.of_cartons([c.carton for c, *_ in ready])
    staged = [(c, why, weighed, expected, pairs.get(c.carton), chosen.get(c.carton), *_label(labels.get(c.carton))) for c, why, weighed, expected in ready]
    facts |= {
        "chosen": chosen, "pairs": pairs, "may_consolidate": may(request, "fulfilment.consolidate"), "may_want": may(request, "transport.want_labels"),
        "site": site, "work": work, "staged": staged, "carriers": [("", "As chosen for each carton" if chosen else "Choose the carrier…"), *page_reads.carriers()], "carrier": given.get("carrier", ""), "service": given.get("service", ""),
        "granted": may(request, "transport.hand_over"), "here": f"{request.path}?site={site}", "site_name": next((s.name for s in work if s.code == site), site),
    }
    facts |= panel(request, site)
    return render(request, "transport/_staged.html" if request.htmx else "transport/hand_over.html", facts)  # type: ignore[attr-defined]


def _staged(site: str) -> list[tuple[cartons.CartonRow, str, str, str]]:
    """What stands ready, each carton with those in it behind it: why it stays, if it does, and what all of it weighs or should weigh, in kilograms."""
    found = {c.carton: c for c in cartons.staged(site, MOST)}
    inner: dict[str, list[cartons.CartonRow]] = {}
    for c in found.values():
        if c.inside:
            inner.setdefault(c.inside["carton"], []).append(c)
    told = []
    for outer in found.values():
        if outer.inside is None or outer.inside["carton"] not in found:
            held = inner.get(outer.carton, [])
            why = _why(outer) or next((f"{c.order}: {_why(c) or 'goes another way'}" for c in held if _why(c) or _way(c) != _way(outer)), "")
            told.append((outer, why, _kilograms(_total([c.weight_g for c in (outer, *held)])), _kilograms(_total([c.expected_g for c in (outer, *held)]))))
            told += [(c, _why(c), _kilograms(c.weight_g), _kilograms(c.expected_g)) for c in held]
    return told


LABELS = {
    "asked": ("Label asked for", "busy", "clock"), "bought": ("Label", "good", "tag"), "void-asked": ("Label is voided", "watch", "ban"), "voided": ("Label voided", "watch", "ban"),
    "void-refused": ("Label worthless", "watch", "x"), "expired": ("Label expired", "watch", "clock"), "refused": ("Label refused", "bad", "x"),
}


def _label(label: tuple[int, str, str, str] | None) -> tuple[int, str, tuple[str, str, str] | None]:
    """A carton's label as the page shows it: which, the number to scan, its badge."""
    if label is None:
        return 0, "", None
    number, state, tracking, _ = label
    return number if tracking else 0, tracking if state == "bought" else "", LABELS.get(state)


def _way(carton: cartons.CartonRow) -> tuple[str, str, str]:
    return carton.ship_to, carton.country, carton.carrier


def _total(weights: list[int | None]) -> int | None:
    return None if None in weights else sum(w or 0 for w in weights)


def _closed(request: HttpRequest) -> dict[str, Any]:
    """Hand the chosen cartons over; the answers by carton."""
    chosen = list(dict.fromkeys(request.POST.getlist("chosen")))[:MOST]
    carrier, service = request.POST.get("carrier", "").strip(), request.POST.get("service", "").strip()[:200]
    if not carrier and not reads.chosen(chosen):
        return {"asked": 0, "why": "Say which carrier takes them.", "kept": chosen}
    asks = [HandOver(carton, carrier, service) for carton in chosen]
    answers = act_all(request, hand_over, asks) if asks else []
    left = [(ask.carton, answer) for ask, answer in zip(asks, answers, strict=True) if isinstance(answer, Refused)]
    done = [answer for answer in answers if not isinstance(answer, Refused)]
    return {"asked": len(asks), "done": done, "left": left, "units": sum(p.units for p in done), "along": sorted({order for p in done for order in p.together}), "shipments": list(dict.fromkeys(p.shipment for p in done)),
            "why": "" if asks else "No carton was scanned or ticked."}


def _why(carton: cartons.CartonRow) -> str:
    """What keeps a carton here, in words; empty when it may go."""
    if carton.change_asked:
        return "Answer"
    if carton.label_outdated:
        return "Old label"
    if carton.stopped_lots:
        return f"Lot {', '.join(carton.stopped_lots)} is stopped"
    if carton.audit == "due":
        return "Audit is due"
    held = blocking(carton.holds, "hand-over")
    return f"{' and '.join(held)} hold".capitalize() if held else ""


def _kilograms(grams: int | None) -> str:
    return "" if grams is None else f"{Decimal(grams) / 1000:,.2f}"


@waits("hand_over")
def cartons_staged(user: Any) -> int:
    return sum(site.staged for site in floor.work_for(user))

"""The service of a carton: which one it goes by, what it costs, why; and the way to another."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hanse.fulfilment import page_reads as floor
from hanse.fulfilment import reads as cartons
from hanse.journal.acting import act, may
from hanse.kernel.refused import Refused
from hanse.network.shopping import ENOUGH
from hanse.web.words import in_words

from . import page_reads, reads
from .choose_service import ChooseService, choose_service


@login_required
@require_http_methods(["GET", "POST"])
def carton_service(request: HttpRequest, sscc: str) -> HttpResponse:
    """The service chosen for a carton with all that were looked at; another is chosen with a reason, or all anew by price and promise."""
    carton = cartons.carton(sscc)
    if carton is None:
        raise Http404(f"There is no carton {sscc}.")
    if request.method == "POST":
        return _choose(request, carton)
    return _shown(request, carton)


def _shown(request: HttpRequest, carton: cartons.CartonRow, status: int = 200, **more: Any) -> HttpResponse:
    choice = next(iter(reads.choices(carton.carton)), None)
    looked_at = [_read(c) for c in choice.candidates] if choice else []
    waits = not (carton.handed_over_at or carton.opened_at or carton.inside)
    facts = {
        "carton": carton, "choice": choice, "looked_at": looked_at, "waits": waits, "granted": may(request, "transport.choose_service"), "zone": floor.zone_of(carton.site),
        "sold": page_reads.services_sold(), "options": [(f"{c['carrier']} {c['service']}", f"{c['carrier']} {c['name'] or c['service']}") for c in looked_at if c["total"] and choice and (c["carrier"], c["service"]) != (choice.carrier, choice.service)],
    }
    return render(request, "transport/_service.html" if request.htmx else "transport/service.html", facts | more, status=status)  # type: ignore[attr-defined]


def _read(candidate: dict[str, Any]) -> dict[str, Any]:
    """A candidate as it was kept, its amounts and times read."""
    leaves, arrives, total, likely = (candidate[name] for name in ("hand_over_by", "arrives_on", "total", "probability"))
    return candidate | {
        "note": candidate.get("note", ""),
        "leaves": leaves and datetime.fromisoformat(leaves), "arrives": arrives and date.fromisoformat(arrives), "total": total and Decimal(total),
        "few": candidate["parcels"] < ENOUGH, "percent": None if likely is None else round(Decimal(likely) * 100)}


def _choose(request: HttpRequest, carton: cartons.CartonRow) -> HttpResponse:
    carrier, _, service = request.POST.get("service", "")[:200].partition(" ")
    reason = request.POST.get("reason", "").strip()[:200]
    answer = act(request, choose_service, ChooseService(carton.order, carton.site, carrier, service, reason, anew=True))
    if isinstance(answer, Refused):
        return _shown(request, carton, 409, answer=answer, reason=reason, service=f"{carrier} {service}".strip())
    messages.success(request, f"{in_words(answer)}.")
    return redirect("carton_service", carton.carton)

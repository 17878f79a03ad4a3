"""The driver's page: a signed link opens a carrier's parcels from a site on a phone, without an account, and takes proofs of delivery.

The link is good for a day. What the phone kept while it had no line may still come for some days after: it was done while the link was good.
Nothing can be asked through it but proofs and refusals of these parcels.
"""

import json
from base64 import b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import zxingcpp
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hanse.fulfilment import page_reads as floor
from hanse.journal.acting import act, may
from hanse.journal.principals import Principal
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web.posted import BadForm, posted, scanned_at
from hanse.web.words import in_words

from . import page_reads
from .models import RELATIONS
from .pages import REFUSED
from .record_proof import RecordProof, record_proof
from .record_refusal import RecordRefusal, record_refusal

SALT = "transport.driver"
GOOD_FOR, SENT_LATER = timedelta(hours=18), timedelta(days=4)
GRANTS = frozenset({"transport.record_proof", "transport.record_refusal"})


@dataclass(frozen=True, slots=True)
class Round:
    """What a link stands for: a carrier's parcels from a site."""

    carrier: str
    site: str


def link_of(round: Round) -> str:
    """The signed word for a round."""
    return signing.dumps(asdict(round), salt=SALT, compress=True)


def round_of(token: str, good_for: timedelta) -> Round | None:
    """The round of a link; nothing where it is forged or over."""
    try:
        return Round(**signing.loads(token, salt=SALT, max_age=good_for))
    except (signing.BadSignature, TypeError):
        return None


@login_required
@require_http_methods(["GET", "POST"])
def driver_link(request: HttpRequest) -> HttpResponse:
    """Make the link for a driver: choose carrier and site, let the phone read the code or send the address."""
    granted = may(request, "transport.record_proof")
    carriers, sites = page_reads.carriers(), [(s.code, s.name) for s in floor.work()]
    given = request.POST if request.method == "POST" else request.GET
    carrier, site = given.get("carrier", ""), given.get("site", "")
    facts: dict[str, Any] = {"carriers": [("", "Choose the carrier…"), *carriers], "sites": sites, "carrier": carrier, "site": site, "granted": granted}
    if request.method == "POST" and granted and carrier in dict(carriers) and site in dict(sites):
        address = request.build_absolute_uri(reverse("driver", args=[link_of(Round(carrier, site))]))
        drawn = zxingcpp.create_barcode(address, zxingcpp.BarcodeFormat.QRCode).to_svg()
        facts |= {"address": address, "code": b64encode(drawn.encode()).decode(), "until": clock.now() + GOOD_FOR, "count": len(page_reads.round_of(carrier, site)),
                  "carrier_name": dict(carriers)[carrier], "site_name": dict(sites)[site]}
    elif request.method == "POST":
        facts["why"] = "Choose a carrier and a site." if granted else "Your role may not record proofs of delivery."
    return render(request, "transport/driver_link.html", facts, status=422 if facts.get("why") else 200)


@require_GET
@never_cache
def driver(request: HttpRequest, token: str) -> HttpResponse:
    """The parcels of a round, to be proven one by one."""
    it = round_of(token, GOOD_FOR)
    if it is None:
        return render(request, "transport/driver_over.html", {}, status=410)
    parcels = page_reads.round_of(it.carrier, it.site)
    names = dict(page_reads.carriers())
    return render(request, "transport/driver.html", {
        "token": token, "round": it, "carrier_name": names.get(it.carrier, it.carrier), "parcels": parcels, "data": json.loads(json.dumps([asdict(p) for p in parcels], default=str)),
        "relations": RELATIONS, "reasons": REFUSED, "prove_url": reverse("driver_prove", args=[token]), "refuse_url": reverse("driver_refuse", args=[token])})


@require_POST
def driver_prove(request: HttpRequest, token: str) -> HttpResponse:
    """A proof of delivery from the driver's phone; once per key, maybe later."""
    return _done(request, token, RecordProof, record_proof, gln="", source="driver", order=None)


@require_POST
def driver_refuse(request: HttpRequest, token: str) -> HttpResponse:
    """A refusal from the driver's phone; once per key, maybe later."""
    return _done(request, token, RecordRefusal, record_refusal)


def _done(request: HttpRequest, token: str, ask: Any, operation: Any, **given: Any) -> HttpResponse:
    it = round_of(token, SENT_LATER)
    if it is None:
        return HttpResponse("This link is no longer good. Ask whoever sent it for a new one.", status=410, content_type="text/plain; charset=utf-8")
    parcel = request.POST.get("parcel", "")
    zone = page_reads.door_zone(it.carrier, it.site, parcel)
    if zone is None:
        raise Http404("This parcel is not of your round.")
    request._principal = Principal(f"driver of {it.carrier}", GRANTS)  # type: ignore[attr-defined]
    try:
        if ask is RecordProof:
            given |= {"zone": zone}
        asked = posted(ask, request, parcel=parcel, carrier=it.carrier, at=_when(request), **given)
    except BadForm as bad:
        return HttpResponse(" ".join(bad.findings.values()), status=422, content_type="text/plain; charset=utf-8")
    answer = act(request, operation, asked)
    return HttpResponse(in_words(answer), status=409 if isinstance(answer, Refused) else 200, content_type="text/plain; charset=utf-8")


def _when(request: HttpRequest) -> datetime:
    """When it was done on the phone, which may have had no line since; a clock that is wrong is not believed."""
    at, now = scanned_at(request), clock.now()
    return at if at is not None and now - SENT_LATER <= at <= now else now

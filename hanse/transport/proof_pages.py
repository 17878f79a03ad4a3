"""The page of a proof of delivery: who received what where, with photo, signature and the place beside the address."""

from math import cos, hypot, radians
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from . import page_reads
from .models import RELATIONS

WIDE = 300
METRES_A_DEGREE = 111_195


@login_required
@require_GET
def proof(request: HttpRequest, proof: int) -> HttpResponse:
    """One proof of delivery."""
    found = page_reads.proof(proof)
    if found is None:
        raise Http404(f"There is no proof {proof}.")
    return render(request, "transport/proof.html", {
        "proof": found, "place": drawn(found), "strokes": strokes(found.signature), "relation": RELATIONS.get(found.relation, "")})


@login_required
@require_GET
def proof_photo(request: HttpRequest, sha256: str) -> HttpResponse:
    """A photo by its hash: it never changes."""
    body = page_reads.photo(sha256)
    if body is None:
        raise Http404("There is no such photo.")
    return HttpResponse(body, content_type="image/jpeg", headers={"Cache-Control": "private, max-age=31536000, immutable"})


def strokes(signature: str) -> list[str]:
    """A signature as paths of SVG."""
    return ["M" + " L".join(stroke.split(" ")) for stroke in signature.split(";") if stroke]


def drawn(it: page_reads.ProofView) -> dict[str, Any] | None:
    """The place of a proof with its accuracy, and the address where that is known, to one scale. Pure."""
    if it.latitude is None or it.longitude is None:
        return None
    around = float(it.accuracy_m or 0)
    east, north = 0.0, 0.0
    if it.to_latitude is not None and it.to_longitude is not None:
        north = float(it.to_latitude - it.latitude) * METRES_A_DEGREE
        east = float(it.to_longitude - it.longitude) * METRES_A_DEGREE * cos(radians(float(it.latitude)))
    far = hypot(east, north)
    reach = max(around, far, 25.0) * 1.25
    metre = WIDE / (2 * reach)
    bar = next(n for n in (10_000_000, 1_000_000, 100_000, 10_000, 5_000, 1_000, 500, 100, 50, 10) if n <= reach)
    middle = WIDE / 2
    return {
        "wide": WIDE, "x": middle, "y": middle, "r": round(around * metre, 1), "accuracy": round(around), "far": round(far) if it.to_latitude is not None else None,
        "to_x": round(middle + east * metre, 1), "to_y": round(middle - north * metre, 1), "bar": round(bar * metre, 1), "bar_said": f"{bar // 1000} km" if bar >= 1000 else f"{bar} m",
        "url": f"https://www.openstreetmap.org/?mlat={it.latitude}&mlon={it.longitude}#map=18/{it.latitude}/{it.longitude}",
    }

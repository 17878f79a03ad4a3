"""The API of partners: parties."""

from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel.asks import Short
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown

from . import reads
from .keep import KeepParty, keep_parties
from .keep_otif import KeepOtif, keep_otif

router = Router(tags=["partners"])


@router.post("/parties/batch", response=answers_to(keep_parties))
def add_and_change_parties(request: HttpRequest, asks: Body[list[KeepParty]]) -> HttpResponse:
    """Add parties, or change those that are known, with addresses and contacts. One answer for each, in the same order."""
    return answered(request, keep_parties, asks)


@router.get("/parties", response=page_schema(reads.PartyRow))
def parties(request: HttpRequest, q: Short = "", role: Short = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Parties by code; `q` finds the beginning of a code or a part of a name."""
    at = after(cursor, str)
    return page_of(reads.parties(limit + 1, at[0] if at else "", q, role), limit, lambda party: party.code)


@router.get("/parties/{path:code}", response=reads.PartyView)
def party(request: HttpRequest, code: str) -> HttpResponse:
    """One party with its addresses, as they stand, and its contacts."""
    found = reads.party(code)
    return shown(found) if found else missing(request, "party", code)


@router.post("/otif-definitions/batch", response=answers_to(keep_otif))
def add_and_change_otif_definitions(request: HttpRequest, asks: Body[list[KeepOtif]]) -> HttpResponse:
    """Say what customers call on time in full, each from a day on. What orders are measured by is never changed."""
    return answered(request, keep_otif, asks)


@router.get("/otif-definitions", response=list[reads.OtifView])
def otif_definitions(request: HttpRequest, customer: Short = "") -> HttpResponse:
    """What customers call on time in full: all definitions, or those of one customer."""
    return shown(reads.otif_definitions(customer))

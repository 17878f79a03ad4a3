"""The API of transport: hand over, tracking events, proofs of delivery, carriers; parcels and shipments."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.web.doors import Cursor, Limit, WrongCursor, after, answered, answers_to, missing, page_of, page_schema, shown

from . import bill_paper, reads
from .choose_remedy import ChooseRemedy, choose_remedy
from .choose_service import ChooseService, choose_service
from .draw_up import DrawUp, draw_up
from .hand_over import HandOver, hand_over
from .keep_carriers import KeepCarrier, keep_carriers
from .notice_silences import NoticeSilence, notice_silences
from .record_proof import RecordProof, record_proof
from .record_refusal import RecordRefusal, record_refusal
from .record_tracking import Track, record_tracking
from .report_lost import ReportLost, report_lost
from .roll_up_transit import RollUpTransit, roll_up_transit
from .take_back import TakeBack, take_back
from .take_despatch_advice import TakeDespatchAdvice, take_despatch_advice
from .take_receiving_advice import TakeReceivingAdvice, take_receiving_advice

router = Router(tags=["transport"])
PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
Word = Annotated[str, MaxLen(200)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = 250_000_000_000_000_000


@router.post("/handovers/batch", response=answers_to(hand_over))
def hand_over_cartons(request: HttpRequest, handovers: Body[list[HandOver]]) -> HttpResponse:
    """Hand cartons over to carriers. One answer comes back for each, in the same order."""
    return answered(request, hand_over, handovers)


@router.post("/services/choices/batch", response=answers_to(choose_service))
def choose_services(request: HttpRequest, choices: Body[list[ChooseService]]) -> HttpResponse:
    """Choose the services that cartons go by, an order and site at a time: the cheapest that keeps the promise, or the one that is named."""
    return answered(request, choose_service, choices)


@router.get("/cartons/{carton}/choices", response=list[reads.ChoiceView])
def choices_of_carton(request: HttpRequest, carton: Word) -> HttpResponse:
    """The services that were chosen for a carton, the latest first, each with its charge lines and all services that were looked at."""
    return shown(reads.choices(carton))


@router.post("/tracking-events/batch", response=answers_to(record_tracking))
def record_tracking_events(request: HttpRequest, events: Body[list[Track]]) -> HttpResponse:
    """Record what carriers tell, in any order and as often as they tell it. What was told before answers `TrackingKnown`."""
    return answered(request, record_tracking, events)


@router.post("/deliveries/batch", response=answers_to(record_proof))
def record_deliveries(request: HttpRequest, proofs: Body[list[RecordProof]]) -> HttpResponse:
    """Record proofs of delivery; a parcel that was not counted as delivered is counted now."""
    return answered(request, record_proof, proofs)


@router.post("/carriers/batch", response=answers_to(keep_carriers))
def keep(request: HttpRequest, carriers: Body[list[KeepCarrier]]) -> HttpResponse:
    """Add or change carriers and entries of their code tables."""
    return answered(request, keep_carriers, carriers)


@router.post("/bills-of-lading/batch", response=answers_to(draw_up))
def draw_up_bills(request: HttpRequest, bills: Body[list[DrawUp]]) -> HttpResponse:
    """Draw up bills of lading for shipments that leave a site together with one carrier for one address."""
    return answered(request, draw_up, bills)


@router.get("/bills-of-lading/{number}", response=bill_paper.BillPaper)
def bill_of_lading(request: HttpRequest, number: Word) -> HttpResponse:
    """A bill of lading with its orders and packages."""
    found = bill_paper.bill(number)
    return shown(found) if found else missing(request, "bill of lading", number)


@router.get("/bills-of-lading/{number}/bill.pdf", openapi_extra={"responses": {200: PDF}})
def bill_of_lading_pdf(request: HttpRequest, number: Word) -> HttpResponse:
    """A bill of lading as PDF: the standard form, its number as bar code."""
    found = bill_paper.bill(number)
    if found is None:
        return missing(request, "bill of lading", number)
    return HttpResponse(bill_paper.bill_pdf(found), content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})


@router.post("/despatch-advices/batch", response=answers_to(take_despatch_advice))
def take_despatch_advices(request: HttpRequest, advices: Body[list[TakeDespatchAdvice]]) -> HttpResponse:
    """Take suppliers' despatch advices (ASN) of drop-ship orders: exactly what they name is shipped. The same advice twice changes nothing."""
    return answered(request, take_despatch_advice, advices)


@router.post("/receiving-advices/batch", response=answers_to(take_receiving_advice))
def take_receiving_advices(request: HttpRequest, advices: Body[list[TakeReceivingAdvice]]) -> HttpResponse:
    """Take consignees' receiving advices: what they received, missed and rejected of an order. The same advice twice changes nothing."""
    return answered(request, take_receiving_advice, advices)


@router.post("/losses/batch", response=answers_to(report_lost))
def report_losses(request: HttpRequest, losses: Body[list[ReportLost]]) -> HttpResponse:
    """Give parcels up as lost after the search. What is told of them later finds them again."""
    return answered(request, report_lost, losses)


@router.post("/refusals/batch", response=answers_to(record_refusal))
def record_refusals(request: HttpRequest, refusals: Body[list[RecordRefusal]]) -> HttpResponse:
    """Record that receivers refused parcels, and why."""
    return answered(request, record_refusal, refusals)


@router.post("/take-backs/batch", response=answers_to(take_back))
def take_parcels_back(request: HttpRequest, backs: Body[list[TakeBack]]) -> HttpResponse:
    """Take parcels back that nobody received; their units lie in quarantine, or in the bin that is named."""
    return answered(request, take_back, backs)


@router.post("/remedies/batch", response=answers_to(choose_remedy))
def choose_remedies(request: HttpRequest, remedies: Body[list[ChooseRemedy]]) -> HttpResponse:
    """Send units again that never came, or owe them no more."""
    return answered(request, choose_remedy, remedies)


@router.post("/silences/batch", response=answers_to(notice_silences))
def look_for_silences(request: HttpRequest, looks: Body[list[NoticeSilence]]) -> HttpResponse:
    """Look whether parcels are silent for too long. hanse does so by itself each hour."""
    return answered(request, notice_silences, looks)


@router.post("/transit-counts/batch", response=answers_to(roll_up_transit))
def count_transit(request: HttpRequest, counts: Body[list[RollUpTransit]]) -> HttpResponse:
    """Count what lanes took in the 90 days before a day. hanse does so by itself each night."""
    return answered(request, roll_up_transit, counts)


@router.get("/parcels/{tracking}", response=reads.ParcelView)
def parcel(request: HttpRequest, tracking: Word, carrier: Word = "") -> HttpResponse:
    """A parcel with all that its carrier told and its proofs of delivery."""
    found = reads.parcel(tracking, carrier)
    return shown(found) if found else missing(request, "parcel", tracking)


@router.get("/shipments", response=page_schema(reads.ShipmentRow))
def shipments(request: HttpRequest, site: Word = "", carrier: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Shipments, newest first."""
    at = after(cursor, int, int)
    if at and not 0 <= at[0] < _END:
        raise WrongCursor(cursor)
    behind = (_EPOCH + timedelta(microseconds=at[0]), at[1]) if at else None
    return page_of(reads.shipments(limit + 1, behind, site, carrier), limit, lambda row: ((row.handed_over_at - _EPOCH) // timedelta(microseconds=1), row.shipment))


@router.get("/parcels", response=page_schema(reads.TroubledRow))
def troubled_parcels(request: HttpRequest, limit: Limit = 100) -> HttpResponse:
    """Parcels that need a look: in doubt, failed, late, about to be late, or silent for too long. The first `limit` of them."""
    return page_of(reads.troubled(limit), limit, lambda row: row.parcel)

"""The API of the floor: waves and tours, release, pick, scan and pack; open tasks, cartons, labels and packing slips."""

from datetime import date
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown
from hanse.web.problems import problem_of

from . import commercial_invoice, customs, deadlines, papers, proposing, reads, supplier_reads, wave_reads
from .answer_change import AnswerChange, answer_change
from .audit import Audit, audit
from .consolidate import Consolidate, consolidate
from .decline import Decline, decline
from .deconsolidate import Deconsolidate, deconsolidate
from .expect_despatch import ExpectDespatch, expect_despatch
from .hold_lot import HoldLot, hold_lot
from .leave_tour import LeaveTour, leave_tour
from .pack import Pack, pack
from .pick import Pick, pick
from .plan_tours import PlanTour, plan_tours
from .recall_lot import RecallLot, recall_lot
from .relabel import Relabel, relabel
from .release import Release, release
from .release_wave import ReleaseWave, release_wave
from .scan import Scan, record_scans
from .scan_at_pack import ScanAtPack, scan_at_pack
from .scan_at_sort import ScanAtSort, scan_at_sort
from .sort_units import SortUnits, sort_units
from .start_tour import StartTour, start_tour
from .supplier_slip import supplier_slip
from .take_out import TakeOut, take_out
from .undo_pick import UndoPick, undo_pick

router = Router(tags=["fulfilment"])
Word = Annotated[str, MaxLen(200)]
ZPL = {"content": {"application/zpl": {"schema": {"type": "string"}}}}
PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


@router.post("/releases/batch", response=answers_to(release))
def release_orders(request: HttpRequest, releases: Body[list[Release]]) -> HttpResponse:
    """Turn what sites owe of orders into pick tasks. One answer comes back for each ask, in the same order."""
    return answered(request, release, releases)


@router.post("/waves/batch", response=answers_to(release_wave))
def release_waves(request: HttpRequest, waves: Body[list[ReleaseWave]]) -> HttpResponse:
    """Release what leaves together at a site, the least slack first. Tours are planned afterwards by the worker."""
    return answered(request, release_wave, waves)


@router.post("/tours/batch", response=answers_to(plan_tours))
def keep_tours(request: HttpRequest, tours: Body[list[PlanTour]]) -> HttpResponse:
    """Keep walks of a planner of your own; hanse plans its waves by itself."""
    return answered(request, plan_tours, tours)


@router.post("/tour-starts/batch", response=answers_to(start_tour))
def take_tours(request: HttpRequest, starts: Body[list[StartTour]]) -> HttpResponse:
    """Take the most urgent tour of a site, or one that is named; nobody else walks it."""
    return answered(request, start_tour, starts)


@router.post("/tour-leaves/batch", response=answers_to(leave_tour))
def give_tours_back(request: HttpRequest, leaves: Body[list[LeaveTour]]) -> HttpResponse:
    """Give tours back; what is left of them waits for somebody else."""
    return answered(request, leave_tour, leaves)


@router.post("/sortings/batch", response=answers_to(sort_units))
def sort_carts(request: HttpRequest, sortings: Body[list[SortUnits]]) -> HttpResponse:
    """Put what was picked for several orders together into the totes of its orders."""
    return answered(request, sort_units, sortings)


@router.get("/orders/{number}/deadlines", response=list[deadlines.Deadlines])
def order_deadlines(request: HttpRequest, number: Word) -> HttpResponse:
    """By when each site that still owes units of an order has to release, pick, pack and hand them over to keep its promise."""
    found = deadlines.deadlines(number, clock.now())
    return missing(request, "order", number) if found is None else shown(found)


@router.get("/waves", response=page_schema(wave_reads.WaveRow))
def waves(request: HttpRequest, site: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Waves with their progress, the latest first."""
    at = after(cursor, int)
    return page_of(wave_reads.waves(site, limit + 1, at[0] if at else 2**62), limit, lambda row: (row.wave,))


@router.get("/tours", response=page_schema(wave_reads.TourRow))
def tours(request: HttpRequest, site: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Tours with open tasks: the walk, its length, who walks it."""
    at = after(cursor, int)
    return page_of(wave_reads.open_tours(site, limit + 1, at[0] if at else 0), limit, lambda row: (row.tour,))


@router.get("/tours/{tour}/stops", response=list[wave_reads.TourStop])
def tour_stops(request: HttpRequest, tour: int) -> HttpResponse:
    """The tasks of a tour in the order of its walk."""
    if not 0 < tour < 2**63 or wave_reads.tour(tour) is None:
        return missing(request, "tour", str(tour))
    return shown(wave_reads.stops_of(tour))


@router.post("/picks/batch", response=answers_to(pick))
def record_picks(request: HttpRequest, picks: Body[list[Pick]]) -> HttpResponse:
    """Answer pick tasks. One answer comes back for each ask, in the same order."""
    return answered(request, pick, picks)


@router.post("/picks/undo/batch", response=answers_to(undo_pick))
def undo_picks(request: HttpRequest, picks: Body[list[UndoPick]]) -> HttpResponse:
    """Take booked picks back, as long as their units lie in the tote: each task is open anew, under another number."""
    return answered(request, undo_pick, picks)


@router.post("/scans/batch", response=answers_to(record_scans))
def keep_scans(request: HttpRequest, scans: Body[list[Scan]]) -> HttpResponse:
    """Keep scans, right and wrong, before anything is booked."""
    return answered(request, record_scans, scans)


@router.post("/changes/answers/batch", response=answers_to(answer_change))
def answer_changes(request: HttpRequest, answers: Body[list[AnswerChange]]) -> HttpResponse:
    """Answer what sites are asked to change: accepting does the work, refusing takes the fallback."""
    return answered(request, answer_change, answers)


@router.get("/supplier-orders", response=page_schema(supplier_reads.SupplierOrderRow))
def supplier_orders(request: HttpRequest, state: Literal["all", "unfinished", "open", "late", "part", "done"] = "all", order: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Drop-ship orders, the newest first: all, unfinished ones, or those of one state."""
    at = after(cursor, int)
    return page_of(supplier_reads.supplier_orders(clock.now(), state, order, at[0] if at else None, limit + 1), limit, lambda row: row.id)


@router.get("/supplier-orders/{number}/lines", response=list[supplier_reads.SupplierLine])
def supplier_lines(request: HttpRequest, number: Word) -> HttpResponse:
    """What of each item a drop-ship order asks for: shipped, and still open."""
    return shown(supplier_reads.lines(number)) if supplier_reads.paper(number) else missing(request, "drop-ship order", number)


@router.get("/supplier-orders/{number}/packing-slip.pdf", openapi_extra={"responses": {200: PDF}})
def supplier_packing_slip(request: HttpRequest, number: Word) -> HttpResponse:
    """The packing slip that a supplier lays into what he ships for us, as PDF: no prices."""
    found = supplier_slip(number)
    if found is None:
        return missing(request, "drop-ship order", number)
    return HttpResponse(found, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{number}.pdf"'})


@router.post("/supplier-orders/declines/batch", response=answers_to(decline))
def decline_supplier_orders(request: HttpRequest, declines: Body[list[Decline]]) -> HttpResponse:
    """Take suppliers' refusals: the units look for another site at once."""
    return answered(request, decline, declines)


@router.post("/supplier-orders/expected/batch", response=answers_to(expect_despatch))
def expect_despatches(request: HttpRequest, expected: Body[list[ExpectDespatch]]) -> HttpResponse:
    """Note on which day suppliers ship; promises that cannot be kept any more follow."""
    return answered(request, expect_despatch, expected)


@router.post("/packs/batch", response=answers_to(pack))
def pack_cartons(request: HttpRequest, packs: Body[list[Pack]]) -> HttpResponse:
    """Close cartons. One answer comes back for each ask, in the same order."""
    return answered(request, pack, packs)


@router.post("/relabels/batch", response=answers_to(relabel))
def label_anew(request: HttpRequest, labels: Body[list[Relabel]]) -> HttpResponse:
    """Label cartons anew with their orders' present address."""
    return answered(request, relabel, labels)


@router.post("/consolidations/batch", response=answers_to(consolidate))
def consolidate_cartons(request: HttpRequest, consolidations: Body[list[Consolidate]]) -> HttpResponse:
    """Put closed cartons into others, so that orders of one customer for one address leave as one parcel."""
    return answered(request, consolidate, consolidations)


@router.post("/deconsolidations/batch", response=answers_to(deconsolidate))
def deconsolidate_cartons(request: HttpRequest, deconsolidations: Body[list[Deconsolidate]]) -> HttpResponse:
    """Take cartons out of those they lie in."""
    return answered(request, deconsolidate, deconsolidations)


@router.post("/pack-scans/batch", response=answers_to(scan_at_pack))
def keep_pack_scans(request: HttpRequest, scans: Body[list[ScanAtPack]]) -> HttpResponse:
    """Keep scans of the packing station, right and wrong, before anything is booked."""
    return answered(request, scan_at_pack, scans)


@router.post("/sort-scans/batch", response=answers_to(scan_at_sort))
def keep_sort_scans(request: HttpRequest, scans: Body[list[ScanAtSort]]) -> HttpResponse:
    """Keep scans of the put wall that nothing there wants."""
    return answered(request, scan_at_sort, scans)


@router.post("/audits/batch", response=answers_to(audit))
def audit_cartons(request: HttpRequest, audits: Body[list[Audit]]) -> HttpResponse:
    """Tell what audits found in cartons; one in which something differs is opened to be packed anew."""
    return answered(request, audit, audits)


@router.post("/take-outs/batch", response=answers_to(take_out))
def take_out_units(request: HttpRequest, take_outs: Body[list[TakeOut]]) -> HttpResponse:
    """Take picked units out of totes and cartons, to quarantine or as missing; others are found for the order."""
    return answered(request, take_out, take_outs)


@router.post("/lots/holds/batch", response=answers_to(hold_lot))
def hold_lots(request: HttpRequest, holds: Body[list[HoldLot]]) -> HttpResponse:
    """Hold lots: nobody sells, picks, packs or hands over their units. The answer names the orders hit."""
    return answered(request, hold_lot, holds)


@router.post("/lots/recalls/batch", response=answers_to(recall_lot))
def recall_lots(request: HttpRequest, recalls: Body[list[RecallLot]]) -> HttpResponse:
    """Recall lots for good. The answer names the orders hit and where their units are, with customers too."""
    return answered(request, recall_lot, recalls)


@router.get("/tasks", response=page_schema(reads.TaskRow))
def tasks(request: HttpRequest, site: Word = "", order: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Open pick tasks in walk order."""
    at = after(cursor, int, str, int)
    found = reads.open_tasks(site, limit + 1, at or reads.BEFORE_ALL, order_id(order) or -1 if order else 0)
    return page_of(found, limit, lambda row: (row.walk, row.bin, row.task))


@router.get("/orders/{number}/carton-proposal", response=proposing.Proposed)
def carton_proposal(request: HttpRequest, number: Word, site: Word, carrier: Word = "", choice: Annotated[int, Ge(0), Le(99)] = 0) -> HttpResponse:
    """The cartons proposed for what lies in an order's totes at a site, each unit in its place; worked out anew, kept nowhere."""
    known = proposing.known(order_id(number), site, clock.now())
    return shown(proposing.propose(known, carrier, choice)) if known else missing(request, "order to pack", number)


@router.get("/cartons", response=page_schema(reads.CartonRow))
def staged_cartons(request: HttpRequest, site: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Cartons that stand ready for a carrier, oldest first."""
    at = after(cursor, str)
    return page_of(reads.staged(site, limit + 1, at[0] if at else ""), limit, lambda row: row.carton)


@router.get("/cartons-used", response=list[reads.UsedRow])
def cartons_used(request: HttpRequest, since: date, until: date, site: Word = "") -> HttpResponse:
    """What was packed into from a day until a day, by carton type: proposals followed or not, how full, how weights and sizes differed."""
    return shown(reads.cartons_used(site, since, until))


@router.get("/cartons/{sscc}", response=reads.CartonRow)
def carton(request: HttpRequest, sscc: Word) -> HttpResponse:
    """A carton with its content."""
    found = reads.carton(sscc)
    return shown(found) if found else missing(request, "carton", sscc)


@router.get("/cartons/{sscc}/label.pdf", openapi_extra={"responses": {200: PDF}})
def carton_label(request: HttpRequest, sscc: Word) -> HttpResponse:
    """The carton's label as PDF, with its SSCC as GS1-128."""
    found = papers.carton_label(sscc)
    return _paper(found, f"{sscc}.pdf") if found else missing(request, "carton", sscc)


@router.get("/cartons/{sscc}/label.zpl", openapi_extra={"responses": {200: ZPL}})
def carton_label_for_a_printer(request: HttpRequest, sscc: Word) -> HttpResponse:
    """The carton's label as ZPL, for a label printer of 203 dots to an inch."""
    found = papers.carton_label_zpl(sscc)
    return HttpResponse(found, content_type="application/zpl") if found else missing(request, "carton", sscc)


@router.get("/cartons/{sscc}/packing-slip.pdf", openapi_extra={"responses": {200: PDF}})
def carton_slip(request: HttpRequest, sscc: Word) -> HttpResponse:
    """The packing slip of one carton as PDF."""
    found = papers.packing_slip(sscc=sscc)
    return _paper(found, f"{sscc}-slip.pdf") if found else missing(request, "carton", sscc)


@router.get("/cartons/{sscc}/customs", response=list[customs.Customs])
def carton_customs(request: HttpRequest, sscc: Word) -> HttpResponse:
    """What customs want to know of a carton that leaves the customs area."""
    return _customs(request, customs.exported(sscc=sscc), "carton", sscc)


@router.get("/orders/{number}/customs", response=list[customs.Customs])
def order_customs(request: HttpRequest, number: Word) -> HttpResponse:
    """What customs want to know of an order's cartons that leave the customs area, for each site."""
    return _customs(request, customs.exported(order=order_id(number)), "carton of order", number)


@router.get("/cartons/{sscc}/commercial-invoice.pdf", openapi_extra={"responses": {200: PDF}})
def carton_commercial_invoice(request: HttpRequest, sscc: Word) -> HttpResponse:
    """The commercial invoice of a carton for customs, as PDF."""
    return _customs(request, customs.exported(sscc=sscc), "carton", sscc, f"{sscc}-invoice.pdf")


@router.get("/orders/{number}/commercial-invoice.pdf", openapi_extra={"responses": {200: PDF}})
def order_commercial_invoice(request: HttpRequest, number: Word) -> HttpResponse:
    """The commercial invoices of an order's cartons for customs, a page for each site, as PDF."""
    return _customs(request, customs.exported(order=order_id(number)), "carton of order", number, f"{number}-invoice.pdf")


@router.get("/orders/{number}/packing-slip.pdf", openapi_extra={"responses": {200: PDF}})
def order_slip(request: HttpRequest, number: Word) -> HttpResponse:
    """The packing slip of all cartons of an order as PDF."""
    found = papers.packing_slip(order=order_id(number))
    return _paper(found, f"{number}-slip.pdf") if found else missing(request, "carton of order", number)


def _customs(request: HttpRequest, cartons: list[customs.Exported], what: str, name: str, paper: str = "") -> HttpResponse:
    """Customs data as JSON, or as a paper of this name; a problem where something is missing or no border is crossed."""
    if not cartons:
        return missing(request, what, name)
    found = customs.declare(cartons)
    if isinstance(found, Refused):
        return problem_of(request, found)
    return _paper(commercial_invoice.invoice_pdf(found), paper) if paper else shown(found)


def _paper(body: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(body, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer

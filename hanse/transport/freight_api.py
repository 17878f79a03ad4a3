"""The API of freight: routing guides and tenders, carriers' bills with their disputes, claims."""

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import MaxLen, MinLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.journal.operation import NotGranted
from hanse.kernel.asks import ask
from hanse.kernel.refused import refuse, refuse_all
from hanse.kernel.x12 import MOST_CHARACTERS, BadX12
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown
from hanse.web.problems import problem, problem_of
from hanse.web.words import in_words

from . import edi
from . import freight_reads as reads
from .accept_freight_line import AcceptFreightLine, accept_freight_line
from .answer_claim import AnswerClaim, answer_claim, claim_id
from .answer_dispute import AnswerDispute, answer_dispute
from .answer_tender import AnswerTender, answer_tender
from .cancel_tender import CancelTender, cancel_tender
from .dismiss_claim import DismissClaim, dismiss_claim
from .dispute_freight_line import DisputeFreightLine, dispute_freight_line
from .keep_freight_terms import KeepFreightTerms, keep_freight_terms
from .keep_routing_guide import KeepRoutingGuide, keep_routing_guide
from .open_claim import OpenClaim, open_claim
from .pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from .receive_freight_invoice import ReceiveFreightInvoice, receive_freight_invoice
from .tender import Tender, tender

router = Router(tags=["freight"])


@ask
class EdiMessage:
    """An X12 message, whole."""

    message: Annotated[str, MinLen(1), MaxLen(MOST_CHARACTERS)]


@dataclass(frozen=True, slots=True)
class EdiTaken:
    """What came of a transaction set: in words, with the code of the refusal; or what could not be read, by segment."""

    kind: str
    control: str
    said: str
    code: str
    findings: list[str]


@dataclass(frozen=True, slots=True)
class EdiWritten:
    """A message to be sent."""

    kind: str
    message: str
Word = Annotated[str, MaxLen(200)]


@router.post("/routing-guides/batch", response=answers_to(keep_routing_guide))
def keep_guides(request: HttpRequest, guides: Body[list[KeepRoutingGuide]]) -> HttpResponse:
    """Keep the routing guides of lanes: who is asked for a load, in which order, at which rate, and how long each has to answer."""
    return answered(request, keep_routing_guide, guides)


@router.get("/routing-guides", response=list[reads.GuideRow])
def routing_guides(request: HttpRequest) -> HttpResponse:
    """All routing guides, by lane, the latest first."""
    return shown(reads.routing_guides())


@router.post("/tenders/batch", response=answers_to(tender))
def tender_loads(request: HttpRequest, loads: Body[list[Tender]]) -> HttpResponse:
    """Offer loads to the first carriers of their routing guides. Declined or not answered in time, they go to the next by themselves."""
    return answered(request, tender, loads)


@router.post("/tender-answers/batch", response=answers_to(answer_tender))
def answer_tenders(request: HttpRequest, answers: Body[list[AnswerTender]]) -> HttpResponse:
    """Carriers' answers to tenders: accept, with a pick-up number, or decline with a reason. A late answer is refused."""
    return answered(request, answer_tender, answers)


@router.post("/tender-cancellations/batch", response=answers_to(cancel_tender))
def cancel_tenders(request: HttpRequest, loads: Body[list[CancelTender]]) -> HttpResponse:
    """Cancel loads that are tendered or accepted."""
    return answered(request, cancel_tender, loads)


@router.get("/loads", response=page_schema(reads.LoadView))
def all_loads(request: HttpRequest, state: Literal["", "tendered", "accepted", "exhausted", "cancelled"] = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Loads with their tenders, the newest first."""
    at = after(cursor, int)
    return page_of(reads.loads(limit + 1, at[0] if at else 0, state), limit, lambda row: row.id)


@router.get("/loads/{number}", response=reads.LoadView)
def one_load(request: HttpRequest, number: Word) -> HttpResponse:
    """A load with its tenders."""
    found = reads.load(number)
    return shown(found) if found else missing(request, "load", number)


@router.get("/loads/{number}/204", response=EdiWritten)
def tender_by_edi(request: HttpRequest, number: Word, sender: Annotated[str, MaxLen(15)] = "HANSE") -> HttpResponse:
    """A load's latest tender as an X12 204, a cancellation where the load was cancelled."""
    found = reads.load(number)
    return shown(EdiWritten("204", edi.tender_message(found, sender))) if found else missing(request, "load", number)


@router.post("/edi/x12", response=list[EdiTaken])
def take_x12(request: HttpRequest, message: Body[EdiMessage]) -> HttpResponse:
    """Take an X12 message: 990 answers tenders, 861 is a receiving advice. It is kept as it came; the same again is answered as before."""
    try:
        taken = edi.take(message.message, request.auth)  # type: ignore[attr-defined]
    except BadX12 as bad:
        return problem_of(request, refuse_all([refuse("values-refused", at="message", why=finding) for finding in bad.findings]))
    except NotGranted as no:
        return problem(request, "not-granted", who=no.who, operation=no.operation)
    return shown([EdiTaken(t.kind, t.control, in_words(t.answer) if t.answer else "", getattr(t.answer, "code", ""), list(t.findings)) for t in taken])


@router.post("/freight-terms/batch", response=answers_to(keep_freight_terms))
def keep_terms(request: HttpRequest, terms: Body[list[KeepFreightTerms]]) -> HttpResponse:
    """Say within which difference a carrier's bills are approved, and for how long they may be disputed."""
    return answered(request, keep_freight_terms, terms)


@router.post("/freight-invoices/batch", response=answers_to(receive_freight_invoice))
def receive_invoices(request: HttpRequest, invoices: Body[list[ReceiveFreightInvoice]]) -> HttpResponse:
    """Take in carriers' bills and compare them with what was expected. The same bill twice changes nothing."""
    return answered(request, receive_freight_invoice, invoices)


@router.get("/freight-invoices", response=page_schema(reads.FreightInvoiceRow))
def freight_invoices(request: HttpRequest, view: Literal["all", "disputed", "to-pay"] = "all", carrier: Word = "", number: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Carriers' bills, the newest first."""
    at = after(cursor, int)
    return page_of(reads.freight_invoices(limit + 1, at[0] if at else 0, view, carrier, number), limit, lambda row: row.id)


@router.get("/freight-invoices/{carrier}/{number}/lines", response=list[reads.FreightLineView])
def invoice_lines(request: HttpRequest, carrier: Word, number: Word) -> HttpResponse:
    """The lines of a carrier's bill beside what was expected, with all findings."""
    found = reads.freight_invoices(1, carrier=carrier, number=number)
    return shown(reads.freight_lines(found[0].id)) if found else missing(request, "freight invoice", number)


@router.post("/freight-acceptances/batch", response=answers_to(accept_freight_line))
def accept_lines(request: HttpRequest, lines: Body[list[AcceptFreightLine]]) -> HttpResponse:
    """Accept what is disputed of lines, with a reason."""
    return answered(request, accept_freight_line, lines)


@router.post("/freight-disputes/batch", response=answers_to(dispute_freight_line))
def dispute_lines(request: HttpRequest, lines: Body[list[DisputeFreightLine]]) -> HttpResponse:
    """Dispute amounts of lines that were approved or accepted."""
    return answered(request, dispute_freight_line, lines)


@router.get("/freight-disputes", response=list[reads.DisputeRow])
def disputes(request: HttpRequest, limit: Limit = 100) -> HttpResponse:
    """The open disputes, the most urgent first."""
    return shown(reads.open_disputes(limit))


@router.post("/freight-dispute-answers/batch", response=answers_to(answer_dispute))
def answer_disputes(request: HttpRequest, answers: Body[list[AnswerDispute]]) -> HttpResponse:
    """Carriers' answers to disputes: a credit, or a no."""
    return answered(request, answer_dispute, answers)


@router.post("/freight-payments/batch", response=answers_to(pay_freight_invoice))
def pay_invoices(request: HttpRequest, payments: Body[list[PayFreightInvoice]]) -> HttpResponse:
    """Pay what is approved and accepted of carriers' bills; what is disputed is withheld."""
    return answered(request, pay_freight_invoice, payments)


@router.post("/claims/batch", response=answers_to(open_claim))
def open_claims(request: HttpRequest, claims: Body[list[OpenClaim]]) -> HttpResponse:
    """File claims against carriers: loss, damage, delay, shortage."""
    return answered(request, open_claim, claims)


@router.post("/claim-answers/batch", response=answers_to(answer_claim))
def answer_claims(request: HttpRequest, answers: Body[list[AnswerClaim]]) -> HttpResponse:
    """Carriers' answers to claims: acknowledged, paid, declined."""
    return answered(request, answer_claim, answers)


@router.post("/claim-dismissals/batch", response=answers_to(dismiss_claim))
def dismiss_claims(request: HttpRequest, claims: Body[list[DismissClaim]]) -> HttpResponse:
    """Say which of the proposed claims are not made, and why."""
    return answered(request, dismiss_claim, claims)


@router.get("/claims", response=page_schema(reads.ClaimRow))
def carrier_claims(request: HttpRequest, view: Literal["all", "proposed", "open", "overdue", "settled"] = "all", carrier: Word = "", cursor: Cursor = "", limit: Limit = 100) -> HttpResponse:
    """Claims with their deadlines, the newest first."""
    at = after(cursor, int)
    return page_of(reads.claims(limit + 1, at[0] if at else 0, view, carrier), limit, lambda row: row.id)


@router.get("/claims/{number}", response=reads.ClaimRow)
def carrier_claim(request: HttpRequest, number: Word) -> HttpResponse:
    """A claim."""
    found = reads.claim(claim_id(number))
    return shown(found) if found else missing(request, "claim", number)

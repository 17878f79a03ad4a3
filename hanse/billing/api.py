"""The API of billing: invoices, credits, payments, refunds."""

from typing import Annotated

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Body, Router

from hanse.kernel import clock
from hanse.web.doors import Cursor, Limit, after, answered, answers_to, missing, page_of, page_schema, shown

from . import papers, reads
from .credit import Credit, credit
from .credit_goods import CreditGoods, credit_goods
from .invoice import Invoice, invoice
from .pay_back import PayBack, pay_back
from .receive_payment import ReceivePayment, receive_payment
from .settle import Settle, settle

router = Router(tags=["billing"])
Word = Annotated[str, MaxLen(200)]


@router.post("/invoices/batch", response=answers_to(invoice))
def issue_invoices(request: HttpRequest, asks: Body[list[Invoice]]) -> HttpResponse:
    """Bill orders: all that is billable, or the units named. One answer comes back for each ask, in the same order."""
    return answered(request, invoice, asks)


@router.post("/credits/batch", response=answers_to(credit))
def issue_credits(request: HttpRequest, asks: Body[list[Credit]]) -> HttpResponse:
    """Credit invoices: all of each, or the units named."""
    return answered(request, credit, asks)


@router.post("/goods-credits/batch", response=answers_to(credit_goods))
def credit_lost_goods(request: HttpRequest, asks: Body[list[CreditGoods]]) -> HttpResponse:
    """Credit what of parcels was lost, came back, damaged or short: as proposed, or the units named. Each unit once."""
    return answered(request, credit_goods, asks)


@router.get("/goods-credits", response=list[reads.GoodsToCredit])
def goods_to_credit(request: HttpRequest, order: Word = "", limit: Limit = 100) -> HttpResponse:
    """Credits that are proposed, the oldest first."""
    return shown(reads.to_credit(limit, order))


@router.post("/payments/batch", response=answers_to(receive_payment))
def receive_payments(request: HttpRequest, asks: Body[list[ReceivePayment]]) -> HttpResponse:
    """Book payments, once per reference; they pay the invoices named or the oldest open ones."""
    return answered(request, receive_payment, asks)


@router.post("/settlements/batch", response=answers_to(settle))
def settle_invoices(request: HttpRequest, asks: Body[list[Settle]]) -> HttpResponse:
    """Set money on account, or what is left of credits, against invoices."""
    return answered(request, settle, asks)


@router.post("/refunds/batch", response=answers_to(pay_back))
def pay_back_money(request: HttpRequest, asks: Body[list[PayBack]]) -> HttpResponse:
    """Book money that went back to customers, once per reference."""
    return answered(request, pay_back, asks)


@router.get("/invoices", response=page_schema(reads.DocumentRow))
def invoices(
    request: HttpRequest, customer: Word = "", order: Word = "", open: bool | None = None, overdue: bool = False, cursor: Cursor = "", limit: Limit = 100,
) -> HttpResponse:  # fmt: skip
    """Invoices and credits, newest first."""
    at = after(cursor, str)
    today = clock.now().date() if overdue else None
    rows = reads.documents(limit + 1, customer=customer, order=order, open=open, today=today, before=at[0] if at else "")
    return page_of(rows, limit, lambda row: row.number)


@router.get("/invoices/{number}.pdf", response={200: bytes})
def invoice_pdf(request: HttpRequest, number: Word) -> HttpResponse:
    """An invoice or credit as PDF."""
    found = reads.document(number)
    if found is None:
        return missing(request, "invoice", number)
    name = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "_" for c in number)
    return HttpResponse(papers.invoice_pdf(found), content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}.pdf"'})


@router.get("/invoices/{number}", response=reads.DocumentView)
def one_invoice(request: HttpRequest, number: Word) -> HttpResponse:
    """An invoice or credit with its lines, tax by category, settlements and three-way comparison."""
    found = reads.document(number)
    return missing(request, "invoice", number) if found is None else shown(found)


@router.get("/accounts", response=list[reads.AccountRow])
def accounts(request: HttpRequest, customer: Word = "") -> HttpResponse:
    """What customers owe and what we owe them, by currency."""
    return shown(reads.accounts(clock.now().date(), customer))

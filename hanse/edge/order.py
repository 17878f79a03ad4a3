"""One order over all areas: its lines and allocations, its parcels on their way, its invoices. For the page and the API."""

import dataclasses
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_type_hints

from annotated_types import MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import create_model

from hanse.journal.asking import rows
from hanse.orders import reads
from hanse.orders.reads import Happening, OrderView
from hanse.web.doors import missing, shown

router = Router(tags=["orders"])
Number = Annotated[str, MaxLen(200)]


@dataclass(frozen=True, slots=True)
class ParcelView:
    """A carton of an order and its way: packed, handed over, what the carrier says of it, who received it."""

    carton: str
    site: str
    site_name: str
    began_at: datetime | None
    packed_at: datetime
    handed_over_at: datetime | None
    weight_g: int | None
    label_outdated: bool
    shipment: int | None
    carrier: str | None
    carrier_name: str | None
    tracking: str | None
    state: str
    return_state: str
    doubt: str
    expected_on: date | None
    delivered_at: datetime | None
    receiver: str
    contents: list[dict[str, Any]]
    together: list[str]
    proof: int | None
    silent_since: datetime | None
    lost_at: datetime | None
    back_at: datetime | None


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """An invoice or credit of an order, and how much of it is settled."""

    invoice: str
    kind: str
    currency: str
    net: Decimal
    total: Decimal
    settled: Decimal
    issued_at: datetime
    issued_on: date
    due_on: date


PARCELS = """
SELECT c.sscc, s.code, s.name,
       (SELECT min(t.released_at) FROM fulfilment_content x JOIN fulfilment_task t ON t.allocation_id = x.allocation_id WHERE x.carton_id = c.id),
       c.packed_at, c.handed_over_at, c.weight_g, c.handed_over_at IS NULL AND (c.address_id, c.carrier) IS DISTINCT FROM (o.ship_to_id, o.carrier),
       p.shipment_id, k.code, k.name, p.tracking, coalesce(p.state, 'packed'), coalesce(p.return_state, ''), coalesce(p.doubt, ''),
       p.expected_on, coalesce(d.delivered_at, p.delivered_at), coalesce(d.receiver, ''),
       coalesce((SELECT json_agg(json_build_object('line', l.position, 'sku', i.sku, 'lot', x.lot, 'quantity', x.quantity) ORDER BY l.position, x.id)
                   FROM fulfilment_content x JOIN orders_line l ON l.id = x.line_id JOIN catalogue_item i ON i.id = x.item_id
                  WHERE x.carton_id = c.id), '[]'),
       ARRAY(SELECT DISTINCT 'H-' || x.order_id FROM (SELECT u.order_id FROM fulfilment_carton u WHERE u.id = c.inside_id
                                                       UNION SELECT u.order_id FROM fulfilment_carton u WHERE u.inside_id = coalesce(c.inside_id, c.id)) x
              WHERE x.order_id <> c.order_id ORDER BY 1),
       d.id, (SELECT x.since_at FROM transport_silence x WHERE x.parcel_id = p.id AND x.since_at = coalesce(p.moved_at, c.handed_over_at)
                AND p.delivered_at IS NULL AND p.lost_at IS NULL AND p.back_at IS NULL), p.lost_at, p.back_at
  FROM fulfilment_carton c JOIN orders_order o ON o.id = c.order_id JOIN network_site s ON s.id = c.site_id
  LEFT JOIN transport_parcel p ON p.carton_id = c.id
  LEFT JOIN transport_carrier k ON k.id = p.carrier_id
  LEFT JOIN LATERAL (SELECT f.id, f.delivered_at, f.receiver FROM transport_proof f WHERE f.parcel_id = p.id ORDER BY f.id DESC LIMIT 1) d ON true
 WHERE c.order_id = %(order)s AND c.opened_at IS NULL ORDER BY c.id
"""
INVOICES = """
SELECT i.number, i.kind, i.currency, i.net, i.total, coalesce(x.settled, 0), i.issued_at, i.issued_on, i.due_on
  FROM billing_invoice i LEFT JOIN billing_openitem x ON x.invoice_id = i.id
 WHERE i.order_id = %(order)s ORDER BY i.id
"""
LATEST = """
SELECT id, kind, body, happened_at, recorded_at, zone, actor, operation FROM journal_event
 WHERE subject = ANY(%(subjects)s::text[]) ORDER BY id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class WholeOrder:
    """An order with what all areas know of it."""

    order: OrderView
    parcels: list[ParcelView]
    invoices: list[InvoiceView]


def order_view(number: str) -> WholeOrder | None:
    """One order over all areas, in four statements; nothing where there is none of this number."""
    order = reads.order(number)
    if order is None:
        return None
    return WholeOrder(order, rows(ParcelView, PARCELS, order=order.id), rows(InvoiceView, INVOICES, order=order.id))


def latest(whole: WholeOrder, limit: int) -> list[Happening]:
    """What happened last to an order and its parcels, latest first."""
    subjects = [f"order/{whole.order.number}", *(f"parcel/{p.tracking}" for p in whole.parcels if p.tracking)]
    made = lambda id, kind, body, *rest: Happening(id, kind, json.loads(body), *rest)  # noqa: E731
    return rows(made, LATEST, subjects=subjects, limit=limit)


def _schema() -> Any:
    hints = get_type_hints(OrderView)
    own: dict[str, Any] = {field.name: (hints[field.name], ...) for field in dataclasses.fields(OrderView)}
    return create_model(
        "Order", __base__=Schema, __doc__=WholeOrder.__doc__, **own, parcels=(list[ParcelView], ...), invoices=(list[InvoiceView], ...)
    )  # fmt: skip


@router.get("/orders/{number}", response=_schema())
def order(request: HttpRequest, number: Number) -> HttpResponse:
    """One order: lines with counters and allocations, holds, promises, parcels and invoices."""
    whole = order_view(number)
    if whole is None:
        return missing(request, "order", number)
    fields = {field.name: getattr(whole.order, field.name) for field in dataclasses.fields(OrderView)}
    return shown(fields | {"parcels": whole.parcels, "invoices": whole.invoices})

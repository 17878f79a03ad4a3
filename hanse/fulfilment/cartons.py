"""Cartons: the only writer of what happens to a carton after it was packed."""

from collections.abc import Sequence
from datetime import datetime

from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import as_tuple

from .events import CartonDeconsolidated

SEND_OFF = """
UPDATE fulfilment_carton c SET handed_over_at = coalesce(s.at, %(now)s::timestamptz)
  FROM unnest(%(carton)s::bigint[], %(at)s::timestamptz[]) AS s(id, at) WHERE c.id = s.id
"""
LET_GO = "DELETE FROM fulfilment_pickedserial WHERE (item_id, code) IN (SELECT * FROM unnest(%(item)s::bigint[], %(serial)s::text[]))"
LABEL = """
UPDATE fulfilment_carton c SET address_id = l.address, carrier = l.carrier
  FROM unnest(%(carton)s::bigint[], %(address)s::bigint[], %(carrier)s::text[]) AS l(id, address, carrier) WHERE c.id = l.id
"""
OPEN = """
UPDATE fulfilment_carton c SET opened_at = %(now)s::timestamptz, audit = CASE WHEN c.id = ANY(%(failed)s::bigint[]) THEN 'failed' WHEN c.audit = 'due' THEN '' ELSE c.audit END, inside_id = NULL
 WHERE c.id = ANY(%(carton)s::bigint[])
"""
PUT_INSIDE = """
UPDATE fulfilment_carton c SET inside_id = p.inside FROM unnest(%(carton)s::bigint[], %(outer)s::bigint[]) AS p(id, inside) WHERE c.id = p.id
"""
TAKE_OUTSIDE = "UPDATE fulfilment_carton c SET inside_id = NULL WHERE c.id = ANY(%(carton)s::bigint[])"
COME_OUT = """
UPDATE fulfilment_carton c SET inside_id = NULL FROM fulfilment_carton u JOIN network_site s ON s.id = u.site_id
 WHERE c.inside_id IS NOT NULL AND c.inside_id = ANY(%(carton)s::bigint[]) AND u.id = c.inside_id RETURNING c.order_id, c.sscc, u.sscc, s.code, u.order_id
"""


def send_off(run: Run, cartons: Sequence[int], at: Sequence[datetime | None], serials: Sequence[tuple[int, str]] = ()) -> None:
    """These cartons left our hands, with these units by item and serial. Their orders are locked by the caller."""
    run.write(SEND_OFF, carton=list(cartons), at=list(at))
    let_go(run, serials)


def let_go(run: Run, serials: Sequence[tuple[int, str]]) -> None:
    """These units by item and serial belong to no pick any more."""
    if serials:
        run.write(LET_GO, item=[item for item, _ in serials], serial=[serial for _, serial in serials])


def label(run: Run, cartons: Sequence[int], addresses: Sequence[int], carriers: Sequence[str]) -> None:
    """These cartons show these address versions and carriers from now on. Their orders are locked by the caller."""
    run.write(LABEL, carton=list(cartons), address=list(addresses), carrier=list(carriers))


def open_again(run: Run, cartons: Sequence[int], failed: Sequence[int] = ()) -> None:
    """These cartons were opened again and hold nothing any more, some because an audit failed: those that lay in them are told to be out.
    Their orders are locked by the caller.
    """
    if not cartons:
        return
    out = run.rows(as_tuple, COME_OUT, carton=list(cartons))
    run.write(OPEN, carton=list(cartons), failed=list(failed))
    run.tell([
        CartonDeconsolidated(order_number(told), sscc, outer, site, order_number(other))
        for order, sscc, outer, site, of in out for told, other in dict.fromkeys([(order, of), (of, order)])
    ])  # fmt: skip


def put_inside(run: Run, cartons: Sequence[int], outer: Sequence[int]) -> None:
    """These cartons lie in those from now on. The orders of both are locked by the caller."""
    if cartons:
        run.write(PUT_INSIDE, carton=list(cartons), outer=list(outer))


def take_outside(run: Run, cartons: Sequence[int]) -> None:
    """These cartons lie in no other any more. Their orders are locked by the caller."""
    if cartons:
        run.write(TAKE_OUTSIDE, carton=list(cartons))

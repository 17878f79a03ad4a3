"""Cartons: the only writer of what happens to a carton after it was packed."""

from collections.abc import Sequence
from datetime import datetime

from hanse.journal.run import Run

SEND_OFF = """
UPDATE fulfilment_carton c SET handed_over_at = coalesce(s.at, %(now)s::timestamptz)
  FROM unnest(%(carton)s::bigint[], %(at)s::timestamptz[]) AS s(id, at) WHERE c.id = s.id
"""
LABEL = """
UPDATE fulfilment_carton c SET address_id = l.address, carrier = l.carrier
  FROM unnest(%(carton)s::bigint[], %(address)s::bigint[], %(carrier)s::text[]) AS l(id, address, carrier) WHERE c.id = l.id
"""
OPEN = "UPDATE fulfilment_carton SET opened_at = %(now)s WHERE id = ANY(%(carton)s::bigint[])"


def send_off(run: Run, cartons: Sequence[int], at: Sequence[datetime | None]) -> None:
    """These cartons left our hands. Their orders are locked by the caller."""
    run.write(SEND_OFF, carton=list(cartons), at=list(at))


def label(run: Run, cartons: Sequence[int], addresses: Sequence[int], carriers: Sequence[str]) -> None:
    """These cartons show these address versions and carriers from now on. Their orders are locked by the caller."""
    run.write(LABEL, carton=list(cartons), address=list(addresses), carrier=list(carriers))


def open_again(run: Run, cartons: Sequence[int]) -> None:
    """These cartons were opened again and hold nothing any more. Their orders are locked by the caller."""
    run.write(OPEN, carton=list(cartons))

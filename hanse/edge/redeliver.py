"""Redeliver: send a delivery again, with the same id, from the first try on. Delivered or parked, both may be asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import RedeliveryAsked


@ask
class Redeliver:
    """Send this delivery again."""

    delivery: Id


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery of a living endpoint."""

    id: int
    endpoint: int


def decide(asks: Sequence[Redeliver], here: Mapping[int, Sent]) -> list[RedeliveryAsked | Refused]:
    """Accept every delivery whose endpoint still stands."""
    return [
        RedeliveryAsked(here[it.delivery].endpoint, it.delivery) if it.delivery in here else refuse("delivery-unknown", delivery=it.delivery)
        for it in asks
    ]


SENT = """
SELECT d.id, d.endpoint_id FROM edge_delivery d JOIN edge_endpoint e ON e.id = d.endpoint_id AND e.removed_at IS NULL
 WHERE d.id = ANY(%(delivery)s::bigint[]) ORDER BY d.id FOR UPDATE OF d
"""
AGAIN = """
UPDATE edge_delivery SET state = 'waiting', attempts = 0, next_at = %(now)s, delivered_at = NULL, trouble = ''
 WHERE id = ANY(%(delivery)s::bigint[])
"""


@operation
def redeliver(run: Run, asks: Sequence[Redeliver]) -> list[RedeliveryAsked | Refused]:
    """Send these deliveries again."""
    answers = decide(asks, {it.id: it for it in run.rows(Sent, SENT, asks)})
    run.write(AGAIN, [a for a in answers if isinstance(a, RedeliveryAsked)])
    return answers

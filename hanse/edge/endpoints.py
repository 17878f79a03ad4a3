"""What several operations need of an endpoint: its row, locked in the order of ids."""

from collections.abc import Sequence
from dataclasses import dataclass

from hanse.journal.run import Run


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A living endpoint."""

    id: int
    paused: bool


LOCKED = """
SELECT id, paused_at IS NOT NULL FROM edge_endpoint WHERE id = ANY(%(ids)s::bigint[]) AND removed_at IS NULL ORDER BY id FOR UPDATE
"""


def endpoints(run: Run, ids: Sequence[int]) -> dict[int, Endpoint]:
    """The endpoints of these ids that were not removed."""
    return {it.id: it for it in run.rows(Endpoint, LOCKED, ids=sorted(set(ids)))}

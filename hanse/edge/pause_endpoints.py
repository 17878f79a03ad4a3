"""Pause endpoints: stop sending to one that keeps failing, and say so in the journal, so that its owner learns of it."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Text, ask
from hanse.kernel.refused import Refused, refuse

from .endpoints import Endpoint, endpoints
from .events import EndpointPaused


@ask
class PauseEndpoint:
    """Send nothing to this endpoint until it is resumed."""

    endpoint: Id
    trouble: Text


def decide(asks: Sequence[PauseEndpoint], here: Mapping[int, Endpoint]) -> list[EndpointPaused | Refused]:
    """Pause what is there; one that is paused already is paused for the newer reason."""
    return [
        EndpointPaused(it.endpoint, it.trouble) if it.endpoint in here else refuse("endpoint-unknown", endpoint=it.endpoint) for it in asks
    ]


PAUSE = """
UPDATE edge_endpoint AS e SET paused_at = coalesce(e.paused_at, %(now)s), trouble = p.trouble
  FROM unnest(%(endpoint)s::bigint[], %(trouble)s::text[]) AS p(id, trouble) WHERE e.id = p.id
"""


@operation
def pause_endpoints(run: Run, asks: Sequence[PauseEndpoint]) -> list[EndpointPaused | Refused]:
    """Stop sending to these endpoints."""
    answers = decide(asks, endpoints(run, [it.endpoint for it in asks]))
    run.write(PAUSE, [a for a in answers if isinstance(a, EndpointPaused)])
    return answers

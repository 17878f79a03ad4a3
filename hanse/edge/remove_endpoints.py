"""Remove endpoints: nothing goes there any more. What still waited is parked, so that it can be seen."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .endpoints import Endpoint, endpoints
from .events import EndpointRemoved


@ask
class RemoveEndpoint:
    """Send nothing to this endpoint ever again."""

    endpoint: Id


def decide(asks: Sequence[RemoveEndpoint], here: Mapping[int, Endpoint]) -> list[EndpointRemoved | Refused]:
    """Remove what is there, once."""
    answers: list[EndpointRemoved | Refused] = []
    left = set(here)
    for it in asks:
        if it.endpoint in left:
            left.discard(it.endpoint)
            answers.append(EndpointRemoved(it.endpoint))
        else:
            answers.append(refuse("endpoint-unknown", endpoint=it.endpoint))
    return answers


REMOVE = "UPDATE edge_endpoint SET removed_at = %(now)s WHERE id = ANY(%(endpoint)s::bigint[])"
PARK = """
UPDATE edge_delivery SET state = 'parked', trouble = 'the endpoint was removed'
 WHERE endpoint_id = ANY(%(endpoint)s::bigint[]) AND state = 'waiting'
"""


@operation
def remove_endpoints(run: Run, asks: Sequence[RemoveEndpoint]) -> list[EndpointRemoved | Refused]:
    """Stop sending to these endpoints for good."""
    answers = decide(asks, endpoints(run, [it.endpoint for it in asks]))
    removed = [a for a in answers if isinstance(a, EndpointRemoved)]
    run.write(REMOVE, removed)
    run.write(PARK, removed)
    return answers

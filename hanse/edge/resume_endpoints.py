"""Resume endpoints: send to them again, what waited first. What was parked waits for a redelivery asked by a person."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .endpoints import Endpoint, endpoints
from .events import EndpointResumed


@ask
class ResumeEndpoint:
    """Let this endpoint take events again."""

    endpoint: Id


def decide(asks: Sequence[ResumeEndpoint], here: Mapping[int, Endpoint]) -> list[EndpointResumed | Refused]:
    """Resume what is paused, once."""
    answers: list[EndpointResumed | Refused] = []
    paused = {it.id for it in here.values() if it.paused}
    for it in asks:
        if it.endpoint not in here:
            answers.append(refuse("endpoint-unknown", endpoint=it.endpoint))
        elif it.endpoint not in paused:
            answers.append(refuse("not-paused", endpoint=it.endpoint))
        else:
            paused.discard(it.endpoint)
            answers.append(EndpointResumed(it.endpoint))
    return answers


RESUME = "UPDATE edge_endpoint SET paused_at = NULL, trouble = '' WHERE id = ANY(%(endpoint)s::bigint[])"
AT_ONCE = "UPDATE edge_delivery SET next_at = %(now)s, attempts = 0 WHERE endpoint_id = ANY(%(endpoint)s::bigint[]) AND state = 'waiting'"


@operation
def resume_endpoints(run: Run, asks: Sequence[ResumeEndpoint]) -> list[EndpointResumed | Refused]:
    """Send to these endpoints again."""
    answers = decide(asks, endpoints(run, [it.endpoint for it in asks]))
    resumed = [a for a in answers if isinstance(a, EndpointResumed)]
    run.write(RESUME, resumed)
    run.write(AT_ONCE, resumed)
    return answers

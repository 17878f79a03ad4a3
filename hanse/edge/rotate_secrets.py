"""Rotate secrets: give an endpoint a new signing secret. The one before it signs too, until the next rotation."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .add_endpoints import new_secret
from .endpoints import Endpoint, endpoints
from .events import SecretRotated


@ask
class RotateSecret:
    """Sign with a new secret from now on."""

    endpoint: Id


def decide(asks: Sequence[RotateSecret], here: Mapping[int, Endpoint]) -> list[SecretRotated | Refused]:
    """Rotate what is there."""
    return [SecretRotated(it.endpoint) if it.endpoint in here else refuse("endpoint-unknown", endpoint=it.endpoint) for it in asks]


ROTATE = """
UPDATE edge_endpoint AS e SET secrets = ARRAY[n.secret, e.secrets[1]]
  FROM unnest(%(endpoint)s::bigint[], %(secret)s::text[]) AS n(id, secret) WHERE e.id = n.id
"""


@operation
def rotate_secrets(run: Run, asks: Sequence[RotateSecret]) -> list[SecretRotated | Refused]:
    """Give these endpoints a new secret."""
    answers = decide(asks, endpoints(run, [it.endpoint for it in asks]))
    rotated = list({a.endpoint: a for a in answers if isinstance(a, SecretRotated)}.values())
    run.write(ROTATE, rotated, secret=[new_secret() for _ in rotated])
    return answers

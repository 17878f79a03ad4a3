"""Add endpoints: where journal events are sent from now on, signed with a secret made here.

The secret is no part of the answer or the journal; `GET /webhooks/{id}/secret` shows it to who may rotate it.
"""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import field
from typing import Annotated

from annotated_types import MaxLen, MinLen
from django.conf import settings

from hanse.journal.events import KINDS
from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all

from .events import EndpointAdded
from .outgoing import wrong_url


@ask
class AddEndpoint:
    """Send events of these kinds to this address; no kinds means all, those that come later too."""

    url: Annotated[str, MinLen(1), MaxLen(2000)]
    kinds: Annotated[list[Short], MaxLen(200)] = field(default_factory=list)


def decide(asks: Sequence[AddEndpoint], ids: Sequence[int], known: Sequence[str], loopback: bool) -> list[EndpointAdded | Refused]:
    """Accept an address that can be called from outside and kinds that exist."""
    answers: list[EndpointAdded | Refused] = []
    for number, ask_ in zip(ids, asks, strict=True):
        wrong = [refuse("url-wrong", at="url", url=ask_.url, why=why)] if (why := wrong_url(ask_.url, loopback)) else []
        unknown = [kind for kind in ask_.kinds if kind not in known]
        if unknown:
            wrong.append(refuse("kind-unknown", at="kinds", kinds=unknown))
        answers.append(refuse_all(wrong) if wrong else EndpointAdded(number, ask_.url, sorted(set(ask_.kinds))))
    return answers


ADD = """
INSERT INTO edge_endpoint (id, url, kinds, secrets, owner, made_at) OVERRIDING SYSTEM VALUE
SELECT a.id, a.url, ARRAY(SELECT jsonb_array_elements_text(a.kinds)), ARRAY[a.secret], %(actor)s, %(now)s::timestamptz
  FROM unnest(%(endpoint)s::bigint[], %(url)s::text[], %(listed)s::jsonb[], %(secret)s::text[]) AS a(id, url, kinds, secret)
"""


@operation
def add_endpoints(run: Run, asks: Sequence[AddEndpoint]) -> list[EndpointAdded | Refused]:
    """Begin to send events to these addresses."""
    ids = run.draw("edge_endpoint_id_seq", len(asks))
    answers = decide(asks, ids, list(KINDS), settings.WEBHOOKS_TO_LOOPBACK)
    added = [a for a in answers if isinstance(a, EndpointAdded)]
    run.write(ADD, added, listed=[_listed(a.kinds) for a in added], secret=[new_secret() for _ in added])
    return answers


def _listed(kinds: Sequence[str]) -> str:
    """Kinds as a JSON list, for arrays of arrays must be rectangular."""
    return "[" + ",".join(f'"{kind}"' for kind in kinds) + "]"


def new_secret() -> str:
    """A fresh signing secret in the form of Standard Webhooks."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()

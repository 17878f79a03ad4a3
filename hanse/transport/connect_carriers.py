"""Connect carriers: say by which adapter a carrier is called, and with which account.

Secrets are named, never kept: an account's `client_secret` is the name of a variable of the environment. Such names begin
with HANSE_CARRIER_, so that nobody has another secret of the house sent to a carrier.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import CarrierConnected
from .ports.simulated import SETTINGS

VARIABLE = re.compile(r"HANSE_CARRIER_[A-Z0-9_]{1,60}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")
SECRET = re.compile(r"secret|password|token|api_key|private")


@ask
class AccountField:
    """One field of an account with its value."""

    name: Code
    value: Short


@ask
class SecretField:
    """One secret field of an account, with the variable of the environment that holds it."""

    name: Code
    variable: Code


@ask
class ConnectCarrier:
    """How a carrier is called. `connector` is the one of karrio, as `ups`; a label that is not used in so many days is worth nothing any more."""

    carrier: Code
    adapter: Literal["table", "simulated", "karrio"]
    connector: Short = ""
    account: Annotated[tuple[AccountField, ...], MaxLen(50)] = ()
    secrets: Annotated[tuple[SecretField, ...], MaxLen(20)] = ()
    label_days: Annotated[int, Ge(1), Le(365)] = 30


def decide(asks: Sequence[ConnectCarrier], carriers: Mapping[str, int]) -> list[CarrierConnected | Refused]:
    """Connect each carrier we know, if its account is whole and tells no secret."""
    answers: list[CarrierConnected | Refused] = []
    for ask in asks:
        if wrong := _wrong(ask, carriers):
            answers.append(refuse_all(wrong))
            continue
        names = tuple(sorted({f.name for f in ask.account} | {s.name for s in ask.secrets}))
        answers.append(CarrierConnected(ask.carrier.upper(), ask.adapter, ask.connector, names))
    return answers


def _wrong(ask: ConnectCarrier, carriers: Mapping[str, int]) -> list[Refused]:
    wrong = [] if ask.carrier.upper() in carriers else [refuse("carrier-unknown", at="carrier", carrier=ask.carrier)]
    if (ask.adapter == "karrio") != bool(NAME.fullmatch(ask.connector)):
        wrong.append(refuse("values-refused", at="connector", why="Name the connector of karrio, as ups, if the carrier is called by it, and none else."))
    for n, field in enumerate(ask.account):
        if not NAME.fullmatch(field.name):
            wrong.append(refuse("values-refused", at=f"account/{n}/name", why=f"{field.name} is no name of a field: small letters, digits and underscores."))
        elif SECRET.search(field.name):
            wrong.append(refuse("values-refused", at=f"account/{n}/name", why=f"{field.name} is a secret: name the variable of the environment that holds it."))
        elif ask.adapter == "simulated" and not (field.name in SETTINGS and (field.name == "seed" or (field.value.isdecimal() and int(field.value) <= 60_000))):
            wrong.append(refuse("values-refused", at=f"account/{n}", why=f"A simulated carrier knows {', '.join(SETTINGS)}, all but the seed whole numbers."))
    wrong += [refuse("values-refused", at=f"secrets/{n}", why="A secret is the name of a field and a variable of the environment that begins with HANSE_CARRIER_.")
              for n, s in enumerate(ask.secrets) if not (NAME.fullmatch(s.name) and VARIABLE.fullmatch(s.variable))]
    if ask.adapter == "table" and (ask.account or ask.secrets):
        wrong.append(refuse("values-refused", at="account", why="The table adapter calls nobody: it has no account."))
    return wrong


CARRIERS = "SELECT code, id FROM transport_carrier WHERE code = ANY(%(codes)s::text[]) ORDER BY id FOR NO KEY UPDATE"
CONNECT = """
INSERT INTO transport_connection AS c (carrier_id, adapter, connector, account, secrets, label_days)
SELECT DISTINCT ON (k.carrier) k.carrier, k.adapter, k.connector, k.account::jsonb, k.secrets::jsonb, k.label_days
  FROM unnest(%(id)s::bigint[], %(adapter)s::text[], %(connector)s::text[], %(fields)s::text[], %(variables)s::text[], %(label_days)s::smallint[])
       WITH ORDINALITY AS k(carrier, adapter, connector, account, secrets, label_days, n)
 ORDER BY k.carrier, k.n DESC
    ON CONFLICT (carrier_id) DO UPDATE SET adapter = excluded.adapter, connector = excluded.connector, account = excluded.account,
       secrets = excluded.secrets, label_days = excluded.label_days
"""


@operation
def connect_carriers(run: Run, asks: Sequence[ConnectCarrier]) -> list[CarrierConnected | Refused]:
    """Say how carriers are called."""
    carriers = dict(run.rows(as_tuple, CARRIERS, codes=sorted({a.carrier.upper() for a in asks})))
    answers = decide(asks, carriers)
    done = [a for a, told in zip(asks, answers, strict=True) if isinstance(told, CarrierConnected)]
    if done:
        run.write(
            CONNECT, done, id=[carriers[a.carrier.upper()] for a in done],
            fields=[json.dumps({f.name: f.value for f in a.account}) for a in done], variables=[json.dumps({s.name: s.variable for s in a.secrets}) for a in done],
        )
    return answers

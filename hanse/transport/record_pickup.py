"""Record pickup: a carrier comes, does not come, or was told not to.

A no to a change leaves the pickup before it as it was, and a no to a cancellation leaves it booked.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, Short, Text, ask
from hanse.kernel.refused import Refused, refuse

from .events import PickupBooked, PickupCancelled, PickupKnown, PickupRefused
from .pickups import Kept, end, lock_and_read


@ask
class RecordPickup:
    """What a carrier says to a pickup: booked under its number, cancelled, or refused with its words."""

    pickup: Id
    answer: Literal["booked", "cancelled", "refused"]
    number: Short = ""
    why: Text = ""


Answer = PickupBooked | PickupRefused | PickupCancelled | PickupKnown


def decide(asks: Sequence[RecordPickup], pickups: Mapping[int, Kept]) -> list[Answer | Refused]:
    """Only what was asked is answered; the first answer stands."""
    answers: list[Answer | Refused] = []
    states = {p.id: p.state for p in pickups.values()}
    for ask in asks:
        it = pickups.get(ask.pickup)
        if it is None:
            answers.append(refuse("pickup-unknown", at="pickup", pickup=f"P-{ask.pickup}"))
            continue
        told = (f"P-{it.id}", it.site_code, it.carrier_code)
        if states[it.id] not in ("asked", "cancel-asked") or (states[it.id] == "cancel-asked" and it.number and ask.answer == "booked"):
            answers.append(PickupKnown(told[0]))
        elif ask.answer == "booked" and not ask.number:
            answers.append(refuse("values-refused", at="number", why="A booked pickup has the carrier's number."))
        elif ask.answer == "cancelled" and states[it.id] == "asked":
            answers.append(refuse("state-conflict", at="answer", why=f"Nobody asked to cancel {told[0]}."))
        elif ask.answer == "booked":
            states[it.id] = "booked" if states[it.id] == "asked" else "known"
            answers.append(PickupBooked(*told, ask.number, it.day))
        elif ask.answer == "cancelled":
            states[it.id] = "cancelled"
            answers.append(PickupCancelled(*told, it.day))
        else:
            states[it.id] = "refused"
            answers.append(PickupRefused(*told, it.day, ask.why or "no reason given"))
    return answers


BOOK = """
UPDATE transport_pickup p SET number = b.number, booked_at = %(now)s::timestamptz, calls = 0, trouble = '',
       next_at = CASE WHEN p.cancel_asked_at IS NOT NULL THEN %(now)s::timestamptz END
  FROM unnest(%(pickup)s::bigint[], %(number)s::text[]) AS b(pickup, number) WHERE p.id = b.pickup
"""
STAYS = """
UPDATE transport_pickup p SET cancel_asked_at = NULL, next_at = NULL, trouble = s.why FROM unnest(%(pickup)s::bigint[], %(why)s::text[]) AS s(pickup, why) WHERE p.id = s.pickup
"""


@operation
def record_pickup(run: Run, asks: Sequence[RecordPickup]) -> list[Answer | Refused]:
    """Record what carriers say to pickups."""
    pickups = lock_and_read(run, [a.pickup for a in asks])
    answers = decide(asks, pickups)
    told = [(pickups[ask.pickup], ask, a) for ask, a in zip(asks, answers, strict=True) if not isinstance(a, Refused | PickupKnown)]
    if booked := [(it, ask) for it, ask, a in told if isinstance(a, PickupBooked)]:
        run.write(BOOK, pickup=[it.id for it, _ in booked], number=[ask.number for _, ask in booked])
        end(run, [(it.replaces, "replaced", "") for it, _ in booked if it.replaces])
    if stays := [(it.id, a.why) for it, _, a in told if isinstance(a, PickupRefused) and it.number]:
        run.write(STAYS, pickup=[pickup for pickup, _ in stays], why=[why for _, why in stays])
    end(run, [(it.id, "cancelled", "") for it, _, a in told if isinstance(a, PickupCancelled)])
    end(run, [(it.id, "refused", a.why) for it, _, a in told if isinstance(a, PickupRefused) and not it.number])
    return answers

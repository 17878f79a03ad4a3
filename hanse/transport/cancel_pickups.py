"""Cancel pickups: ask carriers not to come. One whose carrier was never asked ends at once."""

from collections.abc import Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Id, ask
from hanse.kernel.refused import Refused, refuse

from .events import PickupCancelAsked, PickupCancelled
from .pickups import Kept, end, lock_and_read


@ask
class CancelPickup:
    """A pickup that is not needed."""

    pickup: Id


def decide(asks: Sequence[CancelPickup], pickups: Mapping[int, Kept]) -> list[PickupCancelAsked | PickupCancelled | Refused]:
    """Cancel what is asked for or booked, and is not being changed."""
    answers: list[PickupCancelAsked | PickupCancelled | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = pickups.get(ask.pickup)
        if it is None:
            answers.append(refuse("pickup-unknown", at="pickup", pickup=f"P-{ask.pickup}"))
        elif it.state not in ("asked", "booked") or it.id in done:
            answers.append(refuse("pickup-ended", at="pickup", pickup=f"P-{it.id}", state=("cancel-asked" if it.id in done else it.state).replace("-", " ")))
        elif it.changing:
            answers.append(refuse("pickup-wanted", at="pickup", carrier=it.carrier_code, site=it.site_code, on=it.day, pickup=f"P-{it.changing}"))
        else:
            done.add(it.id)
            told = (f"P-{it.id}", it.site_code, it.carrier_code, it.day)
            answers.append(PickupCancelled(*told) if it.state == "asked" and not it.calls else PickupCancelAsked(*told))
    return answers


ASK = """
UPDATE transport_pickup p SET cancel_asked_at = %(now)s::timestamptz, next_at = %(now)s::timestamptz, calls = CASE WHEN p.booked_at IS NULL THEN p.calls ELSE 0 END, trouble = ''
 WHERE p.id = ANY(%(pickup)s::bigint[])
"""


@operation
def cancel_pickups(run: Run, asks: Sequence[CancelPickup]) -> list[PickupCancelAsked | PickupCancelled | Refused]:
    """Ask carriers not to come."""
    answers = decide(asks, lock_and_read(run, [a.pickup for a in asks]))
    told = [(a.pickup, t) for a, t in zip(asks, answers, strict=True)]
    if asked := [pickup for pickup, t in told if isinstance(t, PickupCancelAsked)]:
        run.write(ASK, pickup=asked)
    end(run, [(pickup, "cancelled", "") for pickup, t in told if isinstance(t, PickupCancelled)])
    return answers

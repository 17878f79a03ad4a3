"""States: where a parcel is, derived from the whole set of its events. Pure, and the same for every order and repetition.

The rules: the latest event that means something tells the state, and none but 'delivered' is an end. Delivered is
delivered, whatever else a carrier sends before or after; only a person takes it back. A pick-up or a return after
delivery opens the way back, which has a state of its own. Two cases are left to a person: a parcel that moves again
after delivery without a way back (`moves-again`), and one that was sent back before it was delivered
(`sent-back-before`: most likely it was delivered to us, so its units are not counted as delivered without a proof).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

RANK = {
    state: rank for rank, state in enumerate([
        "", "unknown", "pending", "picked-up", "in-transit", "delayed", "on-hold", "out-for-delivery", "ready-for-pick-up",
        "failed", "cancelled", "lost", "return-to-sender", "delivered",
    ])
}
"""Which of two states at the same instant is the later one."""
SOUND = frozenset({"sound", "good", "ok", "perfect", "undamaged", "in good condition"})
"""The conditions of a parcel, as proofs name them, that are no damage; so is one that is not named."""
SILENT = ("", "unknown")
OPENS_RETURN = ("picked-up", "return-to-sender")
REFUSALS = {"damaged": "carrier", "late": "carrier", "wrong-item": "warehouse", "not-ordered": "order desk", "not-wanted": "consignee"}
"""Why a receiver would not have a parcel or units of it, and who answers for that."""


def is_damaged(condition: str) -> bool:
    """Whether a proof's words for a parcel's condition tell of damage, however they are written."""
    plain = " ".join(condition.lower().split())
    return bool(plain) and plain not in SOUND


@dataclass(frozen=True, slots=True)
class Sighting:
    """A carrier's event as deriving sees it: when, what it means, the carrier's code, the day it estimates."""

    at: datetime
    state: str
    code: str = ""
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """What is known of a parcel. `delivered_at` is when its units count as delivered."""

    state: str = "pending"
    return_state: str = ""
    doubt: str = ""
    moved_at: datetime | None = None
    expected_on: date | None = None
    delivered_at: datetime | None = None


def derive(sightings: Iterable[Sighting], proven_at: datetime | None = None) -> Journey:
    """The journey that a set of events (and a proof of delivery, which settles every doubt) tells."""
    seen = sorted(set(sightings), key=lambda s: (s.at, RANK[s.state], s.code, s.expected_on or date.min))
    telling = [s for s in seen if s.state not in SILENT]
    moved_at = seen[-1].at if seen else None
    expected_on = next((s.expected_on for s in reversed(seen) if s.expected_on), None)
    arrived = next((s.at for s in telling if s.state == "delivered"), None)
    if arrived is None and proven_at is None:
        return Journey(*_on_its_way(telling, bool(seen)), "", moved_at, expected_on)
    return_state, doubt = _after(telling, arrived) if arrived else ("", "")
    delivered_at = proven_at or (arrived if doubt != "sent-back-before" else None)
    return Journey("delivered", return_state, "" if proven_at else doubt, moved_at, expected_on, delivered_at)


def _on_its_way(telling: Sequence[Sighting], anything: bool) -> tuple[str, str]:
    """(state, state of the way back) of a parcel that nobody delivered yet."""
    if not telling:
        return ("unknown" if anything else "pending", "")
    turned = next((n for n, s in enumerate(telling) if s.state == "return-to-sender"), None)
    if turned is None:
        return (telling[-1].state, "")
    return ("return-to-sender", telling[-1].state)


def _after(telling: Sequence[Sighting], arrived: datetime) -> tuple[str, str]:
    """(state of the way back, doubt) of a parcel that was delivered."""
    if any(s.state == "return-to-sender" and s.at < arrived for s in telling):
        return (telling[-1].state, "sent-back-before")
    later = [s for s in telling if s.at > arrived]
    if any(s.state in OPENS_RETURN for s in later):
        return (later[-1].state, "")
    return ("", "moves-again" if any(s.state != "delivered" for s in later) else "")

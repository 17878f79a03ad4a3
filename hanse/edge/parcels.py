"""Parcels of an order on a timeline, as `hanse/timeline.js` draws them. Pure: solid is what happened, dashed is expected."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .order import ParcelView

WORDS = {
    "packed": "packed", "pending": "handed over", "picked-up": "picked up", "in-transit": "on its way", "out-for-delivery": "out for delivery",
    "ready-for-pick-up": "ready for pick-up", "delivered": "delivered", "delayed": "delayed", "on-hold": "on hold at the carrier", "failed": "delivery failed",
    "return-to-sender": "on its way back", "cancelled": "cancelled", "lost": "lost", "unknown": "state not known",
}


def said(parcel: ParcelView) -> str:
    """A parcel's state in words."""
    if parcel.back_at:
        return "came back to us"
    silent = f", no word since {parcel.silent_since:%-d %b}" if parcel.silent_since else ""
    return f"{WORDS.get(parcel.state, parcel.state)}{', on its way back' if parcel.return_state else ''}{silent}"


def timeline(parcels: Sequence[ParcelView], zone: str, promised_on: date | None, now: datetime) -> dict[str, Any]:
    """One row per parcel: in the house until it was handed over, with the carrier until it was delivered, then what is expected."""
    place = ZoneInfo(zone)
    promised = [_midnight(promised_on, place), _midnight(promised_on + timedelta(days=1), place)] if promised_on else None
    spans = [span for row, parcel in enumerate(parcels, 1) for span in _spans(row, parcel, promised, now, place)]
    starts = [span["from"] for span in spans]
    ends = [span["to"] for span in spans] + ([promised[1]] if promised else [])
    first = _midnight(min(starts, default=now).astimezone(place).date(), place) - timedelta(hours=2)
    last = max([*ends, *([] if all(p.delivered_at for p in parcels) else [now])], default=now) + timedelta(hours=4)
    return {
        "zone": zone, "from": _iso(first), "to": _iso(last), "now": _iso(now),
        "promised": [_iso(at) for at in promised] if promised else None,
        "rows": [{"id": row, "name": f"Parcel {row}", "said": said(parcel)} for row, parcel in enumerate(parcels, 1)],
        "spans": [span | {"from": _iso(span["from"]), "to": _iso(span["to"])} for span in spans],
    }


def _spans(row: int, parcel: ParcelView, promised: list[datetime] | None, now: datetime, place: ZoneInfo) -> list[dict[str, Any]]:
    left = parcel.handed_over_at
    began = min(parcel.began_at or parcel.packed_at, parcel.packed_at)
    spans = [{"row": row, "from": began, "to": left or max(parcel.packed_at, now), "stage": "packed", "word": parcel.site, "title": f"In {parcel.site_name} until it was handed over"}]
    ahead = _expected(parcel, promised)
    if left is None:
        return spans + ([{"row": row, "from": max(parcel.packed_at, now), "to": ahead, "stage": "ahead", "word": "to be handed over"}] if ahead and ahead > now else [])
    carrier = parcel.carrier_name or "Carrier"
    if parcel.delivered_at:
        word, to = f"{carrier}, {parcel.delivered_at.astimezone(place):%H:%M}", f" to {parcel.receiver}" if parcel.receiver else ""
        return [*spans, {"row": row, "from": left, "to": max(parcel.delivered_at, left), "stage": "delivered", "word": word, "title": f"{word}, delivered{to}"}]
    spans.append({"row": row, "from": left, "to": max(now, left), "stage": "shipped", "word": carrier})
    if ahead and ahead > now:
        spans.append({"row": row, "from": now, "to": ahead, "stage": "ahead", "word": "expected"})
    return spans


def _expected(parcel: ParcelView, promised: list[datetime] | None) -> datetime | None:
    """When it should be there: noon of the carrier's day, else of the promised one."""
    if parcel.expected_on and promised:
        return datetime.combine(parcel.expected_on, time(12), promised[0].tzinfo)
    return promised[0] + timedelta(hours=12) if promised else None


def _midnight(day: date, place: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), place)


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")

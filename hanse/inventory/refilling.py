"""Refilling: what is carried to which pick face, and from where. Pure.

A face at its least or below is filled up to its most; one that orders wait for is filled up to its most in any case.
What is on its way counts as there, what tasks have claimed as gone. First expired first out; among equals the
fullest bin first. Where the item has packs, whole ones are carried as far as one fits.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from hanse.kernel.rows import row


@row
class FaceNow:
    """A pick face of an item as it stands: what is free there, and what is on its way."""

    site: int
    bin: int
    bin_code: str
    item: int
    sku: str
    least: int
    most: int
    free: int
    coming: int
    pack: int = 0

    @property
    def has(self) -> int:
        """What counts as there."""
        return self.free + self.coming


@row
class Reserve:
    """What a reserve or bulk bin has free of an item and lot."""

    site: int
    bin: int
    bin_code: str
    item: int
    lot: str
    free: int
    expires_on: date | None = None


@row
class Refill:
    """Carry so many units from a reserve to a face."""

    face: FaceNow
    reserve: Reserve
    quantity: int


def refills(faces: Sequence[FaceNow], reserves: Sequence[Reserve], missing: Mapping[tuple[int, int], int]) -> list[Refill]:
    """What fills these faces; `missing` are units that orders wait for by item and site."""
    free = {r: r.free for r in reserves}
    at: dict[tuple[int, int], list[Reserve]] = defaultdict(list)
    for r in sorted(reserves, key=lambda r: (r.expires_on or date.max, -r.free, r.bin_code, r.lot)):
        at[r.item, r.site].append(r)
    wanted = dict(missing)
    for face in faces:
        wanted[face.item, face.site] = wanted.get((face.item, face.site), 0) - face.coming
    found: list[Refill] = []
    for face in sorted(faces, key=lambda f: (f.has > f.least, f.has, f.bin_code)):
        key = (face.item, face.site)
        need = face.most - face.has if face.has <= face.least or wanted[key] > 0 else 0
        for reserve in at[key]:
            units = _whole(min(need, free[reserve]), face.pack)
            if units > 0:
                found.append(Refill(face, reserve, units))
                free[reserve] -= units
                need -= units
                wanted[key] -= units
    return found


def _whole(units: int, pack: int) -> int:
    """Whole packs as far as one fits."""
    return units // pack * pack if 0 < pack <= units else units

"""The driver's link: it opens one round, for a day, and asks nothing but proofs and refusals of its parcels."""

from base64 import b64encode
from datetime import timedelta

import pytest
from django.core import signing

from hanse.kernel import clock
from hanse.transport.driver_pages import SALT, Round, link_of, round_of
from hanse.transport.models import Parcel, Photo, Proof
from hanse.transport.proof_pages import strokes

from .road import on_its_way
from .test_photos import EXIF, PLAIN

DAY = timedelta(hours=18)
ROUND = Round("UPS", "HAM")


@pytest.mark.parametrize("token, it", [
    (link_of(ROUND), ROUND),
    (link_of(ROUND) + "x", None),
    (signing.dumps({"carrier": "UPS", "site": "HAM"}, salt="another"), None),
    (signing.dumps({"carrier": "UPS"}, salt=SALT), None),
    ("", None),
], ids=["as it was made", "changed", "signed for something else", "without a site", "empty"])
def test_a_link_is_signed(token, it):
    assert round_of(token, DAY) == it


def test_a_link_is_over_after_its_day():
    assert round_of(link_of(ROUND), timedelta(seconds=-1)) is None


def test_the_driver_needs_no_account_and_proves_a_parcel_once(given, client):
    on_its_way(given)
    at = f"/drive/{link_of(ROUND)}"
    assert b"REUTER" in client.get(at).content
    photo = b64encode(PLAIN[:2] + EXIF + PLAIN[2:]).decode()
    form = {"key": "k-1", "parcel": "1Z-7", "receiver": "M. Reuter", "relation": "named", "received": "4", "condition": "sound", "latitude": "54.09", "longitude": "12.13", "accuracy_m": "8.5",
            "signature": "1,2 3,4;5,6", "photo": photo, "scanned_at": (clock.now() - timedelta(hours=1)).isoformat()}
    for _ in range(2):
        answer = client.post(f"{at}/prove", form)
        assert (answer.status_code, answer.content) == (200, b"Proof of delivery for parcel 1Z-7, 4 of 5 received, sound")
    proof = Proof.objects.get()
    assert (proof.actor, proof.source, proof.relation, proof.received, str(proof.accuracy_m), Parcel.objects.get().state) == ("driver of UPS", "driver", "named", 4, "8.50", "delivered")
    assert timedelta(minutes=59) < clock.now() - proof.delivered_at < timedelta(minutes=61)
    assert bytes(Photo.objects.get(sha256=proof.photo).body) == PLAIN and strokes(proof.signature) == ["M1,2 L3,4", "M5,6"]
    assert b"Nothing to deliver" in client.get(at).content
    client.force_login(given.user("ann"))
    page = client.get(f"/proofs/{proof.pk}").content.decode()
    assert "M. Reuter" in page and "known to 8 m" in page and client.get(f"/proofs/photos/{proof.photo}.jpg").content == PLAIN


@pytest.mark.parametrize("changed, status, said", [
    ({"parcel": "1Z-8"}, 404, ""),
    ({"photo": "%%%"}, 409, "A photo is sent in Base64."),
    ({"signature": "a line"}, 409, "A signature is strokes"),
    ({"received": "many"}, 422, "Give a whole number"),
    ({"received": "9"}, 409, "9"),
])
def test_what_the_driver_sends_is_refused_with_its_reason(given, client, changed, status, said):
    on_its_way(given)
    answer = client.post(f"/drive/{link_of(ROUND)}/prove", {"key": "k", "parcel": "1Z-7", "receiver": "x"} | changed)
    assert answer.status_code == status and said in answer.content.decode() and Proof.objects.count() == 0


def test_a_refusal_at_the_door_is_taken_and_another_round_sees_nothing(given, client):
    on_its_way(given)
    other = f"/drive/{link_of(Round('FEDEX', 'HAM'))}"
    assert client.post(f"{other}/refuse", {"key": "k", "parcel": "1Z-7", "reason": "damaged"}).status_code == 404
    assert client.post(f"/drive/{link_of(ROUND)}/refuse", {"key": "k", "parcel": "1Z-7", "reason": "damaged", "note": "crushed"}).status_code == 200
    assert (Parcel.objects.get().refused, Parcel.objects.get().state) == ("damaged", "return-to-sender")
    assert client.get("/drive/forged").status_code == 410 and client.post("/drive/forged/prove", {}).status_code == 410


def test_only_who_may_record_proofs_makes_a_link(given, client):
    on_its_way(given)
    client.force_login(given.user("tom", "transport"))
    page = client.post("/drivers", {"carrier": "UPS", "site": "HAM"}).content.decode()
    assert "/drive/" in page and "data:image/svg+xml" in page
    client.force_login(given.user("rita", "read-only"))
    assert client.post("/drivers", {"carrier": "UPS", "site": "HAM"}).status_code == 422
    assert "/drive/" not in client.get("/drivers").content.decode()

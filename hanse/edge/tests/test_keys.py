"""Bearer keys: made once, found by prefix, checked by hash, ended at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from hanse.edge import keys
from hanse.edge.models import ApiKey
from hanse.kernel import clock
from hanse.orders.models import Order
from tests.given import MONDAY, statements


def test_a_key_opens_what_its_scopes_say(given):
    who = keys.bearer(keys.make("shop", ["order desk", "inventory.receive"]))
    assert who.name == "key:shop"
    assert who.may("orders.place") and who.may("inventory.receive")
    assert not who.may("inventory.move") and not who.may("edge.add_endpoints")


def test_a_key_that_may_only_read_does_nothing(given):
    assert not keys.bearer(keys.make("look", ["read"])).may("orders.place")


@pytest.mark.parametrize("token", ["", "hk_", "hk_abcdefghjk_short", "Bearer x", "hk_abcdefghjk_" + "x" * 43, "hk_ABCDEFGHJK_" + "x" * 43, "\x00"])
def test_what_is_no_key_opens_nothing(given, token):
    assert keys.bearer(token) is None


def test_another_secret_behind_a_known_prefix_opens_nothing(given):
    token = keys.make("shop", ["all"])
    assert keys.bearer(token[:-1] + ("A" if token[-1] != "A" else "B")) is None


def test_the_secret_is_kept_nowhere(given):
    token = keys.make("shop", ["all"])
    secret = token.split("_", 2)[2]
    assert secret.encode() not in bytes(ApiKey.objects.get().secret_hash) and len(ApiKey.objects.get().secret_hash) == 32


def test_a_key_expires(given):
    token = keys.make("shop", ["all"], days=3)
    assert keys.bearer(token)
    with clock.standing_at(MONDAY + timedelta(days=3)):
        assert keys.bearer(token) is None


def test_a_revoked_key_opens_nothing_from_the_next_request_on(caller):
    it = caller("read")
    assert it.get("/events").status_code == 200
    keys.revoke(ApiKey.objects.get().name)
    assert it.get("/events").status_code == 401
    assert not keys.revoke("nobody")


ORDER = {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 1}]}
SENT_BY_A_KEY_THAT_IS_KNOWN = {
    "a new order": (ORDER, "new"), "an order sent again": (ORDER, "again"), "another order under a used key": (ORDER | {"ref": "other"}, "again"),
    "what cannot be read": (b"{", "new"), "values that cannot be taken": ({"customer": 1}, "new"), "no key of its own": (ORDER, " "),
}


@pytest.mark.parametrize("end", ["revoked", "expired", "given other scopes"])
@pytest.mark.parametrize("body, key", SENT_BY_A_KEY_THAT_IS_KNOWN.values(), ids=SENT_BY_A_KEY_THAT_IS_KNOWN)
def test_a_known_key_that_was_ended_writes_nothing_and_learns_nothing(given, caller, body, key, end):
    given.item()
    given.customer()
    it = caller("all")
    assert [it.post("/orders", ORDER, key=k).status_code for k in ("first", "again", "again")] == [201, 201, 201]
    ended = {"revoked": {"revoked_at": MONDAY}, "expired": {"expires_at": MONDAY}, "given other scopes": {"scopes": ["warehouse"]}}[end]
    ApiKey.objects.update(**ended)
    answer = it.post("/orders", body, key=key)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert it.post("/orders", ORDER).status_code == (403 if end == "given other scopes" else 401)
    assert Order.objects.count() == 2


def test_a_known_key_that_was_ended_is_refused_a_list_of_nothing(caller):
    it = caller("all")
    assert [it.post("/orders/batch", []).status_code for _ in range(2)] == [200, 200]
    ApiKey.objects.update(revoked_at=MONDAY)
    assert it.post("/orders/batch", []).status_code == 401


def test_who_comes_again_with_a_key_is_looked_up_by_the_claim(given, caller):
    given.item()
    given.customer()
    it = caller("all")
    it.post("/orders", ORDER)
    with statements() as sent:
        assert it.post("/orders", ORDER).status_code == 201
    asking = [sql for sql in sent if "edge_apikey" in sql]
    assert len(asking) == 1 and "INSERT INTO journal_request" in asking[0]


def test_looking_a_key_up_is_one_statement_and_a_note_once_a_day(given):
    token = keys.make("shop", ["all"])
    with CaptureQueriesContext(connection, ) as first:
        keys.bearer(token)
    with CaptureQueriesContext(connection) as second:
        keys.bearer(token)
    assert (len(first), len(second)) == (2, 1)
    assert ApiKey.objects.get().used_on == MONDAY.date()


@pytest.mark.parametrize("scopes", [[], ["nonsense"], ["orders"], ["orders.fly"], ["nowhere.*"]])
def test_a_key_names_scopes_that_exist(given, scopes):
    with pytest.raises(keys.WrongKey):
        keys.make("shop", scopes)


def test_a_name_is_given_once(given):
    keys.make("shop", ["read"])
    with pytest.raises(keys.WrongKey):
        keys.make("shop", ["read"])


def test_a_session_reads_and_does_not_write(given):
    given.user("carla", "order desk")
    client = Client()
    assert client.get("/api/v1/events").status_code == 401
    from django.contrib.auth.models import User

    client.force_login(User.objects.get(username="carla"))
    assert client.get("/api/v1/events").status_code == 200
    answer = client.post("/api/v1/webhooks", {"url": "https://example.com"}, content_type="application/json", HTTP_IDEMPOTENCY_KEY="k")
    assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")

"""Strict bodies: the hostile corpus for JSON (F10). A clear error, nothing changed, never a 5xx."""

import pytest

from hanse.edge.bodies import Unreadable, strict_json
from hanse.edge.models import Endpoint
from hanse.journal.models import Event, Request
from hanse.world.faults.hostile import UNREADABLE


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_is_no_strict_json_is_unreadable_and_changes_nothing(caller, body):
    answer = caller("all").post("/webhooks", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")
    assert not Endpoint.objects.exists() and not Event.objects.exists() and not Request.objects.exists()


@pytest.mark.parametrize("body", [b"1", b"null", b'"text"', b"[]", b"true", b"[[]]", b'{"url":5}', b'{"url":true}', b'{"url":null}', b"{}", b""])
def test_other_shapes_are_values_refused(caller, body):
    answer = caller("all").post("/webhooks", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "values-refused")
    assert answer.json()["errors"]


def test_all_findings_come_at_once_with_their_places(caller):
    answer = caller("all").post("/webhooks", {"url": "", "kinds": [1, "x" * 300], "speed": 3})
    assert [e["pointer"] for e in answer.json()["errors"]] == ["#/url", "#/kinds/0", "#/kinds/1", "#/speed"]


@pytest.mark.parametrize("text", ['"\\ud83d\\ude00"', '"\\\\u0000"', "[" * 64 + "]" * 64, '{"a":{"a":1}}', "1e300", '"' + "é" * 100 + '"'])
def test_what_is_unusual_and_right_is_read(text):
    assert strict_json(text.encode()) is not None


def test_sixty_five_is_too_deep_through_objects_too():
    with pytest.raises(Unreadable, match="deeper than 64"):
        strict_json(b'{"a":' * 65 + b"1" + b"}" * 65)


@pytest.mark.parametrize("type_", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml", ""])
def test_another_content_type_is_refused(caller, type_):
    it = caller("all")
    answer = it.client.generic("POST", "/api/v1/webhooks", b'{"url":"https://example.com"}', content_type=type_,
                               HTTP_AUTHORIZATION=f"Bearer {it.token}", HTTP_IDEMPOTENCY_KEY="k")  # fmt: skip
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong-type")


def test_a_charset_beside_json_is_taken(caller):
    it = caller("all")
    answer = it.client.generic("POST", "/api/v1/webhooks", b'{"url":"https://example.com"}', content_type="application/json; charset=utf-8",
                               HTTP_AUTHORIZATION=f"Bearer {it.token}", HTTP_IDEMPOTENCY_KEY="k")  # fmt: skip
    assert answer.status_code == 201


@pytest.mark.parametrize("at", ["2026-11-16T09:00:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_without_offset_or_beyond_every_clock_is_refused(caller, at):
    order = {"customer": "REUTER", "ref": "1", "lines": [{"sku": "A", "quantity": 1}], "at": at}
    answer = caller("all").post("/orders", order)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/at")


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_that_nothing_can_be_reckoned_from_is_refused(caller, day):
    """An order promised for the last day there is would stop everything that looks at a day after its own."""
    order = {"customer": "REUTER", "ref": "1", "lines": [{"sku": "A", "quantity": 1}], "requested_on": "2028-02-29", "promised_on": day}
    answer = caller("all").post("/orders", order)
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["#/promised_on"])


@pytest.mark.parametrize("quantity", [True, "1", 1.5, -1, 0, 10**30, None, [1]])
def test_a_quantity_is_a_whole_number_and_nothing_like_it(caller, quantity):
    answer = caller("all").post("/orders/batch", [{"customer": "REUTER", "ref": "1", "lines": [{"sku": "A", "quantity": quantity}]}])
    assert (answer.status_code, [e["pointer"] for e in answer.json()["errors"]]) == (422, ["#/0/lines/0/quantity"])

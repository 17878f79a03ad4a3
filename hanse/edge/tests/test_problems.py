"""Problems: one shape on every route, also where the framework answers by itself."""

import re
from unittest import mock

import pytest
from django.db import InternalError, OperationalError, connection
from django.urls import get_resolver
from psycopg.errors import IdleInTransactionSessionTimeout

from hanse.edge.api import api
from hanse.edge.middleware import away
from hanse.kernel.problems import PROBLEMS
from hanse.web.problems import BY_STATUS

FIELDS = {"type", "title", "status", "detail", "instance", "code", "retryable", "errors"}


def assert_problem(answer, status: int, code: str) -> dict:
    assert answer.headers["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert set(told) == FIELDS and (answer.status_code, told["status"], told["code"]) == (status, status, code)
    assert told["type"] == f"urn:hanse:problem:{code}" and told["title"] == PROBLEMS[code].title
    assert told["instance"] == f"urn:uuid:{answer.headers['X-Request-Id']}"
    assert ("Retry-After" in answer.headers) == (told["retryable"] or code == "key-in-progress")
    return told


def routes() -> list[tuple[str, str]]:
    """Every route of the API as (method, path with made-up parts)."""
    paths = api.get_openapi_schema(path_prefix="").items()
    schema = dict(paths)["paths"]
    return [(method, re.sub(r"\{[^}]+\}", "7", path)) for path, methods in schema.items() for method in methods]


@pytest.mark.parametrize(("method", "path"), routes())
def test_every_route_wants_a_key_and_answers_in_one_shape(db, client, method, path):
    answer = getattr(client, method)(f"/api/v1{path}", content_type="application/json")
    if path.startswith("/problems"):
        assert answer.status_code in (200, 404)
        return
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize(("method", "path"), [r for r in routes() if r[0] != "get"])
def test_every_write_wants_an_idempotency_key_or_finds_the_body_wrong(caller, method, path):
    it = caller("all")
    answer = getattr(it.client, method)(f"/api/v1{path}", b"", content_type="application/json", HTTP_AUTHORIZATION=f"Bearer {it.token}")
    assert answer.status_code in (400, 422) and answer.json()["code"] in ("key-missing", "values-refused")


@pytest.mark.parametrize("path", sorted({path for _, path in routes()}))
def test_every_route_refuses_other_methods(caller, path):
    it = caller("all")
    answer = it.client.generic("PROPFIND", f"/api/v1{path}", HTTP_AUTHORIZATION=f"Bearer {it.token}")
    assert_problem(answer, 405, "method-not-allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/api/v1/nowhere", "/api/v2/orders", "/api/", "/api/v1/problems/nowhere", "/api/v1/webhooks/x/resume/y"])
def test_unknown_addresses(caller, path):
    it = caller("all")
    assert_problem(it.client.get(path, HTTP_AUTHORIZATION=f"Bearer {it.token}"), 404, "not-found")


def test_a_body_that_is_too_big_is_not_read(caller):
    it = caller("all")
    answer = it.client.post("/api/v1/webhooks", b"x" * (16 * 1024 * 1024 + 1), content_type="application/json")
    assert_problem(answer, 413, "too-big")


def test_a_list_that_is_too_long_is_refused_whole(caller):
    line = {"customer": "R", "ref": "1", "lines": [{"sku": "A", "quantity": 1}]}
    assert_problem(caller("all").post("/orders/batch", [line] * 5_001), 413, "too-big")


@pytest.mark.parametrize("key", ["", " ", "x" * 201, "ключ", "a\tb"])
def test_a_key_that_is_none(caller, key):
    it = caller("all")
    given = {"HTTP_IDEMPOTENCY_KEY": key, "HTTP_AUTHORIZATION": f"Bearer {it.token}"}
    answer = it.client.post("/api/v1/webhooks", {"url": "https://example.com"}, content_type="application/json", **given)
    assert answer.status_code in (400, 422) and answer.json()["code"] in ("key-missing", "values-refused")


def test_the_same_key_gets_the_same_answer_and_another_request_is_refused(caller):
    it = caller("all")
    first = it.post("/webhooks", {"url": "https://example.com/a"}, key="once")
    again = it.post("/webhooks", {"url": "https://example.com/a"}, key="once")
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert again.headers["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first.headers
    assert_problem(it.post("/webhooks", {"url": "https://example.com/b"}, key="once"), 422, "key-reused")


def test_what_the_key_does_not_cover_is_not_granted(caller):
    told = assert_problem(caller("order desk").post("/webhooks", {"url": "https://example.com"}), 403, "not-granted")
    assert "edge.add_endpoints" in told["detail"]


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bnVsbA", "WzEsIngiXQ", "é", "W1tbW1tbXV1dXV1d", "WzEsdHJ1ZV0", "Wy0xZTk5LDFd"])
def test_a_cursor_of_ones_own_making(caller, cursor):
    told = assert_problem(caller("read").get("/events", cursor=cursor), 422, "values-refused")
    assert told["errors"][0]["pointer"] == "#/query/cursor"


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "limit=1e3", "cursor=" + "x" * 501])
def test_a_query_out_of_bounds(caller, query):
    it = caller("read")
    assert_problem(it.client.get(f"/api/v1/events?{query}", HTTP_AUTHORIZATION=f"Bearer {it.token}"), 422, "values-refused")


@pytest.mark.parametrize("id", ["0", "-1", "9223372036854775808", "x"])
def test_an_id_that_can_be_none(caller, id):
    assert caller("read").get(f"/webhooks/{id}/deliveries").status_code == 422


def test_a_connection_that_stood_idle_too_long_is_busy_and_not_a_fault():
    ended = InternalError("terminating connection due to idle-in-transaction timeout")
    ended.__cause__ = IdleInTransactionSessionTimeout()
    assert away(ended) and not away(InternalError("current transaction is aborted"))


def test_a_database_that_is_away_is_busy_and_not_a_fault(caller):
    it = caller("read")
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("server closed the connection, host=10.0.0.1")):
        answer = it.get("/events")
    told = assert_problem(answer, 503, "busy")
    assert told["retryable"] and "10.0.0.1" not in answer.content.decode()


def test_a_database_that_takes_no_writes_is_closed_and_the_same_key_is_safe(caller, lasting):
    it = caller("all")
    assert it.get("/webhooks").status_code == 200, "the day's first use of a key is noted"
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
        try:
            answer = it.post("/webhooks", {"url": "https://example.com"}, key="k1")
            read = it.get("/webhooks")
        finally:
            cursor.execute("SET default_transaction_read_only = off")
    told = assert_problem(answer, 503, "closed")
    assert told["retryable"] and answer.headers["Retry-After"] and read.status_code == 200
    assert it.post("/webhooks", {"url": "https://example.com"}, key="k1").status_code == 201


def test_a_fault_says_nothing_but_its_number(caller, capsys):
    it = caller("read")
    with mock.patch("hanse.edge.feed.read", side_effect=RuntimeError("secret /etc/passwd")):
        answer = it.get("/events")
    told = assert_problem(answer, 500, "fault")
    number = answer.headers["X-Request-Id"]
    assert number in told["detail"] and "passwd" not in answer.content.decode()
    assert number in capsys.readouterr().err


def test_every_bare_status_has_a_kind():
    assert {PROBLEMS[code].status for code in BY_STATUS.values()} == set(BY_STATUS)


def test_the_registry_can_be_read(client, db):
    listed = client.get("/api/v1/problems").json()
    assert [it["code"] for it in listed] == list(PROBLEMS)
    assert client.get("/api/v1/problems/busy").json()["retryable"] is True


def test_pages_have_a_strict_policy(client, db):
    for path in ["/accounts/login/", "/api/docs", "/api/v1/docs"]:
        answer = client.get(path)
        assert answer.status_code == 200
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy and "style-src 'self';" in policy and "unsafe" not in policy
        assert "<script>" not in answer.content.decode() and "https://cdn" not in answer.content.decode()
    assert get_resolver()


def test_nobody_signs_up(client, db):
    assert client.get("/accounts/signup/").status_code in (200, 302, 403, 404)
    client.post("/accounts/signup/", {"username": "mallory", "password1": "correct horse battery", "password2": "correct horse battery"})
    from django.contrib.auth.models import User

    assert not User.objects.filter(username="mallory").exists()

"""Webhooks against a real server on this machine: signed, in order, retried, parked, sent again."""

import base64
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from standardwebhooks.webhooks import Webhook

from hanse.edge import webhooks
from hanse.edge.add_endpoints import AddEndpoint, add_endpoints
from hanse.edge.jobs import post
from hanse.edge.models import Delivery, Endpoint
from hanse.edge.outgoing import wrong_url
from hanse.edge.redeliver import Redeliver, redeliver
from hanse.edge.remove_endpoints import RemoveEndpoint, remove_endpoints
from hanse.edge.resume_endpoints import ResumeEndpoint, resume_endpoints
from hanse.edge.rotate_secrets import RotateSecret, rotate_secrets
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from tests.given import MONDAY


class Listener(ThreadingHTTPServer):
    """Somebody who takes webhooks; answers with the next status of `say`, at the end with 204."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.heard, self.say = [], []
        self.url = f"http://127.0.0.1:{self.server_port}/hook"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Taking(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((dict(self.headers), body))
        status = self.server.say.pop(0) if self.server.say else 204
        self.send_response(status)
        if status == 302:
            self.send_header("location", self.server.url)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def listener(settings):
    settings.WEBHOOKS_TO_LOOPBACK = True
    server = Listener()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(lasting, listener):
    [added] = add_endpoints([AddEndpoint(listener.url, ["EndpointResumed", "SecretRotated"])], by="ann")
    return added.endpoint


def happen(endpoint: int, times: int = 1) -> None:
    """Let something happen that the endpoint hears, and the follower put it into its box."""
    for _ in range(times):
        rotate_secrets([RotateSecret(endpoint)], by="ann")
    follow(FOLLOWERS["webhooks"])


def send(endpoint: int, later: timedelta = timedelta()) -> int:
    with clock.standing_at(MONDAY + later):
        return webhooks.send_to(endpoint)


def states(endpoint: int) -> list[str]:
    return list(Delivery.objects.filter(endpoint_id=endpoint).order_by("id").values_list("state", flat=True))


def test_an_event_arrives_signed_so_that_the_library_says_yes(endpoint, listener, monkeypatch):
    happen(endpoint)
    with clock.standing_at(_really_now()):
        webhooks.send_to(endpoint)
    [(headers, body)] = listener.heard
    told = Webhook(Endpoint.objects.get().secrets[0]).verify(body, headers)
    assert (told["type"], told["subject"], told["data"]) == ("SecretRotated", f"endpoint/{endpoint}", {"endpoint": endpoint})
    assert states(endpoint) == ["delivered"]


def test_the_secret_before_the_last_rotation_signs_too(endpoint, listener):
    old = Endpoint.objects.get().secrets[0]
    happen(endpoint)
    with clock.standing_at(_really_now()):
        webhooks.send_to(endpoint)
    [(headers, body)] = listener.heard
    assert len(headers["webhook-signature"].split()) == 2
    assert Webhook(old).verify(body, headers)


def test_what_is_not_taken_is_tried_again_with_the_same_id_and_later_each_time(endpoint, listener):
    listener.say = [500] * 3
    happen(endpoint)
    waits = []
    for _ in range(4):
        at = Delivery.objects.get().next_at - MONDAY
        waits.append(at)
        assert send(endpoint, at - timedelta(seconds=1)) == 0
        assert send(endpoint, at) == 1
    assert waits == [timedelta(), timedelta(seconds=5), timedelta(seconds=305), timedelta(seconds=2105)]
    assert len({headers["webhook-id"] for headers, _ in listener.heard}) == 1
    assert len({body for _, body in listener.heard}) == 1
    assert states(endpoint) == ["delivered"]


def test_after_ten_tries_it_is_parked_the_endpoint_paused_and_the_journal_says_so(endpoint, listener, lasting):
    listener.say = [503] * 10
    happen(endpoint)
    for _ in range(10):
        send(endpoint, Delivery.objects.get().next_at - MONDAY)
    assert states(endpoint) == ["parked"] and len(listener.heard) == 10
    [paused] = lasting.told("EndpointPaused")
    assert "503" in paused.trouble and Endpoint.objects.get().paused_at


def test_gone_means_gone(endpoint, listener):
    listener.say = [410]
    happen(endpoint)
    send(endpoint)
    assert states(endpoint) == ["parked"] and Endpoint.objects.get().paused_at


def test_a_paused_endpoint_gets_nothing_until_it_is_resumed(endpoint, listener):
    listener.say = [410]
    happen(endpoint, 2)
    send(endpoint)
    assert send(endpoint, timedelta(days=9)) == 0
    resume_endpoints([ResumeEndpoint(endpoint)], by="ann")
    assert send(endpoint) == 1
    assert states(endpoint) == ["parked", "delivered"]
    [again] = resume_endpoints([ResumeEndpoint(endpoint)], by="ann")
    assert again.code == "not-paused"


def test_a_redelivery_keeps_its_id(endpoint, listener):
    happen(endpoint)
    send(endpoint)
    [asked] = redeliver([Redeliver(Delivery.objects.get().pk)], by="ann")
    assert asked.endpoint == endpoint
    send(endpoint)
    first, second = listener.heard
    assert first[0]["webhook-id"] == second[0]["webhook-id"] and first[1] == second[1]
    assert redeliver([Redeliver(99_999)], by="ann")[0].code == "delivery-unknown"


def test_one_subject_keeps_its_order_and_holds_back_no_other(endpoint, listener, lasting):
    [other] = add_endpoints([AddEndpoint(listener.url)], by="ann")
    listener.say = [500]
    happen(endpoint, 2)
    assert send(other.endpoint) == 2  # of its own subject the first, and of the other endpoint's the first
    assert sorted(states(other.endpoint)).count("waiting") == len(states(other.endpoint)) - 1
    subjects = [headers["webhook-id"] for headers, _ in listener.heard]
    assert len(subjects) == len(set(subjects)) == 2


def test_a_redirect_is_not_followed(endpoint, listener):
    listener.say = [302]
    happen(endpoint)
    send(endpoint)
    assert len(listener.heard) == 1 and Delivery.objects.get().last_status == 302 and states(endpoint) == ["waiting"]


def test_nobody_there_is_a_failed_try(endpoint, listener):
    listener.shutdown()
    listener.server_close()
    happen(endpoint)
    send(endpoint)
    it = Delivery.objects.get()
    assert (it.state, it.attempts, it.last_status) == ("waiting", 1, None) and "ConnectError" in it.trouble


def test_a_claim_that_was_lost_writes_nothing(endpoint, listener):
    happen(endpoint)
    Delivery.objects.update(attempts=4)
    letter = webhooks.Letter(Delivery.objects.get().pk, 3, "m", listener.url, [], 1, "k", "s", {}, MONDAY, MONDAY)
    webhooks._note(endpoint, [letter], [webhooks.Answer(200)])
    assert states(endpoint) == ["waiting"]


def test_what_has_piled_up_is_sent_at_one_go_in_its_order(endpoint, listener):
    happen(endpoint, 20)
    with clock.standing_at(MONDAY):
        assert webhooks.send_all(endpoint) == 20
    heard = [headers["webhook-id"] for headers, _ in listener.heard]
    assert heard == list(Delivery.objects.order_by("id").values_list("message", flat=True)) and set(states(endpoint)) == {"delivered"}


def test_what_has_piled_up_waits_behind_what_is_not_taken(endpoint, listener):
    listener.say = [204, 500]
    happen(endpoint, 4)
    with clock.standing_at(MONDAY):
        assert webhooks.send_all(endpoint) == 2
    assert states(endpoint) == ["delivered", "waiting", "waiting", "waiting"]


def test_a_killed_sender_loses_nothing(endpoint, listener, monkeypatch):
    happen(endpoint)
    monkeypatch.setattr(webhooks, "_post", _killed)
    with pytest.raises(KeyboardInterrupt):
        send(endpoint)
    monkeypatch.undo()
    assert send(endpoint) == 0
    assert send(endpoint, webhooks.LEASE) == 1
    assert states(endpoint) == ["delivered"]


def test_removed_means_nothing_more_and_what_waits_is_parked(endpoint, listener):
    happen(endpoint)
    remove_endpoints([RemoveEndpoint(endpoint)], by="ann")
    happen(endpoint)
    assert states(endpoint) == ["parked"] and not listener.heard
    [again] = remove_endpoints([RemoveEndpoint(endpoint)], by="ann")
    assert isinstance(again, Refused) and again.code == "endpoint-unknown"


def test_the_same_facts_heard_twice_are_put_in_once(endpoint):
    from django.db import connection

    from hanse.journal.follow import COLUMNS, Told

    rotate_secrets([RotateSecret(endpoint)], by="ann")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS} FROM journal_event")
        facts = [Told(*row) for row in cursor.fetchall()]
    post(facts)
    post(facts)
    assert states(endpoint) == ["waiting"]


@pytest.mark.parametrize("url", [
    "http://example.com", "ftp://example.com", "https://", "https://user:pw@example.com", "https://127.0.0.1/x", "https://localhost",
    "https://10.0.0.8", "https://169.254.169.254/latest", "https://[::1]/", "https://[fd00::1]/", "https://[::ffff:10.0.0.1]/",
    "https://example.com:0", "https://exa mple.com", "https://example.com:99999", "javascript:alert(1)", "https://0.0.0.0/", "nonsense",
])  # fmt: skip
def test_addresses_that_are_not_called(url):
    assert wrong_url(url, loopback=False)


@pytest.mark.parametrize("url", ["https://example.com/hook?x=1", "https://93.184.216.34/hook", "https://example.com:8443/"])
def test_addresses_that_are(url):
    assert not wrong_url(url, loopback=False)


def test_a_name_that_lies_inside_is_not_called(endpoint, settings):
    settings.WEBHOOKS_TO_LOOPBACK = False
    Endpoint.objects.update(url="https://localhost.localdomain:1/")
    happen(endpoint)
    send(endpoint)
    assert "does not lie outside" in Delivery.objects.get().trouble or "is not known" in Delivery.objects.get().trouble


def test_the_whole_road_through_the_api(lasting, listener, caller):
    it = caller("all")
    made = it.post("/webhooks", {"url": listener.url, "kinds": ["EndpointAdded"]})
    assert made.status_code == 201 and "secret" not in made.content.decode()
    endpoint = made.json()["endpoint"]
    secret = it.get(f"/webhooks/{endpoint}/secret").json()["secret"]
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 24
    assert caller("read").get(f"/webhooks/{endpoint}/secret").status_code == 403
    follow(FOLLOWERS["webhooks"])
    assert send(endpoint) == 1
    [row] = it.get(f"/webhooks/{endpoint}/deliveries").json()["items"]
    assert (row["state"], row["attempts"], row["last_status"]) == ("delivered", 1, 204)
    assert it.post(f"/webhooks/deliveries/{row['id']}/redeliver", b"").status_code == 200
    assert it.post(f"/webhooks/{endpoint}/rotate", b"").status_code == 200
    assert it.get(f"/webhooks/{endpoint}/secret").json()["secret"] != secret
    assert it.post(f"/webhooks/{endpoint}/resume", b"").json()["code"] == "not-paused"
    assert [e["id"] for e in it.get("/webhooks").json()["items"]] == [endpoint]
    assert it.delete(f"/webhooks/{endpoint}").status_code == 200
    assert it.get("/webhooks").json() == {"items": [], "next": None}
    assert it.get(f"/webhooks/{endpoint}/deliveries").status_code == 404
    wrong = it.post("/webhooks", {"url": "http://example.com", "kinds": ["Nonsense"]})
    assert (wrong.status_code, [e["pointer"] for e in wrong.json()["errors"]]) == (422, ["#/url", "#/kinds"])


async def _killed(letters: object) -> None:
    raise KeyboardInterrupt


def _really_now():
    from datetime import UTC, datetime

    return datetime.now(UTC)

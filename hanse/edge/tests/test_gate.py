"""The gate: so many requests at once, some wait, the rest is turned away and loses nothing."""

import json
import threading

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from hanse.edge.gate import Gate, threads_for
from hanse.edge.middleware import Policy


def test_so_many_work_at_once_three_times_as_many_wait_and_the_rest_is_turned_away():
    gate, done, let_in = Gate(2), threading.Event(), []
    assert gate.enter() and gate.enter()
    waiting = [threading.Thread(target=lambda: let_in.append(gate.enter())) for _ in range(gate.most_waiting)]
    for thread in waiting:
        thread.start()
    while gate._waiting < gate.most_waiting:
        done.wait(0.01)
    assert not gate.enter()
    for _ in range(gate.most_waiting):
        gate.leave()
    for thread in waiting:
        thread.join()
    assert let_in == [True] * gate.most_waiting
    assert threads_for(2) > 2 + gate.most_waiting


def test_who_has_waited_long_enough_is_turned_away(monkeypatch):
    monkeypatch.setattr("hanse.edge.gate.PATIENCE", 0.01)
    gate = Gate(1)
    assert gate.enter() and not gate.enter()
    gate.leave()
    assert gate.enter()


@pytest.mark.parametrize("path, status, words", [("/api/v1/orders", 503, "busy"), ("/orders", 503, "too many ask at once"), ("/livez", 200, "done")])
def test_who_is_turned_away_hears_when_to_come_again_and_that_nothing_was_changed(path, status, words):
    policy = Policy(lambda request: HttpResponse("done"))
    policy.gate = Gate(0)
    answer = policy(RequestFactory().get(path))
    assert answer.status_code == status and words in answer.content.decode()
    assert (answer.headers.get("Retry-After") is not None) == (status == 503)
    if path.startswith("/api/"):
        assert json.loads(answer.content)["retryable"] is True


def test_a_place_is_given_back_also_after_a_fault():
    def broken(request):
        raise RuntimeError

    policy = Policy(broken)
    policy.gate = Gate(1)
    for _ in range(2):
        with pytest.raises(RuntimeError):
            policy(RequestFactory().get("/orders"))

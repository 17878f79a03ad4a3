"""Processes: each is told its own name and measure, also one that was forked from another's."""

import pytest
from django.conf import settings

from hanse.edge import process
from hanse.edge.settings import database


@pytest.mark.parametrize("name, timeout, more", [
    ("web", "5000", ""), ("worker", "60000", ""), ("hanse", "60000", ""), ("recover", "60000", "default_transaction_read_only=off"),
])  # fmt: skip
def test_pages_are_bounded_in_seconds_and_work_in_a_minute(monkeypatch, name, timeout, more):
    monkeypatch.setenv("HANSE_PROCESS", name)
    monkeypatch.setenv("HANSE_POOL_SIZE", "7")
    monkeypatch.setenv("HANSE_POOL", "1")
    options = database("postgresql:///hanse")["OPTIONS"]
    assert options["application_name"] == name and options["pool"]["max_size"] == 7
    assert f"statement_timeout={timeout} " in options["options"] and more in options["options"]


def test_whoever_has_settings_already_is_told_those_of_its_new_name(monkeypatch):
    for variable in ("HANSE_PROCESS", "HANSE_POOL_SIZE"):
        monkeypatch.setenv(variable, "1")
    monkeypatch.setattr(settings, "DATABASE_URL", "postgresql://somebody@/elsewhere?host=/nowhere")
    monkeypatch.setattr(process, "_named", lambda name: None)
    monkeypatch.setitem(settings.DATABASES, "default", dict(settings.DATABASES["default"]))
    monkeypatch.setattr(settings, "REQUESTS_AT_ONCE", 1)
    process.become("web", 9)
    assert settings.REQUESTS_AT_ONCE == 9 and settings.DATABASES["default"]["OPTIONS"]["application_name"] == "web"
    assert settings.DATABASES["default"]["NAME"] == "elsewhere" and "TEST" in settings.DATABASES["default"], "what Django added is kept"

"""Signing in: our own page, words that say what is wrong, and no page of the library in foreign clothes."""

import pytest
from django.contrib.auth.models import User
from django.test import Client


@pytest.fixture
def ina(db):
    return User.objects.create_user("ina", password="not-a-secret-1")


def test_the_sign_in_page_is_ours_and_keeps_where_one_wanted_to_go(db):
    page = Client().get("/accounts/login/?next=/orders").content.decode()
    assert "Keep me signed in on this device" in page
    assert '<input type="hidden" name="next" value="/orders">' in page


def test_a_wrong_password_is_said_and_the_name_is_kept(ina):
    page = Client().post("/accounts/login/", {"login": "ina", "password": "wrong"}).content.decode()
    assert 'class="msg bad"' in page and 'value="ina"' in page


def test_the_right_password_leads_to_where_one_wanted_to_go(ina):
    answer = Client().post("/accounts/login/", {"login": "ina", "password": "not-a-secret-1", "next": "/language"})
    assert (answer.status_code, answer["Location"]) == (302, "/language")


@pytest.mark.parametrize("address", ["/accounts/logout/", "/accounts/password/change/", "/accounts/2fa/"])
def test_pages_of_the_sign_in_library_wear_our_clothes(ina, address):
    client = Client()
    client.force_login(ina)
    page = client.get(address).content.decode()
    assert "hanse/hanse.css" in page and "Menu:" not in page


def test_the_language_sheet_draws_with_the_real_pieces(ina):
    client = Client()
    client.force_login(ina)
    answer = client.get("/language")
    assert answer.status_code == 200 and b"data-chart" in answer.content

"""Sign-in: users are made by an admin or by `hanse user create`; nobody signs up by themselves."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class NoSignUp(DefaultAccountAdapter):
    """allauth's sign-in without its sign-up."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

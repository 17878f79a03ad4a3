"""Kept: master data in the admin, changed by the same operation as everywhere, so that the journal knows.

A form is tried as a dry run when it is checked, so its fields say what the operation would refuse; saving does
it. What is beside the form is to look at. Nothing is deleted: it is retired or made inactive.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from django.db.models import NOT_PROVIDED, Model
from django.forms import CharField, ModelForm
from django.http import HttpRequest

from hanse.journal.principals import principal
from hanse.kernel.refused import Refused


class LookOnly:
    """Nothing is added, changed or deleted here; staff may look."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class KeptForm(ModelForm):
    """A form whose row is kept by an operation: `keep` takes a list of `ask` and who asks."""

    keep: Callable[..., list[Any]]
    ask: type
    by: str

    named: str
    also: tuple[str, ...]

    def __init__(self, *args: Any, **kwargs: Any):
        """A new row's form begins with what the database would fill in."""
        super().__init__(*args, **kwargs)
        for name in self.fields:
            usual = getattr(self._meta.model._meta.get_field(name), "db_default", NOT_PROVIDED)
            if usual is not NOT_PROVIDED and self.instance.pk is None:
                self.initial[name] = usual

    def asked(self) -> Any:
        """What the form asks for. An emptied text is empty; the name of a known row stays."""
        names = {f.name for f in fields(self.ask)} & {*self.cleaned_data}
        said = {name: self._plain(name) for name in names}
        return self.ask(**{name: getattr(self.instance, name) for name in (self.named, *self.also)} | said)

    def _plain(self, name: str) -> Any:
        value = self.cleaned_data[name]
        if value is None and isinstance(self.fields[name], CharField):
            return ""
        return tuple(value) if isinstance(value, list) else value

    def clean(self) -> dict[str, Any]:
        """Try it: what the operation would refuse stands at its field."""
        cleaned = super().clean() or self.cleaned_data
        for name in self.changed_data:
            if name in cleaned and self._plain(name) is None:
                self.add_error(name, "This can be changed, but not emptied.")
        if not self.errors:
            [answer] = type(self).keep([self.asked()], by=self.by, dry_run=True)
            if isinstance(answer, Refused):
                for finding in answer.errors or [answer]:
                    field = getattr(finding, "pointer", "#/").removeprefix("#/").split("/")[0]
                    self.add_error(field if field in self.fields else None, finding.detail)
        return self.cleaned_data


class KeptAdmin:
    """An admin whose rows are kept by `keep`; `named` is the field by which a row is known and never changes, `also` what
    else it is known by, such as the day from which it holds.
    """

    keep: Callable[..., list[Any]]
    ask: type
    named = "code"
    also: tuple[str, ...] = ()

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[ModelForm]:
        made = super().get_form(request, obj, change, **(kwargs | {"form": KeptForm}))  # type: ignore[misc]
        made.keep, made.ask, made.by, made.named, made.also = staticmethod(type(self).keep), self.ask, request.user.get_username(), self.named, self.also
        return made

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*super().get_readonly_fields(request, obj), *((self.named, *self.also) if obj else ()))  # type: ignore[misc]

    def save_model(self, request: HttpRequest, obj: Model, form: KeptForm, change: bool) -> None:
        """Keep the row by its operation, as whoever is signed in."""
        [answer] = type(self).keep([form.asked()], by=request.user.get_username())
        if isinstance(answer, Refused):
            raise RuntimeError(answer.detail)
        obj.pk = type(obj)._default_manager.get(**{name: getattr(obj, name) for name in (self.named, *self.also)}).pk

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_staff)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_staff)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return principal(request.user.get_username()).may(type(self).keep.name)  # type: ignore[attr-defined]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

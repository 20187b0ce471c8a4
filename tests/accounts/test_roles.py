import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts.models import Role, User
from accounts.roles import has_role, staff_required


def person(*roles: str, active: bool = True) -> User:
    return User(email="x@example.org", roles=list(roles), is_active=active)


@pytest.mark.parametrize(
    ("user", "asked", "expected"),
    [
        (person("sales"), [Role.SALES], True),
        (person("sales"), [Role.ACCOUNTING, Role.SALES], True),
        (person("sales"), [Role.ACCOUNTING], False),
        (person("manager"), [Role.ACCOUNTING], True),
        (person("production"), [], True),
        (person(), [], False),
        (person(), [Role.SALES], False),
        (person("manager", active=False), [Role.SALES], False),
        (AnonymousUser(), [], False),
    ],
)
def test_roles(user: User, asked: list[Role], expected: bool) -> None:
    assert has_role(user, *asked) is expected


@staff_required(Role.ACCOUNTING)
def books(request: HttpRequest) -> HttpResponse:
    return HttpResponse("books")


def visit(user: User | AnonymousUser) -> HttpResponse:
    request = RequestFactory().get("/backoffice/books/?page=2")
    request.user = user
    return books(request)


def test_guests_are_asked_to_sign_in() -> None:
    assert visit(AnonymousUser()).headers["Location"] == "/account/login/?next=/backoffice/books/%3Fpage%3D2"


def test_customers_find_nothing() -> None:
    with pytest.raises(Http404):
        visit(person())


def test_staff_without_the_role_are_refused() -> None:
    with pytest.raises(PermissionDenied):
        visit(person("production"))


@pytest.mark.parametrize("role", ["accounting", "manager"])
def test_who_has_the_role_comes_in(role: str) -> None:
    assert visit(person(role)).content == b"books"

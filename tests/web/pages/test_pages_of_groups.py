"""Groups and check-ins are listed a page at a time and searched, without scripts."""

from collections.abc import Callable

import httpx
import pytest

from tests.web.hospital import Hospital
from web import views_groups

SignedIn = Callable[[str], httpx.Client]


@pytest.mark.parametrize("path", ["/console/groups", "/console/check-ins"])
def test_each_group_is_on_exactly_one_page(
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(views_groups, "A_PAGE", 2)
    client = signed_in("ana")
    first, second = (client.get(path, params={"page": page}).text for page in (1, 2))
    names = ("Marisol", "Theodora", "Priya", "João", "Ngozi", "Ingrid")
    assert all((name in first) != (name in second) for name in names)
    assert "3 active groups" in first
    assert 'href="?q=&amp;page=2"' in first
    assert client.get(path, params={"page": 99}).text.count("2 of 2") == 1


@pytest.mark.parametrize("path", ["/console/groups", "/console/check-ins"])
@pytest.mark.parametrize("words", ["marisol", "M1", "quinta mari"])
def test_a_group_is_found_by_a_name_or_id_in_it(signed_in: SignedIn, path: str, words: str) -> None:
    shown = signed_in("ana").get(path, params={"q": words}).text
    assert "Marisol" in shown
    assert "1 active group with" in shown


def test_a_search_for_nobody_says_so(signed_in: SignedIn, hospital: Hospital) -> None:
    assert "No group with that name" in signed_in("ana").get("/console/groups?q=nobody").text


def test_the_api_ends_after_the_last_page(signed_in: SignedIn) -> None:
    client = signed_in("ana")
    assert len(client.get("/api/v1/groups").json()) == 3
    assert client.get("/api/v1/groups?page=2").json() == []

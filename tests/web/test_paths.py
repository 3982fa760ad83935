"""Paths come from one table."""

import pytest

from jiwar.web import routes
from jiwar.web.paths import Paths

PATHS = Paths({"home": "/", "topic": "/talk/{topic}", "page": "/talk/{topic}/{page:int}"})


def test_places_are_filled_and_the_rest_goes_into_the_query() -> None:
    assert PATHS.url("home") == "/"
    assert PATHS.url("topic", topic="a b/ج") == "/talk/a%20b%2F%D8%AC"
    assert PATHS.url("page", topic="x", page=2, new="yes") == "/talk/x/2?new=yes"


def test_the_router_gets_the_pattern() -> None:
    assert PATHS.pattern("page") == "/talk/{topic}/{page:int}"


@pytest.mark.parametrize(("name", "values"), [("nowhere", {}), ("topic", {})])
def test_a_path_that_is_not_whole_is_an_error(name: str, values: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        PATHS.url(name, **values)


def test_no_two_pages_have_one_path() -> None:
    paths = [page.path for page in routes.ALL]
    assert [path for path in paths if paths.count(path) > 1] == []

"""A second notebook: offered once, full of ordinary groups, behind a key and perhaps a number of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.clock import SetClock
from jiwar.errors import NotThere
from jiwar.web import messages
from jiwar.web.second import DAYS
from tests.web.client import Client, World
from tests.web.conftest import found, shown_key, sign_in
from tests.web.test_phones import PIN, back, remembered, rested

Open = Callable[..., Client]
OTHER_PIN = "975310"


def second_notebook(client: Client, pin: str = "") -> str:
    """Walk through the page; the second key."""
    page = client.get(client.world.url("mykey"))
    assert client.world.url("second") in page.links
    page = client.send(client.get(client.world.url("second")), "second", **({"pin": pin} if pin else {}))
    key = shown_key(page)[0]
    page = client.send(page, "second_key", _button="taken=yes")
    assert client.word("The second notebook is ready.") in page.text
    return key


def test_a_second_key_opens_ordinary_groups_with_talk_of_the_last_weeks(
    world: World, client: Open, language: str
) -> None:
    someone = found(client(language), name="قهوة الثلاثاء")
    key = second_notebook(someone)
    decoy = client(language)
    home = sign_in(decoy, key)
    assert home.path == world.url("home")
    assert "قهوة الثلاثاء" not in home.text
    talk = decoy.get(world.url("talk"))
    topics = [link for link in talk.links if link.startswith("/talk/")]
    assert len(topics) >= 5
    for link in topics:
        page = decoy.get(link)
        assert page.status == 200
        assert page.text.count(someone.word("Today")) <= 1
    assert sign_in(client(language), someone.key).text.count("قهوة الثلاثاء")


def test_the_page_is_there_once(world: World, client: Open, language: str) -> None:
    for leave in (second_notebook, _wave_off):
        someone = found(client(language))
        leave(someone)
        assert world.url("second") not in someone.get(world.url("mykey")).links
        for name in ("second", "second_key"):
            assert someone.get(world.url(name)).status == messages.status(NotThere())


def _wave_off(client: Client) -> None:
    client.send(client.get(client.world.url("second")), "second", _button="no=yes")


def test_after_a_month_the_page_is_gone_by_itself(world: World, client: Open, clock: SetClock) -> None:
    someone = found(client())
    clock.forward(days=DAYS + 1)
    sign_in(someone, someone.key)
    assert world.url("second") not in someone.get(world.url("mykey")).links


def test_the_decoy_shows_no_such_page_and_the_same_things_otherwise(world: World, client: Open) -> None:
    someone = remembered(found(client()))
    decoy = client()
    sign_in(decoy, second_notebook(someone, OTHER_PIN))
    page = decoy.get(world.url("mykey"))
    assert world.url("second") not in page.links
    assert world.url("phones") in page.links
    assert decoy.get(world.url("phones")).form(world.url("phone_forget"))


def test_a_second_number_opens_the_decoy_and_the_first_the_account(world: World, client: Open, language: str) -> None:
    someone = remembered(found(client(language), name="قهوة الثلاثاء"))
    second_notebook(someone, OTHER_PIN)
    decoy = back(rested(someone), OTHER_PIN)
    assert decoy.path == world.url("home")
    assert "قهوة الثلاثاء" not in decoy.text
    own = back(rested(someone), PIN)
    assert "قهوة الثلاثاء" in own.text


def test_one_number_for_both_is_refused_and_said(world: World, client: Open) -> None:
    someone = remembered(found(client("en")))
    page = someone.send(someone.get(world.url("second")), "second", pin=PIN)
    page = someone.send(page, "second_key", _button="taken=yes")
    assert "The two numbers have to differ." in page.text


def test_the_decoy_can_be_used_as_any_account(world: World, client: Open) -> None:
    """Its groups are real: its owner writes in them, and looks after them."""
    someone = found(client())
    decoy = client()
    sign_in(decoy, second_notebook(someone))
    topic = next(link for link in decoy.get(world.url("talk")).links if link.startswith("/talk/"))
    page = decoy.send(decoy.get(topic), "topic", text="من خبز اليوم؟", _button="do=send")
    assert "من خبز اليوم؟" in page.text
    groups = [link for link in decoy.get(world.url("groups")).links if link.startswith("/group/")]
    assert len(groups) == 2
    assert decoy.get(groups[0]).status == 200


@pytest.mark.parametrize("who", ["account", "decoy"])
def test_each_comes_back_after_the_other(world: World, client: Open, who: str) -> None:
    someone = found(client())
    keys = {"account": someone.key, "decoy": second_notebook(someone)}
    for key in (keys["account"], keys["decoy"], keys[who]):
        assert sign_in(client(), key).path == world.url("home")

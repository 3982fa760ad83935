"""Key-keepers on their pages: three are chosen, one begins, another writes the slip, and a new key ends it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from jiwar.circles import newkey
from jiwar.circles.keepers import FIRST_DAY
from jiwar.circles.member import Member
from jiwar.clock import SetClock
from jiwar.errors import Conflict, InviteSpent
from jiwar.keyring.account import Access
from jiwar.scheduler import Scheduler
from jiwar.web import messages
from tests.web.client import Client, Page, World
from tests.web.conftest import found, join, shown_key, sign_in, slips_on

Open = Callable[..., Client]
NAMES = ("زيتونة", "صنوبر", "سنديان")
GROUP = "قهوة العصر"
OPTION = re.compile(r'<option value="([^"]+)"[^>]*>([^<]+)</option>')


def came(client: Client) -> None:
    """Come back with a fresh visit."""
    client.cookies.pop(client.world.site.cookie, None)
    sign_in(client, client.key)


@dataclass
class Group:
    """Somebody and three others of one group, a week later."""

    world: World
    clock: SetClock
    owner: Client
    others: list[Client]

    def hours_pass(self, hours: int) -> None:
        scheduler = Scheduler(self.world.hub.store, self.clock)

        async def look() -> None:
            for _ in range(hours * 60 + 1):
                self.clock.forward(seconds=60)
                await scheduler.look()

        self.world.run(look())
        for one in (self.owner, *self.others):
            came(one)

    def choosing(self) -> Page:
        """The page on which the owner chooses."""
        assert self.world.url("keepers") in self.owner.get(self.world.url("mykey")).links
        page = self.owner.get(self.world.url("keepers"))
        return self.owner.get(next(one for one in page.links if one.endswith("/keepers") and "/group/" in one))

    def choose(self, names: tuple[str, ...] = NAMES) -> Page:
        page = self.choosing()
        keys = {name: key for key, name in OPTION.findall(page.html)}
        picked = dict(zip(("first", "second", "third"), (keys[name] for name in names), strict=True))
        page = self.owner.send(page, "keepers_choose", **picked)
        for one in self.others:
            came(one)
        return page

    def keeping(self, keeper: Client) -> Page:
        page = keeper.get(self.world.url("keepers"))
        return keeper.get(next(one for one in page.links if one.endswith("/keeping")))


@pytest.fixture
def group(world: World, client: Open, clock: SetClock, language: str) -> Group:
    owner = found(client(language), name=GROUP, handle="نخلة", invite=True)
    others = [join(client(language), slip, name) for slip, name in zip(owner.slips, NAMES[:2], strict=True)]
    page = owner.get(next(one for one in owner.get(world.url("groups")).links if one.startswith("/group/")))
    page = owner.get(next(one for one in page.links if one.endswith("/invite")))
    others.append(join(client(language), slips_on(owner.send(page, "invite"))[0], NAMES[2]))
    clock.forward(days=FIRST_DAY)
    for one in (owner, *others):
        came(one)
    return Group(world, clock, owner, others)


def test_two_of_three_give_the_account_back_with_a_new_key(group: Group, client: Open) -> None:
    world, owner, (first, second, third) = group.world, group.owner, group.others
    assert all(name in group.choose().text for name in NAMES)
    page = first.send(group.keeping(first), "keeping", _button="act=begin")
    assert first.word("Begun. After a day one of the two others can write the slip.") in page.text
    assert first.word("Write the slip") not in group.keeping(second).text
    group.hours_pass(24)
    assert first.word("Write the slip") not in group.keeping(first).text, "it takes another one"
    (slip,) = slips_on(second.send(group.keeping(second), "keeping", _button="act=slip"))

    back = client(owner.language)
    page = back.send(back.get(f"{slip[0]}?l={back.language}"), "joining", words=slip[1])
    key = shown_key(page)[0]
    assert back.ask("GET", world.url("home")).status != 200, "nothing opens before the new key"
    page = back.send(back.send(page, "new_key_words", _button="taken=yes"), "new_key_typed", key=key)
    assert GROUP in back.get(world.url("groups")).text
    assert GROUP in sign_in(client(owner.language), key).text
    assert owner.word("This key opens nothing here.") in sign_in(client(owner.language), owner.key).text
    assert owner.ask("GET", world.url("home")).status != 200
    page = third.send(group.keeping(third), "keeping", _button="act=slip")
    said = "It opens nothing now: a new key was made meanwhile, or the account is closed."
    assert third.word(said) in page.text
    other = client(owner.language)
    page = other.send(other.get(f"{slip[0]}?l={other.language}"), "joining", words=slip[1])
    assert page.status == messages.status(InviteSpent()), "a slip opens once"


def test_a_move_that_fails_signs_nobody_in(group: Group, client: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes by a slip has no session of the account but together with a new key."""
    world, (first, second, _) = group.world, group.others
    group.choose()
    first.send(group.keeping(first), "keeping", _button="act=begin")
    group.hours_pass(24)
    (slip,) = slips_on(second.send(group.keeping(second), "keeping", _button="act=slip"))
    back = client(group.owner.language)
    page = back.send(back.get(f"{slip[0]}?l={back.language}"), "joining", words=slip[1])
    key = shown_key(page)[0]
    page = back.send(page, "new_key_words", _button="taken=yes")
    renew, open_before = newkey.renew, len(world.hub.services.sessions._entries)

    async def too_many_write(member: Member, access: Access) -> Member:
        raise Conflict

    monkeypatch.setattr(newkey, "renew", too_many_write)
    assert back.send(page, "new_key_typed", key=key).status == messages.status(Conflict())
    assert back.ask("GET", world.url("home")).status != 200
    assert len(world.hub.services.sessions._entries) == open_before
    assert GROUP in sign_in(client(group.owner.language), group.owner.key).text, "nothing has moved"
    monkeypatch.setattr(newkey, "renew", renew)
    back.send(page, "new_key_typed", key=key)
    assert GROUP in back.get(world.url("groups")).text


def test_the_owner_is_told_and_stops_it(group: Group) -> None:
    owner, (first, second, _) = group.owner, group.others
    group.choose()
    first.send(group.keeping(first), "keeping", _button="act=begin")
    page = owner.get(group.world.url("home"))
    assert owner.word("Somebody who keeps this key says that it is lost.") in page.text
    page = owner.get(next(one for one in page.links if one.endswith("/begun")))
    assert NAMES[0] in page.text
    page = owner.send(page, "keepers_begun")
    assert owner.word("Stopped. Everything here is as it was.") in page.text
    assert "/begun" not in owner.get(group.world.url("home")).html
    group.hours_pass(24)
    assert second.word("Write the slip") not in group.keeping(second).text


def test_after_the_day_the_owner_is_led_to_a_new_key(group: Group) -> None:
    owner, first = group.owner, group.others[0]
    group.choose()
    first.send(group.keeping(first), "keeping", _button="act=begin")
    group.hours_pass(24)
    page = owner.get(group.world.url("home"))
    page = owner.get(next(one for one in page.links if one.endswith("/begun")))
    assert group.world.url("new_key") in page.links


def test_three_different_people_and_taken_back(group: Group) -> None:
    owner = group.owner
    page = group.choose((NAMES[0], NAMES[0], NAMES[1]))
    assert owner.word("Three different people, please.") in page.text
    group.choose()
    owner.send(owner.get(group.world.url("keepers")), "keepers")
    for one in group.others:
        came(one)
        assert not any(link.endswith("/keeping") for link in one.get(group.world.url("keepers")).links)

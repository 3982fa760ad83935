"""A lost key comes back: three keep it, one begins, the account is told, and after a day another writes the slip."""

from __future__ import annotations

from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, Timed, pairwise
from tests.browser.measured import Measured

NAMES = {
    "ar": ("قهوة العصر", "نخلة", ("زيتونة", "صنوبر", "سنديان")),
    "en": ("Evening coffee", "Heron", ("Sparrow", "Finch", "Lark")),
    "fr": ("Café du soir", "Héron", ("Moineau", "Pinson", "Alouette")),
}
A_WEEK = 7


@pairwise
def test_a_lost_key_comes_back_by_two_of_three(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    owner, keeper = (Measured(browser(width, js, lang), timed.hub, lang, js) for _ in range(2))
    examination = Examination()
    if js:
        examination.of(owner, width)
        examination.of(keeper, width)
    group, mine, names = NAMES[lang]
    slips = owner.found(timed.hub.founding_link(), group, group, mine)
    keys = []
    for slip, name in zip([*slips, owner.invite(group)], names, strict=True):
        keeper.join(slip, name)
        keys.append(keeper.key)
        keeper.close()

    timed.days_pass(A_WEEK)
    lost = owner.key
    owner.sign_in()
    _to_keepers(owner)
    with owner.way() as way:
        owner.open(group)
        for place, name in zip(("first", "second", "third"), names, strict=True):
            owner.pick(place, name)
        owner.press("These three")
    assert len(way.screens) == 2, "choose, and who they are"
    assert all(owner.sees(name) for name in names)
    owner.close()

    _to_kept(keeper, keys[0], mine)
    keeper.press("Begin the day")
    assert keeper.sees(keeper.word("Begun. After a day one of the two others can write the slip."))
    keeper.close()
    owner.sign_in(lost)
    assert owner.sees(owner.word("Somebody who keeps this key says that it is lost."))
    owner.press("Was that not me?")
    assert owner.sees(names[0])
    owner.press("That was me")
    owner.close()
    timed.hours_pass(23)
    _to_kept(keeper, keys[1], mine)
    assert not keeper.sees(keeper.word("Write the slip")), "nothing before the day is over"
    keeper.close()
    timed.hours_pass(1)

    _to_kept(keeper, keys[0], mine)
    assert not keeper.sees(keeper.word("Write the slip")), "who began holds nothing more than before"
    keeper.close()
    _to_kept(keeper, keys[1], mine)
    keeper.press("Write the slip")
    slip = keeper.slips()[0]

    with owner.way() as way:
        owner.arrive(slip.link)
        owner.type("words", slip.words)
        owner.press("Continue")
        owner.take_key()
        owner.type("key", owner.key)
        owner.press("Use the new key")
    assert len(way.screens) == 3 + 1, "slip words, new key, typed once, and my key"
    owner.open_group(group)
    owner.close()
    owner.sign_in(lost)
    assert owner.sees(owner.word("This key opens nothing here."))
    owner.sign_in()
    assert owner.sees(group)
    assert examination.says() == ""
    assert not js or examination.seen.keys() >= {"keepers_choose", "keepers_begun", "keeping"}


def _to_keepers(who: Measured) -> None:
    who.press("More")
    who.open(who.word("My key"))
    who.open(who.word("Key-keepers"))


def _to_kept(keeper: Measured, key: str, owner: str) -> None:
    """The page about somebody whose key this one keeps."""
    keeper.sign_in(key)
    _to_keepers(keeper)
    keeper.open(owner)

"""What a charter may say, and how its editions follow each other."""

import pytest
from msgspec.structs import replace

from jiwar.circles import charters, founding
from jiwar.circles.founding import change_charter, write_own
from jiwar.circles.model import Charter
from jiwar.circles.policy import FIRST_LEVELS
from jiwar.errors import BadChoice, Conflict, NotAllowed, TextMissing, TextTooLong
from jiwar.wire.canonical import encode
from tests.systems.company import Company

CHARTER = founding.first_charter("close", "قعدة", "نحكي", ("بهدوء",), "link")


def _with_row(**values: object) -> Charter:
    levels = CHARTER.levels
    return replace(CHARTER, levels=(replace(levels[0], **values), *levels[1:]))


@pytest.mark.parametrize("card", sorted(FIRST_LEVELS))
def test_every_card_starts_with_a_sound_charter(card: str) -> None:
    charters.require_sound(founding.first_charter(card, "قعدة", "", (), "link"))


@pytest.mark.parametrize(
    ("unsound", "error"),
    [
        (replace(CHARTER, name=""), TextMissing),
        (replace(CHARTER, name="ب" * 61), TextTooLong),
        (replace(CHARTER, about="ب" * 2001), TextTooLong),
        (replace(CHARTER, rules=("ب" * 301,)), TextTooLong),
        (replace(CHARTER, rules=("ب",) * 25), BadChoice),
        (replace(CHARTER, notes=("ب" * 61,)), TextTooLong),
        (replace(CHARTER, notes=("ب",) * 25), BadChoice),
        (replace(CHARTER, name="قعدة\u202e"), BadChoice),
        (replace(CHARTER, about="\x00"), BadChoice),
        (replace(CHARTER, rules=("ب\u2066",)), BadChoice),
        (replace(CHARTER, notes=("ب\x1b",)), BadChoice),
        (replace(CHARTER, access="letter"), BadChoice),
        (replace(CHARTER, level=4), BadChoice),
        (replace(CHARTER, level=-1), BadChoice),
        (_with_row(topic_days=2), BadChoice),
        (_with_row(room_days=0), BadChoice),
        (_with_row(invite_days=0), BadChoice),
        (_with_row(invite_days=8), BadChoice),
        (_with_row(invite_uses=0), BadChoice),
        (_with_row(invite_uses=11), BadChoice),
        (_with_row(idle_minutes=600), BadChoice),
    ],
)
@pytest.mark.anyio
async def test_an_unsound_charter_never_comes_into_force(company: Company, unsound: Charter, error: type) -> None:
    with pytest.raises(error):
        charters.require_sound(unsound)
    palm = company.palm()
    with pytest.raises(error):
        await change_charter(palm, unsound)
    await write_own(palm, "charter", encode(charters.next_edition(palm.charter, unsound)))
    assert company.fig().charter.edition == 0


@pytest.mark.parametrize(
    ("change", "asks"),
    [
        ({"about": "نحكي كثيراً"}, True),
        ({"rules": ("بهدوء", "شاي أوّلاً")}, True),
        ({"name": "سهرة"}, False),
        ({"notes": ("مرض",)}, False),
        ({"level": 2}, False),
    ],
)
def test_only_words_that_people_agree_to_ask_them_again(change: dict[str, object], asks: bool) -> None:
    following = charters.next_edition(CHARTER, replace(CHARTER, **change))
    assert following.edition == 1
    assert following.rules_edition == (1 if asks else 0)


@pytest.mark.parametrize("wrong", [{"edition": 0}, {"edition": 2}, {"rules_edition": 1}, {"rules_edition": -1}])
def test_numbers_of_editions_can_not_be_made_up(wrong: dict[str, int]) -> None:
    following = charters.next_edition(CHARTER, replace(CHARTER, level=2))
    charters.require_next(CHARTER, following)
    with pytest.raises(BadChoice):
        charters.require_next(CHARTER, replace(following, **wrong))


@pytest.mark.anyio
async def test_members_can_not_change_the_charter(company: Company) -> None:
    fig = company.fig()
    with pytest.raises(NotAllowed):
        await change_charter(fig, replace(fig.charter, name="سهرة"))
    await write_own(fig, "charter", encode(charters.next_edition(fig.charter, replace(fig.charter, name="سهرة"))))
    assert company.palm().charter.name == "قعدة"


@pytest.mark.anyio
async def test_the_second_of_two_changes_is_told_so(company: Company) -> None:
    first, second = company.palm(), company.palm()
    standing = second.charter
    await change_charter(first, replace(first.charter, name="سهرة"))
    with pytest.raises(Conflict):
        await change_charter(second, replace(standing, name="قهوة"))
    assert company.palm().charter.name == "سهرة"

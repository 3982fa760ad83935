"""What I keep about people for myself: names, muting, blocking, agreement."""

import pytest
from msgspec.structs import replace

from jiwar.circles import people
from jiwar.circles.founding import change_charter
from jiwar.circles.invitations import Tries
from jiwar.errors import Full, TextTooLong
from tests.systems.company import Company, join

pytestmark = pytest.mark.anyio


def _strangers(number: int) -> list[bytes]:
    return [bytes([at]) * 32 for at in range(number)]


async def test_a_private_name_replaces_the_handle_for_me_alone(company: Company) -> None:
    fig, lamp = company.fig(), company.lamp().log.persona.key
    await people.label(fig, lamp, "  ابن   خالتي ")
    assert company.fig().handle_of(lamp) == "ابن خالتي"
    assert people.label_of(company.fig(), lamp) == "ابن خالتي"
    assert company.palm().handle_of(lamp) == "قنديل"
    await people.label(company.fig(), lamp, " ")
    assert company.fig().handle_of(lamp) == "قنديل"


async def test_names_are_bounded(company: Company) -> None:
    with pytest.raises(TextTooLong):
        await people.label(company.fig(), b"x" * 32, "ب" * 41)
    with pytest.raises(TextTooLong):
        await people.name_circle(company.fig(), "ب" * 61)
    for persona in _strangers(people.MOST_LABELS):
        await people.label(company.fig(), persona, "جار")
    with pytest.raises(Full):
        await people.label(company.fig(), b"x" * 32, "جار")
    await people.label(company.fig(), _strangers(1)[0], "جارة")
    assert people.label_of(company.fig(), _strangers(1)[0]) == "جارة"


async def test_the_name_that_everybody_uses_is_no_private_one(company: Company) -> None:
    await people.name_circle(company.fig(), "شغل البيت")
    assert company.fig().name == "شغل البيت"
    await people.name_circle(company.fig(), "قعدة")
    assert company.fig().membership.alias == ""


@pytest.mark.parametrize(
    ("change", "kept", "most"),
    [(people.mute, "muted", people.MOST_MUTED), (people.block, "blocked", people.MOST_BLOCKED)],
)
async def test_muting_and_blocking_are_bounded_and_can_be_undone(
    company: Company, change, kept: str, most: int
) -> None:
    for persona in _strangers(most):
        await change(company.fig(), persona, True)
    with pytest.raises(Full):
        await change(company.fig(), b"x" * 32, True)
    await change(company.fig(), _strangers(1)[0], True)
    assert len(getattr(company.fig().membership, kept)) == most
    for persona in _strangers(most):
        await change(company.fig(), persona, False)
    assert getattr(company.fig().membership, kept) == ()


async def test_agreement_follows_the_edition_that_was_read(company: Company) -> None:
    await change_charter(company.palm(), replace(company.palm().charter, rules=("شاي أوّلاً",)))
    assert people.rules_have_changed(company.fig())
    await people.agree(company.fig(), 0)
    assert people.rules_have_changed(company.fig())
    await people.agree(company.fig(), 1)
    assert not people.rules_have_changed(company.fig())
    await people.agree(company.fig(), 99)
    assert company.fig().membership.agreed == 1


async def test_who_enters_has_agreed_to_what_they_read(company: Company) -> None:
    await change_charter(company.palm(), replace(company.palm().charter, rules=("شاي أوّلاً",)))
    await join(company, Tries(), "mint", "نعناع")
    assert not people.rules_have_changed(company.opened_by("mint"))
    assert people.rules_have_changed(company.fig())


async def test_the_weather_of_a_circle_reaches_the_bars(company: Company) -> None:
    fig = company.fig()
    await change_charter(company.palm(), replace(company.palm().charter, level=2))
    opened = company.fig()
    assert opened.charter.level == 2
    assert opened.member.trail(fig.id).level == 2

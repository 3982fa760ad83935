"""A circle as one member has it open: following, folding, and a hub that works with somebody inside."""

from __future__ import annotations

import dataclasses

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, leaving, roles, transfer, two_steps
from jiwar.circles.circle import circle_object, load_state, open_log
from jiwar.circles.founding import write_own
from jiwar.circles.invitations import number_of
from jiwar.circles.model import Heartbeat, Remove, Role, Rotated, Snapshot
from jiwar.circles.seats import seats
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.errors import BadProof, BadSignature, NotThere, Removed
from jiwar.keyring import epochs, shelves
from jiwar.keyring.epochs import EpochKeys
from jiwar.keyring.model import Label
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Entry
from jiwar.store.contract import KEPT, NewShelf
from jiwar.store.memory import _Transfer
from jiwar.wire.canonical import encode
from tests.world import Person, Village, World, handles, heard, say, village

pytestmark = pytest.mark.anyio


async def test_opens_for_its_members_only(here: Village) -> None:
    stranger = await here.world.sign_up()
    for circle in (here.circle, b"x" * 32):
        with pytest.raises(NotThere):
            stranger.circle(circle)
    with pytest.raises(NotThere):
        here.member.circle(b"x" * 32)


async def test_shows_its_name_and_its_people(here: Village) -> None:
    circle = here.member.circle(here.circle)
    founder = here.founder.persona(here.circle)
    assert (circle.name, circle.policy.topic_days, circle.handle_of(founder)) == ("Evenings", 90, "founder")
    assert circle.handle_of(b"x" * 32) == ""
    labels = (Label(b"x" * 32, "somebody"), Label(founder, "mine"))
    await circle.member.change_membership(here.circle, lambda one: replace(one, labels=labels))
    assert here.member.circle(here.circle).handle_of(founder) == "mine"
    assert not circle.is_steward


async def test_remembers_what_was_read(here: Village) -> None:
    topic = await say(here.founder.circle(here.circle).log, "one")
    circle = here.member.circle(here.circle)
    base = circle.trail.read_up_to(topic)
    number = circle.log.cover(topic).head
    assert base < number
    circle.has_seen(topic, number)
    circle.has_seen(topic, 1)
    assert here.member.circle(here.circle).trail.read_up_to(topic) == number


async def test_two_readers_fold_to_one_state(here: Village) -> None:
    await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
    await here.world.join(here.circle, here.founder, "lamp")
    warm = here.founder.circle(here.circle).state
    here.world.restart()
    cold = here.steward.circle(here.circle).state
    assert (cold.members, cold.charter, cold.epoch, cold.desks, cold.inner) == (
        warm.members,
        warm.charter,
        warm.epoch,
        warm.desks,
        warm.inner,
    )


class TestTwoPhones:
    """Two sessions of one account, side by side."""

    async def test_both_read_and_write(self, here: Village) -> None:
        other = here.member.again()
        topic = await say(here.member.circle(here.circle).log, "from one")
        await say(other.circle(here.circle).log, "from the other", topic)
        assert heard(here.member.circle(here.circle), topic) == ["from one", "from the other"]

    async def test_what_either_read_is_read(self, here: Village) -> None:
        topics = [await say(here.founder.circle(here.circle).log, text) for text in ("one", "two")]
        phones = [here.member, here.member.again()]
        for phone, topic in zip(phones, topics, strict=True):
            circle = phone.circle(here.circle)
            circle.has_seen(topic, circle.log.cover(topic).head)
        for phone in phones:
            await phone.member.flush(now=True)
        third = here.member.again().circle(here.circle)
        assert all(third.trail.read_up_to(topic) == third.log.cover(topic).head for topic in topics)

    async def test_both_follow_a_turn(self, here: Village) -> None:
        phones = [here.steward, here.steward.again()]
        assert phones[1].circle(here.circle).state
        await leaving.remove(phones[0].circle(here.circle), here.member.persona(here.circle))
        for phone in phones:
            assert phone.circle(here.circle).log.newest.epoch == 1
            await phone.member.flush(now=True)
        trail = shelves.trail(here.steward.again().member.keyring, here.circle)
        assert [keys.epoch for keys in trail.epochs] == [0, 1]
        assert trail.epochs[0].transfer == b""

    async def test_one_leaves_and_the_other_is_out(self, here: Village) -> None:
        other = here.member.again()
        assert other.circle(here.circle).me.handle == "member"
        await leaving.leave(here.member.circle(here.circle))
        with pytest.raises(NotThere):
            other.circle(here.circle)
        await other.member.flush(now=True)
        assert not other.member.has(here.circle)

    async def test_regression_two_requests_of_one_session_lose_nothing_of_each_other(self, here: Village) -> None:
        topics = [await say(here.founder.circle(here.circle).log, text) for text in ("one", "two")]
        first, second = here.member.circle(here.circle), here.member.circle(here.circle)
        first.has_seen(topics[0], first.log.cover(topics[0]).head)
        second.has_seen(topics[1], second.log.cover(topics[1]).head)
        await first.member.flush(now=True)
        third = here.member.circle(here.circle)
        assert [third.trail.read_up_to(topic) for topic in topics] == [
            third.log.cover(topic).head for topic in topics
        ]

    async def test_a_request_that_writes_late_undoes_nothing(self, here: Village) -> None:
        topic = await say(here.founder.circle(here.circle).log, "one")
        slow, quick = here.member.circle(here.circle), here.member.circle(here.circle)
        quick.has_seen(topic, quick.log.cover(topic).head)
        await quick.member.flush(now=True)
        await slow.member.flush(now=True)
        assert here.member.again().circle(here.circle).trail.read_up_to(topic) == quick.log.cover(topic).head


class TestTheTree:
    """What a reader who keeps size and root notices at their next visit."""

    async def test_grows(self, here: Village) -> None:
        here.member.circle(here.circle).check_tree()
        await say(here.founder.circle(here.circle).log, "more")
        circle = here.member.circle(here.circle)
        circle.check_tree()
        assert (circle.trail.seen_size, circle.trail.seen_root) == (circle.log.state.size, circle.log.state.root)
        kept = circle.trail
        circle.check_tree()
        assert circle.trail is kept

    async def test_of_a_restored_hub_is_too_short(self, here: Village) -> None:
        image = here.world.hub.image()
        await say(here.founder.circle(here.circle).log, "more")
        here.member.circle(here.circle).check_tree()
        here.world.hub.restore(image)
        here.world.restart()
        with pytest.raises(BadProof):
            here.member.circle(here.circle).check_tree()

    async def test_of_a_fork_is_another(self, here: Village) -> None:
        image = here.world.hub.image()
        await say(here.founder.circle(here.circle).log, "what was said")
        here.member.circle(here.circle).check_tree()
        here.world.hub.restore(image)
        here.world.restart()
        log = here.founder.circle(here.circle).log
        for text in ("what was not", "and more"):
            await say(log, text)
        with pytest.raises(BadProof):
            here.member.circle(here.circle).check_tree()


class TestAHubAndSomebodyInside:
    """A former member who kept their keys, and a hub that helps them."""

    async def fake_turn(self, here: Village, by: Person, old: EpochKeys | None = None) -> EpochKeys:
        """Lead everybody who is asked from `old` into an epoch whose secret `by` knows."""
        log, hub = by.stale_log(here.circle), here.world.hub
        old = old or log.newest
        secret, size = b"known to the one who was removed"[:32].ljust(32), log.store.shelf(log.shelf, old.read).size
        keys = epochs.begin(secret, old.epoch + 1, log.shelf, here.world.clock.day(), size)
        everybody = [who.circle(here.circle).log.persona.kem_key for who in here.everybody if who is not by]
        everybody.append(log.persona.kem_key)
        cell = transfer.make_cell(
            here.circle, log.shelf, old, secret, size, here.world.clock.day(), log.persona, everybody, log.random
        )
        shelf = hub._there(log.shelf)
        before = shelf.keys
        shelf.transfers[old.epoch] = _Transfer(20_000, before.read_hash, before.append_hash, cell)
        hashes = digest(TOKEN_HASH, keys.read), digest(TOKEN_HASH, keys.append)
        shelf.keys = NewShelf(log.shelf, *hashes, shelf.keys.control)
        shelf.epoch = old.epoch + 1
        return keys

    async def test_regression_do_not_lead_anybody_into_an_epoch_of_their_own(self, here: Village) -> None:
        await self.fake_turn(here, here.member)
        for who in (here.founder, here.steward):
            with pytest.raises(BadProof):
                who.circle(here.circle)

    async def test_nor_when_asked_again(self, here: Village) -> None:
        """Nothing of it stays in the trail."""
        await self.fake_turn(here, here.member)
        for _ in range(2):
            with pytest.raises(BadProof):
                here.founder.circle(here.circle)
        assert [keys.epoch for keys in here.founder.member.trail(here.circle).epochs] == [0]

    async def test_nor_under_a_steward_s_name(self, here: Village) -> None:
        founder = here.founder.persona(here.circle)

        class Impostor(Persona):
            @property
            def key(self) -> bytes:
                return founder

        log = here.member.stale_log(here.circle)
        impostor = Impostor(log.persona.seed)
        old = log.newest
        cell = transfer.make_cell(
            here.circle, log.shelf, old, b"s" * 32, 5, 20_000, impostor, [log.persona.kem_key], log.random
        )

        class Shelf:
            def transfer(self, *_: object) -> bytes:
                return cell

        with pytest.raises(BadSignature):
            transfer.follow(Shelf(), here.circle, log.shelf, old, log.persona)  # type: ignore[arg-type]

    async def test_a_former_steward_does_not_begin_an_epoch_either(self, here: Village) -> None:
        await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
        assert here.steward.circle(here.circle).log.newest.epoch == 1
        await self.fake_turn(here, here.steward)
        with pytest.raises(BadProof):
            here.member.circle(here.circle)

    async def test_a_former_member_s_records_do_not_count_after_the_turn(self, here: Village) -> None:
        stale = here.member.stale_log(here.circle)
        topic = await say(here.founder.circle(here.circle).log, "before")
        await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
        here.world.hub.colludes = True
        await stale.append(Entry(topic, "say", b"after", 90))
        await stale.append(Entry(circle_object(here.circle), "heartbeat", encode(Heartbeat()), KEPT))
        circle = here.founder.circle(here.circle)
        assert heard(circle, topic) == ["before"]
        assert circle.state.last_heartbeat == 0

    async def test_regression_an_open_invitation_lets_nobody_back_in(self, here: Village) -> None:
        """The link's key in hand, the old epoch's keys kept, and a hub that writes the record behind the turn."""
        admitted, _ = await here.world.admitted(here.circle, here.founder, uses=3)
        accomplice = await here.world.sign_up()
        await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
        size = here.founder.circle(here.circle).log.state.size
        here.world.hub.colludes = True
        membership, trail = entering.entry_point(admitted, b"2" * 32, "second name", here.world.clock.day())
        log = open_log(here.world.services, membership, trail)
        body = encode(entering._join(accomplice.member, admitted, membership, 0))
        await log.append(Entry(circle_object(here.circle), "join", body, KEPT))
        here.world.hub.colludes = False
        here.world.restart()
        for who in (here.founder, here.steward):
            assert who.circle(here.circle).log.state.size == size + 1
            assert handles(who.circle(here.circle)) == {"founder", "steward"}

    async def test_regression_a_served_again_record_gives_nothing_back(self, here: Village) -> None:
        """A role that was given and taken; the hub shows the giving once more, behind the taking."""
        circle = here.founder.circle(here.circle)
        await write_own(circle, "role", encode(Role(here.member.persona(here.circle), 1)))
        obj, number = circle_object(here.circle), circle.log.state.size - 1
        given = circle.log.row(obj, number, number)
        await write_own(circle, "role", encode(Role(here.member.persona(here.circle), 0)))
        last = circle.log.state.size
        again = replace(given, slot=last, number=last)
        shown = replace(here.world.store.object(circle.log.shelf, circle.log.newest.read, obj), head=last)
        here.world.hub.lies["object"] = lambda row, *_: shown if row.obj == obj else row
        here.world.hub.lies["records"] = lambda rows, *_: (
            [*rows, again] if rows and rows[-1].number == last - 1 else rows
        )
        here.world.restart()
        assert not here.member.circle(here.circle).is_steward


class TestWhereAFoldBegins:
    """Whoever starts anew begins at the record they know, or not at all."""

    async def turned(self) -> Village:
        here = await village()
        other = await here.world.join(here.circle, here.founder, "other")
        await leaving.remove(here.founder.circle(here.circle), other.persona(here.circle))
        for who in here.everybody:
            assert who.circle(here.circle).state
        here.world.restart()
        return here

    async def test_another_record_there_is_noticed(self) -> None:
        here = await self.turned()
        trail = here.member.member.trail(here.circle)
        assert trail.fold_from > 0
        log = here.member.stale_log(here.circle)
        other = log.row(circle_object(here.circle), trail.fold_from + 1, trail.fold_from + 1)
        moved = replace(other, slot=trail.fold_from, number=trail.fold_from)
        here.world.hub.lies["record"] = lambda row, *_: moved
        with pytest.raises(BadProof):
            assert here.member.circle(here.circle).state

    async def test_regression_a_member_makes_nobody_begin_with_them(self) -> None:
        """The hub leaves the real announcement out and shows a member's own in its place."""
        here = await self.turned()
        circle = here.member.circle(here.circle)
        state, number = circle.state, circle.trail.fold_from
        newest = circle.log.newest
        mine = tuple(
            replace(seat, role=1) if seat.persona == circle.log.persona.key else replace(seat, role=0)
            for seat in seats(circle)
        )
        rotated = Rotated(
            newest.epoch, newest.commitment, newest.begins, 1, 0, circle.charter, state.inner, state.desks, b"", ()
        )
        obj = circle_object(here.circle)
        before = circle.log.state.size
        for kind, body in (("rotated", rotated), ("snapshot", Snapshot(0, mine))):
            await circle.log.append(Entry(obj, kind, encode(body), KEPT))
        forged = [circle.log.row(obj, before + place, before + place) for place in (0, 1)]
        shown = [replace(row, slot=number + place, number=number + place) for place, row in enumerate(forged)]
        here.world.hub.lies["records"] = lambda rows, *args: shown if args[2] == obj and args[3] == number else []
        here.world.hub.lies["record"] = lambda row, *args: shown[0] if args[3] == number else row
        here.world.restart()
        with pytest.raises(BadProof):
            assert here.founder.circle(here.circle).state

    async def test_a_steward_who_splits_the_circle_is_found_out(self) -> None:
        """The announced secret isn't the one that this member was given."""
        here = await village()
        member = here.member.member
        trail = member.trail(here.circle)
        other = await here.world.join(here.circle, here.founder, "other")
        await leaving.remove(here.founder.circle(here.circle), other.persona(here.circle))
        circle = here.member.circle(here.circle)
        keys = replace(circle.log.newest, commitment=b"x" * 32)
        split = circle.trail.with_epoch(keys)
        log = open_log(here.world.services, circle.membership, split)
        here.world.restart()
        with pytest.raises(BadProof):
            load_state(log, split)
        assert trail.epochs[0].epoch == 0


async def test_covers_are_judged_by_who_folded_them(here: Village) -> None:
    topic = await say(here.member.circle(here.circle).log, "one")
    circle = here.founder.circle(here.circle)
    folded = circle.log.open_cover(circle.log.cover(topic))
    assert circle.stands(folded)
    await leaving.remove(circle, folded.signer)
    circle = here.founder.circle(here.circle)
    assert circle.stands(circle.log.open_cover(circle.log.cover(topic)))
    late = circle.log.open_cover(circle.log.cover(topic))
    size = circle.log.state.size
    assert not circle.stands(dataclasses.replace(late, head=size, epoch=1))
    assert not circle.stands(dataclasses.replace(late, signer=b"x" * 32))
    newcomer = await here.world.join(here.circle, here.founder, "lamp")
    circle.reload()
    assert circle.stands(dataclasses.replace(late, signer=newcomer.persona(here.circle), epoch=1))


async def test_a_waiting_circle_is_not_there_yet(world: World) -> None:
    founder = await world.sign_up()
    circle = await world.found(founder, access="hidden")
    newcomer = await world.sign_up()
    admitted, link = await world.admitted(circle, founder)
    await two_steps.ask_to_enter(newcomer.member, admitted, number_of(link), "lamp")
    with pytest.raises(NotThere):
        newcomer.circle(circle)


async def test_who_is_out_but_not_turned_out_has_no_place(here: Village) -> None:
    await write_own(here.founder.circle(here.circle), "remove", encode(Remove(here.member.persona(here.circle))))
    circle = here.member.circle(here.circle)
    with pytest.raises(Removed):
        assert circle.me


async def test_a_circle_without_a_charter_shows_nothing(here: Village) -> None:
    here.world.hub.lies["records"] = lambda *_: []
    here.world.restart()
    with pytest.raises(NotThere):
        assert here.member.circle(here.circle).charter

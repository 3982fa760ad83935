"""The page that says which bytes are written agrees with the program that writes them."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import jiwar
from jiwar import scheduler
from jiwar.circles import (
    answerable,
    callers,
    charters,
    fold,
    held,
    invitations,
    letters,
    model,
    nudges,
    policy,
    reports,
    speech,
    transfer,
    two_steps,
    window,
)
from jiwar.crypto import kdf, labels
from jiwar.keyring import epochs, phone, phrase
from jiwar.keyring import model as keyring
from jiwar.log import record
from jiwar.store.sqlite import held as held_rows
from jiwar.systems.desk import model as desk
from jiwar.systems.forum import model as forum
from jiwar.systems.rooms import model as rooms
from jiwar.wire.canonical import Wire

ROOT = Path(__file__).parents[2]
PROTOCOL = (ROOT / "spec" / "protocol.md").read_text("utf-8")
STRUCTURES: list[type[Wire]] = [
    keyring.Keyring,
    policy.HelpDesk,
    policy.Counter,
    window.Poster,
    callers.CallerSlip,
    callers.CallerLine,
    *desk.KINDS.values(),
    keyring.Settings,
    keyring.Nudge,
    keyring.Placed,
    nudges.Target,
    keyring.Membership,
    keyring.Label,
    keyring.Trail,
    keyring.Mark,
    keyring.Phone,
    phone.Memory,
    epochs.EpochKeys,
    epochs.Chain,
    policy.Policy,
    transfer.Transfer,
    two_steps.Asking,
    invitations.Admission,
    model.Charter,
    model.Founder,
    model.Seat,
    model.OpenInvite,
    *model.KINDS.values(),
    record.SignedRecord,
    record.SignedCover,
    letters.Letter,
    reports.Report,
    speech.Said,
    *speech.KINDS.values(),
    forum.Post,
    forum.Unnamed,
    forum.NameAsked,
    forum.NameAgreed,
    forum.NamePassed,
    answerable.Sealed,
    answerable.Named,
    answerable.NameOpened,
    forum.TopicCover,
    forum.Call,
    rooms.Room,
    rooms.Naming,
    rooms.RoomCover,
    rooms.Message,
    held_rows.Meta,
    held.Timer,
    held.Stop,
    scheduler.Presence,
]


def test_labels_are_those_of_the_table() -> None:
    table = PROTOCOL.split("### 2.1 Labels")[1].split("### 2.2")[0]
    written = re.findall(r"^\| `(jiwar/1/[^`]+)` \|", table, flags=re.MULTILINE)
    assert written == [value for name, value in vars(labels).items() if name.isupper()]


def test_labels_in_the_text_are_in_the_table() -> None:
    known = {value for name, value in vars(labels).items() if name.isupper()}
    assert set(re.findall(r"\"(jiwar/1/[^\"]+)\"", PROTOCOL)) <= known


@pytest.mark.parametrize("kind", STRUCTURES, ids=lambda kind: str(kind.__name__))
def test_a_structure_has_the_fields_that_are_written(kind: type[Wire]) -> None:
    text = re.sub(r"\s+", " ", PROTOCOL)
    found = re.search(rf"\b{kind.__name__}\(([^()]*(?:\([^()]*\)[^()]*)*)\)", text)
    assert found, "not in the page"
    names = [re.sub(r"\(.*", "", part).split(":")[0].split("=")[0].strip() for part in _fields(found.group(1))]
    assert names == list(kind.__struct_fields__)


def _fields(text: str) -> list[str]:
    """Split at commas that are not inside brackets."""
    flat = re.sub(r"\[[^\]]*\]|\([^)]*\)", "", text)
    return [part for part in flat.split(",") if part.strip()]


@pytest.mark.parametrize(
    "sentence",
    [
        f"memory {kdf.ARGON2_MEMORY_KIB // 1024} MiB, {kdf.ARGON2_PASSES} passes, 1 lane",
        f"memory {kdf.PIN_MEMORY_KIB // 1024} MiB, {kdf.PIN_PASSES} passes, 1 lane",
        f"{phrase.KEY.secret_bits} random bits",
        f"at most {keyring.MOST_EPOCHS} epochs and {keyring.MOST_MARKS} marks",
        ", ".join(map(str, epochs.LANES[:-1])) + f" or {epochs.LANES[-1]} days",
        f"`letter` + {fold.LONGEST_LETTER}",
        f"at most {fold.MOST_OWN_INVITES} that stand, a circle at most {fold.MOST_INVITES}",
        f"one {fold.LONGEST_WAIT} days later",
        f"letter older than {letters.LIFE_DAYS} days",
        "2,048 or 16,384",
        f"most {charters.MOST_RULES} rules of {charters.RULE_LIMIT} characters",
        f"The {['', '', '', '', '', 'fifth'][invitations.MOST_TRIES]} wrong pair of words",
    ],
)
def test_a_number_is_the_program_s(sentence: str) -> None:
    assert sentence in re.sub(r"\s+", " ", PROTOCOL)


def test_every_section_that_the_program_names_is_there() -> None:
    headings = re.findall(r"^#+ (\d+(?:\.\d+)?)[. ]", PROTOCOL, flags=re.MULTILINE)
    assert len(headings) == len(set(headings)), "a number names one section"
    named = set()
    for module in pkgutil.walk_packages(jiwar.__path__, "jiwar."):
        if module.name != "jiwar.__main__":
            text = importlib.import_module(module.name).__doc__ or ""
            for numbers in re.findall(r"spec(?:/protocol\.md)? §([\d., –and]+)", text):
                named |= set(re.findall(r"\b\d(?:\.\d+)?\b", numbers))
    assert named
    assert named <= set(headings)

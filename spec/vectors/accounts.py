"""Vectors of phrases, keyrings and the hub secret: spec §3."""

from __future__ import annotations

from jiwar.crypto import labels, sealing
from jiwar.crypto.kdf import stretch_pin
from jiwar.keyring import hub_secret, phone, phrase
from jiwar.keyring.account import Access
from jiwar.keyring.model import Keyring
from jiwar.keyring.phone import PhoneKey
from jiwar.wire.canonical import encode
from spec.vectors.making import (
    FORGED,
    GOOD,
    KEY,
    MALFORMED,
    NO_MATCH,
    SHELF,
    Value,
    flipped,
    pinned,
    some,
    write,
)


def accounts() -> None:
    number = phrase.new_phrase(pinned("phrase"))
    digits, words = phrase.to_digits(number), {one: phrase.to_words(number, one) for one in ("ar", "en")}
    arabic = digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    forms = {
        "digits": digits,
        "arabic_digits": arabic,
        "digits_in_fives": " ".join(digits[at : at + 5] for at in range(0, 30, 5)),
        "arabic_words": " ".join(words["ar"]),
        "english_words": "-".join(words["en"]).upper(),
        "first_four_letters": " ".join(word[:4] for word in words["en"]),
        "numbered_list": "\n".join(f"{place}. {word}" for place, word in enumerate(words["ar"], 1)),
        "marks_and_directions": "\u202b" + " ".join(word[0] + "\u064e" + word[1:] for word in words["ar"]) + "\u202c",
    }
    for form, text in forms.items():
        write(f"phrase_{form}", "phrase", GOOD, "One phrase, in one of its forms.", text=text, result=number)
    wrong = {
        "too_short": (MALFORMED, digits[1:]),
        "eight_words": (MALFORMED, " ".join(words["ar"][:8])),
        "empty": (MALFORMED, " "),
        "unknown_word": (NO_MATCH, " ".join([*words["en"][:8], "zzzz"])),
        "one_digit_wrong": (FORGED, digits[:-1] + str((int(digits[-1]) + 1) % 10)),
        "words_swapped": (FORGED, " ".join([words["en"][1], words["en"][0], *words["en"][2:]])),
        "too_large": (FORGED, "9" * 30),
    }
    for fault, (expect, text) in wrong.items():
        write(f"phrase_{fault}", "phrase", expect, "No phrase.", text=text)
    access = Access(some(32, "locator"), some(32, "unlock"), some(16, "hub"))
    ring = Keyring(1, 3, some(32, "root"), some(32, "companion"))
    inner = access.seal(ring, pinned("keyring"))
    at: dict[str, Value] = {"locator": access.locator, "unlock": access.unlock, "hub": access.hub_id}
    write("keyring", "keyring", GOOD, "A keyring without circles.", inner, **at, result=encode(ring))
    write("keyring_another_phrase", "keyring", NO_MATCH, "Another phrase.", inner, **{**at, "unlock": KEY})
    write("keyring_another_row", "keyring", NO_MATCH, "Moved to another row.", inner, **{**at, "locator": KEY})
    write("keyring_another_hub", "keyring", NO_MATCH, "Moved to another hub.", inner, **{**at, "hub": SHELF})
    _phones(access)
    other = sealing.seal(
        access.unlock, labels.ACCOUNT_INNER, (access.locator, access.hub_id), b"\x90", size=32_768, random=pinned("x")
    )
    write("keyring_of_something_else", "keyring", MALFORMED, "A good seal over another structure.", other, **at)


def _phones(access: Access) -> None:
    key, memory = PhoneKey(some(32, "cookie"), access.hub_id), phone.new_memory(20_530, "ar", pinned("memory"))
    memory = key.fill(memory, 1, stretch_pin("402317", memory.pepper), access, pinned("slot"))
    inner = key.seal(memory, pinned("phone"))
    at: dict[str, Value] = {"cookie": key.cookie, "hub": key.hub_id, "pin": "402317"}
    opened = access.unlock + access.locator
    write("phone", "phone", GOOD, "A remembered phone, by its PIN.", inner, **at, result=opened)
    write("phone_wrong_pin", "phone", NO_MATCH, "Another PIN.", inner, **{**at, "pin": "402318"})
    write("phone_another_phone", "phone", NO_MATCH, "Another cookie.", inner, **{**at, "cookie": KEY})
    write("phone_another_hub", "phone", NO_MATCH, "Moved to another hub.", inner, **{**at, "hub": SHELF})


def secrets() -> None:
    first = hub_secret._Slot(0, 4, some(32, "old secret")).sector()
    second = hub_secret._Slot(1, 5, some(32, "new secret")).sector()
    empty = bytes(hub_secret.SECTOR)
    result: dict[str, Value] = {"generation": 5, "secret": some(32, "new secret")}
    write("hub_secret", "hub secret", GOOD, "One slot.", empty + second, **result)
    write("hub_secret_turning", "hub secret", GOOD, "Both slots: a turn is under way.", first + second, **result)
    write(
        "hub_secret_half_written",
        "hub secret",
        GOOD,
        "The other slot was cut short.",
        flipped(first, 60) + second,
        **result,
    )
    write("hub_secret_empty", "hub secret", MALFORMED, "No slot.", empty + empty)
    write("hub_secret_damaged", "hub secret", MALFORMED, "The only slot is changed.", empty + flipped(second, 20))
    write("hub_secret_cut_short", "hub secret", MALFORMED, "One sector.", second)

"""Every domain-separation label, in one place and equal to the text of spec/protocol.md §2.1."""

from __future__ import annotations

from typing import NewType

Label = NewType("Label", str)

# accounts and sessions
ACCOUNT_HUB = Label("jiwar/1/account/hub")
ACCOUNT_LOCATOR = Label("jiwar/1/account/locator")
ACCOUNT_OUTER = Label("jiwar/1/account/outer")
ACCOUNT_INNER = Label("jiwar/1/account/inner")
GUARD_SLOT = Label("jiwar/1/account/guard")
PHRASE_CHECK = Label("jiwar/1/phrase/check")
SESSION_SEAL = Label("jiwar/1/session/seal")
SESSION_NAME = Label("jiwar/1/session/name")
SESSION_ACCOUNT = Label("jiwar/1/session/account")
SESSION_FORM = Label("jiwar/1/session/form")
SESSION_HANDLE = Label("jiwar/1/session/handle")
PHONE_LOCATOR = Label("jiwar/1/phone/locator")
PHONE_SEAL = Label("jiwar/1/phone/seal")
PHONE_PIN = Label("jiwar/1/phone/pin")
PHONE_SLOT = Label("jiwar/1/phone/slot")

# personas
PERSONA_SIGN = Label("jiwar/1/persona/sign")
PERSONA_KEM = Label("jiwar/1/persona/kem")
PERSONA_ERASE = Label("jiwar/1/persona/erase")
PERSONA_INBOX = Label("jiwar/1/persona/inbox")
PERSONA_ROOM = Label("jiwar/1/persona/room")
PERSONA_RETURN = Label("jiwar/1/persona/return")
PERSONA_KEYS = Label("jiwar/1/persona/keys")

# circles and epochs
CIRCLE_ID = Label("jiwar/1/circle/id")
OBJECT_ID = Label("jiwar/1/circle/object")
COLLECTION_TAG = Label("jiwar/1/circle/tag")
CIRCLE_BOX = Label("jiwar/1/circle/box")
EPOCH_RECORD = Label("jiwar/1/epoch/rec")
EPOCH_CHAIN = Label("jiwar/1/epoch/day")
EPOCH_READ = Label("jiwar/1/epoch/read")
EPOCH_APPEND = Label("jiwar/1/epoch/append")
EPOCH_TRANSFER = Label("jiwar/1/epoch/xfer")
EPOCH_COMMIT = Label("jiwar/1/epoch/commit")
EPOCH_BEGIN = Label("jiwar/1/epoch/begin")
CHAIN_NEXT = Label("jiwar/1/chain/next")
DAY_KEY = Label("jiwar/1/chain/dk")
DAY_OUTER = Label("jiwar/1/chain/outer")
TOKEN_HASH = Label("jiwar/1/token/hash")
TRANSFER_HASH = Label("jiwar/1/transfer/hash")
CONTROL_SEED = Label("jiwar/1/control/seed")
ROTATION = Label("jiwar/1/rotation")
DROP = Label("jiwar/1/drop")
ERASE_BY_CONTROL = Label("jiwar/1/erase/control")

# records and logs
RECORD = Label("jiwar/1/rec")
RECORD_BODY = Label("jiwar/1/rec/body")
RECORD_SEAL = Label("jiwar/1/rec/seal")
COVER = Label("jiwar/1/cover")
COVER_FOLD = Label("jiwar/1/cover/fold")
COVER_SEAL = Label("jiwar/1/cover/seal")
HEAD = Label("jiwar/1/object/head")
ROW = Label("jiwar/1/row")
FRAGMENT = Label("jiwar/1/fragment")
SAID_OWNER = Label("jiwar/1/said/owner")

# envelopes and invitations
ENVELOPE = Label("jiwar/1/env")
INBOX = Label("jiwar/1/inbox")
BOX_OUTER = Label("jiwar/1/box/outer")
HELD_OUTER = Label("jiwar/1/held/outer")
NUDGE = Label("jiwar/1/nudge")
TIMER = Label("jiwar/1/timer")
RIGHT = Label("jiwar/1/right")
RIGHT_BLINDING = Label("jiwar/1/right/blinding")
RIGHT_BOX = Label("jiwar/1/right/box")
INVITE_NUMBER = Label("jiwar/1/invite/number")
INVITE_KEY = Label("jiwar/1/invite/key")
INVITE_SEAL = Label("jiwar/1/invite/seal")
INVITE_PROOF = Label("jiwar/1/invite/proof")
INVITE_OUTER = Label("jiwar/1/invite/outer")
PAGE_OUTER = Label("jiwar/1/page/outer")
PUBLISHED = Label("jiwar/1/published")
PUBLISHED_PAGE = Label("jiwar/1/published/page")
WINDOW = Label("jiwar/1/window")
WINDOW_PAGE = Label("jiwar/1/window/page")
WINDOW_CODE = Label("jiwar/1/window/code")
WINDOW_VOICE = Label("jiwar/1/window/voice")
WINDOW_TICKET = Label("jiwar/1/window/ticket")
SECRET_CHECK = Label("jiwar/1/secret/check")
FOUNDING_CODE = Label("jiwar/1/founding/code")

# two who help each other
CASE = Label("jiwar/1/case")

# comparing
COMPARE_WORDS = Label("jiwar/1/compare/words")

# the fund
FUND_TOLD = Label("jiwar/1/fund/told")

# who began something, for two stewards together
ANSWER_NAME = Label("jiwar/1/answer/name")
ANSWER_SWORN = Label("jiwar/1/answer/sworn")
ANSWER_HALVES = Label("jiwar/1/answer/halves")
ANSWER_HALF = Label("jiwar/1/answer/half")

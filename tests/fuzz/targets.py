"""Every target: its name, what it does with any bytes, and which functions of the program it reaches.

`reaches` names each function that takes bytes or text apart by itself; `tests/house/test_fuzz.py` sees that none is
left out. Structures need no line here: `canonical` tries all there are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.fuzz import brought, outward, sealed, sent


@dataclass(frozen=True)
class Target:
    """`holds` takes any bytes and raises only when something is wrong."""

    holds: Callable[[bytes], None]
    reaches: tuple[str, ...]


TARGETS = {
    "canonical": Target(sealed.canonical, ("wire.canonical.decode", "wire.canonical.reread")),
    "padding": Target(sealed.padding, ("wire.frame.unpad",)),
    "seals": Target(
        sealed.seals,
        (
            "crypto.sealing.unseal",
            "crypto.sealing.OuterKey.unseal",
            "crypto.sealing.unseal_outer",
            "keyring.hub_secret.OuterLayer.open",
        ),
    ),
    "records": Target(sealed.records, ("log.record.read_record",)),
    "covers": Target(sealed.covers, ("log.record.read_cover",)),
    "letters": Target(sealed.letters_, ("circles.letters.read_letter", "crypto.envelopes.open_with")),
    "public_keys": Target(sealed.public_keys, ("crypto.envelopes.require_sound_key",)),
    "accounts": Target(sealed.accounts, ("keyring.account.Access.open",)),
    "transfers": Target(sealed.transfers, ("circles.transfer.follow",)),
    "hub_secrets": Target(sealed.hub_secrets, ("keyring.hub_secret._read_slot",)),
    "invitation_links": Target(sealed.invitation_links, ("circles.invitations._secret",)),
    "applicants_rooms": Target(sealed.applicants_rooms, ("circles.applicants.require_sound_line",)),
    "invitation_contents": Target(
        sealed.invitation_contents, ("circles.invitations.open_invite", "circles.invitations.unsealed")
    ),
    "keeper_slips": Target(sealed.keeper_slips, ("circles.keeping.read_slip", "circles.invitations.read_admission")),
    "keeper_letters": Target(sealed.keeper_letters, ("circles.keeping.require_sound",)),
    "one_offs": Target(sealed.one_offs, ("circles.oneoffs.unsized",)),
    "sealed_names": Target(
        sealed.sealed_names,
        (
            "circles.answerable.my_halves",
            "circles.answerable.passed_on",
            "circles.answerable.open_name",
        ),
    ),
    "pictures": Target(sealed.pictures, ("systems.needs.pictures.read",)),
    "halves": Target(sealed.halves, ("crypto.halves.put_together",)),
    "published_pages": Target(sealed.published_pages, ("circles.publishing.read",)),
    "windows": Target(sealed.windows, ("circles.window.read", "circles.posted.value", "web.desk._poster")),
    "tickets": Target(sealed.tickets, ("web.tickets.Tickets.read",)),
    "callers_lines": Target(sealed.callers_lines, ("circles.callers.read_line",)),
    "callers_rooms": Target(sealed.callers_rooms, ("circles.callers.read", "circles.callers.read_slip")),
    "phones": Target(sealed.phones, ("keyring.phone.PhoneKey.open", "keyring.phone.PhoneKey.find")),
    "pins": Target(sealed.pins, ("keyring.phone.read_pin",)),
    "held_letters": Target(sealed.held_letters, ("store.sqlite.held.open_meta",)),
    "reminders": Target(outward.reminders, ("circles.nudges.take_off", "circles.nudges.open_target")),
    "addresses": Target(outward.addresses, ("nudging.guard.read_push_address", "nudging.guard.read_mail_address")),
    "subscriptions": Target(
        outward.subscriptions,
        ("crypto.webpush.from_text", "crypto.webpush.require_sound_point", "nudging.webpush.read_subscription"),
    ),
    "proxies": Target(outward.proxies, ("nudging.dial.talk",)),
    "phrases": Target(sealed.phrases, ("keyring.phrase.parse", "keyring.wordlist.fold")),
    "names": Target(sealed.names, ("crypto.handles.Names.resolve",)),
    "form": Target(sent.form, ("web.forms.read_form",)),
    "uploads": Target(sent.uploads, ("web.uploads.read_parts",)),
    "texts": Target(sent.texts, ("web.markdown.prose", "web.markdown.plain")),
    "head": Target(
        sent.head,
        ("web.bounded.Bounded.data_received", "web.comers.Comers.session", "web.comers.Comers.crowd"),
    ),
    "sheets": Target(brought.files, ("sheets.reading.read", "sheets.plain.decode", "sheets.packed.Packed")),
    "sheet_parts": Target(brought.parts, ("sheets.xlsx.read", "sheets.ods.read", "sheets.markup.walk")),
    "cells": Target(brought.cells, ("sheets.cells.read_day", "sheets.cells.without_contact", "sheets.columns.find")),
    "request": Target(sent.request, ("web.founding._code", "web.visit.Visit._sent")),
}

"""The hub secret's two slots: made, turned, interrupted, refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jiwar.errors import StoreDamaged, Unopenable
from jiwar.keyring.hub_secret import SECTOR, HubSecret, OuterLayer, create_hub_secret

TABLES = ["account", "box", "dayhalf", "held", "invite", "page"]


def pinned(size: int) -> bytes:
    return bytes(range(size))


def test_new_secret_is_for_its_owner_only_and_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "secret"
    sealed = create_hub_secret(path).outer().seal("page", b"name", b"text")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 2 * SECTOR
    assert [file.name for file in path.parent.iterdir()] == ["secret"]
    assert HubSecret(path).outer().open("page", b"name", sealed) == b"text"


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o601])
def test_secret_that_others_could_read_is_closed_to_them(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "secret"
    create_hub_secret(path)
    path.chmod(mode)
    HubSecret(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_secret_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    create_hub_secret(path)
    before = path.read_bytes()
    with pytest.raises(FileExistsError):
        create_hub_secret(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["secret"]


@pytest.mark.parametrize("table", TABLES)
def test_rows_open_in_their_table_and_place_only(table: str) -> None:
    layer = OuterLayer(bytes(32))
    sealed = layer.seal(table, b"here", b"text")
    assert layer.open(table, b"here", sealed) == b"text"
    for other in (*((name, b"here") for name in TABLES if name != table), (table, b"there")):
        with pytest.raises(Unopenable):
            layer.open(*other, sealed)
    with pytest.raises(Unopenable):
        OuterLayer(b"x" * 32).open(table, b"here", sealed)


def test_turn_destroys_the_older_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = create_hub_secret(path)
    old = secret.outer().seal("page", b"name", b"text")
    first = path.read_bytes()[16:48]
    new: list[bytes] = []

    async def rewrite(layer: OuterLayer) -> None:
        assert HubSecret(path).turning
        with pytest.raises(Unopenable):
            layer.open("page", b"name", old)
        assert secret.outer().open("page", b"name", old) == b"text"
        new.append(layer.seal("page", b"name", b"text"))

    for turn in range(3):
        asyncio.run(secret.turn(rewrite if turn == 0 else _nothing))
        assert first not in path.read_bytes()
        assert not HubSecret(path).turning
        with pytest.raises(Unopenable):
            HubSecret(path).outer().open("page", b"name", old)
    assert new


async def _nothing(layer: OuterLayer) -> None:
    return


def test_interrupted_turn_opens_both_and_goes_on_with_the_same_secret(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = create_hub_secret(path)
    old = secret.outer().seal("page", b"name", b"old")
    new = secret.next_slot().seal("page", b"name", b"new")
    again = HubSecret(path)
    assert again.turning
    assert again.outer().open("page", b"name", old) == b"old"
    assert again.outer().open("page", b"name", new) == b"new"
    assert again.next_slot().open("page", b"name", new) == b"new"
    again.commit()
    again.commit()
    assert HubSecret(path).outer().open("page", b"name", new) == b"new"


def test_failed_rewriting_keeps_the_older_secret(tmp_path: Path) -> None:
    secret = create_hub_secret(tmp_path / "secret")

    async def fail(layer: OuterLayer) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        asyncio.run(secret.turn(fail))
    assert HubSecret(tmp_path / "secret").turning


@pytest.mark.parametrize("cut", [0, 1, 8, 16, 40, 79])
def test_slot_cut_short_while_written_counts_as_empty(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "secret"
    secret = create_hub_secret(path)
    old = secret.outer().seal("page", b"name", b"old")
    secret.next_slot()
    raw = path.read_bytes()
    path.write_bytes(raw[: SECTOR + cut] + bytes(SECTOR - cut))
    again = HubSecret(path)
    assert not again.turning
    assert again.outer().open("page", b"name", old) == b"old"


@pytest.mark.parametrize(
    "raw", [b"", bytes(2 * SECTOR), b"x" * 2 * SECTOR, b"jiwarsec" + bytes(2 * SECTOR - 8), bytes(5)]
)
def test_file_without_a_secret_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "secret").write_bytes(raw)
    with pytest.raises(StoreDamaged):
        HubSecret(tmp_path / "secret")


def test_longer_or_shorter_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    create_hub_secret(path, pinned)
    raw = path.read_bytes()
    for changed in (raw[:-1], raw + b"\0"):
        path.write_bytes(changed)
        with pytest.raises(StoreDamaged):
            HubSecret(path)


def test_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        HubSecret(tmp_path / "secret")

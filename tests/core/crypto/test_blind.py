"""Blind signatures by RFC 9474: its published vector, and what each side refuses."""

import os
from collections.abc import Iterator

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from jiwar.crypto import blind
from jiwar.errors import BadSignature, NotCanonical

# RFC 9474, appendix A.3: RSABSSA-SHA384-PSS-Randomized, with a key of 4,096 bits.
P = bytes.fromhex(
    "e1f4d7a34802e27c7392a3cea32a262a34dc3691bd87f3f310dc75673488930559c120fd0410194fb8a0da55bd0b81227e843fdc"
    "a6692ae80e5a5d414116d4803fca7d8c30eaaae57e44a1816ebb5c5b0606c536246c7f11985d731684150b63c9a3ad9e41b04c0b"
    "5b27cb188a692c84696b742a80d3cd00ab891f2457443dadfeba6d6daf108602be26d7071803c67105a5426838e6889d77e8474b"
    "29244cefaf418e381b312048b457d73419213063c60ee7b0d81820165864fef93523c9635c22210956e53a8d96322493ffc58d84"
    "5368e2416e078e5bcb5d2fd68ae6acfa54f9627c42e84a9d3f2774017e32ebca06308a12ecc290c7cd1156dcccfb2311"
)
Q = bytes.fromhex(
    "c601a9caea66dc3835827b539db9df6f6f5ae77244692780cd334a006ab353c806426b60718c05245650821d39445d3ab591ed10"
    "a7339f15d83fe13f6a3dfb20b9452c6a9b42eaa62a68c970df3cadb2139f804ad8223d56108dfde30ba7d367e9b0a7a80c4fdba2"
    "fd9dde6661fc73fc2947569d2029f2870fc02d8325acf28c9afa19ecf962daa7916e21afad09eb62fe9f1cf91b77dc879b7974b4"
    "90d3ebd2e95426057f35d0a3c9f45f79ac727ab81a519a8b9285932d9b2e5ccd347e59f3f32ad9ca359115e7da008ab7406707bd"
    "0e8e185a5ed8758b5ba266e8828f8d863ae133846304a2936ad7bc7c9803879d2fc4a28e69291d73dbd799f8bc238385"
)
INVERSE = bytes.fromhex(
    "80682c48982407b489d53d1261b19ec8627d02b8cda5336750b8cee332ae260de57b02d72609c1e0e9f28e2040fc65b6f02d56db"
    "d6aa9af8fde656f70495dfb723ba01173d4707a12fddac628ca29f3e32340bd8f7ddb557cf819f6b01e445ad96f874ba235584ee"
    "71f6581f62d4f43bf03f910f6510deb85e8ef06c7f09d9794a008be7ff2529f0ebb69decef646387dc767b74939265fec0223aa6"
    "d84d2a8a1cc912d5ca25b4e144ab8f6ba054b54910176d5737a2cff011da431bd5f2a0d2d66b9e70b39f4b050e45c0d9c16f02de"
    "da9ddf2d00f3e4b01037d7029cd49c2d46a8e1fc2c0c17520af1f4b5e25ba396afc4cd60c494a4c426448b35b49635b337cfb08e"
    "7c22a39b256dd032c00adddafb51a627f99a0e1704170ac1f1912e49d9db10ec04c19c58f420212973e0cb329524223a6aa56c79"
    "37c5dffdb5d966b6cd4cbc26f3201dd25c80960a1a111b32947bb78973d269fac7f5186530930ed19f68507540eed9e1bab8b00f"
    "00d8ca09b3f099aae46180e04e3584bd7ca054df18a1504b89d1d1675d0966c4ae1407be325cdf623cf13ff13e4a28b594d59e3e"
    "adbadf6136eee7a59d6a444c9eb4e2198e8a974f27a39eb63af2c9af3870488b8adaad444674f512133ad80b9220e09158521614"
    "f1faadfe8505ef57b7df6813048603f0dd04f4280177a11380fbfc861dbcbd7418d62155248dad5fdec0991f"
)
MESSAGE = bytes.fromhex(
    "8f3dc6fb8c4a02f4d6352edf0907822c1210a9b32f9bdda4c45a698c80023aa6b59f8cfec5fdbb36331372ebefedae7d"
)
SALT = bytes.fromhex(
    "051722b35f458781397c3a671a7d3bd3096503940e4c4f1aaa269d60300ce449555cd7340100df9d46944c5356825abf"
)
PREFIX = bytes.fromhex("8417e699b219d583fb6216ae0c53ca0e9723442d02f1d1a34295527e7d929e8b")
BLINDED_BEGINS = "aa3ee045138d874669685ffaef962c7694a9450aa9b4fd6465db9b3b75a522bb"
SIGNED_BEGINS = "3f4a79eacd4445fca628a310d41e12fcd813c4d43aa4ef2b81226953248d6d00"
SIGNATURE = bytes.fromhex(
    "191e941c57510e22d29afad257de5ca436d2316221fe870c7cb75205a6c071c2735aed0bc24c37f3d5bd960ab97a829a508f966b"
    "baed7a82645e65eadaf24ab5e6d9421392c5b15b7f9b640d34fec512846a3100b80f75ef51064602118c1a77d28d938f6efc2204"
    "1d60159a518d3de7c4d840c9c68109672d743d299d8d2577ef60c19ab463c716b3fa75fa56f5735349d414a44df12bf0dd44aa3e"
    "10822a651ed4cb0eb6f47c9bd0ef14a034a7ac2451e30434d513eb22e68b7587a8de9b4e63a059d05c8b22c7c51e2cfee2d8bef5"
    "11412e93c859a13726d87c57d1bc4c2e68ab121562f839c3a3d233e87ed63c69b7e57525367753fbebcc2a9805a2802659f5888b"
    "2c69115bf865559f10d906c09d048a0d71bfee4b33857393ec2b69e451433496d02c9a7910abb954317720bbde9e69108eafc3e9"
    "0bad3d5ca4066d7b1e49013fa04e948104a1dd82b12509ecb146e948c54bd8bfb5e6d18127cd1f7a93c3cf9f2d869d5a78878c03"
    "fe808a0d799e910be6f26d18db61c485b303631d3568368fc41986d08a95ea6ac0592240c19d7b22416b9c82ae6241e211dd5610"
    "d0baaa9823158f9c32b66318f5529491b7eeadcaa71898a63bac9d95f4aa548d5e97568d744fc429104e32edd9c87519892a198a"
    "30d333d427739ffb9607b092e910ae37771abf2adb9f63bc058bf58062ad456cb934679795bbdfcdfad5e0f2"
)

KEY = blind.new_key()
MODULUS = blind.public_key(KEY)


def drawn(*values: bytes) -> Iterator[bytes]:
    yield from values


def test_vector_of_rfc_9474() -> None:
    modulus = blind.public_key(P + Q)
    n = int.from_bytes(modulus, "big")
    r = pow(int.from_bytes(INVERSE, "big"), -1, n)
    draws = drawn(PREFIX, SALT, (r - 1).to_bytes(len(modulus) + 16, "big"))
    blinded = blind.blind(modulus, MESSAGE, lambda _: next(draws))
    assert blinded.value.hex().startswith(BLINDED_BEGINS)
    assert blinded.inverse == int.from_bytes(INVERSE, "big")
    signed = blind.sign_blinded(P + Q, blinded.value, os.urandom)
    assert signed.hex().startswith(SIGNED_BEGINS)
    assert blind.finish(modulus, blinded, signed) == PREFIX + SIGNATURE


def test_what_is_finished_is_an_ordinary_signature() -> None:
    blinded = blind.blind(MODULUS, b"a bed", os.urandom)
    found = blind.finish(MODULUS, blinded, blind.sign_blinded(KEY, blinded.value, os.urandom))
    public = rsa.RSAPublicNumbers(65_537, int.from_bytes(MODULUS, "big")).public_key()
    pss = padding.PSS(padding.MGF1(SHA384()), 48)
    public.verify(found[blind.PREFIX :], found[: blind.PREFIX] + b"a bed", pss, SHA384())
    blind.verify(MODULUS, b"a bed", found)


def test_who_has_the_key_signs_the_same_without_blinding() -> None:
    blind.verify(MODULUS, b"a bed", blind.sign(KEY, b"a bed", os.urandom))


def test_a_signature_holds_for_its_message_and_its_key_alone() -> None:
    found = blind.sign(KEY, b"a bed", os.urandom)
    other = blind.public_key(blind.new_key())
    changed = found[:-1] + bytes([found[-1] ^ 1])
    for modulus, message, signature in (
        (MODULUS, b"a bath", found),
        (other, b"a bed", found),
        (MODULUS, b"a bed", changed),
        (MODULUS, b"a bed", found[:-1]),
        (MODULUS, b"a bed", b""),
        (MODULUS, b"a bed", bytes(288)),
        (bytes(256), b"a bed", found),
        (b"", b"a bed", found),
        (MODULUS[:-1] + b"\0", b"a bed", found),
    ):
        with pytest.raises(BadSignature):
            blind.verify(modulus, message, signature)


@pytest.mark.parametrize("value", [b"", bytes(256), b"\xff" * 256, bytes(255), KEY[:128].rjust(256, b"\0")])
def test_a_signer_refuses_what_no_blinding_gives(value: bytes) -> None:
    with pytest.raises(NotCanonical):
        blind.sign_blinded(KEY, value, os.urandom)


def test_another_signature_is_not_taken_for_mine() -> None:
    first, second = (blind.blind(MODULUS, b"a bed", os.urandom) for _ in range(2))
    signed = blind.sign_blinded(KEY, second.value, os.urandom)
    for wrong in (signed, bytes(256), signed[:-1], b""):
        with pytest.raises(BadSignature):
            blind.finish(MODULUS, first, wrong)


def test_what_is_blinded_says_nothing_of_the_message() -> None:
    """Whatever was signed, some blinding leads to it from any value that a signer saw."""
    blinded = [blind.blind(MODULUS, message, os.urandom) for message in (b"a bed", b"a bath")]
    n = int.from_bytes(MODULUS, "big")
    signatures = [
        blind.finish(MODULUS, one, blind.sign_blinded(KEY, one.value, os.urandom))[blind.PREFIX :] for one in blinded
    ]
    for one in blinded:
        for signature in signatures:
            power = int.from_bytes(blind.sign_blinded(KEY, one.value, os.urandom), "big")
            r = power * pow(int.from_bytes(signature, "big"), -1, n) % n
            m = pow(int.from_bytes(signature, "big"), 65_537, n)
            assert m * pow(r, 65_537, n) % n == int.from_bytes(one.value, "big")


def test_of_what_is_a_modulus() -> None:
    assert blind.is_modulus(MODULUS)
    for wrong in (b"", bytes(256), MODULUS[:-1], MODULUS[:-1] + b"\0", b"\x7f" + MODULUS[1:]):
        assert not blind.is_modulus(wrong)

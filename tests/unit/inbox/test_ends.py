from __future__ import annotations

import io
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ocrwatch.inbox.ends import reaches_its_end
from ocrwatch.inbox.kinds import kind_of
from tests import papers

PAGE = papers.page(96, 64)


def tiff(**options: object) -> bytes:
    return papers.encoded(PAGE, "TIFF", **options)


WHOLE = {
    "baseline": papers.encoded(PAGE, "JPEG"),
    "progressive": papers.encoded(PAGE, "JPEG", progressive=True),
    "restart intervals": papers.encoded(PAGE, "JPEG", restart_marker_rows=1),
    "png": papers.encoded(PAGE, "PNG"),
    "gif": papers.encoded(PAGE, "GIF"),
    "animated gif": papers.encoded(
        PAGE, "GIF", save_all=True, append_images=[PAGE.transpose(Image.Transpose.ROTATE_180)]
    ),
    "bmp": papers.encoded(PAGE, "BMP"),
    "webp": papers.encoded(PAGE, "WEBP"),
    "lossless webp": papers.encoded(PAGE, "WEBP", lossless=True),
}
TIFFS = {
    "raw": tiff(),
    "lzw": tiff(compression="tiff_lzw"),
    "big": tiff(big_tiff=True),
    "jpeg": tiff(compression="jpeg"),
    "g4": papers.encoded(PAGE.convert("1"), "TIFF", compression="group4"),
    "three pages": tiff(save_all=True, append_images=[PAGE, PAGE]),
}


def kind(data: bytes) -> str:
    found = kind_of(data)
    assert found is not None
    return found


@pytest.mark.parametrize("data", WHOLE.values(), ids=WHOLE.keys())
def test_no_shorter_file_is_whole(data: bytes) -> None:
    """Cut short at any byte, a picture does not go to its end."""
    assert reaches_its_end(kind(data), data)
    assert [cut for cut in range(20, len(data)) if reaches_its_end(kind(data), data[:cut])] == []


@pytest.mark.parametrize("data", TIFFS.values(), ids=TIFFS.keys())
def test_no_shorter_tiff_is_whole(data: bytes) -> None:
    """A TIFF is whole only with all its pages: what may be cut off is none of them."""
    assert reaches_its_end("image/tiff", data)
    whole = [frame.tobytes() for frame in _frames(data)]
    for cut in range(8, len(data)):
        if reaches_its_end("image/tiff", data[:cut]):
            assert [frame.tobytes() for frame in _frames(data[:cut])] == whole


def _frames(data: bytes) -> list[Image.Image]:
    frames = []
    with Image.open(io.BytesIO(data)) as image:
        for number in range(getattr(image, "n_frames", 1)):
            image.seek(number)
            frames.append(image.copy())
    return frames


@pytest.mark.parametrize("data", [WHOLE["baseline"], WHOLE["progressive"]], ids=["baseline", "progressive"])
@pytest.mark.parametrize("appended", [b"\0" * 5000, b"\xff" * 100, b"a film" * 50_000, b"\xff\xd8"])
def test_after_the_end(data: bytes, appended: bytes) -> None:
    """What scanners pad and phones append does not make a picture incomplete."""
    assert reaches_its_end("image/jpeg", data + appended)


def test_a_thumbnail_has_an_end_of_its_own() -> None:
    """The end of the small picture inside EXIF is not the end of the picture."""
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x927C] = b"a note \xff\xd8\xff\xd9 of the maker"
    data = papers.encoded(PAGE, "JPEG", exif=exif.tobytes())
    assert b"\xff\xd8\xff\xd9" in data
    assert reaches_its_end("image/jpeg", data)
    assert [cut for cut in range(20, len(data)) if reaches_its_end("image/jpeg", data[:cut])] == []


def test_second_picture_of_a_phone() -> None:
    """A second picture that a phone appends must go to its end, too: it may still be copied."""
    first, second = WHOLE["baseline"], WHOLE["progressive"]
    both = first + second
    assert reaches_its_end("image/jpeg", both)
    cuts = [cut for cut in range(len(first) + 3, len(both)) if reaches_its_end("image/jpeg", both[:cut])]
    assert cuts == []


def test_space_reserved_in_advance() -> None:
    """A copy whose length is there before its bytes, as zeros, is not whole."""
    for name, data in WHOLE.items():
        if name not in ("bmp", "webp", "lossless webp"):  # which tell their length only
            half = len(data) // 2
            assert not reaches_its_end(kind(data), data[:half] + bytes(len(data) - half)), name


def test_pdf_cut_short() -> None:
    """A PDF needs its last line; spaces and zeros after it do no harm."""
    data = papers.pdf(2, 40, 30).rstrip()
    assert reaches_its_end("application/pdf", data + b"\r\n" + bytes(9000))
    assert not any(reaches_its_end("application/pdf", data[:cut]) for cut in range(10, len(data)))


def test_pdf_made_for_the_web() -> None:
    """A PDF made for the web has two last lines, and tells its whole length at its beginning."""
    head = (
        b"%PDF-1.5\n1 0 obj\n<</Linearized 1/L 3000/H [ 500 20]/O 5/E 900/N 1/T 2900>>\nendobj\nstartxref\n0\n%%EOF\n"
    )
    assert not reaches_its_end("application/pdf", head)
    assert reaches_its_end("application/pdf", head.ljust(2990, b" ") + b"\n%%EOF\n" + bytes(10))


@given(st.sampled_from([*WHOLE.values(), *TIFFS.values(), papers.pdf()]), st.randoms(use_true_random=False))
def test_any_damage(data: bytes, chance: random.Random) -> None:
    """Whatever the bytes are, it is told whether they go to their end."""
    damaged = bytearray(data)
    for _ in range(chance.randrange(1, 20)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    assert reaches_its_end(kind(data), bytes(damaged)) in (True, False)


@given(
    st.sampled_from(
        ["image/jpeg", "image/png", "image/gif", "image/tiff", "image/bmp", "image/webp", "application/pdf"]
    ),
    st.binary(),
)
def test_any_bytes(kind: str, data: bytes) -> None:
    """Any bytes at all are an answer, too."""
    assert reaches_its_end(kind, data) in (True, False)
    assert kind_of(data) is None or isinstance(kind_of(data), str)


def test_films_are_no_pictures() -> None:
    """A phone's film comes in the container of its pictures, and is none."""
    assert kind_of(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic") == "image/heic"
    assert kind_of(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif") == "image/avif"
    assert kind_of(b"\0\0\0\x18ftypqt  \0\0\0\0qt  ....") is None
    assert kind_of(b"\0\0\0\x18ftypisom\0\0\0\0isommp42") is None

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ocrwatch.childprocess import ChildProcess
from ocrwatch.errors import DecoderCrashed, Incomplete, LineError, NotAScan, Unreadable
from ocrwatch.inbox.pages import ChildPages
from ocrwatch.ports import Inspection, Picture, PictureLimits
from tests import papers
from tests.unprivileged import said_without_rights

LIMITS = PictureLimits()


@pytest.fixture(scope="module")
def child() -> Iterator[ChildProcess]:
    child = ChildProcess(name="test", memory_bytes=2 * 1024**3)
    yield child
    child.close()


@pytest.fixture(scope="module")
def pages(child: ChildProcess) -> ChildPages:
    return ChildPages(child)


def picture(pages: ChildPages, path: Path, page: int = 0, limits: PictureLimits = LIMITS) -> Picture:
    return pages.picture(path, pages.inspect(path).digest, page, limits)


def shape(made: Picture) -> tuple[str, str, tuple[int, int]]:
    """Format, mode and size of the encoded picture, its size being what it says it is."""
    with Image.open(io.BytesIO(made.data)) as image:
        image.load()
        assert image.size == (made.width_px, made.height_px)
        assert Image.MIME[str(image.format)] == made.kind
        return str(image.format), image.mode, image.size


# ---------------------------------------------------------------- what is passed on, and what is made anew


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "L"), ("PNG", "RGB"), ("PNG", "L"), ("PNG", "1"), ("PNG", "P")],
)
def test_passed_on_byte_for_byte(pages: ChildPages, tmp_path: Path, kind: str, mode: str) -> None:
    """An upright picture within the limits reaches the reader untouched."""
    data = papers.encoded(papers.page(mode=mode), kind)
    assert picture(pages, papers.put(tmp_path, "scan", data)).data == data


def test_progressive_and_padded(pages: ChildPages, tmp_path: Path) -> None:
    """So do progressive ones, and those that a phone appended something to."""
    for name, data in {"a": papers.jpeg(progressive=True), "b": papers.jpeg() + b"MotionPhoto" * 9000}.items():
        path = papers.put(tmp_path, name, data)
        assert pages.inspect(path).pages == 1
        assert picture(pages, path).data == data


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP"])
def test_other_formats_become_jpeg(pages: ChildPages, tmp_path: Path, kind: str) -> None:
    """What a reader does not take is encoded anew, in its colours and upright."""
    made = picture(pages, papers.put(tmp_path, "scan", papers.encoded(papers.page(), kind)))
    assert shape(made) == ("JPEG", "RGB", (320, 200))
    assert papers.corners(made.data) == ["top left"]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_upright_by_exif(pages: ChildPages, tmp_path: Path, kind: str, orientation: int) -> None:
    """However a camera was held, the page stands upright."""
    back = {1: None, 2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[orientation]  # as the sensor saw it
    seen = papers.page() if back is None else papers.page().transpose(Image.Transpose(back))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = papers.encoded(seen, kind, exif=exif.tobytes() if kind != "TIFF" else exif)
    made = picture(pages, papers.put(tmp_path, "scan", data))
    assert (made.width_px, made.height_px) == (320, 200)
    assert papers.corners(made.data) == ["top left"]
    if kind == "JPEG":
        assert (made.data == data) == (orientation == 1)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_nonsense_in_exif(pages: ChildPages, tmp_path: Path, orientation: int) -> None:
    """An orientation that there is not leaves the page as it is, and so does EXIF that is rubbish."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    rubbish = b"Exif\0\0" + b"MM\0*\xff\xff\xff\xff" * 9
    for name, data in {"a": papers.jpeg(exif=exif.tobytes()), "b": papers.jpeg(exif=rubbish)}.items():
        assert picture(pages, papers.put(tmp_path, name, data)).data == data


def test_cmyk(pages: ChildPages, tmp_path: Path) -> None:
    """A picture in printing colours becomes one in colours of light."""
    made = picture(pages, papers.put(tmp_path, "scan", papers.encoded(papers.page(mode="CMYK"), "JPEG")))
    assert shape(made) == ("JPEG", "RGB", (320, 200))
    assert papers.corners(made.data) == ["top left"]


@pytest.mark.parametrize("highest", [4095, 65535])
@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits(pages: ChildPages, tmp_path: Path, kind: str, highest: int) -> None:
    """Greys of 16 bits, and of 12 in 16, keep paper white and print dark."""
    grey = papers.page(mode="L")
    deep = Image.frombytes("I;16", grey.size, b"".join(struct.pack("<H", v * highest // 255) for v in grey.tobytes()))
    made = picture(pages, papers.put(tmp_path, "scan", papers.encoded(deep, kind)))
    assert shape(made) == ("JPEG", "L", (320, 200))
    assert papers.corners(made.data) == ["top left"]
    with Image.open(io.BytesIO(made.data)) as image:
        assert int(str(image.getpixel((240, 150)))) > 180


def test_sixteen_bit_colours(pages: ChildPages, tmp_path: Path) -> None:
    """Colours of 16 bits, which Pillow cannot write, become such of 8."""
    width, height = 64, 48
    rows = b"".join(b"\0" + b"\xff\xff\x80\x80\0\0" * width for _ in range(height))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert shape(picture(pages, papers.put(tmp_path, "scan", data))) == ("JPEG", "RGB", (64, 48))


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_is_white(pages: ChildPages, tmp_path: Path, mode: str) -> None:
    """What is transparent is white paper, not black."""
    clear = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), (0, 0, 32, 32))
    image = clear.quantize(4) if mode == "P" else clear.convert(mode)
    made = picture(pages, papers.put(tmp_path, "scan", papers.encoded(image, "PNG")))
    assert made.kind == "image/jpeg"
    assert papers.corners(made.data) == ["top left"]


def test_one_bit(pages: ChildPages, tmp_path: Path) -> None:
    """A fax in black and white stays so, without the smear of JPEG."""
    data = papers.encoded(papers.page(mode="1"), "TIFF", compression="group4")
    assert shape(picture(pages, papers.put(tmp_path, "scan", data))) == ("PNG", "1", (320, 200))


def test_animation(pages: ChildPages, tmp_path: Path) -> None:
    """Of an animation the first picture is the page."""
    turned = papers.page().transpose(Image.Transpose.ROTATE_180)
    for kind in ("GIF", "WEBP", "PNG"):
        data = papers.encoded(papers.page(), kind, save_all=True, append_images=[turned, turned])
        path = papers.put(tmp_path, f"scan.{kind}", data)
        assert pages.inspect(path).pages == 1
        assert papers.corners(picture(pages, path).data) == ["top left"]


def test_pictures_of_a_phone(pages: ChildPages, tmp_path: Path) -> None:
    """Of a phone's two pictures in one file (MPO) the first is the page, as plain JPEG; half of the second: not ready."""
    data = papers.encoded(papers.page(), "MPO", save_all=True, append_images=[papers.page(160, 100)])
    path = papers.put(tmp_path, "scan.jpg", data)
    assert pages.inspect(path).pages == 1
    assert shape(picture(pages, path)) == ("JPEG", "RGB", (320, 200))
    path.write_bytes(data[:-200])
    with pytest.raises(Incomplete):
        pages.inspect(path)


def test_pages_of_a_tiff(pages: ChildPages, tmp_path: Path) -> None:
    """All pages of a TIFF are one document; each can be had, whatever its size and mode."""
    others = [papers.page(100, 300, "L"), papers.page(200, 100, "1")]
    data = papers.encoded(papers.page(), "TIFF", save_all=True, append_images=others)
    path = papers.put(tmp_path, "scan.tif", data)
    assert pages.inspect(path).pages == 3
    assert [shape(picture(pages, path, page))[1:] for page in range(3)] == [
        ("RGB", (320, 200)), ("L", (100, 300)), ("1", (200, 100)),
    ]  # fmt: skip


# ---------------------------------------------------------------- limits


@pytest.mark.parametrize("mode", ["RGB", "L", "1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_at_most_so_many_pixels(pages: ChildPages, tmp_path: Path, mode: str) -> None:
    """A large page of any mode is scaled to the reader's budget, upright, in its proportions."""
    page = papers.page(1200, 800, "L" if mode == "I;16" else mode)
    if mode == "I;16":
        page = page.convert("I").point(lambda value: value * 257 + 0).convert("I;16")
    path = papers.put(tmp_path, "scan", papers.encoded(page, "TIFF"))
    made = picture(pages, path, limits=PictureLimits(max_pixels=60_000))
    assert made.width_px * made.height_px <= 60_000
    assert made.width_px / made.height_px == pytest.approx(1.5, abs=0.02)
    assert made.width_px > 290
    assert papers.corners(made.data) == ["top left"]


def test_large_photo_on_its_side(pages: ChildPages, tmp_path: Path) -> None:
    """Scaling and turning go together."""
    exif = Image.Exif()
    exif[0x0112] = 6
    seen = papers.page(2000, 1500).transpose(Image.Transpose.ROTATE_90)
    path = papers.put(tmp_path, "scan", papers.encoded(seen, "JPEG", exif=exif.tobytes()))
    made = picture(pages, path, limits=PictureLimits(max_pixels=300_000))
    assert made.width_px / made.height_px == pytest.approx(4 / 3, abs=0.02)
    assert papers.corners(made.data) == ["top left"]


@pytest.mark.parametrize("most", [20_000, 3_000])
def test_at_most_so_many_bytes(pages: ChildPages, tmp_path: Path, most: int) -> None:
    """Quality goes down until the bytes fit, and size when that does not help."""
    noise = Image.effect_noise((400, 300), 90).convert("RGB")
    made = picture(
        pages, papers.put(tmp_path, "scan", papers.encoded(noise, "PNG")), limits=PictureLimits(max_bytes=most)
    )
    assert len(made.data) <= most
    shape(made)


def test_formats_a_reader_takes(pages: ChildPages, tmp_path: Path) -> None:
    """A reader that takes JPEG only has no PNG."""
    path = papers.put(tmp_path, "scan", papers.encoded(papers.page(), "PNG"))
    assert picture(pages, path, limits=PictureLimits(kinds=("image/jpeg",))).kind == "image/jpeg"


@pytest.mark.parametrize("size", [(1, 1), (10, 300), (300, 10)])
def test_too_small_for_print(pages: ChildPages, tmp_path: Path, size: tuple[int, int]) -> None:
    """A picture too small to hold print is whole, but cannot be read: the message names file and size."""
    path = papers.put(tmp_path, "dot.png", papers.encoded(Image.new("RGB", size), "PNG"))
    assert pages.inspect(path).pages == 1
    with pytest.raises(Unreadable, match=rf"dot\.png is only {size[0]} x {size[1]} pixels"):
        picture(pages, path)


def test_strip(pages: ChildPages, tmp_path: Path) -> None:
    """A strip a thousand times as long as wide cannot be read."""
    path = papers.put(tmp_path, "strip.png", papers.encoded(Image.new("L", (12, 12_000)), "PNG"))
    with pytest.raises(Unreadable, match=r"strip\.png"):
        picture(pages, path)


# ---------------------------------------------------------------- traps


def _declared(kind: str, width: int, height: int) -> bytes:
    """A whole, small file that says that it is as large as that."""
    if kind == "PNG":
        return _png_of_zeros(width, height)
    data = bytearray(papers.encoded(papers.page(), kind))
    match kind:
        case "JPEG":
            frame = data.index(b"\xff\xc0")
            data[frame + 5 : frame + 9] = struct.pack(">HH", height, width)
        case "BMP":
            data[18:26] = struct.pack("<ii", width, height)
        case "GIF":
            data[6:10] = struct.pack("<HH", width, height)
        case _:
            raise ValueError(kind)
    return bytes(data)


def _png_of_zeros(width: int, height: int) -> bytes:
    squeezed = zlib.compressobj(9)
    rows = b"".join(squeezed.compress(bytes(width // 8 + 1)) for _ in range(height)) + squeezed.flush()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory as Linux tells it")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF"])
def test_size_bomb(tmp_path: Path, kind: str) -> None:
    """A file that declares 20 000 x 20 000 pixels is refused by its head: nothing is allocated for it."""
    child = ChildProcess(name="test", memory_bytes=2 * 1024**3)
    pages = ChildPages(child)
    pages.inspect(papers.put(tmp_path, "small.png", papers.encoded(papers.page(), "PNG")))
    pid = child.pid()
    before = _peak_kib(pid)
    with pytest.raises(Unreadable, match=r"bomb says that it is 20000 x 20000 pixels"):
        pages.inspect(papers.put(tmp_path, "bomb", _declared(kind, 20_000, 20_000)))
    assert child.pid() == pid
    assert _peak_kib(pid) - before < 20_000
    child.close()


def _peak_kib(pid: int | None) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def test_bomb_behind_the_first_page(pages: ChildPages, tmp_path: Path) -> None:
    """The other pages of a TIFF are bounded as the first is."""
    small, large = papers.page(mode="1"), Image.new("1", (20_000, 20_000))
    data = papers.encoded(small, "TIFF", save_all=True, append_images=[large], compression="group4")
    with pytest.raises(Unreadable, match="20000 x 20000"):
        pages.inspect(papers.put(tmp_path, "bomb.tif", data))


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory")
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "I;16"])
def test_largest_page(pages: ChildPages, tmp_path: Path, mode: str) -> None:
    """A page of the largest size is opened within the child's memory, whatever its mode; turned, too."""
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"exif": exif} if mode in ("1", "L", "RGB") else {}
    page = Image.new(mode, (15_000, 12_000))
    page.paste(1 if mode == "1" else Image.new(mode, (1, 1)).getpixel((0, 0)), (0, 0, 100, 100))
    path = tmp_path / "large.tif"
    page.save(path, "TIFF", compression="tiff_lzw" if mode != "1" else "group4", **options)
    made = picture(pages, path)
    assert 8_000_000 < made.width_px * made.height_px <= LIMITS.max_pixels


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the memory")
def test_crash_names_the_file(tmp_path: Path) -> None:
    """A page that needs more memory than the child may have costs this one file, by name; the next is opened."""
    child = ChildProcess(name="test", memory_bytes=256 * 1024**2)
    pages = ChildPages(child)
    large = papers.put(tmp_path, "large.png", _png_of_zeros(12_000, 12_000))
    with pytest.raises(DecoderCrashed, match=r"large\.png could not be opened"):
        picture(pages, large, limits=PictureLimits(kinds=("image/jpeg",)))
    assert picture(pages, papers.put(tmp_path, "small.jpg", papers.jpeg())).kind == "image/jpeg"
    child.close()


def test_damaged(pages: ChildPages, tmp_path: Path) -> None:
    """A file that is whole and makes no sense is damaged, and the message names it."""
    png = bytearray(papers.encoded(papers.page(), "PNG"))
    png[60:90] = bytes(30)
    with pytest.raises(Unreadable, match=r"bad\.png is damaged"):
        pages.inspect(papers.put(tmp_path, "bad.png", bytes(png)))


def test_too_many_bytes(pages: ChildPages, tmp_path: Path) -> None:
    """A file of more than half a gigabyte is refused unread."""
    path = papers.put(tmp_path, "huge.jpg", papers.jpeg())
    with path.open("r+b") as file:
        file.truncate(513 * 1024 * 1024)
    with pytest.raises(Unreadable, match=r"huge\.jpg is larger than 512 MB"):
        pages.inspect(path)


@pytest.mark.skipif(sys.platform == "win32", reason="sockets among files are of POSIX")
def test_socket_and_device(pages: ChildPages, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket and a device are no files."""
    import socket

    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("scan.jpg")
        with pytest.raises(NotAScan):
            pages.inspect(tmp_path / "scan.jpg")
    with pytest.raises(NotAScan):
        pages.inspect(Path("/dev/zero"))


def test_file_that_may_not_be_read(tmp_path: Path) -> None:
    """A file that may not be read now is waited for, with the reason."""
    path = papers.put(tmp_path, "scan.jpg", papers.jpeg())
    path.chmod(0)
    code = """
        import sys
        from ocrwatch.errors import Incomplete
        from ocrwatch.inbox.decoding import inspect
        try:
            inspect({"path": sys.argv[1]}, b"")
        except Incomplete as error:
            print(error)
    """
    assert said_without_rights(code, path) == "scan.jpg cannot be read now: Permission denied\n"


# ---------------------------------------------------------------- PDF


def test_pages_of_a_pdf(pages: ChildPages, tmp_path: Path) -> None:
    """All pages of a PDF are one document; each is drawn upright."""
    path = papers.put(tmp_path, "scan.pdf", papers.pdf(3))
    assert pages.inspect(path) == Inspection(pages.inspect(path).digest, "application/pdf", 3)
    for page in range(3):
        made = picture(pages, path, page)
        assert papers.corners(made.data) == ["top left"]
        assert made.width_px / made.height_px == pytest.approx(1.6, abs=0.02)


def _blank_pdf(*sizes: tuple[float, float], turned: int = 0) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for size in sizes:
        document.new_page(*size).set_rotation(turned)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("size", "longest"), [((595, 842), 2924), ((14_400, 14_400), 2897), ((8.27, 11.69), 1600), ((227, 3000), 10_417)]
)
def test_page_sizes(pages: ChildPages, tmp_path: Path, size: tuple[float, float], longest: int) -> None:
    """A4 is drawn with 250 dots an inch, five metres within the limits, and inches that were taken for points large."""
    made = picture(pages, papers.put(tmp_path, "scan.pdf", _blank_pdf(size)))
    assert made.width_px * made.height_px <= LIMITS.max_pixels
    assert max(made.width_px, made.height_px) == pytest.approx(longest, abs=12)


def test_endless_page(pages: ChildPages, tmp_path: Path) -> None:
    """A page a thousand times as long as wide cannot be read, and takes no memory."""
    with pytest.raises(Unreadable, match=r"scan\.pdf"):
        picture(pages, papers.put(tmp_path, "scan.pdf", _blank_pdf((10, 14_000))))


def test_turned_page(pages: ChildPages, tmp_path: Path) -> None:
    """A page that says that it is to be turned is."""
    document = pypdfium2.PdfDocument(papers.pdf())
    document[0].set_rotation(90)
    buffer = io.BytesIO()
    document.save(buffer)
    made = picture(pages, papers.put(tmp_path, "scan.pdf", buffer.getvalue()))
    assert papers.corners(made.data) == ["top right"]
    assert made.height_px > made.width_px


def test_pdf_without_pages(pages: ChildPages, tmp_path: Path) -> None:
    """A PDF without a page is damaged."""
    with pytest.raises(Unreadable, match=r"scan\.pdf"):
        pages.inspect(papers.put(tmp_path, "scan.pdf", _blank_pdf()))


def test_pdf_that_is_rubbish(pages: ChildPages, tmp_path: Path) -> None:
    """A PDF that is rubbish between its first line and its last is damaged."""
    with pytest.raises(Unreadable, match=r"scan\.pdf is damaged"):
        pages.inspect(papers.put(tmp_path, "scan.pdf", b"%PDF-1.4\n" + bytes(500) + b"\nstartxref\n9\n%%EOF\n"))


def test_pdf_with_a_password(pages: ChildPages, tmp_path: Path) -> None:
    """A PDF that is locked is refused with what to do about it."""
    with pytest.raises(Unreadable, match=r"scan\.pdf is locked with a password\. Save it without one"):
        pages.inspect(papers.put(tmp_path, "scan.pdf", LOCKED_PDF))


def test_filled_form(pages: ChildPages, tmp_path: Path) -> None:
    """What was filled into a form is on the page's picture."""
    made = picture(pages, papers.put(tmp_path, "form.pdf", FILLED_FORM))
    with Image.open(io.BytesIO(made.data)) as image:
        assert image.convert("L").getextrema()[0] < 60


# ---------------------------------------------------------------- anything at all

WHOLE = [papers.encoded(papers.page(64, 48), kind) for kind in ("JPEG", "PNG", "GIF", "BMP", "TIFF", "WEBP")]
WHOLE += [papers.pdf(1, 64, 48), papers.encoded(papers.page(64, 48), "TIFF", compression="tiff_lzw")]
ANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ANY
@given(data=st.data())
def test_any_damage(child: ChildProcess, pages: ChildPages, tmp_path: Path, data: st.DataObject) -> None:
    """Whatever befalls a file, it is inspected or one of the port's errors; the decoder does not fall over."""
    content = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(0, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    path = papers.put(tmp_path, "scan.jpg", bytes(content[:cut] if data.draw(st.booleans()) else content))
    try:
        found = pages.inspect(path)
        pages.picture(path, found.digest, found.pages - 1, LIMITS)
    except (Incomplete, Unreadable, NotAScan):
        pass
    assert child.pid() is not None


@ANY
@given(content=st.binary(max_size=200), head=st.sampled_from([b"", *[whole[:24] for whole in WHOLE]]))
def test_any_bytes(pages: ChildPages, tmp_path: Path, head: bytes, content: bytes) -> None:
    """Any bytes are an answer of the port's."""
    with pytest.raises(LineError) as met:
        pages.inspect(papers.put(tmp_path, "scan.jpg", head + content))
    assert isinstance(met.value, Incomplete | Unreadable | NotAScan)


@pytest.mark.parametrize("data", [papers.jpeg(64, 48), papers.jpeg(64, 48, progressive=True), WHOLE[1]])
def test_never_whole_too_early(pages: ChildPages, tmp_path: Path, data: bytes) -> None:
    """A picture cut short anywhere is never taken for a whole one."""
    path = tmp_path / "scan.jpg"
    for cut in range(0, len(data), 7):
        path.write_bytes(data[:cut])
        with pytest.raises(Incomplete):
            pages.inspect(path)


# ---------------------------------------------------------------- PDFs that no library here writes


def _pdf_of(objects: list[bytes], trailer: bytes = b"") -> bytes:
    data, offsets = bytearray(b"%PDF-1.6\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    data += b"trailer\n<</Size %d/Root 1 0 R" % (len(objects) + 1) + trailer + b">>\nstartxref\n%d\n%%%%EOF\n" % table
    return bytes(data)


_CATALOGUE = b"<</Type/Catalog/Pages 2 0 R%s>>"
_PAGES = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
LOCKED_PDF = _pdf_of(
    [_CATALOGUE % b"", _PAGES, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>",
     b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>"],
    b"/Encrypt 4 0 R/ID[<00112233445566778899aabbccddeeff><00112233445566778899aabbccddeeff>]",
)  # fmt: skip
FILLED_FORM = _pdf_of(
    [_CATALOGUE % b"/AcroForm<</Fields[4 0 R]/DR<</Font<</Helv 5 0 R>>>>/DA(/Helv 24 Tf 0 g)>>", _PAGES,
     b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Annots[4 0 R]>>",
     b"<</Type/Annot/Subtype/Widget/FT/Tx/T(total)/V(88888)/F 4/Rect[10 10 190 60]/DA(/Helv 24 Tf 0 g)>>",
     b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
)  # fmt: skip

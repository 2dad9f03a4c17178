"""Zips of class folders, good and bad, all made for real."""

import io
import stat
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cnnplay.data import archive
from cnnplay.data.archive import read_class_zip
from cnnplay.errors import InputError


def picture(seed: int = 0, *, size: tuple[int, int] = (61, 40), kind: str = "PNG") -> bytes:
    """Two colours, different for each seed."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(rng.integers(0, 256, 3).tolist()))
    ImageDraw.Draw(image).ellipse((10, 5, 35, 30), fill=tuple(rng.integers(0, 256, 3).tolist()))
    return saved(image, kind)


def saved(image: Image.Image, kind: str) -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def zipped(entries: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as zip_:
        for name, content in entries.items():
            zip_.writestr(name, content)
    return file.getvalue()


def good(**more: bytes) -> dict[str, bytes]:
    named = {name.replace("__", "/"): content for name, content in more.items()}
    return {f"{name}/{i}.png": picture(10 * len(name) + i) for name in ("cat", "ship") for i in range(3)} | named


def refusal(data: bytes, kind: archive.Kind = "photos") -> str:
    with pytest.raises(InputError) as refused:
        read_class_zip(data, kind=kind)
    return str(refused.value)


def test_folders_become_classes_sorted_by_name() -> None:
    entries = {
        f"{folder}/{i}.{kind}": picture(i, kind=kind)
        for folder in ("ship", "Cat", "élan")
        for i, kind in enumerate(("JPEG", "PNG", "WEBP"))
    }
    found = read_class_zip(zipped(entries), kind="photos")
    assert found.classes == ("Cat", "ship", "élan")
    assert found.images.shape == (9, 3, 32, 32)
    assert found.labels.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_the_middle_square_is_taken_as_on_the_photo_page() -> None:
    image = Image.new("RGB", (300, 100), "red")
    ImageDraw.Draw(image).rectangle((100, 0, 199, 99), fill="blue")
    entries = good() | {"cat/0.png": saved(image, "PNG")}
    first = read_class_zip(zipped(entries), kind="photos").images[0]
    assert first[2].min() > 200
    assert first[0].max() < 60


def test_drawings_take_the_way_of_the_draw_page() -> None:
    def drawing(seed: int) -> bytes:
        image = Image.new("L", (120, 90), 255)
        ImageDraw.Draw(image).ellipse((20, 15, 60 + seed, 70), outline=0, width=6)
        return saved(image, "PNG")

    entries = {f"{name}/{i}.png": drawing(i) for name in "ab" for i in range(2)}
    images = read_class_zip(zipped(entries), kind="drawings").images
    assert images.shape == (4, 1, 28, 28)
    assert images[:, 0, 0].max() == 0
    assert images.reshape(4, -1).max(1).tolist() == [255] * 4


def test_one_folder_around_and_the_junk_of_two_systems_are_passed_over() -> None:
    junk = {"__MACOSX/set/cat/._0.png": b"junk", "set/.DS_Store": b"junk", "set/cat/Thumbs.db": b"junk"}
    entries = {f"set/{name}": content for name, content in good().items()} | junk | {"set/ship/desktop.ini": b"junk"}
    found = read_class_zip(zipped({"set/": b"", "set/cat/": b"", **entries}), kind="photos")
    assert found.classes == ("cat", "ship")
    assert len(found.labels) == 6


def test_progress_is_told_for_each_picture() -> None:
    told: list[tuple[int, int]] = []
    read_class_zip(zipped(good()), kind="photos", on_progress=lambda done, n: told.append((done, n)))
    assert told == [(i, 6) for i in range(1, 7)]


@pytest.mark.parametrize("name", [
    "../evil.png", "cat/../../evil.png", "/etc/evil.png", "C:/evil.png", "cat\\evil.png", "cat//evil.png",
    "./cat/e.png", "cat/ev\nil.png", "__MACOSX/../../evil.png",
])  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(name: str) -> None:
    assert "leads elsewhere" in refusal(zipped(good() | {name: picture()}))


def test_a_name_cut_by_a_zero_byte_is_refused() -> None:
    data = zipped(good() | {"cat/evil.png?.exe": picture()}).replace(b"evil.png?", b"evil.png\0")
    assert "leads elsewhere" in refusal(data)


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(mode: int) -> None:
    file = io.BytesIO(zipped(good()))
    with zipfile.ZipFile(file, "a") as zip_:
        info = zipfile.ZipInfo("cat/link.png")
        info.external_attr = (mode | 0o777) << 16
        zip_.writestr(info, "/etc/passwd")
    assert "cat/link.png is a link" in refusal(file.getvalue())


def test_encrypted_entries_are_refused() -> None:
    data = bytearray(zipped(good()))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    assert "is encrypted" in refusal(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_uncommon_packings_are_refused(method: int) -> None:
    assert "not read" in refusal(zipped(good(), method=method))


def test_a_bomb_is_refused_before_it_unpacks() -> None:
    assert "unpacks to more than 100 times" in refusal(zipped(good(cat__bomb=bytes(30_000_000))))
    assert "unpacks to 60 MB" in refusal(zipped(good(cat__bomb=bytes(60_000_000))))


def test_an_entry_that_lies_about_its_size_is_refused() -> None:
    data = bytearray(zipped({"cat/0.png": picture(), "cat/1.png": picture(1), "dog/0.png": picture(2),
                             "dog/1.png": picture(3)}))  # fmt: skip
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    assert "cat/0.png is damaged" in refusal(bytes(data))


def test_all_entries_together_have_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 500)
    assert "unpacks to over" in refusal(zipped(good()))


def test_the_number_of_entries_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ENTRIES", 5)
    assert "more than 5 entries" in refusal(zipped(good()))


def test_the_zip_itself_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_ZIP_BYTES", 100)
    assert "at most" in refusal(zipped(good()))


def test_reading_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_SECONDS", -1.0)
    assert "given up at cat/0.png" in refusal(zipped(good()))


def test_a_wrong_checksum_is_refused() -> None:
    data = zipped(good(), method=zipfile.ZIP_STORED)
    at = data.index(b"IDAT") + 10
    assert "is damaged in the zip" in refusal(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


@pytest.mark.parametrize("data", [b"", b"no zip at all", picture(), zipped(good())[:-40], zipped(good())[:300]])
def test_what_is_no_zip_is_refused(data: bytes) -> None:
    assert "no zip that can be read" in refusal(data)


@pytest.mark.parametrize("content", [
    b"<svg/>", b"%PDF-1.7", zipped(good()), zlib.compress(b"x"), b"GIF89a" + bytes(50), b"", b"MZ" + bytes(100),
])  # fmt: skip
def test_what_is_no_picture_by_its_content_is_refused_by_name(content: bytes) -> None:
    assert "cat/odd.png is no JPEG, PNG or WEBP" in refusal(zipped(good() | {"cat/odd.png": content}))


def test_damaged_tiny_and_huge_pictures_are_refused_by_name() -> None:
    assert "cat/x.png begins like a PNG image" in refusal(zipped(good() | {"cat/x.png": picture()[:60]}))
    assert "cat/x.png is 4 x 4 pixels" in refusal(zipped(good() | {"cat/x.png": saved(Image.new("L", (4, 4)), "PNG")}))
    huge = bytearray(saved(Image.new("1", (8, 8)), "PNG"))
    huge[16:24] = struct.pack(">II", 30_000, 30_000)
    huge[29:33] = struct.pack(">I", zlib.crc32(huge[12:29]))
    assert "cat/x.png" in refusal(zipped(good() | {"cat/x.png": bytes(huge)}))


def test_an_empty_sheet_is_no_drawing() -> None:
    entries = {f"{name}/{i}.png": saved(Image.new("L", (50, 50), 255), "PNG") for name in "ab" for i in range(2)}
    assert "a/0.png shows no drawing" in refusal(zipped(entries), "drawings")


CASES: dict[str, tuple[Callable[[], dict[str, bytes]], str]] = {
    "outside": (lambda: good() | {"loose.png": picture()}, "loose.png lies outside of any class folder"),
    "deep": (lambda: good() | {"cat/more/deep.png": picture()}, "cat/more/deep.png lies too deep"),
    "one class": (lambda: {f"cat/{i}.png": picture(i) for i in range(5)}, "There is 1 class: cat"),
    "nothing": (dict, "There are 0 classes"),
    "empty folder": (lambda: good() | {"dog/": b""}, "The folder dog is empty"),
    "one picture": (lambda: good() | {"dog/1.png": picture()}, "dog has 1 picture"),
    "many classes": (lambda: {f"{i}/{j}.png": b"x" for i in range(101) for j in "ab"}, "There are 101 classes"),
    "long name": (lambda: good() | {f"{'x' * 41}/1.png": picture()}, "1 to 40 letters"),
    "blank name": (lambda: good() | {"  /1.png": picture()}, "cannot be called ''"),
    "same name": (lambda: good() | {"CAT/9.png": picture()}, "two folders have the same name"),
    "same file": (lambda: good() | {"cat/0.PNG": picture()}, "is in the zip twice"),
}


@pytest.mark.parametrize("case", CASES)
def test_other_layouts_are_refused_with_the_first_offender(case: str) -> None:
    make, sentence = CASES[case]
    assert sentence in refusal(zipped(make()))


def test_two_entries_of_one_name_are_refused() -> None:
    file = io.BytesIO(zipped(good()))
    with zipfile.ZipFile(file, "a") as zip_, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zip_.writestr("cat/0.png", picture(99))
    assert "cat/0.png is in the zip twice" in refusal(file.getvalue())

import io
import struct
import zlib

import numpy as np
import pillow_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cnnplay.data.photo import MAX_SIDE_PX, crop_square, open_photo, shrink_to_32
from cnnplay.errors import InputError

RED, BLUE = (220, 20, 20), (20, 20, 220)


def half_red_half_blue(mode: str = "RGB", *, width: int = 64, height: int = 48) -> Image.Image:
    image = Image.new("RGB", (width, height), BLUE)
    image.paste(RED, (0, 0, width // 2, height))
    return image.convert(mode)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def heic(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=90)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


ENCODED = {
    "JPEG": encode(half_red_half_blue(), "JPEG", quality=95),
    "JPEG in CMYK": encode(half_red_half_blue("CMYK"), "JPEG", quality=95),
    "PNG": encode(half_red_half_blue(), "PNG"),
    "PNG with a palette": encode(half_red_half_blue("P"), "PNG"),
    "WEBP": encode(half_red_half_blue(), "WEBP", quality=95),
    "GIF": encode(half_red_half_blue("P"), "GIF"),
    "HEIC": heic(half_red_half_blue()),
}


@pytest.mark.parametrize("kind", ENCODED)
def test_every_allowed_format_keeps_its_colours_and_its_sides(kind: str) -> None:
    image = open_photo(ENCODED[kind], "photo")
    assert (image.mode, image.size) == ("RGB", (64, 48))
    assert np.abs(np.array(image.getpixel((12, 24))) - RED).max() < 40
    assert np.abs(np.array(image.getpixel((50, 24))) - BLUE).max() < 40


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_as_its_camera_says(orientation: int) -> None:
    upright = half_red_half_blue()
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Transpose that makes the camera's view of an upright scene
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = open_photo(encode(stored, "JPEG", quality=95, exif=exif.tobytes()), "photo.jpg")
    assert image.size == upright.size
    assert np.abs(np.array(image.getpixel((12, 24))) - RED).max() < 40
    assert not image.getexif()


def test_metadata_does_not_survive() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    image = open_photo(encode(half_red_half_blue(), "JPEG", exif=exif.tobytes(), comment=b"where I live"), "photo.jpg")
    assert image.info == {}
    assert not image.getexif()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode: str) -> None:
    clear = Image.new(mode, (20, 20), 0)
    assert open_photo(encode(clear, "PNG"), "clear.png").getpixel((10, 10)) == (255, 255, 255)


def test_a_transparent_palette_entry_is_white() -> None:
    image = half_red_half_blue("P")
    corner = image.getpixel((0, 0))
    opened = open_photo(encode(image, "PNG", transparency=corner), "photo.png")
    assert opened.getpixel((10, 10)) == (255, 255, 255)


def test_sixteen_bits_of_grey_become_eight_without_clipping() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    image = open_photo(encode(Image.fromarray(np.tile(ramp, (16, 1))), "PNG"), "ramp.png")
    assert np.abs(np.asarray(image)[0, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_an_animation_gives_its_first_frame() -> None:
    first, second = Image.new("P", (20, 20), 0), Image.new("P", (20, 20), 1)
    first.putpalette([255, 0, 0, 0, 0, 255])
    second.putpalette([255, 0, 0, 0, 0, 255])
    data = encode(first, "GIF", save_all=True, append_images=[second])
    assert open_photo(data, "moving.gif").getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_is_kept_at_a_bounded_size(kind: str) -> None:
    image = open_photo(encode(half_red_half_blue(width=2000, height=1500), kind), "large")
    assert image.size == (MAX_SIDE_PX, MAX_SIDE_PX * 3 // 4)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"PK\x03\x04" + b"\0" * 50, "a zip archive"),
        (b"\0\0\0\x1cftypavif" + b"\0" * 50, "an AVIF image"),
        (b"\0\0\0\x1cftypisom" + b"\0" * 50, "a video"),
        (encode(half_red_half_blue(), "TIFF"), "a TIFF image"),
        (b"just words", "a file of another type"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\0\0\0\x1cftypheic" + b"\0" * 50, "damaged"),
        (png_header(30_000, 30_000), "900 megapixels"),
        (png_header(10_000, 7_000), "10,000 x 7,000"),
        (encode(Image.new("RGB", (4, 400)), "PNG"), "at least 8 x 8"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(data: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        open_photo(data, "holiday.png")
    assert str(caught.value).startswith("holiday.png ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ENCODED)
def test_a_photo_cut_short_is_refused(kind: str) -> None:
    data = ENCODED[kind]
    with pytest.raises(InputError, match="damaged"):
        open_photo(data[: len(data) * 6 // 10], "photo")


def test_the_refusal_of_too_many_bytes_names_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnnplay.data.photo.MAX_BYTES", 100)
    with pytest.raises(InputError, match="at most 0 MB"):
        open_photo(ENCODED["PNG"], "photo.png")


def test_a_name_of_control_characters_stays_on_one_line() -> None:
    with pytest.raises(InputError, match=r"^a\?b is empty"):
        open_photo(b"", "a\nb")


@settings(max_examples=150)
@given(st.sampled_from(sorted(ENCODED)), st.data())
def test_damage_anywhere_gives_a_photo_or_an_input_error(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(ENCODED[kind])
    for at in data.draw(st.lists(st.integers(8, len(damaged) - 1), min_size=1, max_size=8)):
        damaged[at] = data.draw(st.integers(0, 255))
    try:
        image = open_photo(bytes(damaged), "photo")
    except InputError:
        return
    assert image.mode == "RGB"
    assert max(image.size) <= MAX_SIDE_PX


@given(
    st.integers(1, 60),
    st.integers(1, 60),
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 1, exclude_min=True),
)
def test_a_crop_is_a_square_inside_the_photo(width: int, height: int, x: float, y: float, size: float) -> None:
    columns, rows = np.meshgrid(np.arange(1, width + 1), np.arange(1, height + 1))
    image = Image.fromarray(np.stack([columns, rows, columns], axis=-1).astype(np.uint8))
    crop = np.asarray(crop_square(image, x, y, size))
    assert crop.shape[0] == crop.shape[1] == max(1, round(size * min(width, height)))
    assert crop.min() >= 1  # outside the photo Pillow would have filled with 0


def test_the_whole_crop_of_a_wide_photo_is_its_middle() -> None:
    crop = crop_square(half_red_half_blue(), 0.5, 0.5, 1.0)
    assert crop.size == (48, 48)
    assert crop.getpixel((0, 0)) == RED
    assert crop.getpixel((47, 47)) == BLUE


@pytest.mark.parametrize("crop", [(-0.1, 0.5, 1), (0.5, 1.1, 1), (0.5, 0.5, 0), (0.5, 0.5, 1.5), (float("nan"), 0, 1)])
def test_a_crop_out_of_range_is_refused(crop: tuple[float, float, float]) -> None:
    with pytest.raises(InputError, match="leaves the photo"):
        crop_square(half_red_half_blue(), *crop)


def test_32_px_keep_channel_order_and_place() -> None:
    small = shrink_to_32(half_red_half_blue(width=320, height=320))
    assert (small.shape, small.dtype) == ((3, 32, 32), np.uint8)
    assert tuple(small[:, 16, 4]) == RED
    assert tuple(small[:, 16, 28]) == BLUE


def test_fine_stripes_are_averaged_and_not_picked() -> None:
    stripes = np.zeros((320, 320, 3), dtype=np.uint8)
    stripes[:, ::2] = 255
    small = shrink_to_32(Image.fromarray(stripes))
    assert np.abs(small.astype(int) - 127).max() < 8

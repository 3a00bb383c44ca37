"""Strangers, built in the appendix.

Generated from the chapters: edit them, not this file.
"""

import gzip
import hashlib
import io
import json
import math
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

# What the third byte of an IDX file says of its values; this library reads the first.
_IDX_TYPES = {8: "u1", 9: "i1", 11: "i2", 12: "i4", 13: "f4", 14: "f8"}


def _read_idx(path: str | Path) -> np.ndarray:
    """Return what an IDX file of bytes holds, gzipped or not: uint8, of 1 to 3 axes.

    ValueError says what is wrong with a damaged one. Source: LeCun, Cortes and Burges
    (1998).
    """
    with Path(path).open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    verdict, advice = "is damaged", "Get the file again"
    try:
        with (gzip.open if zipped else open)(path, "rb") as file:
            start = file.read(4)
            kind = _IDX_TYPES.get(start[2]) if len(start) == 4 else None
            if start[:2] != b"\0\0" or kind is None or not 0 < start[3] < 9:
                got = start.hex(" ") or "nothing"
                raise ValueError(f"it should begin with 00 00 08, it has {got}")
            if kind != "u1" or start[3] > 3:
                verdict, advice = "is of another kind", "Bytes on 1 to 3 axes are read"
                raise ValueError(f"it holds {np.dtype(kind)} on {start[3]} axes")
            sizes = file.read(4 * start[3])
            if len(sizes) < 4 * start[3]:
                raise ValueError(f"it ends after {4 + len(sizes)} bytes")
            shape = np.frombuffer(sizes, ">u4").tolist()
            values, end = bytearray(), min(math.prod(shape), 2**31) + 1
            while piece := file.read(min(end - len(values), 2**20)):
                values += piece
        if len(values) != math.prod(shape):
            claimed = f"{shape} are {math.prod(shape)} bytes"
            raise ValueError(f"{claimed}, it has {len(values)}")
    except (ValueError, OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path} {verdict}: {error}. {advice}.") from error
    return np.frombuffer(values, np.uint8).reshape(shape)


def _png_files(folder: Path) -> list[Path]:
    """Return the PNG files in a folder; ValueError where it has none, or others."""
    left_by_windows = ("Thumbs.db", "desktop.ini")
    paths = [each for each in folder.glob("[!.]*") if each.name not in left_by_windows]
    others = sorted(each for each in paths if each.suffix.lower() != ".png")
    if others:
        counted = f"{len(others)} of {len(paths)} files in {folder}"
        advice = "Save them as PNG, or take them away"
        raise ValueError(f"{counted} are no PNG, as {others[0].name}. {advice}.")
    if not paths:
        advice = "Add some, or remove this class from train/ and test/"
        raise ValueError(f"{folder} has no PNG pictures. {advice}.")
    return sorted(paths)


def _read_picture(path: Path) -> np.ndarray:
    """Return a PNG picture as gray values (height, width), uint8; on white ground."""
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError("PNG pictures need Pillow: pip install pillow.") from error
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            if picture.mode.startswith(("I", "F")):
                raise ValueError(f"its pixels are of more than 8 bits, {picture.mode}")
            if picture.has_transparency_data:
                ground = Image.new("RGBA", picture.size, "white")
                ground.alpha_composite(picture.convert("RGBA"))
                return np.asarray(ground.convert("L"))
            return np.asarray(picture.convert("L"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path} can't be read as PNG: {error}.") from error


def _read_pictures(paths: Sequence[Path]) -> np.ndarray:
    """Return PNG pictures of one size, (n, height, width); ValueError for others."""
    images: list[np.ndarray] = []
    for path in paths:
        images.append(_read_picture(path))
        if images[-1].shape != images[0].shape:
            shapes = f"{images[-1].shape} and not {images[0].shape} as the first one"
            raise ValueError(f"{path} has the shape {shapes}.")
    return np.stack(images)


# What np.save writes about an array of numbers: one type, an order, and a shape.
_HEADER = re.compile(
    rb"{'descr': '[<>|]\w+(\[\w+\])?', 'fortran_order': (False|True), "
    rb"'shape': \((\d+,|\d+(, \d+)+)?\), } *\n"
)


def _read_array(content: bytes) -> np.ndarray:
    """Return the array in the bytes of an .npy file of floats or integers.

    An array that claims to be larger, or smaller, than its bytes is a ValueError,
    before any room is made for it.
    """
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of a version that this book does not write")
    end = 10 + int.from_bytes(content[8:10], "little")
    if not _HEADER.fullmatch(content, 10, end):
        raise ValueError("an array has a header that this book does not write")
    try:
        shape, _, dtype = np.lib.format.read_array_header_1_0(file)
    except Exception as error:  # it is parsed as Python, so it can fail in many ways
        raise ValueError(f"an array has no header ({type(error).__name__})") from error
    size, claimed = len(content) - file.tell(), math.prod(shape) * dtype.itemsize
    possible = all(type(each) is int and 0 <= each < 2**31 for each in shape)
    if dtype.kind not in "fiu" or claimed != size or not possible:
        raise ValueError(f"an array claims to be {dtype} of {shape}, in {size} bytes")
    file.seek(0)
    return np.load(file, allow_pickle=False)


# A string of JSON, whole or cut off, or anything else that is no bracket.
_NO_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.?)*+"?|[^"\[\]{}]++', re.DOTALL)
_DEEPEST = 100


def _read_text(content: bytes) -> Any:
    """Return what a text in JSON says; ValueError where it is nested too deep."""
    text, depth = content.decode("utf-8"), 0
    for bracket in _NO_BRACKETS.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > _DEEPEST:
            raise ValueError(f"its text is nested more than {_DEEPEST} deep")
    return json.loads(text)


def _unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return text and arrays of `_pack`'s bytes; ValueError unless all is as it was."""
    digest = hashlib.sha256(content[:-64]).hexdigest()
    if content[-64:] != digest.encode("ascii"):
        raise ValueError("it is damaged, or something else: the checksum is wrong")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            names = {each.filename for each in parts}
            size = sum(each.compress_size for each in parts)
            if size > len(content) or len(names) < len(parts):
                raise ValueError("its parts overlap, or have one name")
            for each in parts:
                if each.compress_type != zipfile.ZIP_STORED:
                    never = "which this book never does"
                    raise ValueError(f"{each.filename} is compressed, {never}")
            members = {each.filename: archive.read(each) for each in parts}
        text = _read_text(members.pop("text.json"))
    except ValueError:
        raise
    except Exception as error:  # an archive can be broken in many ways
        raise ValueError(f"it is no archive of ours ({error!r})") from error
    if not isinstance(text, dict):
        raise ValueError("its text describes nothing")
    arrays = {
        name.removesuffix(".npy"): _read_array(each) for name, each in members.items()
    }
    return text, arrays

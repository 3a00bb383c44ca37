"""Files, built in chapter 13.

Generated from the chapters: edit them, not this file.
"""

import hashlib
import io
import json
import math
import os
import shutil
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__: list[str] = []


def _write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed into it.

    Built in chapter 13.
    """
    path = Path(path).resolve()  # where a link leads; the link stays
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}: make it first.")
    if path.exists() and not path.is_file():
        raise ValueError(f"{path} is no file that could be replaced.")
    beside = path.with_name(f".{os.urandom(8).hex()}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _pack(text: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return an .npz file of the arrays, the text in it as JSON, with a checksum.

    The checksum is the comment at the archive's end: the SHA-256 of all before it. The
    same text and arrays give the same bytes.

    Built in chapter 13.
    """
    members = {"text.json": json.dumps(text).encode("utf-8")}
    for name, array in arrays.items():
        npy = io.BytesIO()
        np.save(npy, array, allow_pickle=False)
        members[f"{name}.npy"] = npy.getvalue()
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.comment = b"0" * 64  # room for the checksum
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)  # of no date
    content = file.getvalue()[:-64]
    return content + hashlib.sha256(content).hexdigest().encode("ascii")


def _member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a member's bytes; ValueError where it is packed: it might be endless.

    Built in chapter 13.
    """
    if archive.getinfo(name).compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} is compressed, which this book never does")
    return archive.read(name)


def _as_array(content: bytes) -> np.ndarray:
    """Return the array in the bytes of an .npy file of floats or integers.

    Its header is believed only where it says what the file has: an array that claims to
    be larger than its bytes is a ValueError before any room is made for it.

    Built in chapter 13.
    """
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("an array is of a version that this book does not write")
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


def _unpack(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return what `pack` was given; ValueError unless it is that, to the last bit.

    Built in chapter 13.
    """
    digest = hashlib.sha256(content[:-64]).hexdigest()
    if content[-64:] != digest.encode("ascii"):
        raise ValueError("it is damaged, or something else: the checksum is wrong")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            sizes = [each.compress_size for each in archive.infolist()]
            names = archive.namelist()
            if sum(sizes) > len(content) or len(set(names)) < len(names):
                raise ValueError("its parts overlap, or have one name")
            members = {each: _member(archive, each) for each in names}
        text = json.loads(members.pop("text.json"))
    except (
        zipfile.BadZipFile,
        KeyError,
        RuntimeError,
        EOFError,
        OSError,
        OverflowError,
        struct.error,
    ) as error:
        raise ValueError(f"it is no archive of ours ({error!r})") from error
    arrays = {
        name.removesuffix(".npy"): _as_array(each) for name, each in members.items()
    }
    if not isinstance(text, dict):
        raise ValueError("its text describes nothing")
    return text, arrays


# Of the files that are written: a new one whenever an old library could not read it.
_VERSION = 1


def _read_packed(
    content: bytes, kind: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return text and arrays of a file's content, if of this kind and version.

    Built in chapter 13.
    """
    text, arrays = _unpack(content)
    if text.get("kind") != kind:
        raise ValueError(f"it holds {text.get('kind')!r}, not {kind!r}")
    if text.get("version") != _VERSION:
        wants = f"this library reads {_VERSION}: another release may read it"
        raise ValueError(f"it is of version {text.get('version')!r}, {wants}")
    return text, arrays


def _cannot_load(path: str | Path, error: Exception) -> ValueError:
    """Return the error that says which file can't be loaded, and why.

    Built in chapter 13.
    """
    reason = str(error).rstrip(".") or type(error).__name__
    return ValueError(f"{path} can't be loaded, nothing has changed: {reason}.")

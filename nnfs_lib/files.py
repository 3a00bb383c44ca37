"""Files, built in chapter 13.

Generated from the chapters: edit them, not this file.
"""

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from nnfs_lib.strangers import _unpack


def _write_whole(path: str | Path, content: bytes) -> None:
    """Write a file whole or not at all: beside its place, then renamed into it."""
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
    finally:
        beside.unlink(missing_ok=True)  # still there only if something failed


def _pack(config: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return an .npz file of the arrays, the config in it as JSON, with a checksum.

    The checksum is the comment at the archive's end: the SHA-256 of all before it. The
    same config and arrays give the same bytes.
    """
    members = {"text.json": json.dumps(config).encode("utf-8")}
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


# Of the files that are written: a new one whenever an old library could not read it.
_VERSION = 1


def _read_packed(
    content: bytes, kind: str
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return config and arrays of a file's content, if of this kind and version."""
    config, arrays = _unpack(content)
    if config.get("kind") != kind:
        raise ValueError(f"it holds {config.get('kind')!r}, not {kind!r}")
    if config.get("version") != _VERSION:
        wants = f"this library reads {_VERSION}: another release may read it"
        raise ValueError(f"it is of version {config.get('version')!r}, {wants}")
    return config, arrays


def _cannot_load(path: str | Path, error: Exception) -> ValueError:
    """Return the error that says which file can't be loaded, and why."""
    reason = str(error).rstrip(".") or type(error).__name__
    return ValueError(f"{path} can't be loaded, nothing has changed: {reason}.")

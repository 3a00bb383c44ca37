"""Find what the book ships, and write files in one step."""

import os
import sysconfig
import tempfile
from pathlib import Path

# Where data/ and assets/ are: in the project's folder, and where an installed wheel puts them.
ROOTS = (
    Path(__file__).resolve().parents[1],
    Path(sysconfig.get_path("data"), "share", "inside-a-neural-network"),
)


def shipped(name: str, kind: str = "data") -> Path:
    """Return the path of a file or folder of data/ or assets/, wherever the notebook is."""
    for root in ROOTS:
        if (root / kind / name).exists():
            return root / kind / name
    raise FileNotFoundError(
        f"The book's {kind}/{name} is not there: run `pip install -e .` in the project's folder, "
        "which holds it, and restart the kernel."
    )


def replace(path: Path, content: str | bytes) -> None:
    """Write a file so that a reader, or a crash, finds the old one or the new one, never a half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

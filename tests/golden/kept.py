"""What the scripts that ask PyTorch share: how they find it, and the form of what they keep."""

import json
import re
import sys
from pathlib import Path
from typing import Any


def import_torch(documentation: str | None) -> Any:
    """Return PyTorch; where it is missing, end with the script's own words on how to run it."""
    try:
        import torch
    except ModuleNotFoundError:
        sys.exit(f"PyTorch is not installed here.\n\n{documentation}")
    return torch


def keep(path: Path, table: dict[str, Any]) -> None:
    """Write the table as JSON, each innermost list in one line, so that a difference shows."""
    text = json.dumps(table, indent=1)
    text = re.sub(
        r"\[([^][{}]*)\]", lambda found: f"[{' '.join(found[1].split())}]", text
    )
    path.write_text(text + "\n", encoding="utf-8")
    print(f"wrote {path.name} with PyTorch {table['torch']}")

"""python -m bookkit.oldest: print, as constraints for pip, the oldest versions that pyproject.toml allows."""

import re
import sys
import tomllib
from pathlib import Path

BOUND = re.compile(r"([A-Za-z0-9._-]+)>=([0-9.]+[a-z0-9.]*)")


def oldest(pyproject: str) -> list[str]:
    """Return name==version for every lower bound in the text of a pyproject.toml.

    >>> oldest('[project]\\ndependencies = ["numpy>=2.0,<3", "wheel"]')
    ['numpy==2.0']
    """
    project = tomllib.loads(pyproject)["project"]
    groups = [
        project.get("dependencies", []),
        *project.get("optional-dependencies", {}).values(),
    ]
    bounds = [BOUND.match(line) for group in groups for line in group]
    return sorted({f"{found[1]}=={found[2]}" for found in bounds if found})


if __name__ == "__main__":
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    print("\n".join(oldest((root / "pyproject.toml").read_text(encoding="utf-8"))))

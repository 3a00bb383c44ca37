"""python -m bookkit equations: measure how close every equation comes, and keep it for the website."""

import argparse
import json
from decimal import ROUND_UP, Context
from pathlib import Path
from typing import Any

from bookkit.equations.measures import Library, everything
from bookkit.equations.table import EQUATIONS
from bookkit.files import replace

FILE = Path("assets/equations.json")

# chapter or lab -> its equations, each with "equation", "against" and "worst"
Measured = dict[str, list[dict[str, Any]]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the file to write to."""
    parser.add_argument(
        "--file", type=Path, default=FILE, help=f"where it is kept (default: {FILE})"
    )


def main(arguments: argparse.Namespace) -> int:
    """Measure every equation of every chapter and lab, and write the file."""
    measured = measure(everything())
    for chapter, found in measured.items():
        for entry in found:
            what = f"{entry['equation']}, by {entry['against']}"
            print(f"{chapter:>8}  {entry['worst']:7.0e}  {what}")
    replace(arguments.file, json.dumps(measured, indent=1) + "\n")
    return 0


def measure(library: Library) -> Measured:
    """Return the worst relative error of every equation, rounded up to one digit."""
    return {
        str(chapter): [
            {
                "equation": equation.name,
                "against": equation.against,
                "worst": rounded_up(equation.worst(library)),
            }
            for equation in equations
        ]
        for chapter, equations in EQUATIONS.items()
    }


def rounded_up(error: float) -> float:
    """Return the error with one digit, no smaller than it is: processors round differently.

    >>> rounded_up(2.04e-11)
    3e-11
    """
    return float(Context(prec=1, rounding=ROUND_UP).create_decimal_from_float(error))

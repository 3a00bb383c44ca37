"""The book's command line: python -m bookkit COMMAND."""

import argparse
import importlib
import sys

# command -> what it does, and the module that has `add_arguments(parser)` and `main(arguments) -> exit code`.
# Imported one at a time, so that no command needs what only another one uses.
COMMANDS = {
    "export": (
        "fold the exported cells of chapters/ into nnfs_lib",
        "bookkit.export.command",
    ),
    "data": ("write the data sets that the book ships", "bookkit.data"),
    "equations": (
        "measure how close the equations of every chapter come",
        "bookkit.equations.command",
    ),
    "run": ("execute chapters and write them back in stable form", "bookkit.run"),
    "browser": (
        "find the browsers of the tests, or install them",
        "bookkit.site.browser",
    ),
    "hero": ("draw the landing page's picture anew", "bookkit.site.hero"),
    "explorers": (
        "compute the frames that the chapters' explorers show",
        "bookkit.explore.keep",
    ),
    "garment": (
        "train the network that looks at garments in chapter 12's explorer",
        "bookkit.garments.network",
    ),
    "lite": ("write JupyterLite into the built site", "bookkit.site.lite"),
    "serve": ("serve the built site on localhost", "bookkit.site.serve"),
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bookkit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (summary, _) in COMMANDS.items():
        commands.add_parser(name, help=summary, add_help=False)
    chosen, rest = parser.parse_known_args(argv)
    summary, module_name = COMMANDS[chosen.command]
    module = importlib.import_module(module_name)
    own = argparse.ArgumentParser(
        prog=f"python -m bookkit {chosen.command}", description=summary
    )
    module.add_arguments(own)
    return int(module.main(own.parse_args(rest)))


if __name__ == "__main__":
    sys.exit(main())

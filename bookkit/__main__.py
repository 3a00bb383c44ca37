"""The book's command line: python -m bookkit COMMAND."""

import argparse
import importlib
import sys

# command -> the module that has `add_arguments(parser)` and `main(arguments) -> exit code`.
# Imported one at a time, so that no command needs what only another one uses.
COMMANDS = {
    "export": "bookkit.export.command",
    "run": "bookkit.run",
    "browser": "bookkit.site.browser",
    "serve": "bookkit.site.serve",
}
HELP = {
    "export": "fold the exported cells of chapters/ into nnfs_lib",
    "run": "execute chapters and write them back in stable form",
    "browser": "find a Chromium for the browser tests, or install one",
    "serve": "serve the built site on localhost",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m bookkit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in HELP.items():
        commands.add_parser(name, help=summary, add_help=False)
    chosen, rest = parser.parse_known_args(argv if argv is not None else sys.argv[1:])
    module = importlib.import_module(COMMANDS[chosen.command])
    command_parser = argparse.ArgumentParser(prog=f"python -m bookkit {chosen.command}", description=HELP[chosen.command])
    module.add_arguments(command_parser)
    return int(module.main(command_parser.parse_args(rest)))


if __name__ == "__main__":
    sys.exit(main())

"""Serve the built site on this machine only."""

import argparse
import functools
import signal
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FIRST_PORT = 8000
TRIED_PORTS = 100


class QuietHandler(SimpleHTTPRequestHandler):
    """Serves files, and says nothing about those that it found."""

    def end_headers(self) -> None:
        """Keep the page apart from others, so that a cell that runs can be told to stop.

        Not JupyterLite, whose kernel loses messages there.
        """
        if not self.path.startswith("/lite/"):
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        super().end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Log nothing: the reader watches the page, not the terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=int,
        help=f"this port only (default: the first free one from {FIRST_PORT})",
    )
    parser.add_argument(
        "--directory", type=Path, default=Path("_build/html"), help="the built site"
    )


def main(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    if not (arguments.directory / "index.html").is_file():
        print(
            f"There is no site in {arguments.directory}: build it with `make book`.",
            file=sys.stderr,
        )
        return 1
    try:
        server = open_server(arguments.directory, arguments.port)
    except OSError as error:
        print(
            f"No port to serve on: {error}. Choose another with --port.",
            file=sys.stderr,
        )
        return 1
    # A shell starts a job in the background with Ctrl-C ignored; this server still ends.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    with server:
        print(
            f"The book is at http://127.0.0.1:{server.server_port}/ (Ctrl-C ends)",
            flush=True,
        )
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0


def open_server(directory: Path, port: int | None = None) -> ThreadingHTTPServer:
    """Return a server on `port`, or on the first free one from FIRST_PORT."""
    handler = functools.partial(QuietHandler, directory=str(directory))
    ports = [port] if port is not None else range(FIRST_PORT, FIRST_PORT + TRIED_PORTS)
    for candidate in ports:
        try:
            return LoopbackServer(("127.0.0.1", candidate), handler)
        except OSError as error:
            taken = error
    raise taken


class LoopbackServer(ThreadingHTTPServer):
    """A server that refuses a port on which another one listens, and leaves when its owner does."""

    allow_reuse_address = sys.platform != "win32"
    daemon_threads = True

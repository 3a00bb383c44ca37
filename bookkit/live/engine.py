"""Run a notebook's cells and say what comes of them, one message after the other.

A message is JSON, by its "kind": "stream" with a name (stdout or stderr) and text, "display" with a MIME
bundle as data, and metadata, "error" with a name and text, "widget" with what bookkit.live.widget has to say.
Nothing here knows of a browser.
"""

import ast
import contextlib
import io
import json
import linecache
import time
import traceback
import types
from collections.abc import Callable, Iterator
from typing import Any

Post = Callable[[str], object]

PAUSE = 0.05  # seconds between two messages of one stream
AT_ONCE = 8192  # characters that are sent without waiting
OWN = (__file__, "<exec>")  # frames that are no business of the reader's


class Session:
    """A notebook's variables, and the cells that run with them.

    post: takes each message. Only one session can run a cell at a time.
    """

    def __init__(self, post: Post) -> None:
        from bookkit.needs import needs  # here, as it needs this module

        self.post = post
        self.magics: dict[str, Callable[[str, str], object]] = {"needs": needs}
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.widgets: list[Any] = []
        self.streams: list[Stream] = []

    def run(self, name: str, source: str) -> bool:
        """Run a cell, called `name` in error messages; return whether it came to its end."""
        global _session
        _session = self
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        with self._streams():
            try:
                self._execute(name, source)
            except KeyboardInterrupt:
                self._send_error("KeyboardInterrupt", "KeyboardInterrupt: stopped")
            except BaseException as error:
                self._send_error(type(error).__name__, in_words(error))
            else:
                return True
        return False

    def _execute(self, name: str, source: str) -> None:
        if source.startswith("%%"):
            head, _, body = source.partition("\n")
            magic, _, line = head[2:].partition(" ")
            if magic not in self.magics:
                raise NameError(f"There is no %%{magic} here.")
            self.magics[magic](line, body)
            return
        tree = ast.parse(source, name)
        last = None
        if tree.body and isinstance(tree.body[-1], ast.Expr):
            last = ast.Expression(tree.body.pop().value)  # type: ignore[attr-defined]
        exec(compile(tree, name, "exec"), self.names)
        if last is not None:
            value = eval(compile(last, name, "eval"), self.names)
            if value is not None and not source.rstrip().endswith(";"):
                self.display(value)

    @contextlib.contextmanager
    def _streams(self) -> Iterator[None]:
        self.streams = [Stream(self._send, name) for name in ("stdout", "stderr")]
        out, err = self.streams
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            yield
        self._flush()

    def _flush(self) -> None:
        for stream in self.streams:
            stream.flush()

    def display(self, value: Any, *, metadata: dict[str, Any] | None = None) -> None:
        """Show a value: a MIME bundle as it is, anything else by what it has to say of itself."""
        self._flush()
        data = value if isinstance(value, Bundle) else bundle(value)
        self._send({"kind": "display", "data": data, "metadata": metadata or {}})

    def _send_error(self, name: str, text: str) -> None:
        self._flush()
        self._send({"kind": "error", "name": name, "text": text})

    def _send(self, message: dict[str, Any]) -> None:
        self.post(json.dumps(message, ensure_ascii=False))

    def tell(self, message: dict[str, Any]) -> None:
        """Say what a widget has to say."""
        self._send({"kind": "widget", **message})

    def hear(self, text: str) -> None:
        """Hand a widget what the page says to it, as JSON."""
        told = json.loads(text)
        self.widgets[told["widget"]].hear(told)

    # What IPython's shell has, as far as the book uses it.

    def register_magic_function(
        self, function: Callable[[str, str], object], kind: str
    ) -> None:
        """Make `%%name` known, as the first line of a cell."""
        self.magics[function.__name__] = function

    def ex(self, source: str) -> None:
        """Run the rest of a cell that began with a magic."""
        self._execute("<cell>", source)


class Bundle(dict[str, Any]):
    """What is shown, by MIME type."""


class Stream(io.TextIOBase):
    """Text on its way to the page: at once where it can, and not in a thousand pieces."""

    def __init__(self, send: Callable[[dict[str, Any]], None], name: str) -> None:
        self.send, self.name = send, name
        self.waiting: list[str] = []
        self.size, self.sent_at = 0, -PAUSE

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.waiting.append(text)
        self.size += len(text)
        if self.size > AT_ONCE or time.perf_counter() - self.sent_at > PAUSE:
            self.flush()
        return len(text)

    def flush(self) -> None:
        text = "".join(self.waiting)
        self.waiting, self.size = [], 0
        if text:
            self.send({"kind": "stream", "name": self.name, "text": text})
            self.sent_at = time.perf_counter()


def bundle(value: Any) -> Bundle:
    """Return what a value has to say of itself, by MIME type."""
    found = Bundle({"text/plain": repr(value)})
    if isinstance(value, type):
        return found
    if method := getattr(value, "_repr_mimebundle_", None):
        return Bundle(found | method())
    if method := getattr(value, "_repr_html_", None):
        found["text/html"] = method()
    return found


def in_words(error: BaseException) -> str:
    """Return an error as Python shows it, without the lines that ran the cell."""
    shown = traceback.TracebackException.from_exception(error)
    every = [shown]
    while every:
        each = every.pop()
        frames = [frame for frame in each.stack if frame.filename not in OWN]
        each.stack = traceback.StackSummary.from_list(frames)
        every += [more for more in (each.__cause__, each.__context__) if more]
    return "".join(shown.format()).rstrip("\n")


_session: Session | None = None  # that of the cell that runs


def get_ipython() -> Session | None:
    """Return the session, in the place of IPython's shell."""
    return _session


def keep(widget: Any) -> tuple[Session, int]:
    """Return the session, and the number by which it knows the widget from now on."""
    if _session is None:
        raise RuntimeError("A widget is for a page that runs its cells: there is none.")
    _session.widgets.append(widget)
    return _session, len(_session.widgets) - 1


def display(
    *values: Any, raw: bool = False, metadata: dict[str, Any] | None = None
) -> None:
    """Show values below the cell; raw: they are MIME bundles themselves."""
    for value in values:
        if _session is None:
            print(value)
        else:
            _session.display(Bundle(value) if raw else value, metadata=metadata)

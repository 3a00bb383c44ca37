"""A Firefox without a window, spoken to in WebDriver BiDi: the little of it that the tests need."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websocket import WebSocket, create_connection

SECONDS = 90
LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# Nothing that a Firefox asks for by itself: neither others, nor the server for the page to read next.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.prefetch-next": False,
    "toolkit.telemetry.enabled": False,
}
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "network.fetchError"]


class FirefoxError(RuntimeError):
    """What Firefox says of a command that it refuses."""


class Firefox:
    """One page of a Firefox; `said`: what its console heard of errors, `asked`: what it asked for."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket = socket
        self.number = 0
        self.said: list[str] = []
        self.asked: list[str] = []
        self.send("session.new", capabilities={})
        self.send("session.subscribe", events=EVENTS)
        self.context = self.send("browsingContext.create", type="tab")["context"]

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and return its result; hear the events that come before."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        self.socket.send(json.dumps(command))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("type") == "event":
                self.hear(message["method"], message["params"])
            elif message.get("id") == self.number:
                if message["type"] == "error":
                    raise FirefoxError(f"{method}: {message['message']}")
                result: dict[str, Any] = message["result"]
                return result

    def hear(self, event: str, what: dict[str, Any]) -> None:
        # It says so of equations of which only a part has come so far; test_pages counts their parts.
        halfway = "Incorrect number of children" in str(what.get("text"))
        if (
            event == "log.entryAdded"
            and what["level"] in ("error", "warn")
            and not halfway
        ):
            self.said.append(f"{what['level']}: {what['text']}")
        elif event == "network.beforeRequestSent":
            self.asked.append(what["request"]["url"])
        elif event == "network.fetchError":
            self.said.append(f"{what['request']['url']}: {what['errorText']}")

    def visit(self, url: str) -> None:
        """Open a page, and wait until it has loaded; what the page before still says is not its."""
        self.go_to("about:blank")
        self.said.clear()
        self.asked.clear()
        self.go_to(url)

    def go_to(self, url: str) -> None:
        self.send(
            "browsingContext.navigate", context=self.context, url=url, wait="complete"
        )

    def resize(self, width: int, height: int) -> None:
        viewport = {"width": width, "height": height}
        self.send(
            "browsingContext.setViewport", context=self.context, viewport=viewport
        )

    def run(self, function: str, *arguments: Any) -> Any:
        """Call a JavaScript function in the page with plain arguments; return its plain result."""
        handed = ", ".join(map(json.dumps, arguments))
        expression = f"Promise.resolve(({function})({handed})).then(JSON.stringify)"
        found = self.send(
            "script.evaluate",
            expression=expression,
            target={"context": self.context},
            awaitPromise=True,
        )
        if found["type"] == "exception":
            raise FirefoxError(found["exceptionDetails"]["text"])
        text = found["result"].get("value")
        return json.loads(text) if text is not None else None

    def wait_for(self, function: str, *arguments: Any) -> None:
        """Wait until the function returns something true."""
        end = time.monotonic() + SECONDS
        while not self.run(function, *arguments):
            if time.monotonic() > end:
                raise FirefoxError(f"this never came true: {function}")
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys, one after the other, where the focus is."""
        actions = [
            {"type": kind, "value": key}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.send("input.performActions", context=self.context, actions=[source])


@contextmanager
def firefox(path: str) -> Iterator[Firefox]:
    """Start a Firefox with an empty profile and a home of its own."""
    folder = Path(tempfile.mkdtemp(prefix="firefox-"))
    lines = [
        f'user_pref("{name}", {json.dumps(value)});'
        for name, value in PREFERENCES.items()
    ]
    (folder / "user.js").write_text("\n".join(lines))
    log = folder / "log"
    command = [path, "--headless", "--remote-debugging-port=0", "--no-remote"]
    with log.open("w") as out:
        program = subprocess.Popen(
            [*command, "--profile", str(folder)],
            env={**os.environ, "HOME": str(folder)},
            stdout=out,
            stderr=out,
        )
    try:
        socket = create_connection(
            f"{address(log)}/session", timeout=SECONDS, suppress_origin=True
        )
        yield Firefox(socket)
        socket.close()
    finally:
        program.kill()
        program.wait()
        shutil.rmtree(folder, ignore_errors=True)


def address(log: Path) -> str:
    """Return where Firefox listens, which it says when it is ready."""
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := LISTENING.search(log.read_text()):
            return found[1]
        time.sleep(0.1)
    raise FirefoxError(f"Firefox did not start: {log.read_text()[-2000:]}")

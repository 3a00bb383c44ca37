"""Downloads, from servers that do as they should and from others."""

import hashlib
import http.server
import io
import sys
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

CONTENT = bytes(range(256)) * 800  # 204,800 bytes: several pieces
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PAGE = b"<html>Please sign in to this Wi-Fi.</html>"
MIRRORS = ("https://first.test/", "https://second.test/data/")


class Server(http.server.BaseHTTPRequestHandler):
    """Gives out CONTENT as `behavior` of the server says; notes what it was asked."""

    def do_GET(self):
        behavior = self.server.behavior.get(self.path.split("/")[1], "good")
        self.server.asked.append(self.path)
        if behavior == "missing":
            self.send_error(404)
            return
        body = {
            "wrong": CONTENT[:-1] + b"?",
            "long": CONTENT + bytes(50_000_000),
            "longer": CONTENT + b"more",
            "page": PAGE,
            "page, no size": PAGE,
            "nothing": b"",
        }.get(behavior, CONTENT)
        self.send_response(200)
        if behavior not in ("long", "page, no size"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # nobody listens any more
            self.wfile.write(body[:100_000] if behavior == "cut" else body)

    def log_message(self, *_):
        pass


class AsHttps:
    """An answer that says it came by https, or from wherever a redirect led."""

    def __init__(self, answer, url):
        self.answer, self.url = answer, url

    def geturl(self):
        return self.url

    def read(self, size):
        return self.answer.read(size)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.answer.close()


@pytest.fixture
def server(monkeypatch):
    """Two https mirrors, which are one server of this machine."""
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    found.behavior, found.asked, found.leads_to = {}, [], {}
    threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True).start()
    real = urllib.request.urlopen
    own = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def urlopen(url, timeout):
        host, _, rest = url.removeprefix("https://").partition(".test/")
        local = f"http://127.0.0.1:{found.server_port}/{host}/{rest}"
        return AsHttps(own.open(local, timeout=timeout), found.leads_to.get(host, url))

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    yield found
    assert real is not urlopen
    found.shutdown()
    found.server_close()


def get(inside, folder, name="a.gz"):
    inside._download(MIRRORS, folder / name, len(CONTENT), SHA256)
    return (folder / name).read_bytes()


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_whole(inside, tmp_path, server, capsys):
    assert get(inside, tmp_path) == CONTENT
    assert names_in(tmp_path) == ["a.gz"]
    assert server.asked == ["/first/a.gz"]
    assert capsys.readouterr().out == "https://first.test/a.gz: 0.2 MB\n"


@pytest.mark.parametrize(
    "behavior",
    ["cut", "wrong", "long", "longer", "page", "page, no size", "nothing", "missing"],
)
class TestServersThatFail:
    def test_the_second_has_it(self, inside, tmp_path, server, behavior):
        server.behavior["first"] = behavior
        assert get(inside, tmp_path) == CONTENT
        assert names_in(tmp_path) == ["a.gz"]
        assert server.asked == ["/first/a.gz", "/second/data/a.gz"]

    def test_neither_has_it(self, inside, tmp_path, server, behavior):
        server.behavior |= {"first": behavior, "second": behavior}
        said = r"(not the file that was expected|IncompleteRead|HTTP Error 404)"
        message = rf"^https://first\.test/a\.gz: .*{said}.*; https://second\.test/data/a\.gz: .*{said}"
        with pytest.raises(ConnectionError, match=message):
            get(inside, tmp_path)
        assert names_in(tmp_path) == []
        server.behavior.clear()
        assert get(inside, tmp_path) == CONTENT


def test_the_size_is_told(inside, tmp_path, server):
    server.behavior |= {"first": "page", "second": "missing"}
    message = rf"not the file that was expected, {len(PAGE)} of {len(CONTENT)} bytes; "
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)


@pytest.mark.parametrize("left", [b"something else", CONTENT[:1000], CONTENT + b"?"])
def test_what_is_left_of_an_earlier_try_counts_for_nothing(
    inside, tmp_path, server, left
):
    (tmp_path / "a.gz.part").write_bytes(left)
    assert get(inside, tmp_path) == CONTENT
    assert names_in(tmp_path) == ["a.gz"]


def test_too_long_is_not_read_to_its_end(inside, tmp_path, server, monkeypatch):
    server.behavior |= {"first": "long", "second": "missing"}
    seen = []
    real = AsHttps.read

    def read(self, size):
        piece = real(self, size)
        seen.append(len(piece))
        return piece

    monkeypatch.setattr(AsHttps, "read", read)
    with pytest.raises(ConnectionError, match="not the file that was expected"):
        get(inside, tmp_path)
    assert sum(seen) == len(CONTENT) + 1


def test_a_redirect_that_leaves_https(inside, tmp_path, server, monkeypatch):
    server.leads_to["first"] = "http://elsewhere.test/a.gz"
    server.behavior["second"] = "missing"
    message = r"it leads to http://elsewhere\.test/a\.gz, which is not https; "
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)
    assert names_in(tmp_path) == []


def test_atomic(inside, tmp_path, server, monkeypatch):
    """The file's own name is never there before all of it is."""
    real = Path.replace

    def replace(self, target):
        assert names_in(tmp_path) == ["a.gz.part"]
        assert self.read_bytes() == CONTENT
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert get(inside, tmp_path) == CONTENT


@pytest.mark.parametrize("where", ["read", "write"])
def test_interrupted_by_the_reader(inside, tmp_path, server, monkeypatch, where):
    def interrupt(*_):
        raise KeyboardInterrupt

    if where == "read":
        monkeypatch.setattr(AsHttps, "read", interrupt)
    else:
        monkeypatch.setattr(Path, "write_bytes", interrupt)
    with pytest.raises(KeyboardInterrupt):
        get(inside, tmp_path)
    assert "a.gz" not in names_in(tmp_path)


def test_offline(inside, tmp_path, monkeypatch):
    def urlopen(*_, **__):
        raise urllib.request.HTTPError("u", 503, "busy", {}, io.BytesIO())

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    message = (
        r"^https://first\.test/a\.gz: HTTP Error 503: busy; "
        r"https://second\.test/data/a\.gz: HTTP Error 503: busy$"
    )
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)


def test_python_without_https(inside, tmp_path, monkeypatch):
    """Some have no library for it, and say so by a RuntimeError."""

    def urlopen(*_, **__):
        raise RuntimeError("TLS not supported")

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    with pytest.raises(ConnectionError, match=r"TLS not supported; .* not supported$"):
        get(inside, tmp_path)


def test_in_a_browser_nobody_is_asked(nn, tmp_path, server, monkeypatch, capsys):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("NNFS_DATA", raising=False)
    with pytest.raises(ConnectionError) as caught:
        nn.load_mnist()
    assert str(caught.value) == (
        "No mnist: Python in a browser downloads nothing.\n"
        "Please run this on a computer, or name a folder that has the files."
    )
    assert server.asked == []
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["_FASHION_MNIST", "_MNIST"])
def test_what_the_library_knows(inside, name):
    found = getattr(inside, name)
    assert len(found.mirrors) == 2
    assert all(m.startswith("https://") and m.endswith("/") for m in found.mirrors)
    assert len({sha256 for _, sha256 in found.checks}) == len(inside._IDX_FILES) == 4
    assert all(len(sha256) == 64 and size > 4_000 for size, sha256 in found.checks)

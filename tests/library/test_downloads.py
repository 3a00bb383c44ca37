"""Downloads, from servers that do as they should and from others."""

import hashlib
import http.server
import io
import threading
import urllib.request
from contextlib import suppress

import pytest

CONTENT = bytes(range(256)) * 800  # 204,800 bytes: several pieces
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PAGE = b"<html>Please sign in to this Wi-Fi.</html>"
MIRRORS = ("https://first.test/", "https://second.test/data/")


class Server(http.server.BaseHTTPRequestHandler):
    """Gives out CONTENT as `behavior` of the server says; notes what it was asked."""

    def do_GET(self):
        behavior = self.server.behavior.get(self.path.split("/")[1], "good")
        wanted = self.headers.get("Range")
        self.server.asked.append((self.path, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if behavior == "missing":
            self.send_error(404)
            return
        whole = behavior in ("ignores", "page", "page, no size") or not wanted
        if whole:
            start = 0
        body = CONTENT[start:]
        if behavior == "wrong":
            body = body[:-1] + b"?"
        if behavior == "long":
            body += bytes(50_000_000)
        if behavior in ("page", "page, no size"):
            body = PAGE
        if behavior == "past" and start:
            self.send_error(416)
            return
        self.send_response(200 if whole else 206)
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
        self.answer, self.url, self.status = answer, url, answer.status
        self.headers = answer.headers

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
    threading.Thread(target=found.serve_forever, daemon=True).start()
    real = urllib.request.urlopen
    own = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def urlopen(request, timeout):
        url = request.full_url
        host, _, rest = url.removeprefix("https://").partition(".test/")
        local = f"http://127.0.0.1:{found.server_port}/{host}/{rest}"
        inner = urllib.request.Request(local, headers=dict(request.header_items()))
        return AsHttps(own.open(inner, timeout=timeout), found.leads_to.get(host, url))

    monkeypatch.setattr(urllib.request, "urlopen", urlopen)
    yield found
    assert real is not urlopen
    found.shutdown()
    found.server_close()


def get(inside, folder):
    return inside._download(
        inside._RemoteFile("a.gz", len(CONTENT), SHA256), MIRRORS, folder
    )


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_whole(inside, tmp_path, server):
    path = get(inside, tmp_path / "new/folder")
    assert path == tmp_path / "new/folder/a.gz"
    assert path.read_bytes() == CONTENT
    assert names_in(path.parent) == ["a.gz"]
    assert server.asked == [("/first/a.gz", None)]


@pytest.mark.parametrize("have", [1, 100_000, len(CONTENT) - 1])
def test_goes_on_where_it_stopped(inside, tmp_path, server, have):
    (tmp_path / "a.gz.part").write_bytes(CONTENT[:have])
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/first/a.gz", f"bytes={have}-")]
    assert names_in(tmp_path) == ["a.gz"]


def test_a_server_that_begins_anew(inside, tmp_path, server):
    (tmp_path / "a.gz.part").write_bytes(CONTENT[:1000])
    server.behavior["first"] = "ignores"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert len(server.asked) == 1


def test_cut_off_and_finished_by_the_second(inside, tmp_path, server):
    server.behavior["first"] = "cut"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == [
        ("/first/a.gz", None),
        ("/second/data/a.gz", "bytes=100000-"),
    ]


def test_cut_off_and_kept(inside, tmp_path, server):
    server.behavior |= {"first": "cut", "second": "missing"}
    message = r"^https://first\.test/a\.gz: .*; https://second\.test/data/a\.gz: HTTP Error 404: Not Found$"
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)
    assert names_in(tmp_path) == ["a.gz.part"]
    assert (tmp_path / "a.gz.part").read_bytes() == CONTENT[:100_000]
    server.behavior.clear()
    assert get(inside, tmp_path).read_bytes() == CONTENT


def test_a_page_and_then_the_file(inside, tmp_path, server):
    server.behavior["first"] = "page"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/first/a.gz", None), ("/second/data/a.gz", None)]


def test_a_page_for_an_answer_is_no_beginning(inside, tmp_path, server):
    server.behavior |= {"first": "page", "second": "missing"}
    message = rf"^https://first\.test/a\.gz: it sends {len(PAGE)} bytes, the file has {len(CONTENT)}; "
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)
    assert names_in(tmp_path) == []


def test_a_page_leaves_what_has_come(inside, tmp_path, server):
    (tmp_path / "a.gz.part").write_bytes(CONTENT[:150_000])
    server.behavior["first"] = "page"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == ["bytes=150000-"] * 2


def test_a_page_that_does_not_say_its_size(inside, tmp_path, server):
    server.behavior["first"] = "page, no size"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == [
        ("/first/a.gz", None),
        ("/second/data/a.gz", f"bytes={len(PAGE)}-"),
        ("/second/data/a.gz", None),
    ]


@pytest.mark.parametrize("behavior", ["wrong", "long"])
def test_another_file(inside, tmp_path, server, behavior):
    server.behavior |= {"first": behavior, "second": behavior}
    with pytest.raises(ConnectionError, match="not the file that was expected, "):
        get(inside, tmp_path)
    assert names_in(tmp_path) == []
    assert [wanted for _, wanted in server.asked] == [None, None]


def test_the_second_has_it(inside, tmp_path, server):
    server.behavior["first"] = "wrong"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert names_in(tmp_path) == ["a.gz"]


def test_a_wrong_beginning(inside, tmp_path, server):
    (tmp_path / "a.gz.part").write_bytes(b"something else")
    server.behavior["second"] = "missing"
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == [("/first/a.gz", "bytes=14-"), ("/first/a.gz", None)]


def test_a_wrong_beginning_is_tried_anew_once(inside, tmp_path, server):
    (tmp_path / "a.gz.part").write_bytes(b"something else")
    server.behavior |= {"first": "wrong", "second": "wrong"}
    with pytest.raises(ConnectionError, match="not the file that was expected, "):
        get(inside, tmp_path)
    assert [wanted for _, wanted in server.asked] == ["bytes=14-", None, None]
    assert names_in(tmp_path) == []


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
    assert sum(seen) <= len(CONTENT) + 2**16


def test_a_redirect_that_leaves_https(inside, tmp_path, server):
    server.leads_to["first"] = "http://elsewhere.test/a.gz"
    server.behavior["second"] = "missing"
    message = r"it leads to http://elsewhere\.test/a\.gz, which is not https; "
    with pytest.raises(ConnectionError, match=message):
        get(inside, tmp_path)
    assert names_in(tmp_path) == []


def test_what_was_whole_but_not_renamed(inside, tmp_path, server):
    # A crash came in between: a server that follows the rules says 416 to such a range.
    (tmp_path / "a.gz.part").write_bytes(CONTENT)
    server.behavior |= {"first": "past", "second": "past"}
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert server.asked == []


@pytest.mark.parametrize("left", [bytes(len(CONTENT)), CONTENT + b"more"])
def test_what_is_left_and_something_else(inside, tmp_path, server, left):
    (tmp_path / "a.gz.part").write_bytes(left)
    assert get(inside, tmp_path).read_bytes() == CONTENT
    assert [wanted for _, wanted in server.asked] == [None]


def test_atomic(inside, tmp_path, server, monkeypatch):
    """The file's own name is never there before all of it is."""
    seen = []
    real = AsHttps.read

    def read(self, size):
        seen.append(names_in(tmp_path))
        return real(self, size)

    monkeypatch.setattr(AsHttps, "read", read)
    get(inside, tmp_path)
    assert seen
    assert all(names == ["a.gz.part"] for names in seen)


def test_interrupted_by_the_reader(inside, tmp_path, server, monkeypatch):
    def read(self, size):
        raise KeyboardInterrupt

    monkeypatch.setattr(AsHttps, "read", read)
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


@pytest.mark.parametrize("name", ["_FASHION_MNIST", "_MNIST"])
def test_what_the_library_knows(inside, name):
    found = getattr(inside, name)
    assert len(found.mirrors) == 2
    assert all(m.startswith("https://") and m.endswith("/") for m in found.mirrors)
    assert len({file.sha256 for file in found.files}) == 4
    assert all(len(file.sha256) == 64 and file.size > 4_000 for file in found.files)

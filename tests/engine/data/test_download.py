"""Fetching a set, from a server on this machine that is good, bad, slow to end, or not there."""

from __future__ import annotations

import gzip
import hashlib
import http.server
import socket
import struct
import threading

import numpy as np
import pytest

from engine.data import load_data
from engine.data.download import download, fetched
from engine.data.known import KNOWN, Known, KnownFile
from engine.errors import BadFile, SourceError, SpecError


def idx(values):
    head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(head + values.tobytes(), mtime=0)


RNG = np.random.default_rng(0)
CONTENT = {
    f"{part}-{what}-ubyte.gz": idx(values)
    for part, count in (("train", 400), ("t10k", 100))
    for what, values in (
        ("images-idx3", RNG.integers(0, 256, (count, 28, 28), dtype=np.uint8)),
        ("labels-idx1", np.arange(count).astype(np.uint8) % 10),
    )
}


class Server(http.server.ThreadingHTTPServer):
    """Serves files; `wrong` and `short` name those that it spoils, `asked` those that somebody wanted."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.wrong, self.short, self.asked = set(), set(), []


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.rpartition("/")[2]
        self.server.asked.append(name)
        if name not in CONTENT:
            self.send_error(403)
            return
        content = CONTENT[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if name in self.server.wrong:
            content = bytes([content[0] ^ 1]) + content[1:]
        self.wfile.write(content[: len(content) // 2] if name in self.server.short else content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Server() as serving:
        thread = threading.Thread(target=serving.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield serving
        serving.shutdown()
        thread.join()


def entry(server, extra=()):
    files = [KnownFile(name, hashlib.md5(content).hexdigest(), len(content)) for name, content in CONTENT.items()]
    return Known("digits", "some", f"http://127.0.0.1:{server.server_address[1]}/set/", (*files, *extra))


def test_a_set_is_fetched_whole_and_opens(server, tmp_path):
    told = []
    folder = fetched(entry(server), tmp_path / "new" / "set", lambda *done: told.append(done), None)
    assert load_data(folder).x_train.shape == (400, 1, 28, 28)
    total = sum(map(len, CONTENT.values()))
    assert told[-1] == (total, total)
    assert told == sorted(told)
    assert len(told) > 8
    server.asked.clear()
    fetched(entry(server), folder, None, None)
    assert server.asked == []
    (folder / "train-labels-idx1-ubyte.gz").write_bytes(b"damaged since")
    fetched(entry(server), folder, None, None)
    assert server.asked == ["train-labels-idx1-ubyte.gz"]


def test_a_wrong_file_is_not_kept(server, tmp_path):
    server.wrong = {"train-labels-idx1-ubyte.gz"}
    with pytest.raises(BadFile, match="is not the file that its makers published"):
        fetched(entry(server), tmp_path, None, None)
    assert [each.name for each in tmp_path.iterdir()] == ["train-images-idx3-ubyte.gz"]


def test_a_file_that_is_cut_short_is_not_kept(server, tmp_path):
    server.short = {"train-images-idx3-ubyte.gz"}
    with pytest.raises(SourceError, match="was cut short"):
        fetched(entry(server), tmp_path, None, None)
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_the_server_and_what_would_do(server, tmp_path):
    with pytest.raises(SourceError, match=r"127\.0\.0\.1 refuses it \(403 .*without a network"):
        fetched(entry(server, (KnownFile("gone.gz", "0", 1),)), tmp_path, None, None)


def test_no_server_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    away = Known("digits", "some", f"http://127.0.0.1:{port}/", (KnownFile("a.gz", "0", 1),))
    with pytest.raises(SourceError, match="cannot be reached; without a network") as told:
        fetched(away, tmp_path, None, None)
    assert "\n" not in str(told.value)
    assert list(tmp_path.iterdir()) == []


def test_it_stops_when_it_is_asked_to(server, tmp_path):
    asked = []

    def stopped():
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(SourceError, match="stopped"):
        fetched(entry(server), tmp_path, None, stopped)
    assert len(list(tmp_path.iterdir())) <= 1
    assert not list(tmp_path.glob(".*"))


def test_the_table_is_sound_and_other_names_are_refused():
    with pytest.raises(SpecError, match="cifar-100 can"):
        download("imagenet")
    assert [each.name for each in KNOWN] == ["mnist", "fashion-mnist", "cifar-10", "cifar-100"]
    for each in KNOWN:
        assert each.base.startswith("http")
        assert each.base.endswith("/")
        for file in each.files:
            assert len(bytes.fromhex(file.md5)) == 16
            assert file.bytes > 4000

"""The one writer of files, and the finding of what ships."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import files
from engine.errors import BadFile
from engine.files import atomic_write
from engine.resources import resolve, resource, sample_names

ROOT = Path(__file__).resolve().parents[2]


def writing(data: bytes) -> Callable[[BinaryIO], None]:
    def write(handle: BinaryIO) -> None:
        handle.write(data)

    return write


def only(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refusal(path: Path, data: bytes = b"new") -> str:
    with pytest.raises(BadFile) as caught:
        atomic_write(path, writing(data))
    text = str(caught.value)
    assert text.endswith(".")
    assert "\n" not in text
    return text


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_a_file_is_made_and_replaced(tmp_path_factory: pytest.TempPathFactory, first: bytes, second: bytes) -> None:
    path = tmp_path_factory.mktemp("files") / "ünï 你好 😀"
    for data in (first, second):
        atomic_write(path, writing(data))
        assert path.read_bytes() == data
    assert only(path.parent) == [path.name]


def test_the_writer_may_go_back_in_the_file(tmp_path: Path) -> None:
    def write(handle: BinaryIO) -> None:
        handle.write(b"....world")
        handle.seek(0)
        handle.write(b"hell")

    atomic_write(tmp_path / "a", write)
    assert (tmp_path / "a").read_bytes() == b"hellworld"


def test_permissions_are_kept_and_links_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link.symlink_to(target)
    atomic_write(link, writing(b"new"))
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    mask = os.umask(0o022)
    try:
        atomic_write(tmp_path / "fresh", writing(b""))
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "fresh").stat().st_mode) == 0o644


class Interrupted(BaseException):
    pass


@pytest.mark.parametrize("error", [ValueError("mine"), Interrupted()], ids=["error", "interrupt"])
def test_what_the_writer_raises_passes_and_leaves_the_old_file(error: BaseException, tmp_path: Path) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")

    def write(handle: BinaryIO) -> None:
        handle.write(b"half")
        raise error

    with pytest.raises(type(error)):
        atomic_write(path, write)
    assert path.read_bytes() == b"old"
    assert only(tmp_path) == ["kept"]


def test_places_where_nothing_can_be_saved(tmp_path: Path) -> None:
    nowhere = tmp_path / "none" / "a.png"
    expected = f"a.png cannot be saved: the folder {nowhere.parent} does not exist; make it or choose another."
    assert refusal(nowhere) == expected
    assert refusal(tmp_path) == f"{tmp_path} is a folder; give the name of a file in it."
    assert "the name is too long" in refusal(tmp_path / ("x" * 300))
    (tmp_path / "file").touch()
    assert "does not exist" in refusal(tmp_path / "file" / "a.png")
    os.mkfifo(tmp_path / "pipe")
    assert "is not an ordinary file" in refusal(tmp_path / "pipe")
    assert "is not an ordinary file" in refusal(Path("/dev/null"))
    assert only(tmp_path) == ["file", "pipe"]


@pytest.mark.parametrize("call", ["open", "fsync", "replace"])
@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "is full ("),
        (errno.EDQUOT, " bytes free); free some space"),
        (errno.EROFS, "is read-only; choose another folder."),
        (errno.EACCES, "is not permitted; choose another folder."),
        (errno.EIO, "Input/output error; choose another folder."),
    ],
)
def test_a_disk_that_refuses(call: str, code: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(files.os, call, fail)
        text = refusal(path)
    assert text.startswith("kept cannot be saved")
    assert says in text
    assert path.read_bytes() == b"old"
    assert only(tmp_path) == ["kept"]
    atomic_write(path, writing(b"new"))
    assert path.read_bytes() == b"new"


FULL = """
import json, resource, signal, sys
from pathlib import Path
from engine.errors import BadFile
from engine.files import atomic_write
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
path, said = Path(sys.argv[1]), []
for size in (99_999, 100_001, 3_000_000, 5):
    try:
        atomic_write(path, lambda handle: handle.write(b"x" * size) and None)
        said.append("")
    except BadFile as error:
        said.append(str(error))
    said.append(path.stat().st_size)
print(json.dumps([said, sorted(p.name for p in path.parent.iterdir())]))
"""


def test_a_real_limit_on_the_size_of_files(tmp_path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(tmp_path / "big")]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    (first, a, second, b, third, c, last, d), names = json.loads(done.stdout)
    assert (first, last, names) == ("", "", ["big"])
    assert (a, b, c, d) == (99_999, 99_999, 99_999, 5)
    assert "is full" in second
    assert "is full" in third


def test_a_disk_that_keeps_less_than_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = os.fsync

    def lose(descriptor: int) -> None:
        sync(descriptor)
        size = os.fstat(descriptor).st_size
        monkeypatch.setattr(files.os, "fstat", lambda _: os.stat_result((0,) * 6 + (size + 1,) + (0,) * 3))

    monkeypatch.setattr(files.os, "fsync", lose)
    assert "fewer bytes" in refusal(tmp_path / "short")
    assert only(tmp_path) == []


@pytest.mark.parametrize("times", [2, 99])
def test_a_target_held_open_on_windows_is_tried_again(
    times: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, refused = os.replace, 0

    def held(source: Path, target: Path) -> None:
        nonlocal refused
        refused += 1
        if refused > times:
            replace(source, target)
            return
        error = PermissionError(errno.EACCES, "in use")
        error.winerror = 32  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr(files.os, "replace", held)
    monkeypatch.setattr(files, "_RENAME_WAITS", (0.0, 0.0, 0.0))
    if times == 2:
        atomic_write(tmp_path / "a", writing(b"new"))
        assert (tmp_path / "a").read_bytes() == b"new"
    else:
        assert "not permitted" in refusal(tmp_path / "a")
        assert only(tmp_path) == []


DEATHS = """
import os, sys
from pathlib import Path
from engine import files
path, survived = Path(sys.argv[1]), 0
for point in range(100):
    path.write_bytes(b"old" * 1000)
    child = os.fork()
    if child == 0:
        left = [point]
        def deadly(call):
            def wrapped(*arguments, **more):
                if left[0] == 0:
                    os._exit(9)
                left[0] -= 1
                return call(*arguments, **more)
            return wrapped
        for name in ("open", "fsync", "fstat", "replace", "close", "chmod"):
            setattr(files.os, name, deadly(getattr(os, name)))
        def write(handle):
            for _ in range(3):
                deadly(handle.write)(b"new" * 500)
        files.atomic_write(path, write)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert path.read_bytes() in (b"old" * 1000, b"new" * 1500), point
    if status == 0:
        print(point)
        break
    assert status == 9
"""


def test_death_at_any_call_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    command = [sys.executable, "-c", DEATHS, str(tmp_path / "file")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert done.stderr == ""
    assert int(done.stdout) >= 8, "that many calls were died at"


def test_samples_are_found_by_name_and_nothing_else_is() -> None:
    assert "astronaut.jpg" in sample_names("images")
    assert sample_names("clips") == ("webcam_digits_320x240.mp4", "webcam_scene_320x240.mp4")
    for kind in ("images", "clips"):
        for name in sample_names(kind):  # type: ignore[arg-type]
            assert resolve(f"sample:{name}") == resource(kind, name)
    for name in ("", "none.png", "../ATTRIBUTION.md", "images/coins.jpg", "/etc/passwd", "__init__.py"):
        with pytest.raises(BadFile, match=r"^There is no sample .*; there are astronaut\.jpg, "):
            resolve(f"sample:{name}")
    with pytest.raises(BadFile, match=r"^No file is named; give the path of one\.$"):
        resolve("")
    assert resolve("a/b.png") == Path("a/b.png")

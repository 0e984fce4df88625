"""The launcher, with a machine whose every answer is the test's, and at the end a few times for real."""

from __future__ import annotations

import contextlib
import os
import runpy
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import launch

SOURCE = Path(launch.__file__)


class FakeMachine(launch.Machine):
    """A Linux machine with a display on which every command succeeds and is written down."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.platform = "linux"
        self.env = {"DISPLAY": ":0"}
        self.is_root = False
        self.has_ensurepip = True
        self.missing: set[str] = set()
        self.programs = {"apt-get", "Xvfb"}
        self.answers: dict[str, Callable[[launch.Lines], int]] = {}
        self.commands: list[str] = []
        self.environments: list[dict[str, str]] = []
        self.said: list[str] = []
        self.which = lambda name: name if name in self.programs else None
        self.loads = lambda file: file not in self.missing
        self.say = self.said.append
        self.run = self.note
        self.become = self.note_last

    def note(
        self,
        command: Sequence[str],
        cwd: Path | None,
        env: dict[str, str],
        lines: launch.Lines | None = None,
        lock: int = -1,
    ) -> int:
        text = " ".join(command).replace(str(self.root), "ROOT")
        self.commands.append(text)
        self.environments.append(env)
        if "-m venv" in text:
            self.python.parent.mkdir(parents=True)
            self.python.touch()
        for part, answer in self.answers.items():
            if part in text:
                return answer(lines or self.say)
        return 0

    def note_last(self, command: Sequence[str], env: dict[str, str]) -> int:
        return self.note(command, None, env)

    def forget(self) -> None:
        self.commands.clear()
        self.said.clear()


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_text(name)
    return FakeMachine(tmp_path)


def start(machine: FakeMachine, *arguments: str) -> int:
    return launch.main(arguments, machine)


WINDOW = "ROOT/.venv/bin/python -P -m app"


def installs(machine: FakeMachine) -> list[str]:
    return [command for command in machine.commands if "pip install" in command]


def test_the_first_start_makes_the_environment_installs_the_pinned_versions_and_opens_the_window(
    machine: FakeMachine,
) -> None:
    assert start(machine, "a picture.png") == 0
    make, install, compile_, window = machine.commands
    assert make == f"{sys.executable} -m venv ROOT/.venv"
    assert install.startswith("ROOT/.venv/bin/python -m pip install ")
    assert install.endswith("-c ROOT/constraints.txt -e ROOT")
    assert compile_ == "ROOT/.venv/bin/python -m compileall -q app engine"
    assert window == WINDOW + " a picture.png"
    assert any("minutes" in line for line in machine.said)


def test_the_second_start_only_opens_the_window(machine: FakeMachine) -> None:
    start(machine)
    machine.forget()
    machine.loads = lambda file: pytest.fail("looked for system libraries again")
    assert start(machine) == 0
    assert machine.commands == [WINDOW]
    assert machine.said == []


def test_a_folder_in_which_nothing_can_be_compiled_opens_the_window_all_the_same(machine: FakeMachine) -> None:
    machine.answers["compileall"] = lambda lines: 1
    assert start(machine) == 0
    assert machine.commands[-1] == WINDOW


def test_pip_s_log_is_kept_and_its_long_steps_are_told(machine: FakeMachine) -> None:
    def pip(lines: launch.Lines) -> int:
        for line in ("Collecting numpy", "  Downloading torch.whl (190.1 MB)", "  Downloading tqdm.whl (78 kB)"):
            lines(line)
        lines("Installing collected packages: numpy, torch, tqdm")
        return 0

    machine.answers["pip install"] = pip
    start(machine)
    assert "  Downloading torch.whl (190.1 MB)" in machine.said
    assert any("3 packages" in line for line in machine.said)
    assert not any("numpy" in line or "78 kB" in line for line in machine.said)
    assert "Collecting numpy" in machine.log.read_text()


def test_a_set_up_that_was_killed_is_made_again_from_nothing(machine: FakeMachine) -> None:
    def killed(lines: launch.Lines) -> int:
        raise KeyboardInterrupt

    machine.answers["pip install"] = killed
    assert start(machine) == 130
    half = machine.venv / "lib" / "half-a-package"
    half.mkdir(parents=True)
    machine.answers.clear()
    machine.forget()
    assert start(machine) == 0
    assert not half.exists()
    assert [command.split()[1:3] for command in machine.commands] == [
        ["-m", "venv"],
        ["-m", "pip"],
        ["-m", "compileall"],
        ["-P", "-m"],
    ]
    assert "cut short" in machine.said[0]


def test_a_failing_pip_is_told_in_its_own_words_with_the_log_s_place(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(lines: launch.Lines) -> int:
        lines("ERROR: Could not find a version that satisfies the requirement numpy")
        return 1

    machine.answers["pip install"] = fails
    assert start(machine) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert "Could not find a version that satisfies the requirement numpy" in error
    assert str(machine.log) in error
    assert WINDOW not in machine.commands

    machine.answers.clear()
    machine.forget()
    assert start(machine) == 0
    assert len(installs(machine)) == 1
    made = [command for command in machine.commands if "-m venv" in command]
    assert made == [], "the environment that pip left whole is used again"


def test_other_pins_are_installed_into_the_same_environment(machine: FakeMachine) -> None:
    start(machine)
    machine.forget()
    (machine.root / "constraints.txt").write_text("numpy==2")
    start(machine)
    assert len(installs(machine)) == 1
    assert not any("-m venv" in command for command in machine.commands)


@pytest.mark.parametrize("change", ["moved", "another Python"])
def test_an_environment_of_another_place_or_python_is_made_again(machine: FakeMachine, change: str) -> None:
    start(machine)
    if change == "moved":
        moved = machine.root.with_name("moved")
        machine.root.rename(moved)
        machine = FakeMachine(moved)
    machine.version = machine.version if change == "moved" else "3.99"
    machine.forget()
    assert start(machine) == 0
    assert [command.split()[1:3] for command in machine.commands[:2]] == [["-m", "venv"], ["-m", "pip"]]


def test_an_environment_made_by_hand_is_completed_not_emptied(machine: FakeMachine) -> None:
    machine.python.parent.mkdir(parents=True)
    machine.python.touch()
    mine = machine.venv / "mine"
    mine.touch()
    assert start(machine) == 0
    assert mine.exists()
    assert len(installs(machine)) == 1


def test_root_on_debian_gets_the_missing_libraries_after_being_told(machine: FakeMachine) -> None:
    def apt(lines: launch.Lines) -> int:
        machine.missing.clear()
        return 0

    machine.is_root = True
    machine.missing = {"libEGL.so.1", "libxcb-cursor.so.0", "libxcb-render-util.so.0"}
    machine.answers["apt-get install"] = apt
    assert start(machine) == 0
    assert machine.commands[:2] == [
        "apt-get update",
        "apt-get install -y --no-install-recommends libegl1 libxcb-cursor0 libxcb-render-util0",
    ]
    assert machine.environments[1]["DEBIAN_FRONTEND"] == "noninteractive"
    assert "libegl1 libxcb-cursor0 libxcb-render-util0" in machine.said[0]
    assert machine.commands[-1] == WINDOW


@pytest.mark.parametrize(
    ("programs", "line"),
    [
        ({"apt-get"}, "sudo apt-get update && sudo apt-get install -y libegl1"),
        ({"dnf"}, "sudo dnf install 'libEGL.so.1()(64bit)'"),
        (set(), "libEGL.so.1"),
    ],
)
def test_anybody_else_gets_the_exact_line_to_run_before_anything_is_downloaded(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str], programs: set[str], line: str
) -> None:
    machine.missing, machine.programs = {"libEGL.so.1"}, programs
    assert start(machine) == 1
    error = capsys.readouterr().err
    assert "libEGL.so.1" in error
    assert line in error
    assert machine.commands == []


def test_an_apt_that_fails_ends_with_the_line_to_run(machine: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    machine.is_root, machine.missing = True, {"libEGL.so.1"}
    machine.answers["apt-get install"] = lambda lines: 100
    assert start(machine) == 1
    assert "apt-get install -y libegl1" in capsys.readouterr().err
    assert not installs(machine)


def test_a_python_without_ensurepip_needs_debian_s_venv_package(
    machine: FakeMachine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.has_ensurepip, machine.version = False, "3.11"
    assert start(machine) == 1
    assert "apt-get install -y python3.11-venv" in capsys.readouterr().err
    machine.is_root = True
    assert start(machine) == 0


def test_libraries_of_x_are_essential_only_where_x_shows_the_window(machine: FakeMachine) -> None:
    machine.missing = {"libxcb-cursor.so.0"}
    assert start(machine) == 1
    machine.env = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    assert start(machine) == 0
    assert any("libxcb-cursor0" in line for line in machine.said)


def test_other_systems_bring_their_libraries_along(machine: FakeMachine) -> None:
    machine.platform, machine.env, machine.missing = "darwin", {}, {"libEGL.so.1"}
    assert start(machine) == 0
    assert machine.commands[-1] == WINDOW


def test_without_a_display_the_tour_is_made_and_its_place_told(
    machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(machine.root)
    machine.env, machine.missing = {}, {"libxcb-cursor.so.0"}
    assert start(machine) == 0
    assert machine.commands[-1] == WINDOW + " --tour tour"
    assert machine.environments[-1]["QT_QPA_PLATFORM"] == "offscreen"
    assert "display" in machine.said[-2]
    assert machine.said[-1].endswith(str(machine.root / "tour"))

    machine.answers["--tour"] = lambda lines: 3
    machine.forget()
    assert start(machine) == 3
    assert not any("pictures are in" in line for line in machine.said)


def test_options_reach_the_window_also_without_a_display(machine: FakeMachine) -> None:
    machine.env = {}
    assert start(machine, "--tour", "here") == 0
    assert machine.commands[-1] == WINDOW + " --tour here"
    assert machine.environments[-1]["QT_QPA_PLATFORM"] == "offscreen"


def test_a_platform_that_the_person_chose_is_a_display(machine: FakeMachine) -> None:
    machine.env = {"QT_QPA_PLATFORM": "vnc"}
    assert start(machine) == 0
    assert machine.commands[-1] == WINDOW
    assert machine.environments[-1] == machine.env


def test_the_tests_run_every_check_to_its_end_and_sum_up(machine: FakeMachine) -> None:
    def finds(lines: launch.Lines) -> int:
        lines("app/main.py:1:1: E501")
        return 1

    machine.answers["-m ruff check"] = finds
    assert start(machine, "test", "-k", "kernel") == 1
    tools = machine.commands[-5:]
    assert [tool.split()[2] for tool in tools[:3]] == ["ruff", "ruff", "mypy"]
    assert "lint_imports" in tools[3]
    assert tools[4] == "ROOT/.venv/bin/python -m pytest -k kernel"
    assert {environment.get("QT_QPA_PLATFORM") for environment in machine.environments[-5:]} == {"offscreen"}
    assert "app/main.py:1:1: E501" in machine.said
    assert [line.split()[:3] for line in machine.said if line.startswith("  ruff")] == [
        ["ruff", "check", "FAILED"],
        ["ruff", "format", "passed"],
    ]
    assert installs(machine)[0].endswith("-e ROOT[test]")

    machine.answers.clear()
    assert start(machine, "test") == 0
    machine.answers["-m pytest"] = lambda lines: 1
    assert start(machine, "test") == 1


def test_the_window_starts_from_what_the_tests_set_up_but_not_the_other_way_round(machine: FakeMachine) -> None:
    start(machine)
    start(machine, "test")
    assert len(installs(machine)) == 2
    start(machine)
    start(machine, "test")
    assert len(installs(machine)) == 2


def test_help_sets_nothing_up(machine: FakeMachine) -> None:
    assert start(machine, "--help") == 0
    assert "python3 launch.py test" in machine.said[0]
    assert machine.commands == []


def test_a_second_launch_waits_for_the_first_and_then_has_nothing_to_do(machine: FakeMachine) -> None:
    waiting = threading.Event()
    machine.say = lambda line: waiting.set() if "Another launch" in line else None
    first = FakeMachine(machine.root)
    second = threading.Thread(target=start, args=(machine,))
    with launch.locked(first):
        second.start()
        assert waiting.wait(20)
        first.python.parent.mkdir(parents=True)
        first.python.touch()
        facts = {launch.place(first), launch.packages_fact(first, ""), "system offscreen", "system window"}
        launch.write_facts(first, facts)
    second.join(20)
    assert machine.commands == [WINDOW]


HOLDER = """
import sys
from pathlib import Path
import launch
machine = launch.Machine(Path(sys.argv[1]))
with launch.locked(machine):
    child = [sys.executable, "-c", "import os, signal; print(os.getpid(), flush=True); signal.pause()"]
    launch.run(child, None, machine.env, launch.say, machine.lock)
"""


@pytest.fixture
def orphan(tmp_path: Path) -> Iterator[int]:
    """A command of the set-up whose launcher was killed: a handle to it."""
    holder = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(holder, stdout=subprocess.PIPE, text=True, cwd=SOURCE.parent) as launcher:
        assert launcher.stdout is not None
        handle = os.pidfd_open(int(launcher.stdout.readline()))
        launcher.kill()
    yield handle
    with contextlib.suppress(ProcessLookupError):
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    os.close(handle)


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="only Linux has handles of processes")
def test_pip_keeps_the_lock_when_its_launcher_is_killed(orphan: int, tmp_path: Path) -> None:
    with (tmp_path / ".venv" / ".lock").open("a") as file:
        assert not launch.grab(file.fileno(), wait=False)
        signal.pidfd_send_signal(orphan, signal.SIGKILL)
        assert launch.grab(file.fileno(), wait=True)


def test_an_older_python_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer, and this is Python 3\.9"):
        runpy.run_path(str(SOURCE))


def test_it_needs_nothing_but_python() -> None:
    bare = subprocess.run(
        [sys.executable, "-I", "-S", str(SOURCE), "--help"], capture_output=True, text=True, check=True
    )
    assert "python3 launch.py" in bare.stdout


APP = """
import sys
print("opened", *sys.argv[1:])
"""


def test_a_start_on_a_machine_that_is_set_up_is_quick_and_silent(tmp_path: Path) -> None:
    for name in ("launch.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(SOURCE.with_name(name), tmp_path / name)
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_text(APP)
    machine = launch.Machine(tmp_path)
    machine.python.parent.mkdir(parents=True)
    machine.python.symlink_to(sys.executable)
    facts = {launch.place(machine), launch.packages_fact(machine, ""), "system offscreen", "system window"}
    launch.write_facts(machine, facts)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != "__pycache__"}
    env = os.environ | {"PYTHONPATH": str(tmp_path), "DISPLAY": ":99", "PYTHONDONTWRITEBYTECODE": "1"}

    def seconds(*command: str) -> float:
        began = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, env=env, check=True, timeout=60)
        assert done.stdout == "opened a.png\n"
        assert done.stderr == ""
        return time.perf_counter() - began

    launched = min(seconds(sys.executable, str(tmp_path / "launch.py"), "a.png") for _ in range(3))
    direct = min(seconds(str(machine.python), "-P", "-m", "app", "a.png") for _ in range(3))
    # measured 0.05 s; the promise to the person is 0.3 s
    assert launched - direct < 0.5
    assert before == {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*") if file.name != "__pycache__"}

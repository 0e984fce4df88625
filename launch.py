"""Sets Convscope up on a bare machine and starts it.

    python3 launch.py [FILE or options of the window]    set up if need be, then open the window
    python3 launch.py test [options of pytest]           set up, then lint, types, import contracts and all tests

Everything is installed into `.venv` beside this file, in the versions of `constraints.txt`. Nothing else on the
machine changes, except that on Debian and Ubuntu, as root, missing system libraries of Qt are installed after saying
so. Without a display the picture tour is made instead of the window. Needs Python 3.11 or newer and nothing besides.
"""

import sys

# First of all, and without `from __future__`, so that Python 3.6 too gets as far as this sentence.
if sys.version_info < (3, 11):
    sys.exit("error: Convscope needs Python 3.11 or newer, and this is Python {}.{}.".format(*sys.version_info[:2]))

import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

# The system libraries that PySide6's own libraries and platform plugins name as needed and do not bring along, with
# the Debian package of each. Loading one loads what it needs in turn (libGL: libX11; libfontconfig: libfreetype).
XCB = "cursor.so.0 icccm.so.4 image.so.0 keysyms.so.1 randr.so.0 render-util.so.0 render.so.0 shape.so.0 shm.so.0"
XCB += " sync.so.1 util.so.1 xfixes.so.0 xkb.so.1"
LIBRARIES = {
    "offscreen": {
        "libglib-2.0.so.0": "libglib2.0-0",
        "libGL.so.1": "libgl1",
        "libEGL.so.1": "libegl1",
        "libxkbcommon.so.0": "libxkbcommon0",
        "libdbus-1.so.3": "libdbus-1-3",
        "libfontconfig.so.1": "libfontconfig1",
    },
    "window": {
        **{f"libxcb-{name}": f"libxcb-{name.replace('.so.', '')}" for name in XCB.split()},
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
        "libX11-xcb.so.1": "libx11-xcb1",
    },
}
CHECKS = {
    "ruff check": ("-m", "ruff", "check", "--output-format", "concise", "."),
    "ruff format": ("-m", "ruff", "format", "--check", "--output-format", "concise", "."),
    "mypy --strict": ("-m", "mypy", "--strict"),
    "import contracts": ("-c", "from importlinter.cli import lint_imports_command as check; check()"),
}

Lines = Callable[[str], None]


class Trouble(Exception):
    """What keeps Convscope from starting, said to the person."""


def say(line: str) -> None:
    """Prints one line at once, so that it stands before the output of what is started next."""
    print(line, flush=True)


def loads(library: str) -> bool:
    """Whether the dynamic loader finds `library` and all that it needs."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def run(
    command: Sequence[str], cwd: Path | None, env: dict[str, str], lines: Lines | None = None, lock: int = -1
) -> int:
    """Runs `command` to its end and returns its exit status; each line that it prints goes to `lines`, if given.

    The file `lock` stays open in the command, which so keeps the set-up locked even if this process is killed.
    """
    if lines is None:
        return subprocess.run(command, cwd=cwd, env=env, check=False).returncode
    with subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        pass_fds=(lock,) if lock >= 0 and os.name == "posix" else (),
    ) as child:
        assert child.stdout is not None
        for line in child.stdout:
            lines(line.rstrip())
    return child.returncode


def become(command: Sequence[str], env: dict[str, str]) -> int:
    """Hands this process over to `command`; on systems that cannot do so, runs it and returns its exit status."""
    if os.name != "posix":
        return run(command, None, env)
    os.execve(command[0], list(command), env)


class Machine:
    """What the launcher knows of the machine and may do on it. Tests put other answers in place of these."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.venv = root / ".venv"
        self.log = self.venv / "setup.log"
        self.stamp = self.venv / "setup.json"
        self.unfinished = self.venv / "setup-unfinished"
        self.env = dict(os.environ)
        self.platform = sys.platform
        self.version = "{}.{}".format(*sys.version_info[:2])
        self.has_ensurepip = importlib.util.find_spec("ensurepip") is not None
        self.is_root = hasattr(os, "geteuid") and os.geteuid() == 0
        self.lock = -1
        self.which: Callable[[str], str | None] = shutil.which
        self.loads = loads
        self.say = say
        self.run = run
        self.become = become

    @property
    def python(self) -> Path:
        """The interpreter of our own environment."""
        return self.venv / ("Scripts/python.exe" if self.platform == "win32" else "bin/python")

    def has_display(self) -> bool:
        """Whether a window can be seen; a platform plugin that the person named (vnc, eglfs) counts as a display."""
        if not self.platform.startswith("linux") or self.env.get("DISPLAY") or self.env.get("WAYLAND_DISPLAY"):
            return True
        return self.env.get("QT_QPA_PLATFORM", "") not in ("", "offscreen", "minimal")

    def logged(self, command: Sequence[str], show: Lines = lambda line: None) -> int:
        """Runs one step of the set-up with all it prints in the log; `show` may tell the person of a line."""
        with self.log.open("a", encoding="utf-8") as log:

            def keep(line: str) -> None:
                log.write(line + "\n")
                log.flush()
                show(line)

            keep("$ " + shlex.join(command))
            return self.run(command, self.root, self.env | {"DEBIAN_FRONTEND": "noninteractive"}, keep, self.lock)


def place(machine: Machine) -> str:
    """The fact that makes an environment ours: one that was moved, or made for another Python, must be made again."""
    return f"in {machine.root} for Python {machine.version}"


def packages_fact(machine: Machine, extra: str) -> str:
    """The fact that the packages are installed as pinned; it changes with either file that names them."""
    digest = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        digest.update((machine.root / name).read_bytes())
    return f"packages{extra} {digest.hexdigest()}"


def read_facts(machine: Machine) -> set[str]:
    """What earlier set-ups wrote down as done; nothing, if the last one was cut short or its Python is gone."""
    if machine.unfinished.exists() or not machine.python.exists():
        return set()
    try:
        facts = json.loads(machine.stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return set()
    return {str(fact) for fact in facts} if isinstance(facts, list) else set()


def write_facts(machine: Machine, facts: Collection[str]) -> None:
    """Writes down what is done, in one step, so that a kill leaves either the old list or the new one."""
    new = machine.stamp.with_suffix(".new")
    new.write_text(json.dumps(sorted(facts), indent=1), encoding="utf-8")
    new.replace(machine.stamp)


def grab(descriptor: int, wait: bool) -> bool:
    """Locks an open file against other launches; returns whether it succeeded."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def locked(machine: Machine) -> Iterator[None]:
    """Keeps other launches from the set-up; the lock ends with the process that holds it, however that ends."""
    machine.venv.mkdir(exist_ok=True)
    with (machine.venv / ".lock").open("a") as file:
        if not grab(file.fileno(), wait=False):
            machine.say("Another launch is setting up here: waiting for it.")
            while not grab(file.fileno(), wait=True):
                pass
        machine.lock = file.fileno()
        try:
            yield
        finally:
            machine.lock = -1


def missing_packages(machine: Machine, kinds: Collection[str]) -> dict[str, str]:
    """What the system lacks of the `kinds` asked for: {library or program: Debian package}."""
    missing: dict[str, str] = {}
    if machine.platform.startswith("linux"):
        for kind in kinds:
            libraries = LIBRARIES.get(kind, {})
            missing |= {file: package for file, package in libraries.items() if not machine.loads(file)}
        if "xvfb" in kinds and machine.which("Xvfb") is None:
            missing["Xvfb"] = "xvfb"
        if not machine.has_ensurepip and not machine.python.exists():
            missing["Python's ensurepip"] = f"python{machine.version}-venv"
    return missing


def install_line(machine: Machine, missing: dict[str, str]) -> str:
    """The line that a person would run to install what is missing."""
    if machine.which("apt-get"):
        return f"sudo apt-get update && sudo apt-get install -y {' '.join(dict.fromkeys(missing.values()))}"
    for tool in ("dnf", "zypper"):
        if machine.which(tool):
            return f"sudo {tool} install " + " ".join(f"'{file}()(64bit)'" for file in missing if ".so" in file)
    return "(with this system's package manager, the packages that bring) " + " ".join(missing)


def check_system(machine: Machine, kinds: Collection[str], essential: Collection[str]) -> set[str]:
    """Makes sure of Qt's system libraries and returns the facts that hold; Trouble if an essential one is missing."""
    missing = missing_packages(machine, kinds)
    if missing and machine.is_root and machine.which("apt-get"):
        packages = list(dict.fromkeys(missing.values()))
        machine.say(f"Installing with apt-get what Qt needs and this system lacks: {' '.join(packages)}")
        machine.logged(["apt-get", "update"])
        if machine.logged(["apt-get", "install", "-y", "--no-install-recommends", *packages]) == 0:
            machine.has_ensurepip = True
        missing = missing_packages(machine, kinds)
    if missing:
        text = f"This system lacks {', '.join(missing)}. Run this line:\n    {install_line(machine, missing)}"
        if missing.keys() & missing_packages(machine, essential).keys():
            raise Trouble(text + "\nand start again.")
        machine.say(f"Note: {text}\nGoing on without.")
    return {f"system {kind}" for kind in kinds if not missing_packages(machine, [kind])}


def wipe(machine: Machine) -> None:
    """Empties the environment's folder, but for the lock that this process holds in it and the log."""
    for entry in machine.venv.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name not in (".lock", machine.log.name):
            entry.unlink()


def make_environment(machine: Machine, facts: set[str]) -> None:
    """Makes `.venv`, from nothing where what is there was cut short, moved, or made for another Python."""
    cut_short = machine.unfinished.exists()
    if cut_short:
        machine.say("The last set-up was cut short: starting it again from nothing.")
    if cut_short or not machine.python.exists() or (facts and place(machine) not in facts):
        wipe(machine)
    machine.unfinished.touch()
    machine.stamp.unlink(missing_ok=True)
    if not machine.python.exists():
        machine.say(f"Making the environment {machine.venv}")
        if machine.logged([sys.executable, "-m", "venv", str(machine.venv)]) != 0:
            raise Trouble(f"Python could not make an environment; what it said is in {machine.log}.")


def install_packages(machine: Machine, extra: str) -> None:
    """Installs the pinned packages, and this checkout in place, so that an edit needs no new set-up."""
    machine.say("Installing the packages: some minutes the first time, and about 1 GB to download.")
    reasons = ["pip gave no reason."]

    def show(line: str) -> None:
        line = line.strip()
        if line.startswith("ERROR:"):
            reasons.append(line.removeprefix("ERROR:").strip())
        elif line.startswith("Downloading ") and (" MB)" in line or " GB)" in line):
            machine.say(f"  {line}")
        elif line.startswith("Installing collected packages:"):
            machine.say(f"  Unpacking {line.count(',') + 1} packages, which can take a minute or two")

    options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    packages = ["-c", str(machine.root / "constraints.txt"), "-e", f"{machine.root}{extra}"]
    status = machine.logged([str(machine.python), "-m", "pip", "install", *options, *packages], show)
    # pip takes back what it could not finish, so after a failure the next start goes on from here
    machine.unfinished.unlink()
    if status != 0:
        raise Trouble(
            f"The packages could not be installed: {reasons[-1]}\nAll that pip said is in {machine.log}; most often "
            "the network or the disk's space is short. Put that right and start again."
        )


def prepare(machine: Machine, kinds: Collection[str], essential: Collection[str], extra: str = "") -> None:
    """Does whatever set-up is still to do; nothing, and without a word, on any start after the first."""
    needed = {place(machine), packages_fact(machine, extra), *(f"system {kind}" for kind in kinds)}
    if needed <= read_facts(machine):
        return
    began = time.monotonic()
    with locked(machine):
        facts = read_facts(machine)
        if needed <= facts:
            return
        machine.log.write_text("", encoding="utf-8")
        system = check_system(machine, kinds, essential)
        if not {place(machine), packages_fact(machine, extra)} <= facts:
            make_environment(machine, facts)
            install_packages(machine, extra)
            # As pip has compiled what it installed: where Python may not, every start would take half as long again.
            machine.logged([str(machine.python), "-m", "compileall", "-q", "app", "engine"])
            facts = {place(machine), packages_fact(machine, ""), packages_fact(machine, extra)}
            machine.say(f"Set up in {time.monotonic() - began:.0f} s.")
        write_facts(machine, facts | system)


def start(machine: Machine, arguments: Sequence[str]) -> int:
    """Opens the window, or without a display makes the tour."""
    if machine.has_display():
        # a Wayland session shows the window without the X libraries
        essential = ["offscreen"] if machine.env.get("WAYLAND_DISPLAY") else ["offscreen", "window"]
        prepare(machine, ["offscreen", "window"], essential)
    else:
        prepare(machine, ["offscreen"], ["offscreen"])
    # -P: a folder named app or engine where the person happens to be is none of ours
    command = [str(machine.python), "-P", "-m", "app", *arguments]
    if machine.has_display():
        return machine.become(command, machine.env)
    env = machine.env | {"QT_QPA_PLATFORM": "offscreen"}
    if any(argument.startswith("-") for argument in arguments):
        return machine.become(command, env)
    machine.say("No display here (neither DISPLAY nor WAYLAND_DISPLAY is set): making the picture tour instead.")
    status = machine.run([*command, "--tour", "tour"], None, env)
    if status == 0:
        machine.say(f"The pictures are in {Path('tour').resolve()}")
    return status


def check(machine: Machine, command: Sequence[str], env: dict[str, str]) -> bool:
    """Runs one check; what it printed is shown only if it failed."""
    output: list[str] = []
    passed = machine.run(command, machine.root, env, output.append) == 0
    for line in () if passed else output:
        machine.say(line)
    return passed


def test(machine: Machine, arguments: Sequence[str]) -> int:
    """Lint, types, import contracts and tests, each to its end; 0 only if all of them passed."""
    began = time.monotonic()
    prepare(machine, ["offscreen", "window", "xvfb"], ["offscreen"], "[test]")
    env = machine.env | {"QT_QPA_PLATFORM": "offscreen"}
    python, results = str(machine.python), {"set-up": (True, time.monotonic() - began)}
    for name, options in CHECKS.items():
        since = time.monotonic()
        passed = check(machine, [python, *options], env)
        results[name] = (passed, time.monotonic() - since)
        machine.say(f"{name}: {'passed' if passed else 'FAILED'} in {results[name][1]:.1f} s")
    since = time.monotonic()
    chosen = arguments or ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # a file shares what is slow
    passed = machine.run([python, "-m", "pytest", *chosen], machine.root, env) == 0
    results["pytest"] = (passed, time.monotonic() - since)
    machine.say("Summary:")
    for name, (passed, seconds) in results.items():
        machine.say(f"  {name:<17} {'passed' if passed else 'FAILED'} {seconds:7.1f} s")
    machine.say(f"  {'all':<17} {'':6} {time.monotonic() - began:7.1f} s")
    return 0 if all(passed for passed, _ in results.values()) else 1


def main(arguments: Sequence[str], machine: Machine) -> int:
    """Does what the command line asks and returns the exit status."""
    try:
        if list(arguments) in (["-h"], ["--help"]):
            machine.say((__doc__ or "").strip())
            return 0
        return test(machine, arguments[1:]) if arguments and arguments[0] == "test" else start(machine, arguments)
    except (Trouble, OSError) as trouble:
        print(f"error: {trouble}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Machine(Path(__file__).resolve().parent)))

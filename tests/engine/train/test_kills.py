"""Real kills: a process in training gets SIGKILL at any moment, and what is resumed ends as if it had lived."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).resolve().parents[1]

# One Python imports torch once and forks for every life of a run: a fresh start would take seconds each time. It
# saves at every step, so that most kills meet a checkpoint in the making.
SCRIPT = """
import json, os, random, select, shutil, signal, sys, time, traceback
from pathlib import Path

import torch

torch.set_num_threads(1)
from dataclasses import replace
from engine.data import load_data
from engine.spec.events import Finished, Saved
from engine.spec.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.train import TrainSpec
from engine.train import load_run, resume, session, train

session.SAVE_SECONDS = 0.0
base, lives = Path(sys.argv[1]), int(sys.argv[2])
chance = random.Random(int(sys.argv[3]))
whole = load_data("mnist")
data = replace(whole, x_train=whole.x_train[:97], y_train=whole.y_train[:97], x_test=whole.x_test[:20],
               y_test=whole.y_test[:20])
network = NetworkSpec(input_shape=(1, 28, 28), layers=(
    Conv2d(out_channels=4, kernel_size=5, stride=3), BatchNorm2d(), ReLU(), Dropout(p=0.3), Flatten(),
    Linear(out_features=10)))
settings = TrainSpec(epochs=2, batch_size=16, seed=7)


def live(path, told):
    try:
        begun = any((path / "checkpoints").glob("*.json"))
        if not begun:
            shutil.rmtree(path, ignore_errors=True)  # it died before its first checkpoint: there is nothing to resume
        events = resume(path, data=data) if begun else train(network, data, settings, device="cpu", output=path)
        for event in events:
            if isinstance(event, Saved):
                os.write(told, b"%d " % event.step)
            last = event
        os._exit(0 if isinstance(last, Finished) else 3)
    except BaseException:
        traceback.print_exc()
        os._exit(4)


def lived(path, seconds):
    reading, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        live(path, told)
    os.close(told)
    handle = os.pidfd_open(pid)
    select.select([handle], [], [], seconds)
    os.kill(pid, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    steps = os.read(reading, 65536).split() if select.select([reading], [], [], 0)[0] else []
    os.close(handle), os.close(reading)
    return status, max(map(int, steps), default=-1)


list(train(network, data, settings, device="cpu"))  # loads the rest of torch
began = time.monotonic()
assert lived(base / "whole", 60)[0] == 0
needed = time.monotonic() - began
wanted = load_run(base / "whole").module.state_dict()
found = {"kills": 0, "behind": 0, "unequal": 0, "odd": 0, "left": 0, "mid": 0}
for number in range(lives):
    path, reached = base / str(number), -1
    for life in range(100):
        status, told = lived(path, chance.uniform(0, 0.8 * needed) if life < 8 else 60)
        if any((path / "checkpoints").glob("*.json")) and status != 0:
            kept = load_run(path).step
            found["behind"] += kept < max(reached, told)
            found["mid"] += 0 < kept < 12
            reached = max(reached, told, kept)
        found["kills"] += status == -9
        found["odd"] += status not in (0, -9)
        if status == 0:
            break
    state = load_run(path).module.state_dict()
    found["unequal"] += not all(torch.equal(state[name], wanted[name]) for name in wanted)
    found["left"] += len(list(path.rglob("*.tmp")))
print(json.dumps(found))
"""


def killed(folder: Path, lives: int, seed: int) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), str(lives), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    found: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.parametrize("lives", [3, pytest.param(60, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_killed_at_any_moment_it_ends_as_if_it_had_lived(tmp_path, lives):
    """R13, R29: nothing unreadable, no checkpoint lost that was told, equal bit for bit, nothing left lying."""
    found = killed(tmp_path, lives, seed=lives)
    assert found["kills"] >= lives
    assert found["mid"] >= 1
    assert {name: found[name] for name in ("behind", "unequal", "odd", "left")} == {
        "behind": 0,
        "unequal": 0,
        "odd": 0,
        "left": 0,
    }

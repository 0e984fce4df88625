"""How a training in a terminal may end: by a signal at any moment, on a disk that takes no more, and as an export."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from tqdm import tqdm

import engine
from engine.cli import main
from engine.data import load_data
from engine.train import load_run

ROOT = Path(engine.__file__).resolve().parents[1]

# One Python imports torch and forks for every life: a fresh start would take seconds each time. Checkpoints are
# written all the time, so that many signals meet one in the making.
SCRIPT = """
import json, os, random, resource, select, signal, sys, time
from pathlib import Path

import torch

torch.set_num_threads(1)
from engine.cli import main
from engine.data import load_data
from engine.train import load_run, session

session.SAVE_SECONDS = 0.0
base, lives, chance = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
load_data("mnist")


def begun(words, prepare):
    reading, said = os.pipe()
    pid = os.fork()
    if pid:
        os.close(said)
        return pid, os.fdopen(reading)
    os.dup2(said, 1), os.dup2(said, 2)
    prepare()
    os._exit(main(words))


def ended(pid, seconds):
    handle = os.pidfd_open(pid)
    in_time = bool(select.select([handle], [], [], seconds)[0])
    os.close(handle)
    os.kill(pid, signal.SIGKILL) if not in_time else None
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if in_time else None


def train(path, *more):
    return ["train", "lenet-5", "--data", "mnist", "--device", "cpu", "--output", str(path), "--json", *more]


found = {"statuses": [], "unreadable": 0, "behind": 0, "left": 0}
for number in range(lives):
    path = base / str(number)
    pid, said = begun(train(path, "--epochs", "1000"), lambda: None)
    assert json.loads(said.readline())["event"] == "started"
    select.select([], [], [], chance.uniform(0, 0.7))
    os.kill(pid, chance.choice([signal.SIGINT, signal.SIGTERM]))
    rest = []
    found["statuses"].append(None)
    for line in said:
        rest.append(line)
    found["statuses"][-1] = ended(pid, 5)
    last = json.loads(rest[-1])
    try:
        found["behind"] += last["event"] != "stopped" or load_run(path).step != last["step"]
    except Exception:
        found["unreadable"] += 1
    found["left"] += len(list(path.rglob("*.tmp")))


def little_room():
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))


pid, said = begun(train(base / "full"), little_room)
found["full"] = [said.read(), ended(pid, 5), (base / "full").exists()]
print(json.dumps(found))
"""


@pytest.fixture(autouse=True)
def no_monitor(monkeypatch):
    """A bar of tqdm leaves a thread behind that watches over the bars to come."""
    monkeypatch.setattr(tqdm, "monitor_interval", 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("lives", [3, pytest.param(100, marks=[pytest.mark.long, pytest.mark.timeout(900)])])
def test_signals_at_any_moment_end_it_with_a_checkpoint_and_a_full_disk_with_a_sentence(tmp_path, lives):
    """T9, R36, K3: the status is 130 within five seconds, and the last step kept; what finds no room leaves nothing."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path), str(lives), str(lives)],
        cwd=ROOT, capture_output=True, text=True, timeout=800, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    said, status, there = found.pop("full")
    assert found == {"statuses": [130] * lives, "unreadable": 0, "behind": 0, "left": 0}
    assert (status, there) == (2, False)
    assert said.startswith("error: ")
    assert str(tmp_path / "full") in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("place", ["/proc/none/run", "a/file/run", "a/file"])
def test_where_nothing_can_be_written_is_one_sentence(capsys, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_text("mine")
    assert main(["train", "lenet-5", "--data", "mnist", "--device", "cpu", "--json", "--output", place]) == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert told.count("\n") == 1
    assert place.rpartition("/")[0] in told
    assert [path.name for path in tmp_path.rglob("*")] == ["a", "file"]


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("exported", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_exported_run_predicts_in_plain_torch_what_it_predicts_here(capsys, tmp_path):
    run, digits = tmp_path / "run", load_data("mnist")
    train = ["train", "lenet-5", "--data", "mnist", "--device", "cpu", "--epochs", "1", "--batch-size", "256"]
    assert main([*train, "--json", "--output", str(run)]) == 0
    Image.fromarray(digits.x_test[5, 0].numpy()).save(tmp_path / "digit.png")
    for name, form in (("net.py", "pytorch"), ("net.safetensors", "safetensors")):
        assert main(["export", str(run), "--format", form, "-o", str(tmp_path / name)]) == 0
    capsys.readouterr()
    assert main(["predict", str(run), str(tmp_path / "digit.png"), "--top", "10", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["predictions"][0]["top"]
    plain = imported(tmp_path / "net.py")
    module = next(value for value in vars(plain).values() if isinstance(value, torch.nn.Module)).eval()
    module.load_state_dict(load_file(tmp_path / "net.safetensors"), strict=False)
    with torch.no_grad():
        shares = module(digits.x_test[5:6].float() / 255).softmax(1)[0]
    assert {each["index"]: each["probability"] for each in told} == pytest.approx(
        dict(enumerate(shares.tolist())), abs=1e-5
    )
    assert main(["evaluate", str(run), "--device", "cpu", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] == load_run(run).metrics[-1].test_accuracy

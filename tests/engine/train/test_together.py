"""Two real processes that train one network: as one process would, and never one without the other."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import engine
from engine.presets import preset
from engine.spec.events import Steps
from engine.spec.train import TrainSpec
from engine.train import load_run, train
from engine.train.team import Team

ROOT = Path(engine.__file__).resolve().parents[1]
HOME = {"GLOO_SOCKET_IFNAME": "lo"} if sys.platform == "linux" else {}

# One Python imports torch once and forks for both processes of every story: a fresh start would take seconds each time.
SCRIPT = """
import hashlib, json, os, select, signal, socket, sys, time, traceback
from dataclasses import replace
from pathlib import Path

import torch

torch.set_num_threads(1)
from engine.cli import main
from engine.data import load_data
from engine.errors import EngineError
from engine.spec.events import Epoch, Finished, Obeyed, Paused, Started, Steps, Stopped, Warned
from engine.spec.layers import BatchNorm2d, Conv2d, Dropout, Flatten, Linear, ReLU
from engine.spec.network import NetworkSpec
from engine.spec.steering import Change, Freeze
from engine.spec.train import TrainSpec
from engine.train import Controls, progress, resume, session, train
from engine.train.team import team_here

base = Path(sys.argv[1])
progress.REPORT_SECONDS = 0.0
whole = load_data("mnist")
data = replace(whole, x_train=whole.x_train[:97], y_train=whole.y_train[:97], x_test=whole.x_test[:41],
               y_test=whole.y_test[:41])
plain = NetworkSpec(input_shape=(1, 28, 28), layers=(
    Conv2d(out_channels=4, kernel_size=5, stride=3), ReLU(), Flatten(), Linear(out_features=10)))
chancy = NetworkSpec(input_shape=(1, 28, 28), layers=(
    Conv2d(out_channels=4, kernel_size=5, stride=3), BatchNorm2d(), ReLU(), Dropout(p=0.3), Flatten(),
    Linear(out_features=10)))
settings = TrainSpec(epochs=3, batch_size=19, seed=7, clip_norm=1.0)  # shares of 9 and 10, and of 2 together


class Kept(Controls):
    digest = ""

    def give(self, weights):
        super().give(weights)
        joined = b"".join(weights.state[name].numpy().tobytes() for name in sorted(weights.state))
        self.digest = hashlib.sha256(joined).hexdigest()


def told(events, controls, at=None):
    steps, tests, others, last = [], [], [], None
    for event in events:
        if isinstance(event, Steps):
            steps.append(event.loss)
            if at is not None:
                at(event.step, controls)
        elif isinstance(event, (Epoch, Finished)):
            tests.append([event.test_loss, event.test_accuracy, sum(map(sum, event.confusion))])
        elif isinstance(event, (Obeyed, Paused, Warned, Started)):
            others.append(type(event).__name__)
        if isinstance(event, Paused):
            controls.give_order(Change(name="batch_size", new=11))
            controls.resume()
        last = event
    return {"steps": steps, "tests": tests, "others": others, "last": type(last).__name__, "digest": controls.digest,
            "step": last.step}


def run(network, path, at=None, chosen=settings):
    controls = Kept()
    return told(train(network, data, chosen, device="cpu", output=path, controls=controls), controls, at)


def again(path):
    controls = Kept()
    return told(resume(path, device="cpu", data=data, controls=controls), controls)


def live(rank, port, story, report, here):
    os.environ.update(RANK=str(rank), LOCAL_RANK=str(rank), WORLD_SIZE="2", LOCAL_WORLD_SIZE=here,
                      MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    team_here.cache_clear()
    try:
        found = story()
    except EngineError as error:
        found = {"error": type(error).__name__, "sentence": str(error)}
    except BaseException:
        traceback.print_exc()
        os._exit(4)
    if isinstance(found, int):
        os._exit(found)
    os.write(report, json.dumps(found).encode())
    os._exit(0)


def both(story, kill=None, here="2"):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pids, ends = [], []
    for rank in (0, 1):
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            live(rank, port, story, writing, here)
        os.close(writing)
        pids.append(pid), ends.append(reading)
    if kill is not None:
        kill(pids)
    found = []
    for pid, end in zip(pids, ends):
        handle = os.pidfd_open(pid)
        if not select.select([handle], [], [], 40)[0]:
            print("a process hangs", file=sys.stderr)
            [os.kill(each, signal.SIGKILL) for each in pids]
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        content = os.read(end, 2**20)
        found.append(json.loads(content) if content else {"status": status})
        os.close(handle), os.close(end)
    return found


def stop(step, controls):
    if step == 5 and team_here().leads:
        controls.stop()


def follower_stops(step, controls):
    if step == 5 and not team_here().leads:
        controls.stop()


def steer(step, controls):
    if not team_here().leads:
        return
    if step == 3:
        controls.give_order(Change(name="learning_rate", new=0.01))
        controls.give_order(Freeze(layer="nothing"))
        controls.give_order(Freeze(layer="conv1"))
        controls.pause()


def die(step, controls):
    if step == 9 and not team_here().leads:
        os.kill(os.getpid(), signal.SIGKILL)


def command_line():
    name = base / f"said {os.environ['RANK']}"
    os.dup2(os.open(name, os.O_CREAT | os.O_WRONLY), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return main(["train", "lenet-5", "--data", "mnist", "--device", "cpu", "--output", str(base / "line")])


def kill_one(pids):
    while not any((base / "line" / "checkpoints").glob("*.json")):
        time.sleep(0.005)
    os.kill(pids[1], signal.SIGKILL)


found = {"alone": [run(plain, base / "alone")]}
found["plain"] = both(lambda: run(plain, base / "plain"))
found["by messages"] = both(lambda: run(plain, None), here="1")
found["chancy"] = both(lambda: run(chancy, base / "chancy"))
found["stopped"] = both(lambda: run(chancy, base / "stopped", stop))
found["resumed"] = both(lambda: again(base / "stopped"))
found["follower stops"] = both(lambda: run(plain, base / "follower", follower_stops))
found["steered"] = both(lambda: run(plain, base / "steered", steer))
found["died"] = both(lambda: run(chancy, base / "died", die))
found["lived on"] = both(lambda: again(base / "died"))
found["short"] = both(lambda: run(plain, base / "short", chosen=TrainSpec(epochs=10**5, max_seconds=0.1)))
found["diverged"] = both(lambda: run(plain, base / "bad", chosen=TrainSpec(optimiser="sgd", learning_rate=1e38)))
found["line"] = both(command_line, kill_one)
found["resumed alone"] = [again(base / "follower")]
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def stories(tmp_path_factory):
    """What both processes told, story by story, and the folder with their runs."""
    folder = tmp_path_factory.mktemp("together")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)],
        cwd=ROOT,
        env={**os.environ, **HOME},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    return json.loads(done.stdout.splitlines()[-1]), folder


def test_the_steps_are_those_of_one_process(stories):
    alone, (leader, other) = stories[0]["alone"][0], stories[0]["plain"]
    assert len(alone["steps"]) == 18
    assert leader["steps"] == pytest.approx(alone["steps"], abs=1e-5)
    assert other["steps"] == leader["steps"]
    for here, there in zip(leader["tests"], alone["tests"], strict=True):
        assert here == pytest.approx(there, abs=1e-5)
    assert load_run(stories[1] / "plain").processes == 2
    assert load_run(stories[1] / "alone").processes == 1


def test_messages_between_machines_add_up_to_the_same(stories):
    assert stories[0]["by messages"][0]["steps"] == stories[0]["plain"][0]["steps"]
    assert stories[0]["by messages"][1]["digest"] == stories[0]["plain"][0]["digest"]


def test_both_have_the_same_weights(stories):
    for name in ("plain", "chancy"):
        leader, other = stories[0][name]
        assert leader["tests"] == other["tests"]
        assert leader["digest"] == other["digest"]


def test_an_interruption_changes_nothing(stories):
    whole, stopped, resumed = (stories[0][name] for name in ("chancy", "stopped", "resumed"))
    assert [each["last"] for each in stopped] == ["Stopped", "Stopped"]
    assert stopped[0]["step"] == stopped[1]["step"] <= 7
    assert [each["last"] for each in resumed] == ["Finished", "Finished"]
    assert resumed[0]["digest"] == whole[0]["digest"]


def test_any_process_can_be_told_to_stop(stories):
    assert [each["last"] for each in stories[0]["follower stops"]] == ["Stopped", "Stopped"]


def test_the_others_do_what_the_leader_is_told_and_could_do(stories):
    leader, other = stories[0]["steered"]
    assert leader["others"] == ["Started", "Obeyed", "Warned", "Obeyed", "Paused", "Obeyed"]
    assert other["others"] == ["Started", "Obeyed", "Obeyed", "Paused", "Obeyed"]
    assert leader["digest"] == other["digest"]
    assert len(load_run(stories[1] / "steered").orders) == 3


def test_time_is_up_for_all_at_once(stories):
    leader, other = stories[0]["short"]
    assert (leader["last"], leader["step"]) == ("Finished", other["step"])


def test_a_divergence_ends_both(stories):
    assert [(each["last"], each["step"]) for each in stories[0]["diverged"]] == [("Failed", 2), ("Failed", 2)]


def test_one_that_dies_ends_the_other_and_the_run_goes_on_as_if_it_had_lived(stories):
    leader, dead = stories[0]["died"]
    assert leader["error"] == "Lost"
    assert dead == {"status": -9}
    assert stories[0]["lived on"][0]["digest"] == stories[0]["chancy"][0]["digest"]


def test_the_command_line_says_one_sentence_and_ends_with_1(stories):
    assert [each["status"] for each in stories[0]["line"]] == [1, -9]
    said = (stories[1] / "said 0").read_text().splitlines()
    assert len(said) == 1
    assert said[0].startswith("error: A process of the run has ended")
    assert load_run(stories[1] / "line").step >= 0


def test_one_process_goes_on_alone(stories):
    assert stories[0]["resumed alone"][0]["last"] == "Finished"


def test_torchrun_starts_the_command_line(mnist):
    command = ["train", "lenet-5", "--data", "mnist", "--device", "cpu", "--max-steps", "4", "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "-m", "engine", *command],
        cwd=ROOT,
        env={**os.environ, **HOME},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["event"] for each in told].count("started") == 1
    settings = TrainSpec(max_steps=4)
    alone = list(train(preset("lenet-5"), mnist, settings, device="cpu"))
    assert told[-1]["test_loss"] == pytest.approx(alone[-1].test_loss, abs=1e-5)
    assert "2 processes train together" in told[0]["notes"][-1]
    assert any(isinstance(event, Steps) for event in alone)


@pytest.mark.parametrize("size", [2, 3, 5])
@pytest.mark.parametrize("count", [1, 4, 9, 64, 65])
def test_shares_are_the_whole_batch(size, count):
    shares = [Team(rank, size).share(7, 7 + count) for rank in range(size)]
    assert sum(share.weight for share in shares) == pytest.approx(1.0)
    if count >= 2 * size:
        seen = [place for share in shares for place in range(share.start, share.stop)]
        assert seen == list(range(7, 7 + count))
        assert min(share.stop - share.start for share in shares) >= 2
    else:
        assert {share[:2] for share in shares} == {(7, 7 + count)}


def test_alone_nobody_is_asked(monkeypatch):
    from engine.train.team import team_here

    for name, value in (("RANK", "0"), ("WORLD_SIZE", "1")):
        monkeypatch.setenv(name, value)
    team_here.cache_clear()
    assert team_here() is None
    assert not torch.distributed.is_initialized()

"""Whatever is set: the page lives, and what it shows is true of the layer, or says why there is nothing."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest

from app.kernels.kinds.lenses import put_kind, put_trial
from engine.errors import SpecError
from engine.kinds.catalogue import kind_names
from engine.kinds.facts import kind_facts
from engine.server.kinds.task import check_page
from engine.spec.kind import KindSpec
from engine.spec.project import Project
from engine.spec.trial import MadeSignal, TrialSpec, TypedSignal
from tests.app.kernels.kinds.conftest import KindsStage
from tests.conftest import LONG

STEPS = 500 if LONG else 30


def changed(project: Project, rng: random.Random) -> Project:
    """One control set to anything that it can be set to."""

    def axes(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in project.kind.size)

    anything: dict[str, Any] = {
        "kind": rng.choice(["shared", "unshared", "tiled", "transposed", "dense"]),
        "size": rng.choice([axes(1, 20), axes(1, 20), axes(1, 20), axes(1, 5000), axes(1 << 20, 1 << 27)]),
        "kernel_size": rng.choice([axes(1, 6), axes(1, 6), axes(1, 256)]),
        "stride": axes(1, 4),
        "padding": rng.choice(["valid", "same", "full", axes(0, 4), axes(0, 512)]),
        "padding_mode": rng.choice(["zeros", "reflect", "replicate", "circular"]),
        "dilation": axes(1, 3),
        "in_channels": rng.choice([1, 2, 3, 4, 6, 4096]),
        "out_channels": rng.choice([1, 2, 3, 4, 6, 4096]),
        "groups": rng.choice([1, 1, 2, 3]),
        "tile": axes(1, 4),
        "output_padding": axes(0, 2),
        "bias": rng.random() < 0.5,
        "operation": rng.choice(["correlation", "convolution"]),
    }
    name = rng.choice(list(anything))
    return put_kind(project, msgspec.structs.replace(project.kind, **{name: anything[name]}))


def trial(rng: random.Random) -> TrialSpec:
    signals = [MadeSignal(name="noise"), MadeSignal(name="chirp", period=0.5), TypedSignal(text="1 2 3")]
    return TrialSpec(
        weights=rng.choice(["random", "random", "mean", "kernel"]),
        seed=rng.randint(0, 3),
        signal=rng.choice(signals),
        volume=rng.choice(["source", "ball", "moving-bar", "noise"]),
    )


def step(stage: KindsStage, rng: random.Random) -> None:
    """What a person may do next."""
    deed = rng.random()
    if not stage.look.walk.count and deed < 0.6:
        stage.document.undo()
    elif deed < 0.12:
        stage.look.choice.choose(rng.choice(kind_names()))
    elif deed < 0.2:
        stage.document.edit(put_trial(stage.project, trial(rng)), "numbers")
    elif deed < 0.3 and stage.document.undo_text:
        stage.document.undo()
    elif deed < 0.4:
        stage.look.walking.over.set_value(rng.choice(["output", "input"]))
        stage.look.walking._go_over(None)
    else:
        try:
            stage.document.edit(changed(stage.project, rng), "change")
        except SpecError:
            return
    stage.look.walk.go_to_place(rng.randint(0, max(stage.look.walk.count - 1, 0)))


def fits(spec: KindSpec) -> bool:
    try:
        check_page(spec)
    except SpecError:
        return False
    return True


@pytest.mark.parametrize("seed", range(2))
def test_any_settings_are_shown_or_refused_in_a_sentence(stage: KindsStage, seed: int) -> None:
    rng, shown, refused = random.Random(seed), 0, 0
    for _ in range(STEPS):
        step(stage, rng)
        stage.ready()
        spec, sheet = stage.kind, stage.look.sheet
        if stage.look.walk.count:
            shown += 1
            told = sheet.told
            assert fits(spec)
            assert told is not None
            if told.event.side == "output":
                assert told.event.total + told.event.bias == pytest.approx(told.event.value, rel=1e-4, abs=1e-3)
            assert stage.look.stage.sides["output"].bar.plane()[0] < spec.out_channels
        else:
            refused += 1
            assert sheet.told is None
            sentence = sheet.written.text()
            assert sentence
            facts = kind_facts(spec)
            if facts.problem is not None:
                assert sentence.split()[:4] == facts.problem.split()[:4]
        assert not [text for text in stage.heard.all if "error of its own" in text]
    assert shown > STEPS // 4
    assert refused > STEPS // 20

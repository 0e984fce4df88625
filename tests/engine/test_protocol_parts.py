"""Requests that are read part by part are what they would be if they were read whole."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from engine.presets import preset
from engine.protocol import Ping, Show, decode_request, encode
from engine.protocol.parts import PartReader
from engine.spec.filter import FilterSpec, KernelSpec
from engine.spec.project import Planted, Project
from engine.spec.source import Drawing, Pattern
from engine.spec.train import TrainSpec
from engine.spec.view import ViewSpec

KERNEL = KernelSpec(name="custom", weights=(((0.5, -1.0), (2.0, 0.0)),))
CHANGES: list[dict[str, object]] = [
    {"source": Pattern(kind="noise", height=9, width=7)},
    {"source": Drawing()},
    {"filter": FilterSpec(kernel=KERNEL)},
    {"before": (FilterSpec(), FilterSpec(kernel=KERNEL))},
    {"before": ()},
    {"bank": (KERNEL, KERNEL)},
    {"network": preset("tiny-vgg")},
    {"network": preset("mini-resnet")},
    {"planted": (Planted(layer="conv1", kernel=KERNEL),)},
    {"planted": ()},
    {"view": ViewSpec(heat=0.5)},
    {"train": TrainSpec(seed=3)},
    {"data": "emoji-10"},
]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_came_before_a_show_is_read_as_it_was_said(seed: int) -> None:
    random, project = np.random.default_rng(seed), Project()
    before: Show | None = None
    for number in range(60):
        change = CHANGES[random.integers(len(CHANGES))]
        project = msgspec.structs.replace(project, **change)
        said = Show(id=number, project=project, page="network", only=number, strip=("", "conv1"), place=(1, 2))
        heard = decode_request(encode(said))
        assert isinstance(heard, Show)
        assert heard == said
        if before is not None:
            same = [name for name in Project.__struct_fields__ if name not in change]
            assert all(getattr(heard.project, name) is getattr(before.project, name) for name in same)
        before = heard
        assert decode_request(encode(Ping(id=number))) == Ping(id=number)


def test_what_is_no_project_is_refused_and_leaves_the_reader_as_it_was() -> None:
    reader = PartReader()

    def read(parts: dict[str, object]) -> Project:
        return reader.read(msgspec.Raw(msgspec.msgpack.encode(parts)))

    assert read({"data": "mnist"}) == Project()
    for wrong in ({"data": 5}, {"nothing": 1}, {"view": {"heat": 9.0}}, {"data": "emoji-10", "network": 3}):
        with pytest.raises(msgspec.ValidationError):
            read(wrong)
    assert read({"data": "mnist"}) == Project()
    assert read({"data": "emoji-10"}) == Project(data="emoji-10")

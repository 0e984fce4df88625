"""A thousand damaged project files: each opens right or is refused in one sentence, soon, and without much memory."""

from __future__ import annotations

import random
import time
import tracemalloc

import pytest

from engine.errors import BadFile
from engine.kernels import kernel
from engine.presets import preset
from engine.project import project_from_json, project_to_json
from engine.project.guarded import MAX_BYTES
from engine.protocol import Show, encode
from engine.spec.filter import FilterSpec
from engine.spec.project import Planted, Project
from engine.spec.source import Drawing, Stroke
from tests.conftest import LONG
from tests.support.damage import WAYS, damaged

COUNT = 1_000 if LONG else 100
RICH = Project(
    source=Drawing(strokes=(Stroke(points=((1.5, 2.0), (3.0, 4.0)), width=3.0),)),
    before=(FilterSpec(),),
    after=(FilterSpec(bias=0.5),),
    bank=(kernel("scharr-vertical").spec(),),
    network=preset("mini-resnet"),
    planted=(Planted(layer="conv1", kernel=kernel("gaussian").spec()),),
)


def opened(content: bytes) -> Project | None:
    """The project, if the file is one; whatever is refused is refused in one short sentence that names the file."""
    try:
        return project_from_json(content, "mine.convscope")
    except BadFile as error:
        told = str(error)
    assert told.startswith("mine.convscope ") and told.endswith("."), told
    assert told.isprintable(), told
    assert len(told) < 500, told
    return None


@pytest.mark.parametrize("project", [Project(), RICH], ids=["new", "rich"])
def test_each_opens_right_or_is_refused_in_one_sentence(project: Project) -> None:
    whole, chance = project_to_json(project), random.Random(5)
    fine, slowest = 0, 0.0
    for _ in range(COUNT // 2):
        content = damaged(chance, whole)
        began = time.perf_counter()
        found = opened(content)
        slowest = max(slowest, time.perf_counter() - began)
        if found is not None:
            fine += 1
            assert project_from_json(project_to_json(found)) == found
            assert encode(Show(id=1, project=found)), "the engine can be told of it"
    assert 0 < fine < COUNT // 4, "some damage does no harm, and most does"
    assert slowest < 1.0, "0.02 s where it was measured"


@pytest.mark.parametrize("way", sorted({way.__name__ for way in WAYS}))
def test_every_kind_of_damage_is_met(way: str) -> None:
    chance = random.Random(way)
    (damage,) = {each for each in WAYS if each.__name__ == way}
    for _ in range(COUNT // 20):
        opened(damage(chance, project_to_json(RICH)))


HUGE = {
    "keys, one of them twice": b'{"format": 1, '
    + b", ".join(b'"%d": 1' % n for n in range(300_000))
    + b', "299999": 1}',
    "empty lists": b'{"format": [' + b"[]," * 1_500_000 + b"[]]}",
    "one long number": b'{"data": ' + b"9" * 4_900_000 + b"}",
    "one long text": b'{"format": "' + b"\xc3\xa9" * 2_400_000 + b'"}',
    "escapes": b'{"format": "' + b"\\ud83d\\ude42" * 400_000 + b'"}',
}


@pytest.mark.parametrize("name", HUGE)
def test_a_file_as_large_as_one_may_be_is_refused_soon_and_in_little_memory(name: str) -> None:
    assert len(HUGE[name]) < MAX_BYTES
    began = time.perf_counter()
    assert opened(HUGE[name]) is None
    assert time.perf_counter() - began < 10, "1 s at most where it was measured"
    tracemalloc.start()
    try:
        opened(HUGE[name][: MAX_BYTES // 10])
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()

"""The picture tour: every page on real data, as PNG files, without a display."""

from __future__ import annotations

import atexit
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from PySide6.QtWidgets import QApplication

from app.main import make_application, make_workbench
from app.state.engine_side import Engine
from app.state.settings import Settings
from app.tour_scenes import Scene, scenes
from app.widgets.fields import Toggle
from app.workbench import Workbench

SCENE_SECONDS = 30.0
AGAIN = ("kernel", "clip-gradient", "steps", "network", "explain", "inspect", "train")
"""Of all that are looked at, so few that the tour takes no more than three minutes."""
GALLERY_SECONDS = 0.6
SMALL = (1280, 800)
LARGE = (1920, 1080)


class Shot(NamedTuple):
    """One picture of the tour."""

    name: str
    size: tuple[int, int]
    dark: bool
    scene: Scene


def shots() -> list[Shot]:
    """Every scene, dark at the small size; some also light and large."""
    made = [Shot(name, SMALL, True, scene) for name, scene in scenes().items()]
    for name in AGAIN:
        made.append(Shot(f"{name}-light", SMALL, False, scenes()[name]))
        made.append(Shot(f"{name}-large", LARGE, True, scenes()[name]))
    return made


def make_tour(engine: Engine, folder: str) -> int:
    """Write every picture of the tour into `folder`; returns the exit status, 1 if anything went wrong on the way."""
    application = make_application()
    errors: list[BaseException] = []

    def note(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        errors.append(error)
        sys.__excepthook__(kind, error, trace)

    sys.excepthook = note
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        sys.stderr.write(f"error: the folder {folder} cannot be made ({error.strerror}); choose another\n")
        engine.close()
        return 2
    with tempfile.TemporaryDirectory() as scratch:
        bench = make_workbench(application, engine, Settings(Path(scratch) / "settings.json"))
        bench.window.show()
        missed = [shot.name for shot in shots() if not _take(application, bench, shot, place)]
        bench.link.close()
    for name in missed:
        sys.stderr.write(f"error: the picture {name} was not ready in {SCENE_SECONDS:.0f} seconds\n")
    sys.stdout.write(f"{len(shots()) - len(missed)} pictures in {place}\n")
    return 1 if missed or errors else 0


def _take(application: QApplication, bench: Workbench, shot: Shot, place: Path) -> bool:
    bench.window.resize(*shot.size)
    bench.set_dark(shot.dark)
    before = bench.link.shown
    bench.document.edit(shot.scene.project, shot.name)
    bench.pages.show(shot.scene.page)
    bench.page.compare.set_mode(shot.scene.compare)
    bench.page.histograms.set_on(shot.scene.histograms)
    bench.pages.current.fit()
    frames = shot.scene.frames
    ready = wait_for(
        application, lambda: bench.link.is_settled and (frames == 1 or bench.link.shown - before >= frames)
    )
    if shot.scene.page == "kernel" and shot.scene.look == "map":
        _look_at_a_cell(application, bench)
    elif shot.scene.page == "kernel":
        ready = _show_look(application, bench, shot.scene) and ready
    if shot.scene.design is not None:
        shot.scene.design(bench.page.kernel)
        ready = wait_for(application, lambda: bench.page.kernel.is_settled and bench.link.is_settled) and ready
    if shot.scene.page == "network":
        _draw_the_stack(bench, shot.scene)
    if shot.scene.has_maps:
        ready = _look_at_maps(application, bench, shot.scene) and ready
    if shot.scene.page == "train":
        ready = _open_tab(application, bench, shot.scene) and ready
    if shot.scene.page == "inspect":
        ready = _look_into(application, bench) and ready
    if shot.scene.train:
        ready = ready and _train(application, bench)
        ready = ready and _see_health(application, bench, shot.scene)
    _let_the_gallery_follow(application)
    bench.window.grab().save(str(place / f"{shot.name}.png"))
    if shot.scene.has_maps:
        bench.pages.current.area.rest()  # type: ignore[attr-defined]
    bench.page.probing.look_at("map", None)
    bench.page.looks.show_look("map")
    bench.page.kernel.clear_bench()
    return ready


def _show_look(application: QApplication, bench: Workbench, scene: Scene) -> bool:
    """Choose the scene's tab, have its buttons up or down, and go to its cell."""
    bench.page.looks.show_look(scene.look)
    look: Any = bench.page.looks.look
    if scene.at is None:
        return wait_for(application, lambda: bench.link.is_settled)
    for button in look.findChildren(Toggle):
        if button.accessibleName() != "Loop" and button.isChecked() != (button.accessibleName() in scene.press):
            button.click()
    look.go_to(scene.at)
    return wait_for(application, lambda: bool(look.is_answered))


def _draw_the_stack(bench: Workbench, scene: Scene) -> None:
    """Show the diagram or the code in the place of the maps, or the maps again."""
    page: Any = bench.pages.current
    page.list.diagram.setChecked(scene.diagram)
    page.list.code.setChecked(scene.code)
    if scene.diagram or scene.code:
        page.chosen.choose(scene.layer)


def _look_at_maps(application: QApplication, bench: Workbench, scene: Scene) -> bool:
    """Choose the scene's layer, and have a number of its maps explained, or their figures told."""
    page: Any = bench.pages.current
    page.chosen.choose(scene.layer)
    if scene.unit is None:
        page.area.tools.figures.click()
        return wait_for(application, lambda: bench.link.is_settled)
    page.area.tools.explain.click()
    page.area.explain(scene.layer, scene.unit)
    return wait_for(application, lambda: bench.link.is_settled and page.area.unit.told is not None)


def _look_into(application: QApplication, bench: Workbench) -> bool:
    """Have the explanation made, and tell how far it can be trusted."""
    page: Any = bench.pages.current
    ready = wait_for(application, lambda: page.heat.told is not None and page.newest.stage == "shown")
    page.sanity.button.click()
    return wait_for(application, lambda: page.sanity.curves.told is not None) and ready


def _look_at_a_cell(application: QApplication, bench: Workbench) -> None:
    """As if the cursor were on the map, where the readouts are worth seeing."""
    extent = bench.page.map.view.extent()
    if extent is not None:
        bench.page.probing.look_at("map", (extent[0] * 3 // 8, extent[1] * 3 // 8))
        wait_for(application, lambda: bench.page.probing.is_answered)


def _open_tab(application: QApplication, bench: Workbench, scene: Scene) -> bool:
    """Choose the scene's tab of the Train page; record a few frames where that is what it is for."""
    page: Any = bench.pages.current
    page.looks.choose(scene.tab)
    look: Any = page.looks.behind(scene.tab)
    ready = wait_for(application, lambda: page.data.samples is not None and getattr(look, "is_answered", True))
    if scene.tab != "record":
        return ready
    with tempfile.TemporaryDirectory() as scratch:
        look.open_folder(str(Path(scratch) / "digits"))
        for name, count in (("seven", 4), ("three", 3), ("nothing", 2)):
            look.name.setText(name)
            look.add_class()
            look.hold(name)
            ready = wait_for(application, partial(_has, look, name, count)) and ready
            look.let_go()
    return ready


def _has(look: Any, name: str, count: int) -> bool:
    """Whether so many pictures of a class are recorded."""
    return bool(look.counts.get(name, 0) >= count)


def _train(application: QApplication, bench: Workbench) -> bool:
    """Train until the first epoch is done; the run is kept until the tour ends, since its past may be looked at."""
    scratch = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    bench.link.train("start", str(Path(scratch) / "run"))
    begun = wait_for(application, lambda: _state(bench) in ("preparing", "running"))
    return begun and wait_for(application, lambda: _state(bench) in ("finished", "failed"))


def _see_health(application: QApplication, bench: Workbench, scene: Scene) -> bool:
    """Wait for what the scene's tab tells of the run."""
    page: Any = bench.pages.current
    if scene.tab == "layers":
        return wait_for(application, lambda: page.health.layers is not None)
    if scene.tab == "doctor":
        return wait_for(application, lambda: page.health.count > 0)
    look = page.looks.behind(scene.tab)
    if scene.tab == "slow":
        look.ask()
        look.choose("weight")
        return wait_for(application, lambda: look.is_answered)
    if scene.tab == "timeline":
        tested = wait_for(application, lambda: any(each.test_accuracy for each in look.track.moments))
        look.go_to(next((n for n, each in enumerate(look.track.moments) if each.test_accuracy), 0))
        return wait_for(application, lambda: look.is_answered and bench.link.is_settled) and tested
    return scene.tab != "mistakes" or wait_for(application, lambda: look.is_answered and len(look.view) > 0)


def _state(bench: Workbench) -> str:
    return bench.link.last_training.state if bench.link.last_training else ""


def _let_the_gallery_follow(application: QApplication) -> None:
    """Thumbnails are made at most four times a second."""
    begun = time.monotonic()
    wait_for(application, lambda: time.monotonic() - begun > GALLERY_SECONDS)


def wait_for(application: QApplication, fact: Callable[[], bool]) -> bool:
    """Let the window live until `fact` holds; False if it takes too long."""
    deadline = time.monotonic() + SCENE_SECONDS
    while time.monotonic() < deadline:
        application.processEvents()
        if fact():
            application.processEvents()
            return True
        time.sleep(0.002)
    return False

"""What the menus of the source bar offer, filled anew each time they open."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from app.source.camera_controls import RATES, SIZES, rate_text, size_text
from app.source.edits import pattern_label, source_name
from app.source.samples import PATTERN_NOTES, SAMPLE_NOTES
from app.state.settings import Recent
from app.widgets.menu_entry import unticked
from engine.data.shipped import SHIPPED, data_label
from engine.resources import SAMPLE, SampleKind, sample_names
from engine.spec.fields import fields_of
from engine.spec.source import Camera, Clip, Folder, Pattern, Picture, Sample, Source, Stream

Choose = Callable[[Source], None]
CAMERAS = range(4)
MAX_TEXT = 48


def add_samples(menu: QMenu, kind: SampleKind, choose: Choose) -> None:
    """Everything of a kind that ships with the program, and what each is good for."""
    _add_heading(menu, "Comes with Convscope")
    for name in sample_names(kind):
        path = f"{SAMPLE}{name}"
        source: Source = Picture(path=path) if kind == "images" else Clip(path=path)
        _add(menu, name, SAMPLE_NOTES.get(name, ""), partial(choose, source))


def add_data(menu: QMenu, now: str, choose: Choose) -> None:
    """Every data set that ships with the program, and the one that the network learns from if it is another."""
    _add_heading(menu, "Comes with Convscope")
    for entry in SHIPPED:
        _add(menu, entry.label, entry.summary, partial(choose, Sample(data=entry.name)))
    if now not in {entry.name for entry in SHIPPED}:
        _add_heading(menu, "What the network learns from")
        _add(menu, data_label(now), "", partial(choose, Sample(data=now))).setToolTip(now)


def add_recent(menu: QMenu, recent: Iterable[Recent], kinds: tuple[str, ...], choose: Choose) -> None:
    """The sources of these kinds that were opened lately; nothing if there are none."""
    entries = [entry for entry in recent if entry.kind in kinds]
    if entries:
        _add_heading(menu, "Recent")
    for entry in entries:
        source = recent_source(entry)
        # A path keeps its folder beside it: names repeat.
        place = "" if isinstance(source, Stream) else Path(entry.path).parent.name
        _add(menu, source_name(source), place, partial(choose, source)).setToolTip(entry.path)


def recent_source(entry: Recent) -> Source:
    """The source that an entry of the list of recent ones remembers."""
    if entry.kind == "clip":
        return Clip(path=entry.path)
    if entry.kind == "folder":
        return Folder(path=entry.path)
    if entry.kind == "data":
        return Sample(data=entry.path)
    return Stream(url=entry.path) if entry.kind == "stream" else Picture(path=entry.path)


def add_cameras(menu: QMenu, now: Camera, choose: Choose) -> None:
    """Which camera, and what is wished of it; the present wishes are ticked."""
    for index in sorted({*CAMERAS, now.index}):
        _tick(_add(menu, f"Camera {index}", "", partial(choose, _changed(now, index=index))), index == now.index)
    _add_heading(menu, "Height × width")
    for size in SIZES:
        source = _changed(now, height=size[0], width=size[1])
        _tick(_add(menu, size_text(size).capitalize(), "", partial(choose, source)), source == now)
    _add_heading(menu, "Frames a second")
    for rate in RATES:
        source = _changed(now, fps=rate)
        _tick(_add(menu, rate_text(rate).capitalize(), "", partial(choose, source)), source == now)


def add_patterns(menu: QMenu, now: Pattern, choose: Choose) -> None:
    """Every test pattern; another one keeps the settings of the last."""
    for kind in fields_of(Pattern)["kind"].choices:
        source = msgspec.structs.replace(now, kind=kind)
        _add(menu, pattern_label(kind), PATTERN_NOTES.get(kind, ""), partial(choose, source))


def add_verb(menu: QMenu, text: str, call: Callable[[], None], first: bool = True) -> None:
    """Something to do; the first of them stands apart from what can be chosen."""
    if first and not menu.isEmpty():
        menu.addSeparator()
    _add(menu, text, "", call)


def _changed(camera: Camera, **wishes: float) -> Camera:
    return msgspec.structs.replace(camera, **wishes)


def _add(menu: QMenu, text: str, note: str, call: Callable[[], None]) -> QAction:
    short = text if len(text) <= MAX_TEXT else f"{text[:30]}…{text[-16:]}"
    action = menu.addAction(_plain(short) + (f"\t{_plain(note)}" if note else ""))
    action.triggered.connect(unticked(call))
    return action


def _plain(text: str) -> str:
    return text.replace("&", "&&").replace("\t", " ")


def _add_heading(menu: QMenu, text: str) -> None:
    if not menu.isEmpty():
        menu.addSeparator()
    menu.addAction(text).setEnabled(False)


def _tick(action: QAction, ticked: bool) -> None:
    action.setCheckable(True)
    action.setChecked(ticked)

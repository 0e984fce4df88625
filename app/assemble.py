"""Puts the window together from its parts."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton

from app.actions import Actions
from app.hud import Hud
from app.kernels.page import KernelPage
from app.source.bar import SourceBar
from app.source.drops import Drops
from app.source.guard import SourceGuard
from app.source.pad import DrawingPad
from app.source.strip import SourceStrip
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notice, Notices
from app.state.settings import Settings
from app.widgets.icons import icon
from app.widgets.notice import NoticeBar
from app.widgets.theme import apply_theme, set_role
from app.window import Window
from app.workbench import Workbench

INFO_MS = 6000


def assemble(
    application: QApplication, document: Document, link: EngineLink, notices: Notices, settings: Settings
) -> Workbench:
    """A whole window on a document and an engine."""
    apply_theme(application, settings.values.dark)
    window = Window()
    page = KernelPage(document, link, notices)
    bar = SourceBar(document, link, settings, notices)
    drops = Drops(document, notices)
    drops.install(window)
    bench = Workbench(document, link, notices, settings, window, bar, drops, page)
    bench.guard = SourceGuard(document, link, notices, settings)
    bench.pad = DrawingPad(document, page.input_view)
    bench.actions = Actions(bench, window)
    hud = Hud(link)
    page.values_changed.connect(hud.set_values)
    window.build(_top(bench), SourceStrip(document, link), _notice_line(notices, window), hud)
    window.rail.add("Kernel", "One kernel on one picture: see what a convolution does.").setIcon(icon("kernel"))
    window.pages.addWidget(page)
    window.closing.connect(bench.close)
    return bench


def _top(bench: Workbench) -> QFrame:
    top = QFrame()
    set_role(top, "bar")
    top.setFixedHeight(44)
    row = QHBoxLayout(top)
    row.setContentsMargins(12, 0, 12, 0)
    row.setSpacing(8)
    name = QLabel("<b>Convscope</b>")
    row.addWidget(name)
    row.addWidget(bench.source_bar, 1)
    for action, image in (("undo", "undo"), ("redo", "redo"), ("theme", "theme")):
        bench.actions.by_id[action].setIcon(icon(image))
        button = QToolButton()
        button.setDefaultAction(bench.actions.by_id[action])
        row.addWidget(button)
    menu = QToolButton(text="☰")
    menu.setAccessibleName("Menu")
    menu.setToolTip("Everything the program can do, with its shortcuts")
    menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu.setMenu(bench.actions.menu(menu))
    row.addWidget(menu)
    return top


def _notice_line(notices: Notices, window: Window) -> NoticeBar:
    line = NoticeBar()
    return line


_ = (Notice, INFO_MS)

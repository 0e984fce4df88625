"""Puts the window together from its parts."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from app.actions import Actions
from app.hud import Hud
from app.kernels.page import KernelPage
from app.notice_line import NoticeLine
from app.pages import Entry, Pages
from app.projects import ProjectFiles
from app.source.bar import SourceBar
from app.source.drops import Drops
from app.source.guard import SourceGuard
from app.source.pad import DrawingPad
from app.source.strip import SourceStrip
from app.state.document import Document
from app.state.engine_link import EngineLink
from app.state.notices import Notices
from app.state.settings import Settings
from app.widgets.icons import icon
from app.widgets.theme import apply_style_sheet, prepare_theme, set_role
from app.window import Window
from app.workbench import Parts, Workbench


def assemble(
    application: QApplication, document: Document, link: EngineLink, notices: Notices, settings: Settings
) -> Workbench:
    """A whole window on a document and an engine."""
    prepare_theme(application, settings.values.dark)
    window = Window()
    page = KernelPage(document, link, notices)
    parts = Parts(
        document=document,
        link=link,
        notices=notices,
        settings=settings,
        window=window,
        source_bar=SourceBar(document, link, settings, notices),
        drops=Drops(document, notices),
        page=page,
        pages=Pages(window),
        pad=DrawingPad(document, page.input_view),
        guard=SourceGuard(document, link, notices, settings),
        projects=ProjectFiles(document, notices, window),
    )
    bench = Workbench(parts)
    actions = Actions(bench, window)
    hud = Hud(link)
    line = NoticeLine(notices)
    line.action_wanted.connect(actions.trigger)
    window.build(_top(bench, actions), SourceStrip(document, link, notices, parts.pad.pen), line, hud)
    _add_pages(parts, hud)
    window.closing.connect(bench.close)
    # Last: under a style sheet every widget would be styled anew each time it is put into another.
    apply_style_sheet(application, settings.values.dark)
    parts.drops.takers.append(page.kernel.take)
    parts.drops.install(window)
    return bench


def _add_pages(parts: Parts, hud: Hud) -> None:
    kernel = partial(_kernel_page, parts, hud)
    network = partial(_network_page, parts, hud)
    told = "One kernel on one picture: see what a convolution does."
    parts.pages.add(Entry("kernel", "Kernel", told, "kernel", kernel))
    told = "A stack of layers: build it, and see the maps of every layer."
    parts.pages.add(Entry("network", "Network", told, "network", network))
    told = "Train the network live, and watch it learn."
    parts.pages.add(Entry("train", "Train", told, "train", partial(_train_page, parts)))
    told = "See where in the picture the network's answer came from."
    parts.pages.add(Entry("inspect", "Inspect", told, "inspect", partial(_inspect_page, parts)))
    parts.pages.show("kernel")


def _kernel_page(parts: Parts, hud: Hud) -> QWidget:
    parts.page.values_changed.connect(hud.set_values)
    return parts.page


def _network_page(parts: Parts, hud: Hud) -> QWidget:
    from app.network.page import NetworkPage  # the first paint of the window does not wait for it

    page = NetworkPage(parts.document, parts.link, parts.notices)
    page.values_changed.connect(hud.set_values)
    page.inspecting.wanted.connect(partial(parts.pages.show, "inspect"))
    DrawingPad(parts.document, page.input_view, parts.pad.pen)
    return page


def _inspect_page(parts: Parts) -> QWidget:
    from app.inspect.page import InspectPage  # nor for this one

    page = InspectPage(parts.document, parts.link, parts.notices)
    DrawingPad(parts.document, page.input_view, parts.pad.pen)
    return page


def _train_page(parts: Parts) -> QWidget:
    from app.training.page import TrainPage  # nor for this one

    page = TrainPage(parts.document, parts.link, parts.notices)
    parts.drops.takers.insert(0, page.data.take)
    DrawingPad(parts.document, page.input_view, parts.pad.pen)
    return page


def _top(bench: Workbench, actions: Actions) -> QFrame:
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
        actions.by_id[action].setIcon(icon(image))
        button = QToolButton()
        button.setDefaultAction(actions.by_id[action])
        row.addWidget(button)
    menu = QToolButton()
    menu.setText("☰")
    menu.setAccessibleName("Menu")
    menu.setToolTip("Everything the program can do, with its shortcuts")
    menu.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    menu.setMenu(actions.menu(menu))
    row.addWidget(menu)
    return top

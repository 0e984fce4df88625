"""One table of everything that can be done from a menu or by a key: id, text, shortcut, enabled-when, call."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

if TYPE_CHECKING:
    from app.workbench import Workbench


def _always(_: Workbench) -> bool:
    return True


class Row(NamedTuple):
    """One action. `text` may ask the workbench (undo names what it takes back)."""

    id: str
    menu: str
    text: str | Callable[[Workbench], str]
    shortcut: str
    help: str
    call: Callable[[Workbench], None]
    enabled: Callable[[Workbench], bool] = _always


def _undo_text(bench: Workbench) -> str:
    return f"Undo {bench.document.undo_text}".strip()


def _redo_text(bench: Workbench) -> str:
    return f"Redo {bench.document.redo_text}".strip()


ROWS: tuple[Row, ...] = (
    Row("open-picture", "File", "Open picture…", "Ctrl+O", "A picture file: PNG, JPEG, WebP, TIFF, BMP or GIF.",
        lambda bench: bench.source_bar.open_picture()),
    Row("open-clip", "File", "Open clip…", "Ctrl+Shift+O", "A video file, played in a loop.",
        lambda bench: bench.source_bar.open_clip()),
    Row("open-folder", "File", "Open folder…", "Ctrl+Alt+O", "All pictures of a folder.",
        lambda bench: bench.source_bar.open_folder()),
    Row("new-project", "File", "New project", "Ctrl+N", "Begin again with everything as it is at the first start.",
        lambda bench: bench.projects.new()),
    Row("open-project", "File", "Open project…", "Ctrl+Alt+P", "Everything as it was when the project was saved.",
        lambda bench: bench.projects.open()),
    Row("save-project", "File", "Save project", "Ctrl+S", "Source, kernel, network and settings, in one file.",
        lambda bench: bench.projects.save()),
    Row("save-project-as", "File", "Save project as…", "Ctrl+Shift+S", "The same in another file.",
        lambda bench: bench.projects.save_as()),
    Row("open-weights", "File", "Open weights…", "Ctrl+Alt+W",
        "Weights for the network that another program has learned: safetensors, or a state_dict of torch.",
        lambda bench: bench.weights.open()),
    Row("restore-work", "File", "Restore unsaved work", "", "Go on with work that an earlier window could not save.",
        lambda bench: bench.restore_work(), lambda bench: bench.has_left_work),
    Row("discard-work", "File", "Discard unsaved work", "", "Forget work that an earlier window could not save.",
        lambda bench: bench.discard_work(), lambda bench: bench.has_left_work),
    Row("open-kernel", "File", "Open kernel…", "Ctrl+K", "A kernel from a .json, .npy or .txt file.",
        lambda bench: bench.page.kernel.bench.files.open()),
    Row("save-kernel", "File", "Save kernel…", "Ctrl+Alt+K", "As .json with name and settings, as .npy or .txt bare.",
        lambda bench: bench.page.kernel.bench.files.save()),
    Row("save-diagram", "File", "Save diagram…", "", "The network as a drawing: .svg to print and edit, or .png.",
        lambda bench: bench.save_diagram()),
    Row("save-map", "File", "Save feature map…", "Ctrl+E", "As .png it is saved as it looks, as .npy with its values.",
        lambda bench: bench.save_map()),
    Row("quit", "File", "Quit", "Ctrl+Q", "Close the window and the engine.", lambda bench: bench.window.quit()),
    Row("undo", "Edit", _undo_text, "Ctrl+Z", "Take back the last change.", lambda bench: bench.document.undo(),
        lambda bench: bool(bench.document.undo_text)),
    Row("redo", "Edit", _redo_text, "Ctrl+Shift+Z", "Bring back what was undone.",
        lambda bench: bench.document.redo(), lambda bench: bool(bench.document.redo_text)),
    Row("paste", "Edit", "Paste picture or kernel", "Ctrl+V",
        "Use the picture or file on the clipboard as the source, or the numbers on it as the kernel.",
        lambda bench: bench.drops.paste()),
    Row("copy-script", "Edit", "Copy as Python", "Ctrl+Shift+C",
        "Copy a script that computes this feature map with engine, without the window.",
        lambda bench: bench.copy_script()),
    Row("copy-kernel", "Edit", "Copy kernel", "Ctrl+Shift+K", "Copy the kernel's numbers as text.",
        lambda bench: bench.copy_kernel()),
    Row("play", "Source", "Play or pause", "Ctrl+Space", "Play or pause a clip, folder, pattern or camera.",
        lambda bench: bench.play_or_pause()),
    Row("step-back", "Source", "Previous frame", "Ctrl+Left", "Go back by one frame or picture.",
        lambda bench: bench.link.transport("step", -1)),
    Row("step-forward", "Source", "Next frame", "Ctrl+Right", "Go on by one frame or picture.",
        lambda bench: bench.link.transport("step", 1)),
    Row("page-kernel", "View", "Kernel", "Ctrl+1", "One kernel on one picture.",
        lambda bench: bench.pages.show("kernel")),
    Row("page-network", "View", "Network", "Ctrl+2", "A stack of layers, and the maps of each.",
        lambda bench: bench.pages.show("network")),
    Row("page-train", "View", "Train", "Ctrl+3", "Train the network, and watch it learn.",
        lambda bench: bench.pages.show("train")),
    Row("page-inspect", "View", "Inspect", "Ctrl+4", "Where in the picture the network's answer came from.",
        lambda bench: bench.pages.show("inspect")),
    Row("fit", "View", "Fit pictures", "Ctrl+0", "Show the whole of all pictures.",
        lambda bench: bench.pages.current.fit()),
    Row("theme", "View", "Dark or light", "Ctrl+T", "Change between the dark and the light look.",
        lambda bench: bench.toggle_theme()),
    Row("full-screen", "View", "Full screen", "F11", "Use the whole screen.",
        lambda bench: bench.window.toggle_full_screen()),
    Row("restart", "Engine", "Restart", "", "End the engine process and start another; your work stays.",
        lambda bench: bench.link.restart()),
)  # fmt: skip


class Actions:
    """The table as Qt actions, kept up to date with the workbench."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        self._bench = bench
        self.by_id: dict[str, QAction] = {}
        for row in ROWS:
            action = QAction(window)
            action.setShortcut(QKeySequence(row.shortcut))
            action.setToolTip(f"{row.help} ({row.shortcut})" if row.shortcut else row.help)
            action.setStatusTip(row.help)
            action.triggered.connect(partial(self._run, row))
            window.addAction(action)
            self.by_id[row.id] = action
        bench.document.changed.connect(self.refresh)
        bench.work_left.connect(self.refresh)
        self.refresh()

    def _run(self, row: Row, _checked: bool = False) -> None:
        if row.enabled(self._bench):
            row.call(self._bench)

    def trigger(self, action: str) -> None:
        """Do what the row with this id does."""
        self.by_id[action].trigger()

    def refresh(self) -> None:
        """Ask every row again for its text and whether it can be done."""
        for row in ROWS:
            action = self.by_id[row.id]
            action.setText(row.text if isinstance(row.text, str) else row.text(self._bench))
            action.setEnabled(row.enabled(self._bench))

    def menu(self, parent: QWidget) -> QMenu:
        """All actions, by their menus."""
        whole = QMenu(parent)
        parts: dict[str, QMenu] = {}
        for row in ROWS:
            if row.menu not in parts:
                parts[row.menu] = whole.addMenu(row.menu)
            parts[row.menu].addAction(self.by_id[row.id])
        return whole

"""Load a picture, pick Sobel, set stride 2 and pooling, play a clip: the pixels are those that scipy gives."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from scipy.signal import correlate2d

from engine.kernels import kernel, kernel_names
from engine.resources import resolve
from tests.flows.conftest import Stage

SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float64)


def _grey(path: Path) -> np.ndarray:
    pixels = np.asarray(Image.open(path).convert("RGB"), np.float64) / 255
    return pixels @ [0.299, 0.587, 0.114]


def _drop(stage: Stage, path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    held = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    window, copy = stage.bench.window, Qt.DropAction.CopyAction
    # Qt delivers a drop only where a drag has entered.
    QApplication.sendEvent(window, QDragEnterEvent(QPoint(400, 300), copy, mime, *held))
    QApplication.sendEvent(window, QDropEvent(QPointF(400, 300), copy, mime, *held))


def _pick(stage: Stage, name: str) -> None:
    gallery = stage.bench.page.gallery.gallery
    gallery.set_current(name)
    stage.click(gallery.viewport(), gallery.tile_rectangle(kernel_names().index(name)).center())


def _pooled(values: np.ndarray, size: int) -> np.ndarray:
    rows, columns = (side // size for side in values.shape)
    return values[: rows * size, : columns * size].reshape(rows, size, columns, size).max(axis=(1, 3))


def test_a_picture_a_kernel_a_stride_a_pooling_and_a_clip(stage: Stage) -> None:
    bench = stage.bench
    _drop(stage, resolve("sample:coins.jpg"))
    _pick(stage, "scharr-horizontal")
    _pick(stage, "sobel-vertical")
    stage.type_into("Stride, vertical", "2")
    stage.choose("Pooling", "max")
    stage.settle()
    grey = _grey(resolve("sample:coins.jpg"))
    expected = _pooled(correlate2d(np.pad(grey, 1), SOBEL, "valid")[::2, ::2], 2)
    found = stage.map_values()
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= 4e-7 * np.abs(SOBEL).sum()
    _colours_have_the_signs_of(stage, found)

    _drop(stage, resolve("sample:webcam_digits_320x240.mp4"))
    shown = bench.link.shown
    stage.until(lambda: bench.link.shown >= shown + 10)
    state = bench.link.last_source
    assert state is not None
    assert (state.state, state.height, state.width) == ("playing", 240, 320)
    extent = bench.page.map.view.extent()
    assert extent == (60, 80)

    for _ in range(10):
        bench.document.undo()
    stage.settle()
    assert bench.document.undo_text == ""
    assert bench.page.map.view.extent() == (512, 512)
    astronaut = _grey(resolve("sample:astronaut.jpg"))
    first = correlate2d(np.pad(astronaut, 1), SOBEL, "valid")
    assert np.abs(stage.map_values() - first).max() <= 4e-7 * np.abs(SOBEL).sum()


def _colours_have_the_signs_of(stage: Stage, values: np.ndarray) -> None:
    """Orange above zero, blue below: read from the very picture that was painted."""
    image = stage.bench.page.map.view.item.image
    assert image is not None
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4).astype(int)
    blue, red = pixels[..., 0], pixels[..., 2]
    strong = np.abs(values) > 0.2 * np.abs(values).max()
    assert strong.sum() > 100
    assert np.array_equal((red > blue)[strong], (values > 0)[strong])


def test_a_map_made_by_hand_equals_the_copied_script(stage: Stage, tmp_path: Path) -> None:
    bench = stage.bench
    _pick(stage, "gabor")
    stage.choose("Padding mode", "reflect")
    stage.choose("Detector", "ReLU")
    stage.settle()
    bench.copy_script()
    names: dict[str, object] = {}
    exec(QApplication.clipboard().text(), names)
    script, window = np.asarray(names["feature_map"]), stage.map_values()
    assert script.shape == window.shape
    assert np.abs(script - window).max() <= 4e-7 * np.abs(kernel("gabor").weights).sum()


def test_the_windows_process_has_neither_torch_nor_opencv(qtbot: object, tmp_path: Path) -> None:
    import subprocess

    script = (
        "import sys, pathlib\n"
        "from engine.client.process import EngineProcess\n"
        "engine = EngineProcess()\n"
        "from app.main import make_application, make_workbench\n"
        "from app.state.settings import Settings\n"
        "from app.tour import wait_for\n"
        "application = make_application()\n"
        f"bench = make_workbench(application, engine, Settings(pathlib.Path({str(tmp_path / 's.json')!r})))\n"
        "bench.window.show()\n"
        "assert wait_for(application, lambda: bench.link.is_settled)\n"
        "bench.link.close()\n"
        "assert not {'torch', 'cv2'} & set(sys.modules), 'loaded'\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_kernel_weights_of_the_gallery_are_those_of_the_engine(stage: Stage) -> None:
    _pick(stage, "gaussian")
    weights = np.array(stage.bench.document.project.filter.kernel.weights[0], np.float32)
    assert np.array_equal(weights, kernel("gaussian").weights)

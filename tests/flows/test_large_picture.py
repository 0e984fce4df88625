"""A picture too large for the screen is sharp where one zooms in, and whole again afterwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QPointF

from engine.filtering import apply_filter
from engine.spec.filter import FilterSpec
from engine.spec.project import Project
from engine.spec.source import Picture
from tests.flows.conftest import Stage

HEIGHT, WIDTH = 2200, 3000


def test_zooming_into_a_large_picture_shows_its_cells(stage: Stage, tmp_path: Path) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    path = tmp_path / "large.png"
    Image.fromarray(pixels).save(path, compress_level=0)
    page = stage.bench.page
    stage.bench.document.edit(Project(source=Picture(path=str(path)), filter=FilterSpec()), "open")
    stage.until(lambda: page.map.view.extent() == (HEIGHT, WIDTH))
    stage.settle()
    assert "1:2" in page.map.size_text()

    page.input.view.go_to(QPointF(2400, 700), 8.0)
    stage.until(lambda: page.input.view.item.part is not None and page.map.view.item.part is not None)
    stage.settle()
    assert page.input.size_text() == page.map.size_text() == f"{HEIGHT}×{WIDTH}"
    part, image = page.input.view.item.part, page.input.view.item.image
    assert part is not None and image is not None
    assert part.contains(page.input.view.region())
    colour = image.pixelColor(2400 - int(part.left()), 700 - int(part.top()))
    assert [colour.red(), colour.green(), colour.blue()] == pixels[700, 2400].tolist()
    assert np.array_equal(stage.map_values(), apply_filter(pixels, FilterSpec()).map)

    asked = stage.bench.link._shows
    page.input.view.pan_by(3, 2)
    assert stage.bench.link._shows == asked, "what lies beside it is there already"
    page.input.view.pan_by(-1500, 600)
    stage.until(lambda: page.input.view.item.part is not None and page.input.view.item.part.left() < 1400)
    stage.settle()
    assert page.input.view.item.part.contains(page.input.view.region())

    page.fit()
    stage.until(lambda: page.input.view.item.part is None and page.map.view.item.part is None)
    stage.settle()
    assert "1:2" in page.map.size_text()

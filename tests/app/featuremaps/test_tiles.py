"""Which map is under a cell, and which one is beside another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.featuremaps.tiles import Spot, Tiles
from engine.display.mosaic import Mosaic

mosaics = st.builds(
    Mosaic,
    count=st.just(0),
    height=st.integers(1, 6),
    width=st.integers(1, 6),
    rows=st.integers(1, 5),
    columns=st.integers(1, 5),
    gap=st.integers(0, 2),
).flatmap(
    lambda made: st.integers((made.rows - 1) * made.columns + 1, made.rows * made.columns).map(
        lambda count: Mosaic(count, made.height, made.width, made.rows, made.columns, made.gap)
    )
)


@given(mosaics)
def test_every_cell_is_told_as_the_engine_laid_it(mosaic: Mosaic) -> None:
    tiles = Tiles(mosaic.tiles())
    for row in range(-1, mosaic.size[0] + 1):
        for column in range(-1, mosaic.size[1] + 1):
            told = mosaic.tile_at(row, column)
            assert tiles.at(row, column) == (None if told is None else Spot(told.tile, told.row, told.column))


@given(mosaics)
def test_arrows_walk_the_grid_and_stop_at_its_edge(mosaic: Mosaic) -> None:
    tiles = Tiles(mosaic.tiles())
    for tile in range(mosaic.count):
        row, column = divmod(tile, mosaic.columns)
        if column + 1 < mosaic.columns and tile + 1 < mosaic.count:
            assert tiles.beside(tile, 0, 1) == tile + 1
        if column:
            assert tiles.beside(tile, 0, -1) == tile - 1
        if row:
            assert tiles.beside(tile, -1, 0) == tile - mosaic.columns
        if tile + mosaic.columns < mosaic.count:
            assert tiles.beside(tile, 1, 0) == tile + mosaic.columns
    assert tiles.beside(0, -1, 0) == 0
    assert tiles.beside(0, 0, -1) == 0


def test_without_tiles_there_is_nothing() -> None:
    assert len(Tiles()) == 0
    assert Tiles().at(0, 0) is None

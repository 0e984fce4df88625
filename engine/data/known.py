"""Full data sets that can be fetched where there is a network: where their makers keep them, and how to know them.

Nothing in the program needs them: three smaller sets ship with it.
"""

from __future__ import annotations

from typing import NamedTuple


class KnownFile(NamedTuple):
    """One file: its name, its MD5 as its makers publish it, and its bytes."""

    name: str
    md5: str
    bytes: int


class Known(NamedTuple):
    """A data set: what it is, where it lies, and the files that make it up."""

    name: str
    summary: str
    base: str
    files: tuple[KnownFile, ...]

    @property
    def bytes(self) -> int:
        """Those of all files together."""
        return sum(file.bytes for file in self.files)


KNOWN = (
    Known(
        "mnist",
        "60,000 and 10,000 handwritten digits, 28×28",
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        (
            KnownFile("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
            KnownFile("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
            KnownFile("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 1_648_877),
            KnownFile("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
        ),
    ),
    Known(
        "fashion-mnist",
        "60,000 and 10,000 pieces of clothing, 28×28",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
        (
            KnownFile("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            KnownFile("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
            KnownFile("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            KnownFile("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
    ),
    Known(
        "cifar-10",
        "50,000 and 10,000 photographs of ten things, 32×32 in colour",
        "https://www.cs.toronto.edu/~kriz/",
        (KnownFile("cifar-10-binary.tar.gz", "c32a1d4ab5d03f1284b67883e8d87530", 170_052_171),),
    ),
    Known(
        "cifar-100",
        "50,000 and 10,000 photographs of a hundred things, 32×32 in colour",
        "https://www.cs.toronto.edu/~kriz/",
        (KnownFile("cifar-100-binary.tar.gz", "03b5dce01913d631647c71ecec9e9cb8", 168_513_733),),
    ),
)


def known(name: str) -> Known | None:
    """The set of that name, if it is one of those."""
    return next((entry for entry in KNOWN if entry.name == name), None)

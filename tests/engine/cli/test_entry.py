"""The command line as a program: any words are answered, and every end has its status."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.cli import kernels, main
from engine.errors import SourceError

ROOT = Path(engine.__file__).resolve().parents[1]


PLAIN = (
    "filter kernels devices --json --kernel box gaussian -P sigma=1 sigma= = -o o.npy o.png /dev/null --padding same "
    "-1 1,2 --stride --bias -1e-3 -inf - -- grey.npy --help %s {0} --operation convolution --device cpu --version"
)
WORDS = st.sampled_from([*PLAIN.split(), "", "\udcff", "a\nb"])


@settings(max_examples=8 * settings().max_examples)
@given(st.lists(st.one_of(WORDS, st.text(max_size=5)), max_size=9))
def test_any_words_are_answered(grey, monkeypatch, capsys, words):
    monkeypatch.chdir(grey.parent)
    status = main([word.replace("\0", "") for word in words])
    out, err = capsys.readouterr()
    assert status in (0, 2)
    assert (err == "") == (status == 0)
    if status == 2:
        assert err.startswith("error: ")
        assert err.count("\n") == 1
        assert out == ""


def raising(monkeypatch, error):
    """Make the verb `kernels` fail with an error."""

    def run(arguments):
        raise error

    monkeypatch.setattr(kernels, "run", run)
    return main(["kernels"])


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (SourceError("The stream is lost."), 1, "The stream is lost."),
        (MemoryError(), 1, "not enough memory"),
        (torch.OutOfMemoryError("CUDA"), 1, "not enough memory"),
        (OSError(28, "No space left on device", "x.npy"), 1, "x.npy: No space left on device"),
        (ValueError("two\nlines"), 1, "ValueError: two lines"),
    ],
)
def test_each_kind_of_failure_has_its_status(monkeypatch, capsys, error, status, words):
    assert raising(monkeypatch, error) == status
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert words in err
    assert err.count("\n") == 1


def test_help_and_version_are_no_errors(capsys):
    assert main(["--version"]) == 0
    assert engine.__version__ in capsys.readouterr().out
    assert main(["filter", "--help"]) == 0
    helped = capsys.readouterr().out
    for option in ("--operation", "--padding", "--padding-mode", "--stride", "--dilation", "--bias", "--device"):
        assert option in helped


def process(*arguments, **options):
    """`python ARGUMENTS` at the repository's root, its standard error caught."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUNBUFFERED": ""}
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, **options
    )


def test_as_a_program_it_loads_neither_torch_nor_opencv_for_a_list():
    code = "import sys, engine.cli; engine.cli.main(['kernels']); print({'torch', 'cv2'} & {*sys.modules})"
    child = process("-c", code, stdout=subprocess.PIPE)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert out.splitlines()[-1] == "set()"
    assert "\\xb0" in out  # the degree sign, for a terminal that has none


@pytest.mark.parametrize("arguments", [["--version"], ["kernels"], ["kernels", "--json"]])
def test_a_reader_that_has_gone_is_no_error(arguments):
    reader, writer = os.pipe()
    os.close(reader)
    child = process("-m", "engine", *arguments, stdout=writer)
    os.close(writer)
    assert child.communicate(timeout=60)[1] == ""
    assert child.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device here")
def test_output_that_cannot_be_written_is_told():
    with open("/dev/full", "w") as full:
        child = process("-m", "engine", "kernels", stdout=full)
        err = child.communicate(timeout=60)[1]
    assert child.returncode == 1
    assert err.startswith("error: ")
    assert err.count("\n") == 1


def test_an_interrupt_ends_it_quietly():
    code = (
        "import signal, sys, engine.cli, engine.cli.kernels as verb\n"
        # Whoever runs the tests in the background of a shell has told its children to ignore Ctrl-C.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "verb.run = lambda arguments: (print('ready', flush=True), signal.pause())\n"
        "sys.exit(engine.cli.main(['kernels']))"
    )
    child = process("-c", code, stdout=subprocess.PIPE)
    assert child.stdout.readline() == "ready\n"
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (130, "", "")


def test_python_m_engine_reports_its_status():
    child = process("-m", "engine", "kernel", stdout=subprocess.PIPE)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out) == (2, "")
    assert err.startswith("error: VERB: invalid choice: 'kernel'")

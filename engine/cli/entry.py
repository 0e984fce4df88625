"""The command line: finds the verb, prints its answer, and turns every failure into one line and an exit status."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from typing import Any, NoReturn

import engine
from engine.cli.answer import Answer, WorkFailed
from engine.errors import EngineError, SourceError, SpecError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
LOST = "lost"
"""The code of an error of processes that train together, which would load torch to be named here."""

VERBS = {
    "kernels": "list the named kernels and banks of kernels with their parameters",
    "filter": "run a kernel, or several in a row, over a picture",
    "devices": "list what can compute here",
    "presets": "list the networks that are there from the start",
    "summary": "tell a network's shapes, parameters, cost and problems",
    "datasets": "list the data sets that ship with the program",
    "train": "train a network on a data set",
    "rates": "try learning rates on a network and a data set, and suggest one",
    "resume": "take up a run again that was interrupted",
    "evaluate": "try a trained network on test pictures",
    "predict": "tell what a trained network takes pictures for",
    "maps": "write the feature maps that a network makes of a picture",
    "explain": "tell where in a picture a network's answer came from",
    "patches": "find what of a data set excites each map of a layer most",
    "export": "write a network as PyTorch source or a drawing, or its weights",
}

_NEGATIVE = re.compile(r"-[\d.][\d.,;/eE+-]*|-inf|-nan")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are errors like all others: no usage text, no exit of its own."""

    def error(self, message: str) -> NoReturn:
        raise SpecError(f"{message.removeprefix('argument ')}; see {self.prog} --help.")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m engine", description="Convolution and small CNNs from the command line.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"convscope {engine.__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=_Parser)
    for name, summary in VERBS.items():
        verb = verbs.add_parser(name, help=summary, description=f"{summary.capitalize()}.", allow_abbrev=False)
        verb.add_argument("--json", action="store_true", help="print one JSON object instead of text")
        _module(name).add_arguments(verb)
    return parser


def _module(verb: str) -> Any:
    return import_module(f"engine.cli.{verb}")


def _with_negatives(arguments: Sequence[str]) -> list[str]:
    """`--bias -1e-3` as `--bias=-1e-3`: argparse takes what begins with a dash for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and re.fullmatch(r"--[a-z-]+", joined[-1]) and _NEGATIVE.fullmatch(argument):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _lines(arguments: Sequence[str]) -> Iterator[str]:
    """What the verb has to say, as text or JSON, piece by piece as it says it."""
    given = _parser().parse_args(_with_negatives(arguments))
    if given.verb is None:
        raise SpecError(f"No verb is given; there is {', '.join(VERBS)}.")
    answer: Answer | Iterator[Answer] = _module(given.verb).run(given)
    for one in (answer,) if isinstance(answer, Answer) else answer:
        line = json.dumps(one.data) if given.json else one.text
        if line:
            yield line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Args:
        arguments: the words after the program's name; those of the process if left out.

    Returns:
        The exit status: 0 done, 1 it failed, 2 bad input, 130 interrupted.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A file name need not be text, and a terminal need not know ×: neither may end the program.
            stream.reconfigure(errors="backslashreplace")
    try:
        for line in _lines(sys.argv[1:] if arguments is None else arguments):
            print(line, flush=True)
    except BrokenPipeError:
        _drop_output()
    except SystemExit as leaving:  # --help and --version end this way, with their text still in the buffer
        return _flushed(int(leaving.code or 0))
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        return _failure(error)
    return DONE


def _flushed(status: int) -> int:
    try:
        print(end="", flush=True)
    except OSError:
        _drop_output()
    return status


def _drop_output() -> None:
    """Send what is left to nowhere: at its exit Python would try, and complain, once more."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _has_begun(error: EngineError) -> bool:
    """Whether the input was good, and it was the work that failed."""
    return isinstance(error, SourceError | WorkFailed) or error.code == LOST


def _failure(error: Exception) -> int:
    """Say what went wrong in one line, and return the exit status that goes with it."""
    if isinstance(error, EngineError):
        sentence, status = str(error), FAILED if _has_begun(error) else BAD_INPUT
    elif isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        sentence, status = "There is not enough memory for this; a smaller picture would do.", FAILED
    elif isinstance(error, OSError):
        sentence, status = f"{error.filename or 'The output'}: {error.strerror or error}.", FAILED
        _drop_output()
    else:
        sentence, status = f"The program is at fault: {type(error).__name__}: {error}", FAILED
    print(f"error: {_CONTROL.sub(' ', sentence)}", file=sys.stderr, flush=True)
    return status

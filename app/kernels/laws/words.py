"""What the laws are called, and their residuals as numbers of science."""

from __future__ import annotations

from app.widgets.number_text import MINUS
from engine.protocol import Law, Laws

TITLES = {
    "commutativity": "Commutativity",
    "associativity": "Associativity",
    "linearity": "Linearity",
    "separability": "Separability",
    "shift": "Shift",
    "rotation": "Rotation",
    "scale": "Scale",
}
HELP = {
    "commutativity": "Picture and kernel change roles: is the result the same?",
    "associativity": "Two kernels one after the other, or first the two made into one: is the result the same?",
    "linearity": "A sum of two pictures is filtered, or two filtered pictures are added. y is x mirrored.",
    "separability": "The kernel at once, or a column and then a row whose product comes nearest to it.",
    "shift": "The picture is moved and filtered, or filtered and moved: f is the filter with its stride.",
    "rotation": "The picture is turned and filtered, or filtered and turned, compared inside of both.",
    "scale": "The picture is made larger or smaller and filtered, or filtered and then scaled.",
}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")

ABOUT_TIP = (
    "The laws are about the convolution alone: dilation, padding, bias, detector and pooling are left out, and so are "
    "other steps. The picture is made smaller so that all laws can be measured on every frame."
)


def scientific(value: float) -> str:
    """A number with two digits and its power of ten.

    Example:
        >>> scientific(0.573), scientific(5.96e-8), scientific(0.0)
        ('5.7·10⁻¹', '6.0·10⁻⁸', '0')
    """
    if value == 0:
        return "0"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{digits.replace('-', MINUS)}·10{str(int(power)).translate(_RAISED)}"


def verdict(law: Law) -> tuple[str, str]:
    """(what is seen, its role in the look).

    Example:
        >>> verdict(Law(name="shift", holds=False, expected=False)), verdict(Law(name="shift", holds=True))
        (('fails, as it must', 'result'), ('holds here', 'ok'))
    """
    if law.holds:
        return ("holds" if law.expected else "holds here"), "ok"
    return ("fails, as it must", "result") if not law.expected else ("fails", "problem")


def spoken(law: Law) -> str:
    """A law for those who hear it."""
    if law.problem:
        return law.problem
    return f"{law.statement}: {verdict(law)[0]}, residual {law.residual:.1e}. {law.sentence}"


def about(laws: Laws) -> str:
    """What the laws were measured on.

    Example:
        >>> about(Laws(id=1, frame=1, arrived=0, asked=0, planes=(), height=120, width=160, reduction=4))
        'x is the picture in grey, 120×160 (1:4)'
    """
    reduced = f" (1:{laws.reduction})" if laws.reduction > 1 else ""
    return f"x is the picture in grey, {laws.height}×{laws.width}{reduced}"

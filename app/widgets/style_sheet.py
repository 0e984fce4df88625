"""The one style sheet, made from the tokens.

A widget says what it is by its dynamic property `role` (see `theme.set_role`):
panel, inset, bar, hud, title, second, faint, result, problem, ok, code, primary, flat, mini, rail, segment, cell,
notice, notice-problem.
"""

from __future__ import annotations

from app.widgets.tokens import CONTROL_HEIGHT, CONTROL_RADIUS, PANEL_RADIUS, Tokens

_TEMPLATE = """
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {control_line}; padding: 4px 6px; }}

QFrame[role="panel"] {{ background: {panel}; border: 1px solid {line}; border-radius: {panel_radius}px; }}
QFrame[role="inset"] {{ background: {window}; border: 1px solid {line}; border-radius: {radius}px; }}
QFrame[role="hud"] {{ background: {panel}; border: 0px; border-top: 1px solid {line}; }}
QFrame[role="bar"] {{ background: {panel}; border: 0px; border-bottom: 1px solid {line}; }}
QFrame[role="notice"] {{ background: {accent_soft}; border: 1px solid {accent}; border-radius: {radius}px; }}
QFrame[role="notice-problem"] {{ background: {problem_fill}; border: 1px solid {problem};
    border-radius: {radius}px; }}
QLabel[role="title"], QLabel[role="second"] {{ color: {second}; }}
QLabel[role="faint"] {{ color: {faint}; }}
QLabel[role="result"] {{ color: {result}; }}
QLabel[role="problem"] {{ color: {problem}; }}
QLabel[role="ok"] {{ color: {ok}; }}
QLabel[role="code"] {{ background: {window}; border-radius: {radius}px; padding: 8px; }}
QLabel:disabled {{ color: {faint}; }}

QPushButton, QToolButton {{ background: {raised}; color: {text}; border: 1px solid {control_line};
    border-radius: {radius}px; padding: 0px 10px; min-height: {inner}px; max-height: {inner}px; }}
QToolButton {{ padding: 0px 5px; min-width: 16px; }}
QPushButton:hover, QToolButton:hover {{ background: {hover}; }}
QPushButton:pressed, QToolButton:pressed {{ background: {line}; }}
QPushButton:checked, QToolButton:checked {{ background: {accent_soft}; border-color: {accent}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {accent}; padding: 0px 9px;
    min-height: {focused}px; max-height: {focused}px; }}
QToolButton:focus {{ padding: 0px 4px; }}
QPushButton:disabled, QToolButton:disabled {{ color: {faint}; background: {panel}; border-color: {line}; }}
QPushButton::menu-indicator, QToolButton::menu-indicator {{ image: none; width: 0px; }}
QPushButton[role="primary"] {{ background: {accent_fill}; border-color: {accent_fill}; color: {on_accent}; }}
QPushButton[role="primary"]:hover {{ background: {accent}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[role="primary"]:disabled {{ background: {raised}; border-color: {line}; color: {faint}; }}
QPushButton[role="flat"], QToolButton[role="flat"] {{ background: transparent; border-color: transparent; }}
QPushButton[role="flat"]:hover, QToolButton[role="flat"]:hover {{ background: {hover}; }}
QPushButton[role="flat"]:focus, QToolButton[role="flat"]:focus {{ border-color: {accent}; }}
QToolButton[role="mini"], QToolButton[role="mini"]:focus {{ background: transparent; border: 1px solid transparent;
    border-radius: 4px; padding: 0px 1px; min-width: 16px; min-height: 16px; max-height: 16px; }}
QToolButton[role="mini"]:hover {{ background: {hover}; }}
QToolButton[role="mini"]:checked {{ background: {accent_soft}; border-color: {accent}; }}
QToolButton[role="mini"]:focus {{ border-color: {accent}; }}
QToolButton[role="rail"] {{ background: transparent; border: 0px; border-left: 3px solid transparent;
    border-radius: 0px; color: {second}; padding: 6px 0px; padding-right: 3px;
    min-width: 66px; max-width: 66px; min-height: 44px; max-height: 44px; }}
QToolButton[role="rail"]:hover {{ background: {raised}; color: {text}; }}
QToolButton[role="rail"]:checked {{ background: {raised}; color: {text}; border-left: 3px solid {accent}; }}
QToolButton[role="rail"]:focus {{ background: {accent_soft}; color: {text}; }}
QPushButton[role="segment"] {{ border-radius: 0px; }}
QPushButton[role="segment"][place="middle"], QPushButton[role="segment"][place="last"] {{ border-left-width: 0px; }}
QPushButton[role="segment"][place="first"] {{ border-top-left-radius: {radius}px;
    border-bottom-left-radius: {radius}px; }}
QPushButton[role="segment"][place="last"] {{ border-top-right-radius: {radius}px;
    border-bottom-right-radius: {radius}px; }}
QPushButton[role="segment"]:checked {{ border: 1px solid {accent}; }}
QPushButton[role="segment"]:focus {{ border: 2px solid {accent}; }}

QLineEdit, QComboBox {{ background: {field}; color: {text}; border: 1px solid {control_line};
    border-radius: {radius}px; padding: 0px 7px; min-height: {inner}px; max-height: {inner}px;
    selection-background-color: {accent_fill}; selection-color: {on_accent}; }}
QLineEdit:hover, QComboBox:hover {{ border-color: {faint}; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {accent}; padding: 0px 6px;
    min-height: {focused}px; max-height: {focused}px; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {faint}; background: {panel}; border-color: {line}; }}
QLineEdit[problem="true"], QLineEdit[problem="true"]:focus {{ border: 2px solid {problem};
    background: {problem_fill}; padding: 0px 6px; min-height: {focused}px; max-height: {focused}px; }}
QLineEdit[role="cell"], QLineEdit[role="cell"]:focus {{ padding: 0px 2px; min-height: 16px; max-height: 60px; }}
QComboBox {{ combobox-popup: 0; padding-right: 2px; }}
QComboBox:focus {{ padding-right: 1px; }}
QComboBox::drop-down {{ border: 0px; width: 18px; }}
QComboBox::down-arrow {{ image: none; }}
QComboBox QAbstractItemView {{ background: {raised}; color: {text}; border: 1px solid {control_line};
    selection-background-color: {accent_soft}; selection-color: {text}; outline: 0px; padding: 4px; }}
QComboBox QAbstractItemView::item {{ min-height: 26px; padding: 0px 6px; }}
QPlainTextEdit, QTextEdit {{ background: {window}; color: {text}; border: 1px solid {line};
    border-radius: {radius}px; selection-background-color: {accent_fill}; selection-color: {on_accent}; }}
QPlainTextEdit:focus, QTextEdit:focus {{ border-color: {accent}; }}

QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {control_line}; }}
QSlider::sub-page:horizontal {{ height: 4px; border-radius: 2px; background: {accent}; }}
QSlider::handle:horizontal {{ width: 12px; height: 12px; margin: -5px 0px; border-radius: 7px;
    background: {text}; border: 1px solid {panel}; }}
QSlider::handle:horizontal:focus {{ background: {on_accent}; border: 2px solid {accent}; width: 12px; height: 12px;
    margin: -6px 0px; border-radius: 8px; }}
QSlider::sub-page:horizontal:disabled {{ background: {control_line}; }}
QSlider::handle:horizontal:disabled {{ background: {faint}; }}

QMenu {{ background: {raised}; color: {text}; border: 1px solid {control_line}; padding: 4px; }}
QMenu::item {{ padding: 5px 20px 5px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {accent_soft}; }}
QMenu::item:disabled {{ color: {faint}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
QMenuBar {{ background: {panel}; color: {text}; }}
QMenuBar::item {{ padding: 5px 9px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QStatusBar {{ background: {panel}; border-top: 1px solid {line}; color: {second}; }}
QStatusBar::item {{ border: 0px; }}
QProgressBar {{ background: {raised}; border: 0px; border-radius: 3px; max-height: 6px; text-align: right; }}
QProgressBar::chunk {{ background: {accent_fill}; border-radius: 3px; }}
QSplitter::handle {{ background: transparent; }}
QSplitter::handle:hover {{ background: {accent}; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0px; }}
QScrollBar::handle {{ background: {control_line}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:hover {{ background: {faint}; }}
QScrollBar::handle:horizontal {{ min-width: 24px; }}
QScrollBar::handle:vertical {{ min-height: 24px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0px; height: 0px; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


def style_sheet(table: Tokens) -> str:
    """The style sheet of one table of tokens."""
    measures = {
        "panel_radius": PANEL_RADIUS,
        "radius": CONTROL_RADIUS,
        # A control is 28 px with its border; the focus ring takes one pixel more on each side from the inside.
        "inner": CONTROL_HEIGHT - 2,
        "focused": CONTROL_HEIGHT - 4,
    }
    return _TEMPLATE.format(**table._asdict(), **measures)

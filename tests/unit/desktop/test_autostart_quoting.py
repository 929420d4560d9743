"""Commands in desktop entries and units: whatever a path holds comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ocrwatch.desktop.autostart.quoting import desktop_command, desktop_exec, unit_command, unit_exec

_TEXT = st.text(
    st.one_of(st.sampled_from("\\\"'`$% \t~#|&;=<>()*?%n,甲"), st.characters(exclude_categories=("Cs", "Cc"))),
    min_size=1,
)
_COMMANDS = st.lists(_TEXT, min_size=1, max_size=4).map(tuple).filter(lambda command: command[0] != "/usr/bin/env")


@given(_COMMANDS)
def test_a_desktop_entrys_command_comes_back(command: tuple[str, ...]) -> None:
    """One line, read back as it was."""
    line = desktop_exec(command)
    assert "\n" not in line
    assert desktop_command(line) == command


@given(_COMMANDS)
def test_a_units_command_comes_back(command: tuple[str, ...]) -> None:
    """One line, read back as it was."""
    line = unit_exec(command)
    assert "\n" not in line
    assert unit_command(line) == command


def test_the_specifications_own_words() -> None:
    """Examples worked out by hand from the Desktop Entry Specification and from systemd.service."""
    assert desktop_exec(["/opt/a b/x", "100%", "$HOME", 'say "hi"', "\\"]) == (
        '"/opt/a b/x" 100%% "\\\\$HOME" "say \\\\"hi\\\\"" "\\\\\\\\"'
    )
    assert unit_exec(["/opt/a b/x%", "$HOME"]) == '"/opt/a b/x%%" "$$HOME"'
    assert unit_exec(["/opt/o'b/x"]) == '/usr/bin/env "/opt/o\'b/x"'

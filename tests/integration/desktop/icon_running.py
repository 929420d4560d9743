"""A tray alone, for tests to look at: a state on each line of the input is shown, each click is printed."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

from ocrwatch.desktop.look import Look, State
from ocrwatch.desktop.menu import Item, OpenFolder, Quit, ResumeReading, Separator
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.desktop.tray import LinuxTray
from ocrwatch.messages import message

ENTRIES = (
    Item(text=message("First")),
    Separator(),
    Item(text=message("Second_one"), action=OpenFolder(Path("/second"))),
    Item(text=message("More"), entries=(Item(text=message("Below"), action=ResumeReading()),)),
    Item(text=message("Ticked"), action=OpenFolder(Path("/ticked")), checked=True),
    Item(text=message("Last"), action=Quit()),
)


def look(state: State) -> Look:
    return Look(state=state, count=0, tooltip=(message("In words."), message("More words.")), menu=ENTRIES)


def tell(said: object) -> None:
    print(said, flush=True)


def main() -> None:
    bus = SessionBus()
    assert bus.start()
    tray = LinuxTray(bus, str, tell, on_running=lambda: tell("running"), on_no_panel=lambda: tell("no panel"))

    def follow() -> None:
        for line in sys.stdin:
            tray.show(look(State(line.strip())))
        tray.stop()

    tray.show(look(State.IDLE))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=tray.stop).start())
    threading.Thread(target=follow, daemon=True).start()
    tray.run()
    bus.stop()
    tell("ended")


if __name__ == "__main__":
    main()

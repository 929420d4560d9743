"""Notices on the wire, and in dunst on a real screen."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from dbus_fast import Message

from ocrwatch.desktop.menu import Action, OpenFolder, OpenLedger
from ocrwatch.desktop.notices import Kind, Notice
from ocrwatch.desktop.notifying import BusNotifier
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.messages import message
from tests.desktop import end, need, screen, start
from tests.desktop_bus import NoticeBoard, clicked_on, session_bus
from tests.waiting import wait_until

LEDGER = OpenLedger(Path("/home/anna/Ledger.xlsx"))
DONE = Notice(
    kind=Kind.DONE,
    title=message("12 scans were added to {ledger}", ledger="A & B.xlsx"),
    text=message("{text}", text="<b>/home/anna</b>"),
    action=LEDGER,
    offer=message("Open spreadsheet"),
)
PAUSED = Notice(kind=Kind.PAUSED, title=message("Reading is paused"), text=message("No credit."))


def test_dunst_shows_a_notice_and_a_click_on_it_does_what_it_offers(tmp_path: Path) -> None:
    """The real service: the notice is there, and its action comes back."""
    need("dbus-daemon", "dunst", "dunstctl")
    done: list[Action] = []
    with session_bus(tmp_path) as address, screen(tmp_path) as display:
        environment = {
            "DISPLAY": display, "DBUS_SESSION_BUS_ADDRESS": address, "PATH": os.environ["PATH"], "HOME": str(tmp_path),
        }  # fmt: skip
        dunst = start(["dunst"], environment)
        bus = SessionBus(address)
        try:
            assert bus.start()
            notifier = BusNotifier(bus, str, done.append)
            wait_until(lambda: dunstctl(environment, "count", "displayed") == "0")
            notifier.tell(DONE)
            wait_until(lambda: dunstctl(environment, "count", "displayed") == "1")
            dunstctl(environment, "action", "0")
            wait_until(lambda: done == [LEDGER])
        finally:
            bus.stop()
            end(dunst)


def dunstctl(environment: dict[str, str], *words: str) -> str:
    said = subprocess.run(["dunstctl", *words], env=environment, capture_output=True, text=True, check=False)
    return said.stdout.strip()


def test_a_notice_has_its_title_its_text_its_picture_and_its_action(tmp_path: Path) -> None:
    """Text is escaped for services that read markup; a notice without an action offers none."""
    need("dbus-daemon")
    with session_bus(tmp_path) as address, NoticeBoard(address) as board:
        bus = SessionBus(address)
        assert bus.start()
        notifier = BusNotifier(bus, str, lambda _: None)
        notifier.tell(DONE)
        notifier.tell(PAUSED)
        wait_until(lambda: len(board.shown) == 2)
        bus.stop()
    first, second = board.shown
    assert first[0] == "ocrwatch"
    assert first[3:6] == [
        "12 scans were added to A & B.xlsx",
        "&lt;b&gt;/home/anna&lt;/b&gt;",
        ["default", "Open spreadsheet"],
    ]
    width, height, row, has_alpha, bits, channels, data = first[6]["image-data"].value
    assert (row, has_alpha, bits, channels, len(data)) == (width * 4, True, 8, 4, width * height * 4)
    assert second[3:6] == ["Reading is paused", "No credit.", []]


class HastyBoard(NoticeBoard):
    """Has each notice clicked before it has told its number."""

    def answer(self, call: Message) -> Message | None:
        said = super().answer(call)
        if call.member == "Notify":
            self.bus.send(clicked_on(len(self.shown)))
        return said


def test_a_click_that_is_faster_than_the_answer_counts(tmp_path: Path) -> None:
    """On a busy computer both may be heard at once; a click on another program's notice does nothing."""
    need("dbus-daemon")
    done: list[Action] = []
    with session_bus(tmp_path) as address, HastyBoard(address) as board:
        bus = SessionBus(address)
        assert bus.start()
        notifier = BusNotifier(bus, str, done.append)
        notifier.tell(PAUSED)
        notifier.tell(DONE)
        wait_until(lambda: done == [LEDGER])
        board.click(7)
        board.click(2)
        wait_until(lambda: done == [LEDGER, LEDGER])
        bus.stop()


def test_a_service_without_markup_and_actions_gets_plain_text(tmp_path: Path) -> None:
    """What it cannot do is not sent."""
    need("dbus-daemon")
    with session_bus(tmp_path) as address, NoticeBoard(address, ("body",)) as board:
        bus = SessionBus(address)
        assert bus.start()
        BusNotifier(bus, str, lambda _: None).tell(DONE)
        wait_until(lambda: len(board.shown) == 1)
        bus.stop()
    assert board.shown[0][4:6] == ["<b>/home/anna</b>", []]


def test_where_nothing_shows_notices_later_ones_still_come(tmp_path: Path) -> None:
    """No service is no error; once one is there it is used, and clicks of both come back."""
    need("dbus-daemon")
    done: list[Action] = []
    folder = OpenFolder(tmp_path)
    with session_bus(tmp_path) as address:
        bus = SessionBus(address)
        assert bus.start()
        notifier = BusNotifier(bus, str, done.append)
        notifier.tell(PAUSED)
        with NoticeBoard(address) as board:
            wait_until(lambda: notifier.tell(PAUSED) is None and bool(board.shown))
            shown = len(board.shown)
            notifier.tell(
                Notice(kind=Kind.FAILED, title=PAUSED.title, text=PAUSED.text, action=folder, offer=PAUSED.text)
            )
            wait_until(lambda: len(board.shown) > shown)
            wait_until(lambda: board.shown[-1][5] != [])
            number = len(board.shown)
            wait_until(lambda: board.click(number) is None and done != [])
        bus.stop()
    assert set(done) == {folder}

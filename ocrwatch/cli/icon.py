"""The running daemon with its icon and its notices: what `run` does where there is a desktop.

The icon's loop has the main thread; when somebody orders the stop (a signal, `ocrwatch stop`, Quit), it is ended.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch import __version__
from ocrwatch.cli import terminal
from ocrwatch.cli.autostart import LoginEntry
from ocrwatch.cli.preparing import start_settings
from ocrwatch.cli.session import STOP_SECONDS, Session
from ocrwatch.config.paths import default_config
from ocrwatch.desktop.choosing import NoDialogue, choose_with_program
from ocrwatch.desktop.deeds import Autostart, Deeds, Doors
from ocrwatch.desktop.desk import Desk, Sources
from ocrwatch.desktop.menu import Action, Offers, Watched
from ocrwatch.desktop.notices import Kind
from ocrwatch.desktop.session_bus import SessionBus
from ocrwatch.desktop.tray import Tray
from ocrwatch.document import Document
from ocrwatch.errors import OcrwatchError
from ocrwatch.locales import renderer
from ocrwatch.logs import FILE_NAME
from ocrwatch.messages import message
from ocrwatch.service import orders

if TYPE_CHECKING:
    from ocrwatch.app import App
    from ocrwatch.config.settings import Settings
    from ocrwatch.desktop.notifying import Notifier

log = logging.getLogger(__name__)

_SYSTEM: str = sys.platform


def until_quit(session: Session, settings: Settings, config: Path | None) -> int:
    """Work until somebody says stop; the exit status."""
    clicks = _Clicks()
    bus = SessionBus() if _SYSTEM == "linux" else None
    shown = _shown(session, settings, bus if bus is not None and bus.start() else None, clicks)
    if shown is None:
        _say_how_to_see_it()
        return session.until_stopped()
    tray, notifier = shown
    desk = _desk(session.app, settings, config, tray, notifier, bus)
    clicks.goes_to = desk.clicked
    session.listen(desk)
    desk.start()
    threading.Thread(target=_end, args=(session.app, tray), name="end", daemon=True).start()
    tray.run()
    desk.stop()
    if bus is not None:
        bus.stop()
    return session.stopping()


class _Clicks:
    """The icon is made before what its clicks go to."""

    def __init__(self) -> None:
        self.goes_to: Callable[[Action], None] = lambda _: None

    def __call__(self, action: Action) -> None:
        self.goes_to(action)


def _shown(
    session: Session, settings: Settings, bus: SessionBus | None, clicked: Callable[[Action], None]
) -> tuple[Tray, Notifier] | None:
    """The icon and what shows notices; None where the desktop, if there is one, has neither."""
    render = renderer(settings.language)
    if _SYSTEM == "linux":
        if bus is None:
            return None
        from ocrwatch.desktop.notifying import BusNotifier
        from ocrwatch.desktop.tray import LinuxTray

        tray = LinuxTray(bus, render, clicked, on_running=session.heed_signals, on_no_panel=_say_how_to_see_it)
        return tray, BusNotifier(bus, render, clicked)
    if _SYSTEM in ("win32", "darwin"):
        from ocrwatch.desktop.notifying import BalloonNotifier
        from ocrwatch.desktop.pystray_icon import PystrayIcon

        icon = PystrayIcon(
            render,
            clicked,
            on_running=session.heed_signals,
            on_session_end=lambda: session.app.service.stop(STOP_SECONDS),
        )
        return icon, BalloonNotifier(icon, render, clicked)
    return None


def _desk(
    app: App, settings: Settings, config: Path | None, tray: Tray, notifier: Notifier, bus: SessionBus | None
) -> Desk:
    folders = {str(inbox.folder) for inbox in settings.inbox}
    autostart: Autostart = LoginEntry(config)

    def failed() -> list[Document]:
        return [document for document in app.journal.documents.failed() if document.inbox in folders]

    def decide(read: bool) -> None:
        app.journal.sightings.accept(skip=not read)
        app.service.ask(orders.LOOK)

    def choose(title: str) -> tuple[Path, ...]:
        if bus is not None:
            from ocrwatch.desktop.portal import choose_with_portal

            try:
                return choose_with_portal(bus, title)
            except NoDialogue:
                log.info("No portal shows a dialogue")
        return choose_with_program(title)

    doors = Doors(
        ask=app.service.ask,
        decide=decide,
        failed=lambda: [document.key for document in failed()],
        choose=choose,
        tell=notifier.tell,
        log_file=settings.state_dir / "logs" / FILE_NAME,
        end=app.service.ask_to_stop,
        settings=lambda: start_settings(config or default_config()),
        autostart=autostart,
    )
    sources = Sources(
        status=app.status,
        failed=failed,
        offers=lambda: _offers(doors),
        watched=tuple(Watched(folder=inbox.folder, ledger=inbox.ledger) for inbox in settings.inbox),
    )
    deeds = Deeds(doors, renderer(settings.language))
    return Desk(sources, show=tray.show, tell=notifier.tell, deeds=deeds, wanted=_wanted(settings))


def _offers(doors: Doors) -> Offers:
    starts: bool | None = None
    if doors.autostart is not None:
        try:
            starts = doors.autostart.is_on()
        except (OcrwatchError, OSError) as error:
            log.warning("Whether it starts at login cannot be told: %s", type(error).__name__)
    return Offers(version=__version__, settings=doors.settings is not None, starts_at_login=starts)


def _wanted(settings: Settings) -> frozenset[Kind]:
    chosen = settings.notifications.model_dump()
    return frozenset(kind for kind in Kind if chosen[kind.value])


def _end(app: App, tray: Tray) -> None:
    app.service.wait_for_stop()
    tray.stop()


def _say_how_to_see_it() -> None:
    log.info("No panel shows an icon")
    terminal.say(message("No icon is shown: this desktop has no place for one. How things stand: ocrwatch status"))

"""A configuration that is changed while the daemon runs takes effect: the daemon ends in order and another begins, in
the same process and under the same lock.

    its files, once a second ── changed, and then the same for a second ──▶ is it valid?
        no     the old one stays in force; what is wrong with it is shown
        yes    what is being read or written is finished, however long that takes; then the new one begins
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ocrwatch.cli.opening import held_lock
from ocrwatch.cli.session import Session
from ocrwatch.cli.terminal import speak
from ocrwatch.desktop.ending import Ending
from ocrwatch.errors import ConfigurationError, UsageError
from ocrwatch.messages import Message, message

if TYPE_CHECKING:
    from ocrwatch.config.loading import Loaded

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
"""Between two looks at the file; editors save in steps, so it must look the same twice."""

Work = Callable[[Session, "Loaded"], int]
"""What is done with a session, until it is to end; the exit status."""


def until_ended(config: Path | None, found: Loaded, work: Work) -> int:
    """Do `work` with a session, and again each time that the configuration has changed; the exit status.

    `config` is what the person named, `found` what it says now.
    """
    ending = Ending()
    ending.heed(lambda: None)  # who asks before there is a session is heard by the first one
    watch = Watch(config)
    before: Loaded | None = None
    problem: Message | None = None
    with held_lock(found.settings.state_dir) as lock:
        while True:
            with ExitStack() as stack:
                try:
                    session = stack.enter_context(Session(found.settings, once=False, lock=lock, ending=ending))
                except UsageError as error:
                    if before is None:
                        raise
                    log.warning("The changed configuration cannot be used: %s", error.message.template)
                    found, before, problem = before, None, error.message
                    continue
                _begin_watching(watch, session, found, problem)
                status = work(session, found)
            if session.following is None or ending.is_asked:
                return status
            before, found, problem = found, session.following, None
            speak(found.settings.language)


class Watch:
    """The files of a configuration: the person's and those for all users of the computer, be they there or not."""

    def __init__(self, config: Path | None) -> None:
        from ocrwatch.config.paths import site_configs, user_config

        self._config = config
        self._path, _ = user_config(config)
        self._paths = (self._path, *site_configs())
        self._taken = self._seen = self._stamps()

    def look(self) -> Loaded | Message | None:
        """What the file says, or what is wrong with it, once after each change; None when there is nothing new."""
        from ocrwatch.config.loading import load

        stamps, last = self._stamps(), self._seen
        self._seen = stamps
        if stamps == self._taken or stamps != last:
            return None
        had_one = self._taken[0] is not None
        self._taken = stamps
        if had_one and stamps[0] is None:
            text = "The configuration {file} is not there any more. What it said stays in force."
            return message(text, file=str(self._path))
        try:
            return load(self._config)
        except ConfigurationError as error:
            text = "{problem} The configuration as it was before stays in force."
            return message(text, problem=error.message)

    def _stamps(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(map(_stamp, self._paths))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino


def _begin_watching(watch: Watch, session: Session, found: Loaded, problem: Message | None) -> None:
    service = session.app.service
    service.misconfigured(problem)

    def look_on() -> None:
        while not service.wait_for_stop(LOOK_SECONDS):
            try:
                news = watch.look()
            except Exception:
                log.exception("Looking at the configuration failed")
                continue
            if news is None:
                continue
            if isinstance(news, Message):
                log.warning("The configuration was changed and cannot be used: %s", news.template)
                service.misconfigured(news)
            elif (refusal := _refusal(news, found)) is not None:
                service.misconfigured(refusal)
            elif news.settings == found.settings:
                service.misconfigured(None)
            else:
                log.info("The configuration was changed")
                session.end_for(news)

    threading.Thread(target=look_on, name="configuration", daemon=True).start()


def _refusal(news: Loaded, found: Loaded) -> Message | None:
    if news.settings.state_dir == found.settings.state_dir:
        return None
    text = (
        "state_dir cannot be changed while ocrwatch runs; the configuration as it was before stays in force. Put "
        "{folder} back, say ocrwatch stop, and change it then."
    )
    return message(text, folder=str(found.settings.state_dir))

"""What makes it a program of a desktop.

    status ──look.py──▶ Look ──▶ a tray      what is shown
    changes ──notices.py──▶ Notice ──▶ notifying.py      what is told
    clicks ──▶ deeds.py ──▶ opening.py, choosing.py, the line      what is done

look.py, menu.py        what the icon shows, and its menu, as data                        pure
notices.py              what is told beside it, and when                                  pure
labels.py               texts as menus take them                                          pure
icons.py                the icon, drawn; icon_files.py: as files, for installers
tray.py                 which icon there is on this desktop
pystray_icon.py         by pystray: Windows, macOS, old trays of X11
status_item.py          on D-Bus, with status_interface.py and dbus_menu.py
session_bus.py          the connection to D-Bus; hosts.py: does a panel show icons?
notifying.py            shows notices
desk.py                 keeps icon and notices true
deeds.py                what clicks do; opening.py, choosing.py, portal.py: by the system's own programs
instance.py             one daemon for each state folder
autostart/     run at login
ending.py      signals, and the end of the session
battery.py     is the computer on its battery?
alert.py       the last way to be heard: a window of the system's own
"""

"""Runs inside Wine: holds a file as Excel holds a workbook, until its input ends."""

import ctypes
import sys

assert sys.platform == "win32"

_GENERIC_READ_AND_WRITE = 0xC0000000
_FILE_SHARE_READ = 1
_OPEN_EXISTING = 3

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
kernel32.CreateFileW.restype = ctypes.c_void_p
handle = kernel32.CreateFileW(sys.argv[1], _GENERIC_READ_AND_WRITE, _FILE_SHARE_READ, None, _OPEN_EXISTING, 0, None)
held = handle is not None and handle != ctypes.c_void_p(-1).value
print("held" if held else f"error {ctypes.get_last_error()}", flush=True)
sys.stdin.readline()
if held:
    kernel32.CloseHandle(ctypes.c_void_p(handle))

"""The gomdcsan command as a child process: see mdcsan/serve in the sources."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import sysconfig
import weakref
from typing import Any

_HEADER = struct.Struct("<IB3x")


class Error(RuntimeError):
    """What gomdcsan answered to something that it could not do."""


def command() -> str:
    """The path of the gomdcsan command: GOMDCSAN_BIN, else the one installed
    with this package, else the one on the PATH."""
    name = "gomdcsan.exe" if sys.platform == "win32" else "gomdcsan"
    beside = os.path.join(sysconfig.get_path("scripts"), name)
    for path in (os.environ.get("GOMDCSAN_BIN"), beside if os.path.exists(beside) else None, shutil.which(name)):
        if path:
            return path
    raise FileNotFoundError("there is no gomdcsan command: install it, put it on the PATH, or name it in GOMDCSAN_BIN")


class Child:
    """A process that answers requests one by one. It ends with close(), with the
    object, or with this process."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([command(), "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        assert self._process.stdin and self._process.stdout
        self._requests, self._replies = self._process.stdin.fileno(), self._process.stdout.fileno()
        self._owner = os.getpid()
        self._finalizer = weakref.finalize(self, _end, self._process, self._owner)

    def call(self, letter: str, content: bytes = b"") -> bytes:
        """Sends a request and returns the content of its reply."""
        if os.getpid() != self._owner:
            raise Error("this object was made in another process; make a new one after a fork")
        try:
            data = _HEADER.pack(len(content), ord(letter)) + content
            while data:
                data = data[os.write(self._requests, data):]
            reply = os.read(self._replies, 1 << 16)
            while reply and len(reply) < _HEADER.size or len(reply) < _HEADER.size + _HEADER.unpack_from(reply)[0]:
                more = os.read(self._replies, 1 << 20)
                if not more:
                    raise BrokenPipeError
                reply += more
        except (BrokenPipeError, struct.error):
            raise Error(f"the gomdcsan process ended with status {self._process.wait()}") from None
        if reply[4] == ord("E"):
            raise Error(reply[_HEADER.size:].decode())
        return reply[_HEADER.size:]

    def ask(self, letter: str, **what: Any) -> Any:
        """call with JSON both ways."""
        return json.loads(self.call(letter, json.dumps(what).encode()))

    def close(self) -> None:
        """Ends the process."""
        self._finalizer()


def _end(process: subprocess.Popen, owner: int) -> None:
    if os.getpid() != owner:
        return
    process.stdin.close()  # type: ignore[union-attr]
    process.stdout.close()  # type: ignore[union-attr]
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()

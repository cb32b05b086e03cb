"""Several processes at one address: more of this program, each answering whoever comes to the one listening socket.

Python works on one core at a time in a process; a quote is work. The first process holds the socket and the others'
lifeline: a pipe that ends with it, however it ends, and then they end too.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_AGAIN_SECONDS = 1.0  # between two starts of one process: what cannot begin does not take the machine
_STOP_SECONDS = 25

Command = Callable[[int, int], Sequence[str]]  # by the descriptors of the socket and of the lifeline


@contextmanager
def crew(listener: socket.socket, command: Command, processes: int) -> Iterator[None]:
    """Inside the block so many more processes answer; one that ends is started anew. After it all have finished."""
    ends, alive = os.pipe()
    leaving = threading.Event()
    descriptors = (listener.fileno(), ends)

    def keep() -> None:
        while not leaving.is_set():
            # In a session of its own: a Ctrl-C is for the first process, which tells the others.
            one = subprocess.Popen(command(*descriptors), pass_fds=descriptors, start_new_session=True)
            while one.poll() is None and not leaving.wait(0.1):
                pass
            if leaving.is_set():
                _end(one)
            else:
                time.sleep(_AGAIN_SECONDS)

    keepers = [threading.Thread(target=keep, name=f"keeper {number}") for number in range(processes)]
    for keeper in keepers:
        keeper.start()
    try:
        yield
    finally:
        leaving.set()
        for keeper in keepers:
            keeper.join()
        os.close(alive)
        os.close(ends)


def _end(one: subprocess.Popen[bytes]) -> None:
    one.terminate()
    try:
        one.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        one.kill()
        one.wait()


def join_crew(listener: int, lifeline: int) -> socket.socket:
    """One of the others: the socket it answers at. It stops, as by SIGTERM, when the first process is no more."""

    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="lifeline", daemon=True).start()
    return socket.socket(fileno=listener)

"""Run a command that dies with whoever started it: `python config/leash.py COMMAND…`, with a pipe as standard input.

The pipe's other end is held by the owner alone and nothing is ever sent through it: when it ends, the owner is gone,
kill -9 included, and then so is everything in this process group. Works the same on Linux and macOS. The standard
library alone, without site packages, so that it costs a few milliseconds. supervisor.py starts it.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> None:
    # A group of its own was made by the owner (start_new_session): what the command starts belongs to it too.
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, close_fds=False)
    signal.signal(signal.SIGTERM, lambda *_: command.terminate())
    threading.Thread(target=end_with_owner, daemon=True).start()
    status = command.wait()
    sys.exit(status if status >= 0 else 128 - status)


def end_with_owner() -> None:
    while os.read(0, 1):
        pass
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The programs as such: what main() does before there is a server, or a question."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "selftests"))
from muxtest import done, point

BUILD = Path(os.environ["BUILD"])
PPTPMUXD = BUILD / "pptpmuxd/pptpmuxd"
PPTPMUXCTL = BUILD / "pptpmuxctl/pptpmuxctl"
CONFIGURATION = """
localip = "192.168.7.1"
remoteip = { "192.168.7.10-192.168.7.20" }
pppd = "/bin/true"
"""


def signalled_while_reading(number):
    """How pptpmuxd ends that gets a signal before it has its configuration."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "conf"
        os.mkfifo(path)
        process = subprocess.Popen([PPTPMUXD, "--test", "--config", path],
                                   stdout=subprocess.DEVNULL)
        # opens when the other side does, which then waits for what is written
        with suppress(BrokenPipeError), path.open("w", encoding="ascii") as conf:
            process.send_signal(number)
            conf.write(CONFIGURATION)
        return process.wait(timeout=60)


def version(program):
    return subprocess.run([program, "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()[1]


def version_of_tree():
    text = (TOP / "Makefile").read_text(encoding="ascii")
    return re.search(r"^VERSION := (.+)$", text, re.MULTILINE)[1]


point(version(PPTPMUXD) == version(PPTPMUXCTL) == version_of_tree(), "all are of one version")
point(signalled_while_reading(signal.SIGHUP) == 0, "a reload that comes too early does no harm")
point(signalled_while_reading(signal.SIGTERM) == -signal.SIGTERM, "while SIGTERM ends it")
sys.exit(done())

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


def mistake_is_told(configuration, line):
    """Whether pptpmuxd is to check it or to run."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "conf"
        path.write_text(configuration, encoding="ascii")
        ends = [subprocess.run([PPTPMUXD, *test, "--config", path], check=False, timeout=60,
                               text=True, stderr=subprocess.PIPE)
                for test in (["--test"], [])]
        return all(end.returncode == os.EX_CONFIG and f"{path}:{line}:" in end.stderr
                   for end in ends)


def version(program):
    return subprocess.run([program, "--version"], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()[1]


def value_in(file, name):
    """What follows a name at the start of a line of a file of the tree."""
    text = (TOP / file).read_text(encoding="ascii")
    return re.search(rf"^{name}(.+)$", text, re.MULTILINE)[1]


point(version(PPTPMUXD) == version(PPTPMUXCTL) == value_in("debian/changelog", r"pptp-mux \(").split(")")[0],
      "all are of one version")
point(signalled_while_reading(signal.SIGHUP) == 0, "a reload that comes too early does no harm")
point(signalled_while_reading(signal.SIGTERM) == -signal.SIGTERM, "while SIGTERM ends it")
point(mistake_is_told(CONFIGURATION.replace("pppd =", "pppdd ="), 4),
      "a mistake in the configuration is told with its line, and as such")
point(subprocess.run([PPTPMUXD, "--wrong"], check=False,
                     stderr=subprocess.DEVNULL).returncode == 2, "wrong arguments, too")
point(value_in("tools/pptpmuxd/pptpmuxd.service", "RestartPreventExitStatus=") ==
      f"2 {os.EX_UNAVAILABLE} {os.EX_CONFIG}",
      "and neither has the unit start it again")
sys.exit(done())

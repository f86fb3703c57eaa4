#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""pptpmuxd --import: configurations of pptpd and accel-ppp, as Debian and accel-ppp's own
manual have them; what is made of them is one that pptpmuxd takes."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

PPTPMUXD = os.environ["BUILD"] + "/pptpmuxd/pptpmuxd"
TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "selftests"))
from muxtest import done, point

PPTPD = """\
# as Debian has it, and addresses
option {directory}/pptpd-options
logwtmp
localip 192.168.0.1
remoteip 192.168.0.234-238,192.168.0.245
connections 50
listen 192.0.2.1
bcrelay eth1
"""
PPTPD_OPTIONS = """\
name pptpd
refuse-pap
refuse-chap
refuse-mschap
require-mschap-v2
require-mppe-128
ms-dns 10.0.0.1   # ours
proxyarp
nodefaultroute
lock
nobsdcomp
novj
plugin pptpd-logwtmp.so
ipparam "two words"
plugin radius.so
persist
"""
ACCEL = """\
[modules]
log_file
pptp
auth_mschap_v2
chap-secrets
ippool

[ppp]
verbose=1
mtu=1400
mru=1400
mppe=require
lcp-echo-interval=30
lcp-echo-failure=3
single-session=replace

[pptp]
verbose=1
port=1724

[l2tp]
port=1701

[dns]
dns1=10.0.0.53

[radius]
server=127.0.0.1,secret,auth-port=1812

[ip-pool]
gw-ip-address=192.168.5.1
192.168.5.2-255
192.168.6.2-192.168.6.99,name=others
300.1.1.1

[chap-secrets]
gw-ip-address=192.168.100.1
chap-secrets=/etc/ppp/other-secrets
"""


class Imported:
    """What pptpmuxd says of a file, and whether it would take what it has made of it"""

    def __init__(self, directory, name, text, **others):
        for other, content in others.items():
            (directory / other.replace("_", "-")).write_text(content, encoding="ascii")
        path = directory / name
        path.write_text(text.format(directory=directory), encoding="ascii")
        result = subprocess.run([PPTPMUXD, "--import", str(path)], check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.code, self.remarks = result.returncode, result.stderr
        self.lines = result.stdout.splitlines()

    def has(self, *lines):
        return all(line in self.lines for line in lines)

    def says(self, *texts):
        return all(text in self.remarks for text in texts)

    def is_taken(self, directory):
        # the plugin is not where it will be installed to
        lines = self.lines + [f'plugin = "{PPTPMUXD}"']
        path = directory / "made.conf"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        result = subprocess.run([PPTPMUXD, "-t", "-f", str(path)], check=False, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return result.returncode == 0, result.stdout


def taken(imported, directory, name):
    good, said = imported.is_taken(directory)
    point(good, name, said)


def pptpd(directory):
    imported = Imported(directory, "pptpd.conf", PPTPD, pptpd_options=PPTPD_OPTIONS)
    point(imported.code == 0 and imported.has(
        'localip = "192.168.0.1"',
        'remoteip = { "192.168.0.234-192.168.0.238", "192.168.0.245" }',
        'slots = 50', 'listen = "192.0.2.1"', 'proxyarp = true',
        'options = { "name pptpd", "ms-dns 10.0.0.1", "nobsdcomp", "novj" }'),
        "pptpd: what it says", "\n".join(imported.lines))
    point(imported.says("pptpd.conf:3: left out", "pptpd.conf:8: left out",
                        "pptpd-options:13: left out: this plugin is pptpd's",
                        "pptpd-options:14: left out: put the line into a file",
                        "pptpd-options:15: left out: put the line into a file",
                        "pptpd-options:16: left out: pptpmuxd sees to this itself"),
          "pptpd: and what could not be translated, by its line", imported.remarks)
    point("authentication" not in "".join(imported.lines) and
          "encryption" not in "".join(imported.lines),
          "pptpd: what is the default is not written")
    taken(imported, directory, "pptpd: pptpmuxd takes it")


def weak_pptpd(directory):
    imported = Imported(directory, "pptpd.conf", PPTPD, pptpd_options="noauth\nms-wins 10.0.0.2\n")
    point(imported.has('authentication = "none"', 'encryption = "prefer"') and
          imported.says("whoever calls is let in", "calls were not encrypted"),
          "pptpd: what is weak stays so, and is said", imported.remarks)
    taken(imported, directory, "pptpd: pptpmuxd takes that, too")


def words_of_a_line(directory):
    """For pppd a line's end is a blank"""
    imported = Imported(directory, "pptpd.conf", PPTPD, pptpd_options=
                        "require-mschap-v2 require-mppe-128 mtu 1400 nodefaultroute mru\n"
                        "nobsdcomp proxyarp ipparam 'a # b' # ours\n"
                        "name pptpd persist\n")
    point(imported.has('options = { "mtu 1400", "mru", "nobsdcomp", "name pptpd" }',
                       "proxyarp = true") and "encryption" not in "".join(imported.lines),
          "pptpd: several options in a line", "\n".join(imported.lines))
    point(imported.says("pptpd-options:2: left out: put the line into a file",
                        "pptpd-options:3: left out: pptpmuxd sees to this itself"),
          "pptpd: quotes, with what would be a comment elsewhere", imported.remarks)
    taken(imported, directory, "pptpd: pptpmuxd takes these")


def accel(directory):
    imported = Imported(directory, "accel-ppp.conf", ACCEL)
    point(imported.code == 0 and imported.has(
        'localip = "192.168.5.1"', 'port = 1724', 'single-session = "replace"',
        'remoteip = { "192.168.5.2-192.168.5.255", "192.168.6.2-192.168.6.99" }',
        'options = { "mtu 1400", "mru 1400", "lcp-echo-interval 30", "lcp-echo-failure 3", '
        '"ms-dns 10.0.0.53" }'), "accel-ppp: what it says", "\n".join(imported.lines))
    point(imported.says("all ranges make one pool", 'left out: "300.1.1.1"', "RADIUS",
                        "copy /etc/ppp/other-secrets", "one address in every call") and
          not imported.says("l2tp"),
          "accel-ppp: and what could not be translated", imported.remarks)
    point("encryption" not in "".join(imported.lines), "accel-ppp: encryption stays required")
    taken(imported, directory, "accel-ppp: pptpmuxd takes it")


def broken(directory):
    imported = Imported(directory, "pptpd.conf", "option {directory}/none\n")
    point(imported.code == 1 and not imported.lines and imported.says("pptpd.conf:1: ", "none"),
          "a file that is missing: no half of a configuration", imported.remarks)
    imported = Imported(directory, "pptpd.conf", "")
    point(imported.code == 0 and imported.says("localip is missing", "remoteip is missing"),
          "what is missing is said", imported.remarks)
    nonsense = "".join(chr(1 + number % 126) for number in range(5000))
    imported = Imported(directory, "pptpd.conf",
                        nonsense.replace("{", "").replace("}", "") + "[\n" + "x" * 60000)
    point(imported.code in (0, 1), "nonsense does no harm", str(imported.code))


def main():
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        pptpd(directory)
        weak_pptpd(directory)
        words_of_a_line(directory)
        accel(directory)
        broken(directory)
    return done()


if __name__ == "__main__":
    sys.exit(main())

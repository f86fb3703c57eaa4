#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""make install, as it would do it: what is installed where, for which kernel."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "selftests"))
from muxtest import done, point

RELEASE = "9.8.7-other"


def would_run(*command):
    """What a make would do, none of which is done."""
    # not what the make that calls us was given
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("MAKE") and name != "MFLAGS"}
    return subprocess.run([*command, "--dry-run", "--no-print-directory"], cwd=TOP, check=True,
                          text=True, stdout=subprocess.PIPE, env=environment).stdout


def would_install(headers, *arguments):
    return would_run("make", "install", f"KDIR={headers}", *arguments)


def dkms(name, headers):
    """A setting of dkms.conf, which is a shell's, as dkms reads it."""
    script = f'kernel_source_dir={headers}; . ./dkms.conf; printf %s "${{{name}}}"'
    return subprocess.run(["bash", "-c", script], cwd=TOP, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def check_dkms(headers):
    module = would_run("make", "modules", f"KDIR={headers}")
    build, clean = (would_run(*dkms(name, headers).split()) for name in ("MAKE[0]", "CLEAN"))
    point(module and build == module and f"make -C {headers} M={TOP}" in build,
          "dkms builds the module for the kernel that it names, and nothing else", build)
    point(f"make -C {headers} M={TOP} clean" in clean, "and cleans up", clean)
    rest = would_run("make", "install-tools", f"KDIR={headers}")
    point(f"make -C {headers}" not in rest and "depmod" not in rest and
          "/etc/modprobe.d/pptp-mux.conf" in rest, "what is left to install is without it", rest)
    point((TOP / "debian/changelog").read_text(encoding="ascii").startswith(
        f"pptp-mux ({dkms('PACKAGE_VERSION', headers)})"), "its version is the changelog's")
    point(f"obj-m := {dkms('BUILT_MODULE_NAME[0]', headers)}.o\n"
          in (TOP / "Kbuild").read_text(encoding="ascii"), "its module is, too")


def words_with(text, part):
    return [word for word in text.split() if part in word]


def make_headers(directory):
    """Of a kernel that is not the one that runs: as much of them as is looked at."""
    (directory / "include/generated").mkdir(parents=True)
    (directory / "include/generated/utsrelease.h").write_text(
        f'#define UTS_RELEASE "{RELEASE}"\n', encoding="ascii")


def main():
    with tempfile.TemporaryDirectory() as headers:
        make_headers(Path(headers))
        plain = would_install(headers)
        below = would_install(headers, "DESTDIR=some/where")
        check_dkms(headers)
    point(f"|| depmod {RELEASE}\n" in plain, "depmod is for the kernel that was built for", plain)
    point("INSTALL_MOD_PATH" not in plain, "whose modules go where it says")
    words = words_with(below, "some/where")
    wrong = [word for word in words if f"{TOP}/some/where" not in word]
    point(len(words) > 10 and not wrong, "a relative DESTDIR is below where make was called",
          wrong or below)
    point(f"INSTALL_MOD_PATH={TOP}/some/where modules_install" in below,
          "the module is, too")
    point('test -n "" || depmod' not in below, "and depmod is left out")
    return done()


if __name__ == "__main__":
    sys.exit(main())

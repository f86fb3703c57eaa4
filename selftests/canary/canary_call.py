#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A call, and what canary.ko does to it. Usage: canary_call.py CANARY.ko KIND"""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from pppox_call import Call  # pylint: disable=wrong-import-position


def main(module, kind):
    with Call().bind("127.0.0.1").connect("127.0.0.1", 7) as call:
        fd = call.sock.fileno()
        subprocess.run(["insmod", module, f"kind={kind}", f"fd={fd}"],
                       pass_fds=(fd,), check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

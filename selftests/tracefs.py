# SPDX-License-Identifier: GPL-2.0
"""Where the kernel traces, for tests that count what it does."""

import subprocess
from pathlib import Path

TRACING = Path("/sys/kernel/tracing")


def can_trace(file):
    """Is that file there? Mounts it all if nobody has."""
    if not (TRACING / "README").exists():
        subprocess.run(["mount", "-t", "tracefs", "nodev", TRACING], check=False,
                       capture_output=True)
    return (TRACING / file).exists()

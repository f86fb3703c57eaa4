# SPDX-License-Identifier: GPL-2.0
"""What the test programs in Python share: TAP points, refusals, waiting, and
network namespaces. The Python of Debian 12 has no os.setns() yet.
"""

import ctypes
import errno
import os
import sys
import time

CLONE_NEWNET, CLONE_NEWUSER = 0x40000000, 0x10000000
TIMEOUT = 60  # seconds, for anything that is awaited

libc = ctypes.CDLL(None, use_errno=True)
points = 0
failures = 0


def point(good, name, why=""):
    """Counts a point; @why is told if it is not @good."""
    global points, failures
    points += 1
    failures += not good
    print(f"{'ok' if good else 'not ok'} {points} {name}", flush=True)
    for line in str(why).splitlines() if not good else ():
        print("#", line, flush=True)
    return good


def skip(name, why):
    global points
    points += 1
    print(f"ok {points} {name} # SKIP {why}", flush=True)


def equal(got, expected, name):
    """A point: @got is what was @expected."""
    return point(got == expected, name, f"got {got!r}, expected {expected!r}")


def error_of(function, *args):
    """The errno that a call fails with, 0 if it does not."""
    try:
        function(*args)
    except OSError as error:
        if error.errno is None:  # Python's own, not the kernel's
            raise
        return error.errno
    return 0


def fault_of(function, *args):
    """What goes wrong in a function, as text; nothing if all is well. Whatever it is
    fails one point, and not those that come after."""
    try:
        function(*args)
    except Exception as error:  # pylint: disable=broad-except
        return f"{type(error).__name__}: {error}"
    return ""


def error_name(code):
    return errno.errorcode.get(code, str(code)) if code else "no error"


def refused(code, name, function, *args):
    """A point: the call fails with this errno."""
    found = error_of(function, *args)
    return point(found == code, name,
                 f"{error_name(found)}, expected {error_name(code)}")


def wait_until(condition, seconds=TIMEOUT):
    """Polls; the last answer of @condition."""
    end = time.monotonic() + seconds
    found = condition()
    while not found and time.monotonic() < end:
        time.sleep(0.01)
        found = condition()
    return found


def checked(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def unshare(flags):
    checked(libc.unshare(flags))


def enter(path):
    """Goes into a network namespace: of /run/netns, or of /proc/PID/ns/net."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        checked(libc.setns(fd, CLONE_NEWNET))
    finally:
        os.close(fd)


def in_child(function):
    """What @function, which returns 0 to 125, returns in a process of its own."""
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 126
    try:
        code = function()
    except OSError as error:
        print("# in the child:", error, flush=True)
    finally:
        os._exit(code)


def done():
    """Prints the plan; the exit code."""
    print(f"1..{points}", flush=True)
    return 1 if failures or not points else 0

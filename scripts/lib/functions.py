# SPDX-License-Identifier: GPL-2.0
"""What a packet costs, function by function.

functions.py ROWS COUNTS: ROWS is what selftests/bench/functions.py printed; COUNTS.0,
COUNTS.1 and so on are what was counted for its rows, by scripts/vm --profile. Prints
instructions a packet above those of the bare path, of each module and each function.
"""

import bisect
import sys

LEAST = 1  # instructions a packet, of a function that has a line


def read(path):
    """Rows (path, source, octets, packets), and symbols by address."""
    rows, symbols = [], []
    with open(path, encoding="ascii") as lines:
        for line in lines:
            words = line.split()
            if words[:1] == ["row"]:
                rows.append((words[1], words[2], int(words[3]), int(words[4])))
            elif len(words) > 2 and words[1] in "tTwW":
                module = words[3].strip("[]") if len(words) > 3 else "kernel"
                symbols.append((int(words[0], 16), words[2], module))
    return rows, sorted(symbols)


def count(path, symbols, packets):
    """Instructions a packet, by function and module."""
    starts = [start for start, _, _ in symbols]
    found = {}
    with open(path, encoding="ascii") as lines:
        for line in lines:
            address, times = line.split()
            where = bisect.bisect_right(starts, int(address, 16)) - 1
            name = symbols[where][1:] if where >= 0 else ("(programs)", "user")
            found[name] = found.get(name, 0) + int(times) / packets
    return found


def above(found, bare):
    names = found.keys() | bare.keys()
    return {name: found.get(name, 0) - bare.get(name, 0) for name in names}


def table(title, found):
    print(f"{title}: {sum(found.values()):.0f} instructions a packet")
    modules = {}
    for (_, module), times in found.items():
        modules[module] = modules.get(module, 0) + times
    for module, times in sorted(modules.items(), key=lambda item: -item[1]):
        print(f"  {times:8.0f} {module}")
    for (name, module), times in sorted(found.items(), key=lambda item: -item[1]):
        if abs(times) >= LEAST:
            print(f"    {times:8.1f} {name}" +
                  (f" [{module}]" if module != "kernel" else ""))


def main():
    path, counts = sys.argv[1:]
    rows, symbols = read(path)
    bare = {}
    for index, (name, source, octets, packets) in enumerate(rows):
        found = count(f"{counts}.{index}", symbols, packets)
        if name == "veth":
            bare[source, octets] = found
        else:
            table(f"{name}, {source}, {octets} bytes",
                  above(found, bare[source, octets]))
    return 0 if bare else 1


if __name__ == "__main__":
    sys.exit(main())

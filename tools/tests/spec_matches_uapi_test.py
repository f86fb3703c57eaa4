#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The YNL spec says what the uapi header says, name by name, value by value.

The compiler is the judge of values: a program of static assertions is made
from the spec. Names that only the header has are found in its text.

With YNL_DIR=<a kernel tree's tools/net/ynl> the spec is also validated against
the kernel's own schema, and the kernel's generator makes C of it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "selftests"))
from muxtest import done, point, skip

UAPI = TOP / "include/uapi"
HEADER = UAPI / "linux/pptp_mux.h"
SPEC = TOP / "Documentation/netlink/specs/pptp_mux.yaml"
CC = os.environ.get("CC", "cc").split()

# The spec's genetlink level cannot say that an enum's values are not prefixed
# by the name of its type: "enum pptp_mux_refusal_reason" has PPTP_MUX_REFUSAL_*
# as "struct pptp_mux_refusal" is taken.
PREFIXES = {"refusal-reason": "PPTP_MUX_REFUSAL_"}


def constant(text):
    return text.upper().replace("-", "_")


def prefix(definition):
    name = definition["name"]
    return PREFIXES.get(name, f"PPTP_MUX_{constant(name)}_")


def definition_values(definition):
    """{constant: value} of one definition, as the header should have it."""
    if definition["type"] == "const":
        return {f"PPTP_MUX_{constant(definition['name'])}": definition["value"]}
    flags = definition["type"] == "flags"
    values = {prefix(definition) + constant(entry["name"]):
              1 << entry["value"] if flags else entry["value"]
              for entry in definition["entries"]}
    if definition.get("render-max"):
        values[prefix(definition) + "MASK"] = sum(values.values())
    return values


def attribute_values(space):
    start = f"PPTP_MUX_A_{constant(space['name'])}_"
    values = {start + constant(attr["name"]): attr["value"]
              for attr in space["attributes"]}
    values[start + "MAX"] = max(values.values())
    return values


def spec_values(spec):
    values = {"PPTP_MUX_FAMILY_VERSION": spec.get("version", 1)}
    for definition in spec["definitions"]:
        values.update(definition_values(definition))
    for space in spec["attribute-sets"]:
        values.update(attribute_values(space))
    commands = {f"PPTP_MUX_CMD_{constant(op['name'])}": op["value"]
                for op in spec["operations"]["list"]}
    values.update(commands)
    values["PPTP_MUX_CMD_MAX"] = max(commands.values())
    return values


def compiles(source, *options):
    """The compiler's complaints about @source, or nothing."""
    ran = subprocess.run(
        [*CC, "-fsyntax-only", "-xc", f"-I{UAPI}", *options, "-"],
        input=source, text=True, capture_output=True, check=False)
    return ran.stderr or "it failed" if ran.returncode else ""


def assertions(spec):
    lines = ["#include <string.h>", "#include <linux/pptp_mux.h>"]
    lines += [f'_Static_assert({name} == {value}, "{name}");'
              for name, value in spec_values(spec).items()]
    # Strings are no constant expressions, but their builtin comparison is
    strings = {"PPTP_MUX_FAMILY_NAME": spec["name"],
               "PPTP_MUX_MCGRP_EVENTS": spec["mcast-groups"]["list"][0]["name"]}
    lines += [f'_Static_assert(!__builtin_strcmp({name}, "{value}"), "{name}");'
              for name, value in strings.items()]
    return "\n".join(lines) + "\n"


def header_names():
    """What the header calls a constant of the family, from its text."""
    text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.DOTALL)
    names = set()
    for body in re.findall(r"enum\s*\w*\s*{(.*?)}", text, flags=re.DOTALL):
        names.update(re.findall(r"^\s*(PPTP_MUX_\w+)", body, flags=re.MULTILINE))
    return names


def check_header(spec):
    source = assertions(spec)
    why = compiles(source)
    point(not why, "every value of the spec is the header's", why)
    # A test that cannot fail would show nothing
    wrong = source.replace("PPTP_MUX_CMD_EVENT == ", "PPTP_MUX_CMD_EVENT == 1 + ")
    point(compiles(wrong), "a wrong value is found")
    missing = header_names() - set(spec_values(spec))
    point(not missing, "every enumerator of the header is in the spec",
          "not in the spec: " + " ".join(sorted(missing)))


def check_operations(spec):
    """Attributes that operations name exist, so that no reply is misread."""
    spaces = {space["name"]: {attr["name"] for attr in space["attributes"]}
              for space in spec["attribute-sets"]}
    wrong = []
    for op in spec["operations"]["list"]:
        parts = [op.get(kind, {}).get(way, {}) for kind in ("do", "dump")
                 for way in ("request", "reply")] + [op.get("event", {})]
        for part in parts:
            unknown = set(part.get("attributes", ())) - spaces[op["attribute-set"]]
            wrong += [f"{op['name']}: {name}" for name in unknown]
    point(not wrong, "operations name attributes of their set", "\n".join(wrong))


def kernel_copy(ynl, directory):
    """A tree like the kernel's around the spec: its tools look above it."""
    kernel = ynl.parents[2]
    netlink = Path(directory) / "Documentation/netlink"
    (netlink / "specs").mkdir(parents=True)
    for schema in (kernel / "Documentation/netlink").glob("*.yaml"):
        shutil.copy(schema, netlink)
    (Path(directory) / "MAINTAINERS").touch()
    return Path(shutil.copy(SPEC, netlink / "specs"))


def run_ynl(ynl, program, *arguments):
    return subprocess.run([sys.executable, program, *arguments], cwd=ynl,
                          text=True, capture_output=True, timeout=120,
                          check=False)


def check_schema(ynl, spec_copy):
    """The library that every ynl tool loads specs with, in its own process."""
    library = ynl / ("pyynl/lib" if (ynl / "pyynl/lib").is_dir() else "lib")
    code = ("import sys\n"
            f"sys.path.insert(0, {str(library.parent)!r})\n"
            "from lib import SpecFamily\n"
            "family = SpecFamily(sys.argv[1], sys.argv[2])\n"
            "assert 'slot-get' in family.msgs\n")
    schema = spec_copy.parents[1] / "genetlink.yaml"
    ran = run_ynl(ynl, "-c", code, str(spec_copy), str(schema))
    point(ran.returncode == 0, "the kernel's schema accepts the spec", ran.stderr)


def check_generator(ynl, spec, spec_copy, directory):
    generator = ynl / "pyynl/ynl_gen_c.py"
    if not generator.exists():
        generator = ynl / "ynl-gen-c.py"
    why = ""
    for kind in ("header", "source"):
        out = f"{directory}/pptp_mux-user.{kind[0] if kind == 'header' else 'c'}"
        ran = run_ynl(ynl, str(generator), "--mode", "user", f"--{kind}",
                       "--spec", str(spec_copy), "-o", out)
        why += ran.stderr if ran.returncode else ""
    if not why:
        renamed = [f"-D{old}={new}" for old, new in generated_names(spec).items()]
        why = compiles(Path(f"{directory}/pptp_mux-user.c").read_text(),
                       f"-I{directory}", f"-I{ynl}/lib", *renamed)
    point(not why, "C that the kernel's generator makes fits the header", why)


def generated_names(spec):
    """What the generator calls the values of PREFIXES, and what they are."""
    return {f"PPTP_MUX_{constant(definition['name'])}_{constant(entry['name'])}":
            prefix(definition) + constant(entry["name"])
            for definition in spec["definitions"] if definition["name"] in PREFIXES
            for entry in definition["entries"]}


def check_kernel(spec):
    ynl = os.environ.get("YNL_DIR")
    if not ynl:
        skip("the kernel's schema accepts the spec", "set YNL_DIR to its tools/net/ynl")
        return
    ynl = Path(ynl).resolve()
    with tempfile.TemporaryDirectory() as directory:
        spec_copy = kernel_copy(ynl, directory)
        check_schema(ynl, spec_copy)
        check_generator(ynl, spec, spec_copy, directory)


def main():
    try:
        import yaml
    except ImportError:
        print("1..0 # SKIP install python3-yaml")
        return 4
    spec = yaml.safe_load(SPEC.read_text())
    check_header(spec)
    check_operations(spec)
    check_kernel(spec)
    return done()


if __name__ == "__main__":
    sys.exit(main())

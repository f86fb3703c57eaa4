# SPDX-License-Identifier: GPL-2.0
"""What was measured: for programs one object a line, for people one line too."""

import json


class Results:
    def __init__(self, as_json, ns_of_unit):
        self.as_json = as_json
        # The clock's nanoseconds in what is reported
        self.ns_of_unit = ns_of_unit

    def add(self, kind, **found):
        if self.as_json:
            print(json.dumps({"kind": kind, **found}), flush=True)
        else:
            print(kind, *(f"{name}={value}" for name, value in found.items()), flush=True)

    def say(self, text):
        """Progress"""
        print("#", text, flush=True)

    def units(self, ns):
        return round(ns / self.ns_of_unit)

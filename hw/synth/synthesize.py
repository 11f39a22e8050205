#!/usr/bin/env python3
"""Synthesizes a module with Yosys for UltraScale+ and holds two things to the budget in
budget.toml: what it takes of the card, and how deep its logic is between registers. No entry of the
budget may allow more depth than the clock does.

    synthesize.py KERNEL --work DIR SOURCE...

The depth is a delay by Yosys' `sta` with the delays of cells in xcup_delays.v. It is a gate against
a step of a pipeline that grows too long, and no prediction of a clock: it knows nothing of where
cells are placed.

Modules are mapped each by itself and flattened afterwards: Yosys takes minutes instead of hours
over the wide comparisons and records of the parser, and the numbers can only be too high by it.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77  # as CTest is told


def script(kernel, parameters, sources):
    chparam = "".join(f" -set {name} {value}" for name, value in parameters.items())
    return (f"read_verilog -sv {' '.join(sources)}; "
            + (f"chparam{chparam} {kernel}; " if chparam else "")
            + f"hierarchy -check -top {kernel}; "
            f"synth_xilinx -family xcup -uram -noiopad -top {kernel}; flatten; opt_clean; "
            "check -assert; tee -o stat.txt stat; "
            f"read_verilog -lib -specify {HERE / 'xcup_delays.v'}; "
            "tee -o sta.txt sta")


def cells(text):
    """Cells by kind, from the last table that `stat` printed."""
    table = text[text.rindex("Number of cells"):]
    return {kind: int(number) for kind, number in re.findall(r"^\s+(\S+)\s+(\d+)$", table, re.M)}


def resources(found):
    def total(kinds):
        return sum(number for kind, number in found.items() if re.fullmatch(kinds, kind))
    return {
        "lut": total(r"LUT\d"),
        "ff": total(r"FD[RSCP]E"),
        "srl": total(r"SRL\w+"),
        "lutram": total(r"RAM\d+[MXDS]\w*"),
        "bram36": total(r"RAMB36\w+") + (total(r"RAMB18\w+") + 1) // 2,
        "uram": total(r"URAM\w+"),
        "carry8": (total("CARRY4") + 1) // 2,
    }


def depth_ps(text):
    return int(re.search(r"^Latest arrival time in '.*' is (\d+):$", text, re.M)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("kernel")
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    budgets = tomllib.loads((HERE / "budget.toml").read_text())
    clock_ps = budgets.pop("clock_ps")
    slow = [name for name, entry in budgets.items() if entry["depth_ps"] > clock_ps]
    if slow:
        print(f"budget.toml allows more than the clock's {clock_ps} ps: {', '.join(slow)}")
        return 1
    budget = budgets[arguments.kernel]
    if budget.get("long") and os.environ.get("SEKIMORI_LONG", "0") in ("", "0"):
        print(f"{arguments.kernel}: only with SEKIMORI_LONG, as it takes ten minutes")
        return SKIPPED
    arguments.work.mkdir(parents=True, exist_ok=True)
    sources = [str(pathlib.Path(source).resolve()) for source in arguments.sources]
    with (arguments.work / "yosys.log").open("w") as log:
        subprocess.run(["yosys", "-p", script(arguments.kernel, budget.get("parameters", {}),
                                              sources)],
                       cwd=arguments.work, stdout=log, stderr=subprocess.STDOUT, check=True)
    found = resources(cells((arguments.work / "stat.txt").read_text()))
    found["depth_ps"] = depth_ps((arguments.work / "sta.txt").read_text())
    over = []
    for what, number in found.items():
        print(f"{arguments.kernel:<18}{what:<10}{number:>9} of {budget[what]:>9}")
        if number > budget[what]:
            over.append(what)
    if over:
        print(f"{arguments.kernel}: over budget: {', '.join(over)}")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())

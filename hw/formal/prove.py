#!/usr/bin/env python3
"""Proves the assertions of one module with Yosys and z3, for all time: no state within DEPTH clocks
of reset breaks one (base case), and no DEPTH states in a row that keep them are followed by one
that breaks them (induction). Then every cover statement is reached, so that the proof is not empty.

    prove.py --top skid_buffer --param W=8 --depth 6 --work DIR SOURCE...

The sources see PROVE_<TOP> defined, under which a module instantiates its properties.
"""

import argparse
import pathlib
import subprocess
import sys


def run(command, log):
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    log.write_text(result.stdout)
    return result.returncode == 0, result.stdout


def translate(arguments, work):
    """Writes the module as SMT-LIB. Fails on undriven bits and when no assertion is left in it."""
    model = work / "model.smt2"
    parameters = "".join(f" -set {p.replace('=', ' ')}" for p in arguments.param)
    chparam = f"chparam{parameters} {arguments.top}; " if parameters else ""
    script = (f"read_verilog -formal -sv -D PROVE_{arguments.top.upper()} "
              f"{' '.join(arguments.sources)}; {chparam}"
              f"hierarchy -check -top {arguments.top}; prep -flatten; "
              "check -assert; select -assert-min 1 t:$assert; "
              f"async2sync; dffunmap; write_smt2 -wires {model}")
    passed, output = run(["yosys", "-Q", "-p", script], work / "yosys.log")
    return model if passed else None, output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--top", required=True)
    parser.add_argument("--param", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--depth", type=int, default=6)
    parser.add_argument("--cover-depth", type=int, default=12)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    parser.add_argument("sources", nargs="+")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)

    model, output = translate(arguments, arguments.work)
    if model is None:
        print(output[-2000:])
        return 1
    solver = ["yosys-smtbmc", "-s", "z3", "--unroll", "--noprogress"]
    trace = ["--dump-vcd", str(arguments.work / "counterexample.vcd")]
    steps = [("base case", [*trace, "-t", str(arguments.depth)]),
             ("induction", [*trace, "-i", "-t", str(arguments.depth)]),
             ("cover", ["-c", "-t", str(arguments.cover_depth)])]
    for name, options in steps:
        log = arguments.work / f"{name.replace(' ', '_')}.log"
        passed, output = run([*solver, *options, str(model)], log)
        print(f"{arguments.top} {' '.join(arguments.param)}: {name} "
              f"{'passed' if passed else 'FAILED'}")
        if not passed:
            print(output[-2000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

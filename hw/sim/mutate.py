#!/usr/bin/env python3
"""Plants the faults of faults.toml into a copy of the RTL, one at a time, and runs what has to
notice: a proof, or a bench with its model built anew. A fault that nothing notices is a gap in the
tests.

    mutate.py --build build/release [--only TEXT]

Without SEKIMORI_LONG in the environment it leaves out the faults that benches notice, as each of
them needs a model to be built.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RTL = ROOT / "hw/rtl"

BENCHES = {
    "counters": "hw_cells_test",
    "cookie_hash": "hw_hash_test",
    "flow_hash": "hw_hash_test",
    "parser_bench": "hw_parser_test",
    "syn_cookie": "hw_syn_cookie_test",
    "dns_suffix": "hw_dns_suffix_test",
    "card": "hw_card_test",
    "network_port_core": "hw_network_port_test",
}
PATIENCE_S = 900  # a bench that hangs has noticed, too


@dataclass
class Fault:
    what: str
    file: str   # under hw/rtl
    right: str  # occurs once there
    wrong: str
    proof: str = ""
    model: str = ""
    test: str = "*"  # of the model's bench


class Broken(Exception):
    """The fault cannot be planted, or nothing can be built with it."""


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", **options)


def planted(fault, work):
    """A copy of the RTL with the fault in it."""
    copy = work / "rtl"
    shutil.copytree(RTL, copy)
    file = copy / fault.file
    text = file.read_text()
    if text.count(fault.right) != 1:
        raise Broken(f"'{fault.right}' is there {text.count(fault.right)} times")
    file.write_text(text.replace(fault.right, fault.wrong))
    return copy


def proof_notices(fault, build, copy, work):
    """Runs the proof's command, as CTest knows it, on the copy."""
    tests = json.loads(run(["ctest", "--test-dir", str(build), "--show-only=json-v1",
                            "-R", f"^hw.proof.{fault.proof}$"], check=True).stdout)["tests"]
    command = [part.replace(str(RTL), str(copy)) for part in tests[0]["command"]]
    command[command.index("--work") + 1] = str(work / "proof")
    result = run(command)
    if result.returncode != 0 and "FAILED" not in result.stdout:
        raise Broken(result.stdout[-2000:])
    return result.returncode != 0


def last_command(build, target):
    """What Ninja runs to make a target from what is in front of it, without what comes behind."""
    listed = run(["ninja", "-C", str(build), "-t", "commands", target], check=True).stdout
    return listed.splitlines()[-1].removeprefix(": && ")


def bench_notices(fault, build, copy, work):
    """Builds the model from the copy and links the bench with it, by Ninja's own commands."""
    model, bench = fault.model, BENCHES[fault.model]
    folder = f"hw/sim/{model}"
    verilate = last_command(build, f"{folder}/V{model}__ALL.a").replace(str(RTL), str(copy))
    link = last_command(build, f"bin/{bench}").split(" && ")[0].replace(f" -o bin/{bench}",
                                                                       f" -o {work / bench}")
    for command in (verilate.replace(str(build / folder), str(work / model)),
                    link.replace(f" {folder}/", f" {work / model}/")):
        made = run(command, shell=True, cwd=build)
        if made.returncode != 0:
            raise Broken(made.stdout[-2000:] + made.stderr[-2000:])
    environment = {name: value for name, value in os.environ.items() if name != "SEKIMORI_LONG"}
    try:
        result = run([str(work / bench), f"--gtest_filter={fault.test}"], cwd=ROOT,
                     env=environment, timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        return True
    if "Running 0 tests" in result.stdout:
        raise Broken(f"{bench} has no test {fault.test}")
    return result.returncode != 0


def verdict(fault, build):
    """'noticed', 'MISSED' or 'BROKEN', and what is to be said about it."""
    with tempfile.TemporaryDirectory(prefix="sekimori-fault-") as folder:
        work = pathlib.Path(folder)
        notices = proof_notices if fault.proof else bench_notices
        try:
            return "noticed" if notices(fault, build, planted(fault, work), work) else "MISSED", ""
        except Broken as broken:
            return "BROKEN", str(broken)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--only", default="", help="faults that have this in one of their words")
    arguments = parser.parse_args()
    everything = os.environ.get("SEKIMORI_LONG", "0") not in ("", "0") or arguments.only
    tables = tomllib.loads((HERE / "faults.toml").read_text())["fault"]
    chosen = [f for f in (Fault(**table) for table in tables) if (f.proof or everything)
              and arguments.only in " ".join((f.what, f.file, f.proof, f.model, f.test))]
    noticed = 0
    for fault in chosen:
        began = time.monotonic()
        word, text = verdict(fault, arguments.build.resolve())
        print(f"{word:<8} {fault.what} ({fault.file}; {fault.proof or fault.model}, "
              f"{time.monotonic() - began:.0f} s)", flush=True)
        if text:
            print(text, flush=True)
        noticed += word == "noticed"
    print(f"{noticed} of {len(chosen)} faults noticed")
    return 0 if chosen and noticed == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())

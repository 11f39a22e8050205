#!/usr/bin/env python3
"""Checks what the compiler cannot: who may include whom, that every outcome is documented and
tested, that nothing unfinished is left, and that files stay short. Prints each fault as
`file:line: text` and exits with status 1 if there is one."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder may include itself and what stands here; the longest matching folder name counts.
MAY_INCLUDE = {
    "common": [],
    "dataplane/packet": ["common"],
    "dataplane/state": ["common", "dataplane/packet"],
    "dataplane/stages": ["common", "dataplane/packet", "dataplane/state"],
    "dataplane/pipeline": ["common", "dataplane/packet", "dataplane/state", "dataplane/stages"],
    "dataplane": ["common"],
    "control/model": ["common"],
    "control/compile": ["common", "control/model"],
    "control/detect": ["common", "control/model"],
    "control/ladder": ["common", "control/model", "control/detect"],
    "control/diagnose": ["common", "control/model", "control/detect"],
    "control/watch": ["common", "control/model", "control/detect", "control/ladder",
                      "control/diagnose"],
    "control/baseline": ["common", "control/model"],
    "control/store": ["common", "control/model", "control/baseline"],
    "control/transaction": ["common", "control/model", "control/compile", "control/store"],
    "control/notify": ["common", "control/model"],
    "control/metrics": ["common", "control/model"],
    "control/pki": ["common"],
    "control/link": ["common", "control/model"],
    "control/api": ["common", "control/model", "control/pki"],
    "control/cli": ["common", "control/model", "control/compile", "control/pki",
                    "hw/host"],
    "hw/host": ["common"],
}
# The dataplane's two programs stand on the whole packet path.
PACKET_PATH = ["common"] + [f for f in MAY_INCLUDE if f.startswith("dataplane/")]
MAY_INCLUDE["dataplane/management"] = ["common"]
MAY_INCLUDE["dataplane/replay"] = PACKET_PATH
MAY_INCLUDE["dataplane/dpdk"] = PACKET_PATH + ["dataplane/management", "hw/host"]
MAY_INCLUDE["dataplane"] = PACKET_PATH + ["dataplane/management", "dataplane/dpdk"]
# The daemon joins all of control.
MAY_INCLUDE["control/daemon"] = ["common"] + [
    f for f in MAY_INCLUDE if f.startswith("control/") and f != "control/cli"]
MAY_INCLUDE["control"] = ["control/daemon"]
# These stand outside of the product and may look at all of it.
FREE = ("tests", "bench", "hw/sim")

MAX_LINES = 400
# Longer files, each with its reason.
LONG_FILES: dict[str, str] = {
    "bench/source/dpdk-22.11/ethdev_driver.h": "DPDK's own, unchanged",
}

SOURCE_SUFFIXES = {".cpp", ".hpp", ".h", ".sv", ".py", ".sh", ".cmake", ".md", ".toml"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
# Headers that Verilator makes of the hardware's modules.
GENERATED = re.compile(r"V\w+\.h$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

faults: list[str] = []


def fault(path, line, text):
    faults.append(f"{path}:{line}: {text}")


def project_files():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted(pathlib.PurePosixPath(name) for name in listed if (ROOT / name).is_file())


def inside(path, folder):
    return str(path).startswith(folder + "/")


def folder_rule(path):
    """The entry of MAY_INCLUDE that governs a file, or None if it may include everything."""
    if any(inside(path, folder) for folder in FREE):
        return None
    return max((f for f in MAY_INCLUDE if inside(path, f)), key=len, default="")


def check_includes(path, lines):
    rule = folder_rule(path)
    for number, line in enumerate(lines, 1):
        found = INCLUDE.match(line)
        if not found:
            continue
        bracket, name = found.groups()
        if name.startswith("rte_") and rule is not None and rule != "dataplane/dpdk":
            fault(path, number, f"only dataplane/dpdk may include {name}")
        if bracket == "<" or (rule is None and GENERATED.match(name)):
            continue
        if not (ROOT / name).is_file():
            fault(path, number, f'"{name}" is no file seen from the root of the project')
        elif rule is not None and folder_rule(pathlib.PurePosixPath(name)) != rule:
            allowed = MAY_INCLUDE.get(rule, [])
            if folder_rule(pathlib.PurePosixPath(name)) not in allowed:
                fault(path, number, f"{rule} may not include {name}; it may use "
                      f"{', '.join(allowed) or 'nothing but itself'}")


def check_text(path, lines):
    for number, line in enumerate(lines, 1):
        if found := UNFINISHED.search(line):
            fault(path, number, f"mark of unfinished work: {found.group()}")
    is_code = path.suffix in {".cpp", ".hpp", ".h", ".sv", ".py", ".sh"}
    if is_code and len(lines) > MAX_LINES and str(path) not in LONG_FILES:
        fault(path, len(lines), f"longer than {MAX_LINES} lines; split it, or name it with its "
              "reason in tests/lint/structure.py")


def outcomes():
    """(kind, name, line) of every entry of the one list in common/outcomes.hpp."""
    kind = None
    for number, line in enumerate((ROOT / "common/outcomes.hpp").read_text().splitlines(), 1):
        if found := re.match(r"#define SEKIMORI_(VERDICTS|DROP_REASONS|COUNTERS)\(X\)", line):
            kind = found.group(1)
        elif kind and (found := re.match(r"\s+X\((\w+),", line)):
            yield kind, found.group(1), number
        elif kind and not line.endswith("\\"):
            kind = None


def check_outcomes(files):
    document = ROOT / "docs/PACKET_PATH.md"
    documented = set(re.findall(r"\w+", document.read_text())) if document.is_file() else set()
    tested = set()
    for path in files:
        if inside(path, "tests") and not inside(path, "tests/lint"):
            tested |= set(re.findall(r"\w+", (ROOT / path).read_text(errors="ignore")))
    for kind, name, line in outcomes():
        if name not in documented:
            fault("common/outcomes.hpp", line, f"{name} is not described in docs/PACKET_PATH.md")
        if kind == "DROP_REASONS" and name not in tested:
            fault("common/outcomes.hpp", line, f"drop reason {name} occurs in no test")


def main():
    files = project_files()
    for path in files:
        if path.suffix in SOURCE_SUFFIXES or path.name in {"dev", "CMakeLists.txt"}:
            lines = (ROOT / path).read_text().splitlines()
            check_text(path, lines)
            if path.suffix in {".cpp", ".hpp", ".h"}:
                check_includes(path, lines)
    check_outcomes(files)
    print("\n".join(faults) if faults else f"structure: {len(files)} files, no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""units_test.py BUILD_FOLDER: installs what the build says belongs to the operation of a machine into a
temporary folder, and holds it to its promises. Prints each fault; exits with 77 where there is no
systemd."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Ten times the exposure that `systemd-analyze security` gives at most.
THRESHOLDS = {"sekimori-dataplane.service": 30, "sekimori-control.service": 12}
# Every way in which a unit can pull another down or wait for it, but for the mere order.
DEPENDENCIES = re.compile(r"(Requires|Requisite|Wants|BindsTo|PartOf|Upholds|RequiresMountsFor|"
                          r"OnFailure|OnSuccess|PropagatesStopTo|StopPropagatedFrom|Conflicts|"
                          r"JoinsNamespaceOf|ConditionPath\w+|AssertPath\w+)=(.*)")

faults = []


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def expect(holds, text):
    if not holds:
        faults.append(text)


def check_files(prefix):
    for name in ("lib/systemd/system/sekimori-dataplane.service",
                 "lib/systemd/system/sekimori-control.service", "lib/sysusers.d/sekimori.conf",
                 "share/doc/sekimori/OPERATIONS.md", "share/doc/sekimori/examples/policy.toml",
                 "share/doc/sekimori/examples/dataplane.env"):
        expect((prefix / name).is_file(), f"{name} is not installed")


def check_independence(unit, other):
    for line in unit.read_text().splitlines():
        found = DEPENDENCIES.fullmatch(line)
        expect(not found or other not in found.group(2), f"{unit.name} depends on {other}: {line}")


def check_restart(unit):
    text = unit.read_text()
    expect("Restart=always" in text and "StartLimitIntervalSec=0" in text,
           f"{unit.name} is not started again for ever")


def check_by_systemd(unit, folder):
    """systemd wants the programs to exist where the unit says; here they are not installed."""
    shown = folder / unit.name
    shown.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    verified = run("systemd-analyze", "verify", "--man=no", str(shown))
    expect(verified.returncode == 0 and not verified.stderr,
           f"{unit.name}: systemd-analyze verify: {verified.stderr}")
    secure = run("systemd-analyze", "security", "--offline=true", "--no-pager",
                 f"--threshold={THRESHOLDS[unit.name]}", str(shown))
    print(secure.stdout.strip().splitlines()[-1] if secure.stdout else secure.stderr)
    expect(secure.returncode == 0, f"{unit.name} is more exposed than {THRESHOLDS[unit.name] / 10}")


def check_user(rules, root):
    (root / "etc").mkdir()
    made = run("systemd-sysusers", f"--root={root}", str(rules))
    expect(made.returncode == 0, f"systemd-sysusers: {made.stderr}")
    passwd = (root / "etc/passwd").read_text() if (root / "etc/passwd").is_file() else ""
    expect(re.search(r"(?m)^sekimori:[^:]*:\d+:\d+:[^:]*:/var/lib/sekimori:\S*nologin$", passwd),
           f"the user sekimori is not made as it should be: {passwd!r}")


def check_examples(units, examples):
    """Every variable that a unit uses has a value in the unit or in the example of its file."""
    for name in ("dataplane", "control"):
        unit = (units / f"sekimori-{name}.service").read_text()
        known = set(re.findall(r"(?m)^(?:Environment=|#?)(\w+)=",
                               unit + (examples / f"{name}.env").read_text()))
        for variable in re.findall(r"\$\{?(SEKIMORI_\w+)", unit):
            expect(variable in known, f"{variable} of sekimori-{name}.service is explained nowhere")


def main():
    if not shutil.which("systemd-analyze"):
        print("systemd-analyze is missing (Debian package systemd)")
        return 77
    with tempfile.TemporaryDirectory(prefix="sekimori-units-") as temporary:
        folder = pathlib.Path(temporary)
        installed = run("cmake", "--install", sys.argv[1], "--component", "operation",
                        env=dict(os.environ, DESTDIR=str(folder / "destination")))
        expect(installed.returncode == 0, f"cmake --install: {installed.stderr}")
        found = list((folder / "destination").rglob("lib/systemd/system"))
        if len(found) != 1:
            print("\n".join(faults + ["no units are installed"]))
            return 1
        units, prefix = found[0], found[0].parents[2]
        check_files(prefix)
        check_independence(units / "sekimori-dataplane.service", "control")
        check_independence(units / "sekimori-control.service", "dataplane")
        (folder / "shown").mkdir()
        for unit in sorted(units.iterdir()):
            check_restart(unit)
            check_by_systemd(unit, folder / "shown")
        (folder / "root").mkdir()
        check_user(prefix / "lib/sysusers.d/sekimori.conf", folder / "root")
        check_examples(units, prefix / "share/doc/sekimori/examples")
    print("\n".join(faults) if faults else "units: no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

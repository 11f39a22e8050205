#!/usr/bin/env python3
"""run_as_unit.py UNIT [DROP-IN...] [--user NAME] -- COMMAND...: runs a command with the rights that a
systemd unit leaves to its process, as far as a test can have them without systemd: the user, the
capabilities, the system calls, the address families, and no memory that is writable and executable.
What systemd does with mounts and devices is left out. --user stands in for the unit's own user."""

import argparse
import ctypes
import os
import pathlib
import pwd
import re
import subprocess
import sys

PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24
SCMP_ACT_ALLOW = 0x7FFF0000
SCMP_ACT_EPERM = 0x00050001
SCMP_CMP_EQ = 4
SCMP_CMP_MASKED_EQ = 7
PROT_WRITE, PROT_EXEC = 2, 4
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16, "AF_PACKET": 17, "AF_XDP": 44}

libc = ctypes.CDLL(None, use_errno=True)


class Comparison(ctypes.Structure):
    """struct scmp_arg_cmp of libseccomp."""
    _fields_ = [("argument", ctypes.c_uint), ("operation", ctypes.c_int),
                ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)]


def settings_of(files):
    """The [Service] settings of a unit and its drop-ins, a list of values each."""
    settings = {}
    for file in files:
        for name, value in re.findall(r"^([A-Za-z]+)=(.*)$", pathlib.Path(file).read_text(), re.M):
            settings.setdefault(name, []).append(value)
    return settings


def words_of(settings, name):
    """All words of a setting whose lines add up."""
    return " ".join(settings[name]).split()


def capability_numbers():
    text = pathlib.Path("/usr/include/linux/capability.h").read_text()
    return {name: int(number)
            for name, number in re.findall(r"#define (CAP_[A-Z_]+)\s+(\d+)\s", text)}


def check(result, what):
    if result != 0:
        sys.exit(f"run_as_unit: {what}: {os.strerror(ctypes.get_errno())}")


def keep_capabilities(names):
    numbers = capability_numbers()
    kept = {numbers[name] for name in names}
    last = int(pathlib.Path("/proc/sys/kernel/cap_last_cap").read_text())
    for number in set(range(last + 1)) - kept:
        check(libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), f"drop capability {number}")


def become(user):
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setresgid(entry.pw_gid, entry.pw_gid, entry.pw_gid)
    os.setresuid(entry.pw_uid, entry.pw_uid, entry.pw_uid)


def system_calls(word):
    """A system call by its name, or all of a set of systemd."""
    if not word.startswith("@"):
        return {word}
    shown = subprocess.run(["systemd-analyze", "syscall-filter", word], check=True,
                           capture_output=True, text=True).stdout
    calls = set()
    for line in shown.splitlines()[1:]:
        entry = line.strip()
        if entry and not entry.startswith("#"):
            calls |= system_calls(entry)
    return calls


def allowed_calls(lines):
    allowed = set()
    for line in lines:
        for word in line.lstrip("~").split():
            if line.startswith("~"):
                allowed -= system_calls(word)
            else:
                allowed |= system_calls(word)
    return allowed


class Filter:
    """A seccomp filter that refuses what no rule allows."""

    def __init__(self):
        self.library = ctypes.CDLL("libseccomp.so.2")
        self.library.seccomp_init.restype = ctypes.c_void_p
        self.context = ctypes.c_void_p(self.library.seccomp_init(SCMP_ACT_EPERM))

    def allow(self, name, *comparisons):
        number = self.library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return  # of another architecture
        rules = (Comparison * max(len(comparisons), 1))(*comparisons)
        self.library.seccomp_rule_add_array(self.context, ctypes.c_uint(SCMP_ACT_ALLOW), number,
                                            len(comparisons), rules)

    def load(self):
        check(-self.library.seccomp_load(self.context), "load the filter of system calls")


def restrict_calls(settings):
    allowed = allowed_calls(settings["SystemCallFilter"])
    allowed.add("execve")  # systemd leaves this one so that it can start the program
    rules = Filter()
    if settings.get("MemoryDenyWriteExecute") == ["yes"]:
        allowed -= {"mmap", "mprotect", "pkey_mprotect"}
        for protection in (0, PROT_WRITE, PROT_EXEC):
            rules.allow("mmap", Comparison(2, SCMP_CMP_MASKED_EQ, PROT_WRITE | PROT_EXEC,
                                           protection))
        for name in ("mprotect", "pkey_mprotect"):
            rules.allow(name, Comparison(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))
    allowed.discard("socket")
    for family in words_of(settings, "RestrictAddressFamilies"):
        rules.allow("socket", Comparison(0, SCMP_CMP_EQ, FAMILIES[family], 0))
    for name in sorted(allowed):
        rules.allow(name)
    rules.load()


def main():
    separator = sys.argv.index("--")
    parser = argparse.ArgumentParser(description=__doc__.split(":")[1])
    parser.add_argument("files", nargs="+", metavar="UNIT [DROP-IN...]")
    parser.add_argument("--user")
    options = parser.parse_args(sys.argv[1:separator])
    command = sys.argv[separator + 1:]
    settings = settings_of(options.files)
    os.umask(int(settings["UMask"][-1], 8))
    keep_capabilities(words_of(settings, "CapabilityBoundingSet"))
    if "User" in settings:
        become(options.user or settings["User"][-1])
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")
    restrict_calls(settings)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()

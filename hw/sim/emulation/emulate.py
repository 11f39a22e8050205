#!/usr/bin/env python3
"""Runs a program against the Verilated kernels by way of XRT's hardware emulation:

    emulate.py --device BINARY --make-xclbin BINARY [--quick-sleep LIBRARY] -- PROGRAM ARGUMENT...

It packs the device into a bitstream, sets XRT up in a folder of its own and replaces {xclbin} in
the arguments by the bitstream's path. The status is that of the program."""

import argparse
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[3]

# (kernel, instance) as the self-test's bitstream is linked, which is the order of
# sekimori::CardKernel; device.cpp knows the addresses, too.
LINKED = re.findall(r"^nk=(\w+):\d+:(.+)$", (ROOT / "hw/package/self-test.cfg").read_text(), re.M)
INSTANCES = [(kernel, name) for kernel, names in LINKED for name in names.split(".")]
FIRST_BASE = 0x800000
BASE_STEP = 0x10000

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
# The emulation's first call has to be its longest, or XRT's buffer for calls grows without being
# told; it carries these settings, so one of them is made long.
PACKET_SIZE = 65536
PADDING = "x" * (PACKET_SIZE + 1024 + 64)

LAUNCHER = "#!/bin/sh\nexec ./device\n"


def metadata():
    """What XRT wants to know about the kernels, from their kernel.xml."""
    project = xml.Element("project", name="sekimori")
    platform = xml.SubElement(project, "platform", vendor="sekimori", boardid="emulated",
                              name="card", featureRomTime="0")
    device = xml.SubElement(platform, "device", name="fpga0",
                            fpgaDevice="virtexuplus:xcu250:figd2104:-2L:e", addrWidth="0")
    core = xml.SubElement(device, "core", name="OCL_REGION_0", target="hw_em", type="clc_region",
                          clockFreq="0MHz", numComputeUnits="60")
    kernels = {}
    for number, (name, instance) in enumerate(INSTANCES):
        if name not in kernels:
            packaged = xml.parse(ROOT / f"hw/package/{name}.xml").getroot().find("kernel")
            kernels[name] = xml.SubElement(core, "kernel", packaged.attrib)
            kernels[name].extend([*packaged.find("ports"), *packaged.find("args")])
        place = xml.SubElement(kernels[name], "instance", name=instance)
        xml.SubElement(place, "addrRemap", base=hex(FIRST_BASE + number * BASE_STEP),
                       range=hex(BASE_STEP), port="s_axi_control")
    return xml.tostring(project, encoding="unicode", xml_declaration=True)


def memory_argument(name):
    for argument in xml.parse(ROOT / f"hw/package/{name}.xml").getroot().iter("arg"):
        if argument.get("addressQualifier") == "1":
            return argument.get("id")
    return None


def kernel_arguments():
    for number, (name, instance) in enumerate(INSTANCES):
        argument = memory_argument(name)
        yield (f"{name}:{instance}={FIRST_BASE + number * BASE_STEP:#x}"
               + (f",{argument}" if argument else ""))


def add_executable(archive, name, data):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = 0o100755 << 16
    archive.writestr(entry, data)


def make_bitstream(work, device, make_xclbin):
    with zipfile.ZipFile(work / "device.zip", "w") as archive:
        folder = "behav_waveform/xsim/"
        add_executable(archive, folder + "launch_hw_emu.sh", LAUNCHER)
        add_executable(archive, folder + "device", device.read_bytes())
    (work / "metadata.xml").write_text(metadata())
    xclbin = work / "sekimori.xclbin"
    subprocess.run([make_xclbin, work / "metadata.xml", work / "device.zip", xclbin,
                    *kernel_arguments()], check=True)
    return xclbin


def set_up(work, quick_sleep):
    """XRT's files, and the environment that makes it find them."""
    (work / "emconfig.json").write_text(json.dumps({
        "Version": {"FileVersion": "2.0", "ToolVersion": "2022.1"},
        "Platform": {"UnifiedPlatform": "true", "ExpandedPR": "false", "Boards": [
            {"NumBoards": "1", "Devices": [
                {"Name": "sekimori_emulated_card", "HalMajorVersion": "1",
                 "HalMinorVersion": "0", "VendorId": "4334", "DdrBanks": [{"Size": "16GB"}],
                 "NumDevices": "1"}]}]}}))
    (work / "xrt.ini").write_text(
        "[Emulation]\nsystem_dpa=false\nkeep_run_dir=false\nsuppress_infos=true\n"
        f"print_infos_in_console=false\npacket_size={PACKET_SIZE}\nenable_arbitration={PADDING}\n")
    (work / "xrt").mkdir()
    (work / "xrt/lib").symlink_to(LIBRARIES)
    environment = dict(os.environ, XILINX_XRT=str(work / "xrt"), XCL_EMULATION_MODE="hw_emu",
                       EMCONFIG_PATH=str(work), XRT_INI_PATH=str(work / "xrt.ini"),
                       SDACCEL_EM_RUN_DIR=str(work))
    environment.setdefault("USER", "root")
    if quick_sleep:
        environment["LD_PRELOAD"] = str(quick_sleep.resolve())
    return environment


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", type=pathlib.Path, required=True)
    parser.add_argument("--make-xclbin", required=True)
    parser.add_argument("--quick-sleep", type=pathlib.Path)
    parser.add_argument("--timeout", type=int, default=600, help="seconds")
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sekimori-emulation-") as folder:
        work = pathlib.Path(folder)
        xclbin = make_bitstream(work, arguments.device, arguments.make_xclbin)
        command = [part.replace("{xclbin}", str(xclbin)) for part in arguments.command]
        # XRT signals its whole process group when its program crashes, so that has its own.
        program = subprocess.Popen(command, env=set_up(work, arguments.quick_sleep),
                                   start_new_session=True)
        try:
            return program.wait(arguments.timeout)
        except subprocess.TimeoutExpired:
            print(f"the program has not ended within {arguments.timeout} s", file=sys.stderr)
            return 1
        finally:
            try:
                os.killpg(program.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


if __name__ == "__main__":
    sys.exit(main())

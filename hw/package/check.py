#!/usr/bin/env python3
"""Checks what Vitis would find out hours later: that each kernel's module has the ports that its
kernel.xml names, with their widths, and no others but the pins of a cage, and that the link
configuration connects streams that there are, from an output to an input, and cages, each once.

    check.py KERNEL SOURCE...     one kernel
    check.py --link FILE.cfg      a link configuration
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent

CONTROL = {"awvalid": 1, "awready": 1, "awaddr": 12, "wvalid": 1, "wready": 1, "wdata": 32,
           "wstrb": 4, "bvalid": 1, "bready": 1, "bresp": 2, "arvalid": 1, "arready": 1,
           "araddr": 12, "rvalid": 1, "rready": 1, "rdata": 32, "rresp": 2}
READ = {"arvalid": 1, "arready": 1, "araddr": 64, "arlen": 8, "arsize": 3, "arburst": 2,
        "rvalid": 1, "rready": 1, "rdata": 0, "rlast": 1, "rresp": 2}
WRITE = {"awvalid": 1, "awready": 1, "awaddr": 64, "awlen": 8, "awsize": 3, "awburst": 2,
         "wvalid": 1, "wready": 1, "wdata": 0, "wstrb": -8, "wlast": 1, "bvalid": 1, "bready": 1,
         "bresp": 2}
STREAM = {"tvalid": 1, "tready": 1, "tdata": 0, "tkeep": -8, "tlast": 1}

# The pins of a network port's cage, which kernel.xml knows nothing of, by the interfaces that a
# link configuration connects.
CAGE = {"gt_refclk": {"gt_refclk_p": (1, "input"), "gt_refclk_n": (1, "input")},
        "clk_gt_freerun": {"clk_gt_freerun": (1, "input")},
        "gt_port": {"gt_rxp_in": (4, "input"), "gt_rxn_in": (4, "input"),
                    "gt_txp_out": (4, "output"), "gt_txn_out": (4, "output")}}
KERNELS_WITH_CAGE = {"network_port"}


def described(kernel):
    return xml.parse(HERE / f"{kernel}.xml").getroot().find("kernel")


def widths(signals, data_width):
    """0 stands for the width of the data, -8 for a bit for each of its bytes."""
    return {name: data_width if width == 0 else data_width // 8 if width == -8 else width
            for name, width in signals.items()}


def module_ports(kernel, sources):
    """Width and direction of each port, as Yosys reads the module."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "module.json"
        subprocess.run(["yosys", "-q", "-p", f"read_verilog -sv {' '.join(sources)}; "
                        f"blackbox *; write_json {out}"], check=True)
        ports = json.loads(out.read_text())["modules"][kernel]["ports"]
    return {name: (len(port["bits"]), port["direction"]) for name, port in ports.items()}


def kernel_faults(kernel, sources):
    ports = module_ports(kernel, sources)
    wanted = {"ap_clk": 1, "ap_rst_n": 1}
    optional = {}
    for port in described(kernel).iter("port"):
        name, width = port.get("name"), int(port.get("dataWidth"))
        if port.get("mode") == "slave":
            signals = CONTROL
        elif port.get("portType") == "stream":
            signals = widths(STREAM, width)
            optional[f"{name}_tuser"] = 1
            valid = ports.get(f"{name}_tvalid", (0, "no"))[1]
            if valid != ("input" if port.get("mode") == "read_only" else "output"):
                yield f"{kernel}: {name} is {port.get('mode')}, but its tvalid is an {valid}"
        else:
            reads = f"{name}_arvalid" in ports
            signals = widths(READ if reads else WRITE, width)
        wanted |= {f"{name}_{signal}": bits for signal, bits in signals.items()}
    for name, bits in wanted.items():
        if name not in ports:
            yield f"{kernel}: the module has no port {name}"
        elif ports[name][0] != bits:
            yield f"{kernel}: port {name} has {ports[name][0]} bits and not {bits}"
    cage = {}
    if kernel in KERNELS_WITH_CAGE:
        for pins in CAGE.values():
            cage |= pins
    for name, pin in cage.items():
        if ports.get(name) != pin:
            yield f"{kernel}: the cage's pin {name} is {ports.get(name)} and not {pin}"
    for name in ports.keys() - wanted.keys() - optional.keys() - cage.keys():
        yield f"{kernel}: {kernel}.xml knows nothing of port {name}"


def link_faults(path):
    instances, kernels, used = {}, {}, set()
    for number, line in enumerate(path.read_text().splitlines(), 1):
        where = f"{path.name}:{number}"
        if found := re.fullmatch(r"nk=(\w+):(\d+):([\w.]+)", line):
            kernel, count, names = found[1], int(found[2]), found[3].split(".")
            if not (HERE / f"{kernel}.xml").is_file():
                yield f"{where}: there is no kernel {kernel}"
            elif len(names) != count:
                yield f"{where}: {count} instances have {len(names)} names"
            else:
                instances |= {name: described(kernel) for name in names}
                kernels |= {name: kernel for name in names}
        elif found := re.fullmatch(r"stream_connect=([\w.]+):([\w.]+)", line):
            for end, mode in zip(found.groups(), ("write_only", "read_only")):
                yield from end_faults(where, end, mode, instances, used)
        elif found := re.fullmatch(r"connect=([\w/]+):([\w/]+)", line):
            yield from cage_faults(where, found.groups(), kernels, used)
        elif found := re.fullmatch(r"(?:slr=(\w+):SLR\d|sp=(\w+)\.\w+:.*)", line):
            name = found[1] or found[2]
            if name not in instances:
                yield f"{where}: there is no instance {name}"
        elif line and not line.startswith(("#", "[")):
            yield f"{where}: not understood: {line}"
    for name, kernel in instances.items():
        for port in kernel.iter("port"):
            if port.get("portType") == "stream" and f"{name}.{port.get('name')}" not in used:
                yield f"{path.name}: {name}.{port.get('name')} is connected to nothing"
        for interface in CAGE if kernels[name] in KERNELS_WITH_CAGE else ():
            if f"{name}/{interface}" not in used:
                yield f"{path.name}: {name}/{interface} is connected to nothing"


def cage_faults(where, ends, kernels, used):
    """One end of a connection of a cage is a kernel's interface, the other one the shell's."""
    own = [end for end in ends if end.split("/")[0] in kernels]
    if len(own) != 1:
        yield f"{where}: connects {len(own)} interfaces of kernels, not one"
        return
    name, _, interface = own[0].partition("/")
    if kernels[name] not in KERNELS_WITH_CAGE or interface not in CAGE:
        yield f"{where}: there is no interface {own[0]}"
    for end in ends:
        if end in used:
            yield f"{where}: {end} is connected twice"
        used.add(end)


def end_faults(where, end, mode, instances, used):
    instance, _, name = end.partition(".")
    ports = {port.get("name"): port for port in instances[instance].iter("port")} \
        if instance in instances else {}
    if name not in ports:
        yield f"{where}: there is no stream {end}"
    elif ports[name].get("mode") != mode:
        yield f"{where}: {end} is {ports[name].get('mode')}"
    elif end in used:
        yield f"{where}: {end} is connected twice"
    used.add(end)


def main():
    arguments = sys.argv[1:]
    if len(arguments) < 2:
        sys.exit(__doc__)
    if arguments[0] == "--link":
        faults = list(link_faults(pathlib.Path(arguments[1])))
    else:
        faults = list(kernel_faults(arguments[0], arguments[1:]))
    print("\n".join(faults) or f"{arguments[-1 if arguments[0] == '--link' else 0]}: no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""SystemVerilog: the package of offsets and the register file."""

from model import generated


def package(kernel):
    lines = [generated(kernel, "//"), f"package {kernel.name}_regs_pkg;", ""]
    for r in kernel.registers:
        lines.append(f"  localparam logic [11:0] {r.name.upper()} = 12'h{r.offset:03x};")
    if kernel.counters:
        c = kernel.counters
        lines += ["", f"  localparam logic [11:0] COUNTERS = 12'h{c.offset:03x};",
                  f"  localparam int COUNTER_COUNT = {len(c.names)};",
                  f"  localparam int COUNTER_STEP_W = {c.step_bits};"]
        lines += [f"  localparam int COUNTER_{name.upper()} = {i};"
                  for i, (name, _) in enumerate(c.names)]
    return "\n".join([*lines, "", "endpackage", ""])


def ports(kernel):
    """Port declarations beside the bus, in the order of the description."""
    out = []
    for r in kernel.registers:
        span = f"[{r.width - 1}:0]"
        if r.access == "status":
            out.append(f"input  logic {span:<8} {r.name}_i")
        elif r.access in ("control", "secret"):
            out.append(f"output logic {span:<8} {r.name}_o")
        elif r.access == "command":
            out.append(f"output logic          {r.name}_o")
            out.append(f"output logic {span:<8} {r.name}_value_o")
    if kernel.counters:
        span = f"[{kernel.counters.select_bits - 1}:0]"
        out.append(f"output logic {span:<8} counter_select_o")
        out.append("input  logic [63:0]   counter_value_i  // a clock after the selection")
    return out


def write_side(kernel):
    out = ["  always_ff @(posedge clk_i) begin"]
    out += [f"    {r.name}_o <= 1'b0;" for r in kernel.of("command")]
    out += ["    if (write_i) begin", "      unique case (write_address_i)"]
    for r in kernel.of("control", "secret", "command"):
        for i in range(r.count):
            address = f"12'h{r.offset + 4 * i:03x}"
            if r.access == "command":
                out.append(f"        {address}: begin")
                out.append(f"          {r.name}_o <= 1'b1;")
                out.append(f"          {r.name}_value_o <= write_data_i;")
                out.append("        end")
            else:
                target = f"{r.name}_o" if r.count == 1 else f"{r.name}_o[{32 * i} +: 32]"
                out.append(f"        {address}: {target} <= write_data_i;")
    out += ["        default: ;", "      endcase", "    end", "    if (!rst_ni) begin"]
    for r in kernel.of("control"):
        out.append(f"      {r.name}_o <= {r.width}'h{r.reset:x};")
    out += [f"      {r.name}_o <= 1'b0;" for r in kernel.of("command")]
    return [*out, "    end", "  end"]


def read_side(kernel):
    out = ["  logic [31:0] word_q;"]
    if kernel.counters:
        c = kernel.counters
        out += ["  logic        is_counter_q;", "  logic        high_half_q;", "",
                f"  assign counter_select_o = read_address_i[3 +: {c.select_bits}];"]
    out += ["", "  always_ff @(posedge clk_i) begin", "    word_q <= '0;",
            "    unique case (read_address_i)"]
    for r in kernel.of("constant", "status", "control"):
        for i in range(r.count):
            source = {"constant": f"32'h{r.value:08x}", "status": f"{r.name}_i",
                      "control": f"{r.name}_o"}[r.access]
            part = source if r.count == 1 else f"{source}[{32 * i} +: 32]"
            out.append(f"      12'h{r.offset + 4 * i:03x}: word_q <= {part};")
    out += ["      default: ;", "    endcase"]
    if kernel.counters:
        c = kernel.counters
        out += [f"    is_counter_q <= read_address_i >= 12'h{c.offset:03x}"
                f" && read_address_i < 12'h{c.end:03x};",
                "    high_half_q  <= read_address_i[2];"]
    out += ["  end", ""]
    if kernel.counters:
        out += ["  assign read_data_o = !is_counter_q ? word_q",
                "                     : high_half_q ? counter_value_i[63:32]"
                " : counter_value_i[31:0];"]
    else:
        out.append("  assign read_data_o = word_q;")
    return out


def register_file(kernel):
    lines = [generated(kernel, "//"),
             f"// The registers of the kernel {kernel.name}, behind axil_slave.",
             f"module {kernel.name}_regs (",
             "  input  logic          clk_i,",
             "  input  logic          rst_ni,",
             "",
             "  input  logic          write_i,",
             "  input  logic [11:0]   write_address_i,",
             "  input  logic [31:0]   write_data_i,",
             "  input  logic [11:0]   read_address_i,",
             "  output logic [31:0]   read_data_o,  // a clock after the address",
             ""]
    declared = ports(kernel)
    for i, port in enumerate(declared):
        text, _, comment = port.partition("  //")
        comma = "" if i + 1 == len(declared) else ","
        lines.append(f"  {text}{comma}" + (f"  //{comment}" if comment else ""))
    lines += [");", "", *write_side(kernel), "", *read_side(kernel), "", "endmodule", ""]
    return "\n".join(lines)

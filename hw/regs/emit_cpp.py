"""C++: the offsets for the host library and the benches."""

from model import generated


def header(kernel):
    lines = [generated(kernel, "//"), "#pragma once", "",
             "#include <cstddef>", "#include <cstdint>",
             "#include <string_view>", "",
             *comment(f"The registers of the kernel {kernel.name}, which {kernel.text}."),
             f"namespace sekimori::{kernel.name}_registers {{", ""]
    for r in kernel.registers:
        lines += comment(r.text)
        lines.append(f"inline constexpr std::uint32_t {r.name} = {r.offset:#05x};")
        if r.count > 1:
            lines.append(f"inline constexpr std::uint32_t {r.name}_words = {r.count};")
        if r.access == "constant":
            lines.append(f"inline constexpr std::uint32_t {r.name}_value = {r.value:#x};")
    if kernel.counters:
        c = kernel.counters
        lines += ["", "/// Each counter has a low and a high word.",
                  f"inline constexpr std::uint32_t counters = {c.offset:#05x};", "",
                  "enum class Counter : std::uint32_t {"]
        column = max(len(name) for name, _ in c.names) + 3
        lines += [f"  {name + ',':<{column}}///< {text}" for name, text in c.names]
        lines += ["};",
                  f"inline constexpr std::size_t counter_count = {len(c.names)};", "",
                  "[[nodiscard]] constexpr std::string_view name(Counter counter) {",
                  "  switch (counter) {"]
        for name, _ in c.names:
            lines += [f"    case Counter::{name}:", f'      return "{name}";']
        lines += ["  }", '  return "";', "}"]
    return "\n".join([*lines, "", f"}}  // namespace sekimori::{kernel.name}_registers", ""])


def comment(text, width=96):
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = ""
        line = f"{line} {word}" if line else word
    lines.append(line)
    return [f"/// {part}" for part in lines]

"""What several alternate runs of two versions of a benchmark say about each of its rows."""

import statistics

DEFAULT_UNIT = "ns_per_packet"


def values(document):
    """The rows of one run: name to value. The document names the unit, which is the key of the
    value; rows without it measure something else and are left out."""
    unit = document.get("unit", DEFAULT_UNIT)
    return {row["name"]: row[unit] for row in document.get("rows", [])
            if isinstance(row.get(unit), (int, float))}


class Comparison:
    """The pairs of values that the runs of the old and the new version gave."""

    def __init__(self, benchmark):
        self.benchmark = benchmark
        self.unit = DEFAULT_UNIT
        self.old = {}  # row to values, one a run
        self.new = {}

    def add(self, old_document, new_document):
        """Takes the documents of a run of the old version and of the run of the new one after
        it."""
        self.unit = new_document.get("unit", DEFAULT_UNIT)
        for found, kept in ((values(old_document), self.old), (values(new_document), self.new)):
            for name, value in found.items():
                kept.setdefault(name, []).append(value)

    def rows(self):
        """All rows in the order of the new version, then those that only the old one has."""
        names = list(self.new) + [name for name in self.old if name not in self.new]
        return [self.row(name) for name in names]

    def row(self, name):
        row = {"name": name}
        old, new = self.old.get(name, []), self.new.get(name, [])
        if old:
            row[f"old_{self.unit}"] = statistics.median(old)
        if new:
            row[f"new_{self.unit}"] = statistics.median(new)
        ratios = [after / before for before, after in zip(old, new) if before > 0]
        if ratios:
            row |= {"ratio": statistics.median(ratios), "min_ratio": min(ratios),
                    "max_ratio": max(ratios)}
        else:
            row["only_in"] = "new" if new else "old"
        return row


def text_of(value):
    if value is None:
        return "-"
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def line(row, unit):
    note = f"only in the {row['only_in']} version" if "only_in" in row else (
        f"{row['min_ratio']:.3f} .. {row['max_ratio']:.3f}")
    ratio = f"{row['ratio']:.3f}" if "ratio" in row else "-"
    return [row["name"], text_of(row.get(f"old_{unit}")), text_of(row.get(f"new_{unit}")), ratio,
            note]


def table(comparison, base, repetitions):
    unit = comparison.unit
    lines = [["", "old", "new", "new/old", "min .. max"]]
    lines += [line(row, unit) for row in comparison.rows()]
    widths = [max(len(cells[i]) for cells in lines) for i in range(5)]
    text = (f"Benchmark {comparison.benchmark}, {unit.replace('_', ' ')}: old is {base}, new the "
            f"working tree.\nMedians of {repetitions} alternating runs of each; ratios of runs "
            "that followed each other.\n\n")
    for cells in lines:
        padded = [cells[0].ljust(widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:])]
        text += "  ".join(padded).rstrip() + "\n"
    return text


def document(comparisons, base, repetitions):
    return {"benchmark": "compare", "base": base, "repetitions": repetitions,
            "comparisons": [{"benchmark": comparison.benchmark, "unit": comparison.unit,
                             "rows": comparison.rows()} for comparison in comparisons]}

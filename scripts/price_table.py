#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What traces would have cost under several rules, as a table in Markdown: price_table.py EVMMEM TRACE... [--rules NAME...]

    scripts/price_table.py build/app/evmmem blocks --rules eip-7923 eip-7686 mip-3
"""
import argparse
import json
import subprocess

HEAD = ("| rules | transactions | cheaper | dearer | unchanged | fail | may change | uncertain | gas | median | 5 % .. 95 % "
        "| memory, then |")


def percent(before, after):
    return f"{100 * (after - before) / before:+.2f} %" if before else "-"


def row(evmmem, rules, traces):
    command = [evmmem, "price", "--format", "json", "--top", "0", "--rules", rules, *traces]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(command)}: exit code {result.returncode}\n{result.stderr}")
    sums = json.loads(result.stdout.splitlines()[-1])["totals"]
    changes = sums["percent"]
    return (f"| `{rules}` | {sums['transactions']} | {sums['cheaper']} | {sums['dearer']} | {sums['unchanged']} | {sums['fail']} "
            f"| {sums['may_change']} | {sums['not_priced'] + sums['unknown']} "
            f"| {percent(sums['gas_before'], sums['gas_after'])} | {changes['median']:+.2f} % "
            f"| {changes['p5']:+.2f} % .. {changes['p95']:+.2f} % "
            f"| {sums['memory_gas_before']:,} .. {sums['memory_gas_after']:,} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evmmem")
    parser.add_argument("traces", nargs="+")
    parser.add_argument("--rules", nargs="+", default=["eip-7923", "eip-7686", "mip-3"])
    arguments = parser.parse_args()
    print(HEAD, "| --- |" + " --- |" * (HEAD.count("|") - 2), sep="\n")
    for rules in arguments.rules:
        print(row(arguments.evmmem, rules, arguments.traces))


if __name__ == "__main__":
    main()

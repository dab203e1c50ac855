# SPDX-License-Identifier: MIT
"""Asks evmmem about a trace, and says what is wrong with the answer, if anything."""

import json
from dataclasses import dataclass

import processes

SECONDS_MAX = 120  # of evmmem for one trace
SEVERAL = ", several forks"  # of a stream that holds transactions of more than one


@dataclass
class Judgement:
    cause: str  # "" where the answer is right; else a check's name, or what went wrong
    report: dict | None  # evmmem's JSON
    cpu: float  # evmmem's, seconds
    detail: str = ""  # the first finding in words, or the first warning

    @property
    def warned(self):
        """The checks that a right answer warns of, as one name; "" where there are none."""
        checks = {each["check"] for each in self.report["warnings"]} if self.report and not self.cause else ()
        return ", ".join(sorted(checks))


def ask(evmmem, trace, folder):
    """evmmem's report of a trace, its CPU seconds, and what went wrong with the program itself, if anything."""
    out, errors = folder / "report.json", folder / "evmmem.err"
    ended = processes.run([evmmem, "replay", "--format", "json", "--no-blame", "--no-speed", "--jobs", "1", "--quiet", trace],
                          out, errors, size_max=1 << 26, seconds_max=SECONDS_MAX)
    if ended.cut:
        return None, ended.cpu, f"evmmem: takes more than {SECONDS_MAX} s"
    try:
        return json.loads(out.read_text()), ended.cpu, ""
    except ValueError:
        said = errors.read_text(errors="replace").strip().splitlines()
        return None, ended.cpu, f"evmmem: exit code {ended.code}" + (f", {said[-1][:80]}" if said else "")


def first_cause(report):
    """The name under which a report that does not agree is counted."""
    if report["findings"]:
        return report["findings"][0]["check"]
    if report["verdict"] in ("agrees", "incomplete") or not report["errors"]:
        return report["verdict"]
    return f"{report['verdict']}: {report['errors'][0]['kind']}"


def detail(report):
    for first in [*report["findings"], *report["warnings"]][:1]:
        return f"line {first['line']}, step {first['step']}, {first['op']}: {first['detail']}"
    for first in report["errors"][:1]:
        return f"line {first['line']}: {first['message']}"
    return "; ".join(map(str, report["incomplete_because"]))


def judge(evmmem, case, folder):
    """What evmmem says of the case's trace; right is `agrees`, with each transaction's true fork left."""
    judgement = _judge(evmmem, case, folder)
    if judgement.cause and len(set(case.forks)) > 1:
        judgement.cause += SEVERAL
    return judgement


def _judge(evmmem, case, folder):
    report, cpu, broken = ask(evmmem, case.trace, folder)
    if broken:
        return Judgement(broken, None, cpu, broken)
    wanted = "incomplete" if case.partial else "agrees"
    if report["verdict"] != wanted:
        cause = first_cause(report)
        return Judgement(f"not incomplete: {cause}" if case.partial else cause, report, cpu,
                         detail(report) or ("the client left steps out, as it was asked to" if case.partial else ""))
    if (struck := struck_forks(case, report)):
        return Judgement("fork", report, cpu, f"struck though true: {', '.join(struck)}; left: {', '.join(report['forks'])}")
    return Judgement("", report, cpu, detail(report))


def struck_forks(case, report):
    """The true forks that the report has ruled out."""
    true = [fork for fork in case.forks if fork]
    if not true or not report["steps"]:
        return []
    if len(set(true)) == 1:
        return [] if true[0] in report["forks"] else [true[0]]
    # Several forks in one stream: each transaction has its own.
    by_transaction = [run["forks"] for run in report["fork_runs"] for _ in range(run["transactions"])]
    if len(by_transaction) != len(true):
        return []
    return [fork for fork, left in zip(true, by_transaction, strict=True) if fork not in left]

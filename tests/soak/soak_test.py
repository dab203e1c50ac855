#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The soak itself: its tests come from the seed alone, faults of evmmem are noticed, figures survive an interruption,
and a refused trace is made small.

    soak_test.py EVMMEM
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
FAULTY = HERE / "faulty_evmmem.py"
EVMMEM = ""

import small_client  # noqa: E402  sets the path to the modules below

import alterations  # noqa: E402
import forks  # noqa: E402
import reducing  # noqa: E402
import state_tests  # noqa: E402
import tally  # noqa: E402
from assembly import BYTES, NEWEST, Code, instructions  # noqa: E402
from curves import K1, P256, address_of, ecrecover_input  # noqa: E402


def soak(*arguments, evmmem=None, **environment):
    """A soak with the small client: its exit code and what it printed."""
    run = subprocess.run([sys.executable, HERE / "with_small_client.py", "--evmmem", evmmem or EVMMEM, *map(str, arguments)],
                         capture_output=True, text=True, check=False, timeout=120,
                         env={**os.environ, "REAL_EVMMEM": EVMMEM, **environment})
    return run.returncode, run.stdout + run.stderr


class Folder(unittest.TestCase):
    def setUp(self):
        held = tempfile.TemporaryDirectory(prefix="soak-test-")
        self.addCleanup(held.cleanup)
        self.folder = pathlib.Path(held.name)

    def figures(self, out):
        return json.loads((out / "figures.json").read_text())


class Generator(unittest.TestCase):
    def test_a_seed_makes_one_test_whatever_the_process(self):
        program = "import small_client, state_tests, json; print(json.dumps([state_tests.state_test(f'a/{n}') for n in range(40)]))"
        printed = {subprocess.run([sys.executable, "-c", program], cwd=HERE, capture_output=True, text=True, check=True,
                                  env={**os.environ, "PYTHONHASHSEED": seed}).stdout for seed in ("1", "2")}
        self.assertEqual(len(printed), 1)
        self.assertNotEqual(state_tests.state_test("a/0"), state_tests.state_test("b/0"))

    def test_every_instruction_and_fork_occurs(self):
        seen, seen_forks = set(), set()
        for n in range(1500):
            test, under = state_tests.state_test(f"cover/{n}")
            seen_forks.update(under)
            for each in test["pre"].values():
                code = bytes.fromhex(each["code"][2:])
                seen.update(code[at] for at, _ in instructions(code))
        missing = [name for name, number in BYTES.items() if number not in seen and not name.startswith("PUSH")
                   and name not in NEWEST]
        self.assertEqual(missing, [])
        self.assertEqual(seen_forks, set(forks.FORKS))

    def test_one_fork_when_one_is_asked_for(self):
        for n in range(20):
            test, under = state_tests.state_test(f"one/{n}", ["berlin"], False)
            self.assertEqual((under, list(test["post"])), (["berlin"], ["Berlin"]))

    def test_labels_and_data_are_where_they_are_said_to_be(self):
        code = Code().push_label("end").op("JUMP").push_data(b"\1\2\3").label("end").op("STOP").bytes()
        target = int.from_bytes(code[1:4], "big")
        place = int.from_bytes(code[6:9], "big")
        self.assertEqual((code[target], code[place:place + 3]), (0x5B, b"\1\2\3"))

    def test_signatures_hold(self):
        for curve in (K1, P256):
            digest, key = bytes(31) + b"\7", 123456789
            r, s, _ = curve.sign(key, digest, 987654321)
            w = pow(s, -1, curve.n)
            point = curve.add(curve.multiply(7 * w % curve.n), curve.multiply(r * w % curve.n, curve.multiply(key)))
            self.assertEqual(point[0] % curve.n, r)
        # Of a key of all ones' first: the address of private key 1, as every wallet shows it.
        self.assertEqual(address_of(1), 0x7E5F4552091A69125D5DFCB7B8C2659029395BDF)
        self.assertEqual(len(ecrecover_input(__import__("random").Random(1))), 128)


class Judging(Folder):
    def test_right_traces_agree_and_alterations_are_found(self):
        out = self.folder / "out"
        code, said = soak("--traces", 30, "--alter", 1, "--out", out, "--jobs", 2)
        self.assertEqual(code, 0, said)
        figures = self.figures(out)
        self.assertEqual(figures["clients"]["small"]["traces"], 30)
        self.assertGreater(figures["clients"]["small"]["steps"], 200)
        memory = figures["kinds"].get("memory byte", {"decidable": 0, "decidable_found": 0})
        self.assertEqual(memory["decidable"], memory["decidable_found"])
        self.assertGreater(sum(kind["decidable_found"] for kind in figures["kinds"].values()), 10)

    def test_a_false_alarm_is_noticed_named_and_kept(self):
        out = self.folder / "out"
        code, said = soak("--traces", 12, "--out", out, evmmem=FAULTY, FAULT="alarm")
        self.assertEqual(code, 1, said)
        self.assertIn("small              memory.size", said)
        self.assertIn("planted", said)
        kept = list((out / "kept").glob("small-*/case.json"))
        self.assertTrue(kept)
        self.assertEqual(json.loads(kept[0].read_text())["cause"], "memory.size")

    def test_a_warning_is_named_and_kept_and_does_not_count(self):
        out = self.folder / "out"
        code, said = soak("--traces", 12, "--out", out, evmmem=FAULTY, FAULT="warn")
        self.assertEqual(code, 0, said)
        self.assertIn("right, but warned of:", said)
        self.assertRegex(said, r"small-\d+: line \d+, step \d+, MSTORE8: planted")
        kept = list((out / "kept").glob("small-*/case.json"))
        self.assertTrue(kept)
        self.assertEqual(json.loads(kept[0].read_text())["cause"], "memory.size")

    def test_a_trace_without_a_step_has_nothing_to_alter(self):
        for text in ('{"stateRoot":"0x1"}\n{"stateRoot":"0x2"}\n', '{"structLogs":[]}'):
            path = self.folder / "trace"
            path.write_text(text)
            self.assertIsNone(alterations.altered(path, "1"))

    def test_a_known_cause_does_not_count_and_another_does(self):
        known = self.folder / "known"
        known.write_text("# a comment\nsmall memory.size\n")
        code, said = soak("--traces", 6, "--out", self.folder / "a", "--known", known, evmmem=FAULTY, FAULT="alarm")
        self.assertEqual(code, 0, said)
        self.assertIn("known causes, which do not count: small memory.size", said)
        known.write_text("small memory.content\nother memory.size\n")
        code, said = soak("--traces", 6, "--out", self.folder / "b", "--known", known, evmmem=FAULTY, FAULT="alarm")
        self.assertEqual(code, 1, said)

    def test_a_blind_evmmem_shows_in_the_share_found(self):
        out = self.folder / "out"
        code, said = soak("--traces", 12, "--alter", 1, "--out", out, evmmem=FAULTY, FAULT="blind")
        self.assertEqual(code, 0, said)
        self.assertEqual(sum(kind["found"] for kind in self.figures(out)["kinds"].values()), 0)
        self.assertTrue(list((out / "kept").glob("missed-*/about.txt")))

    def test_a_struck_true_fork_is_noticed(self):
        import judge  # noqa: PLC0415
        from case import Case  # noqa: PLC0415
        case = Case("small", 0, "", forks=["berlin"])
        self.assertEqual(judge.struck_forks(case, {"steps": 1, "forks": ["london", "paris"]}), ["berlin"])
        self.assertEqual(judge.struck_forks(case, {"steps": 1, "forks": ["berlin", "paris"]}), [])

    def test_a_broken_evmmem_is_named(self):
        code, said = soak("--traces", 2, "--out", self.folder / "out", evmmem=FAULTY, FAULT="broken")
        self.assertEqual(code, 1, said)
        self.assertIn("evmmem: exit code 139", said)

    def test_a_client_that_cannot_be_had_is_named(self):
        code, said = soak("--traces", 2, "--out", self.folder / "out", SMALL_CLIENT_MISSING="it is on holiday")
        self.assertEqual(code, 3, said)
        self.assertIn("small skipped: it is on holiday", said)

    def test_kept_files_stay_below_the_limit(self):
        out = self.folder / "out"
        _, said = soak("--traces", 12, "--out", out, "--keep-bytes", 20_000, evmmem=FAULTY, FAULT="alarm")
        self.assertLessEqual(sum(path.stat().st_size for path in out.glob("kept/*/trace.jsonl")), 20_000)
        self.assertIn("refused and not kept", said)


class Resuming(Folder):
    def test_an_interrupted_soak_goes_on_where_it_was(self):
        whole, parts = self.folder / "whole", self.folder / "parts"
        soak("--traces", 8, "--out", whole, "--jobs", 2)
        process = subprocess.Popen([sys.executable, HERE / "with_small_client.py", "--evmmem", FAULTY, "--traces", "8", "--out",
                                    parts, "--jobs", "2"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env={**os.environ, "REAL_EVMMEM": EVMMEM, "FAULT": "stuck", "FOLDER": str(self.folder)})
        while not (self.folder / "stuck").exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[0]
        self.assertIn("client ", said)  # the table so far
        # Of the four replays that end one may have been of an altered trace, and another be interrupted, too.
        self.assertIn(self.figures(parts)["clients"]["small"]["traces"], (2, 3, 4))
        code, said = soak("--resume", parts, "--traces", 8)
        self.assertEqual(code, 0, said)
        for key in ("traces", "steps", "bytes"):
            self.assertEqual(self.figures(parts)["clients"]["small"][key], self.figures(whole)["clients"]["small"][key])

    def test_an_earlier_soak_is_not_overwritten(self):
        out = self.folder / "out"
        soak("--traces", 1, "--out", out)
        code, said = soak("--traces", 1, "--out", out)
        self.assertEqual(code, 2)
        self.assertIn("--resume", said)


class Figures(Folder):
    def test_workers_may_save_at_the_same_time(self):
        figures = tally.Tally(self.folder / "figures.json")
        faults = []

        def save():
            try:
                for _ in range(200):
                    figures.save()
            except OSError as error:
                faults.append(error)

        savers = [threading.Thread(target=save) for _ in range(4)]
        for saver in savers:
            saver.start()
        for saver in savers:
            saver.join()
        self.assertEqual(faults, [])


class Reducing(Folder):
    def test_fewest_leaves_what_is_needed(self):
        budget = reducing.Budget(60)
        self.assertEqual(reducing.fewest(list(range(100)), lambda rest: {3, 50, 51} <= set(rest), budget), [3, 50, 51])

    def test_a_kept_case_becomes_small(self):
        out = self.folder / "out"
        soak("--traces", 6, "--out", out, evmmem=FAULTY, FAULT="alarm")
        kept = max((out / "kept").iterdir(), key=lambda path: (path / "trace.jsonl").stat().st_size)
        run = subprocess.run([sys.executable, HERE / "with_small_client.py", "reduce", kept, "--evmmem", FAULTY], text=True,
                             capture_output=True, check=False, env={**os.environ, "REAL_EVMMEM": EVMMEM, "FAULT": "alarm"})
        self.assertEqual(run.returncode, 0, run.stderr)
        small = json.loads((kept / "reduced/case.json").read_text())
        self.assertEqual(small["cause"], "memory.size")
        target = small["test"]["pre"]["0x000000000000000000000000000000000000c0de"]["code"]
        # Two operands and the instruction, with nothing after them.
        self.assertEqual(target[-2:], "53")
        self.assertLessEqual(len(bytes.fromhex(target[2:])), 12)
        self.assertNotIn("0x00000000000000000000000000000000000000aa", small["test"]["pre"])
        self.assertEqual((kept / "reduced/lines.jsonl").read_text().count("\n"), 1)

    def test_a_trace_alone_becomes_short(self):
        trace = self.folder / "trace.jsonl"
        lines = [json.dumps({"pc": n, "op": 0x5B, "gas": hex(1000 - n), "gasCost": "0x1", "memSize": 0, "stack": [], "depth": 1,
                             "opName": "JUMPDEST"}) for n in range(40)]
        lines[30] = lines[30].replace('"gas": "0x3ca"', '"gas": "0x3c0"')
        trace.write_text("\n".join(lines) + "\n")
        run = subprocess.run([sys.executable, HERE / "with_small_client.py", "reduce", trace, "--evmmem", EVMMEM], text=True,
                             capture_output=True, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertLess((self.folder / "reduced/lines.jsonl").read_text().count("\n"), 5)


if __name__ == "__main__":
    EVMMEM = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Validates all JSON that the program prints by the schemas in app/schema, with a validator that is not ours.

    schema_test.py EVMMEM WRONG_PLUGIN    skipped (exit 77) where Python has no module jsonschema

What is validated: what the commands of tests/golden print, what readme_json.py looks at, and what the commands below
print. Then the schemas are judged by it: each key that they know must have been printed, no object may have others, and
each document in which a key has another name must be refused.
"""
import copy
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import tempfile

try:
    import jsonschema
except ImportError:
    print("skipped: Python has no module jsonschema (apt-get install python3-jsonschema)")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMA = ROOT / "app/schema"
GOLDEN = ROOT / "tests/golden"
INPUT = GOLDEN / "input"
sys.path[:0] = [str(GOLDEN), str(ROOT / "scripts")]

import make_bug_traces  # noqa: E402
import run as golden  # noqa: E402

# Run in the golden tests' folder. What their commands and readme_json.py's do not print.
COMMANDS = """
evmmem replay --format jsonl --speed samples/*.jsonl wrong_load.jsonl malformed.jsonl cut_off.jsonl folder
evmmem replay --format jsonl --transactions bugs/b1*.jsonl folder
evmmem replay --format json --checks memory.load --shard 1/2 --results results samples/*.jsonl wrong_load.jsonl folder
evmmem replay --format jsonl --results all --unchanged-by content tiny.jsonl wrong_load.jsonl malformed.jsonl folder
evmmem replay --format jsonl --results gone --unchanged-by content tiny.jsonl wrong_load.jsonl
evmmem replay --format jsonl --results gone --unchanged-by content --resume tiny.jsonl
cp tiny.jsonl "$(printf 'n\\303me.jsonl')"; mkdir "$(printf 'none\\377')"; echo no >"$(printf 'none\\377/trace')"
evmmem replay --format jsonl --results names tiny.jsonl n*me.jsonl none*
evmmem replay --format jsonl --results names --resume tiny.jsonl none*
evmmem replay --format jsonl --results shard --shard 1/2 tiny.jsonl none*
evmmem merge --format json all
evmmem merge --format jsonl all
evmmem show samples/nested_calls.jsonl --step 150 --around 2 --format json
evmmem stats --format json samples/nested_calls.jsonl
evmmem stats --format json cut_off.jsonl
evmmem diff --format json samples/nested_calls.jsonl samples/token_transfer.jsonl
evmmem price --format json samples/*.jsonl wrong_load.jsonl cut_off.jsonl
evmmem price --format json --rules eip-7923 --by instruction samples/*.jsonl
evmmem price --format json --rules eip-7923 --by frame samples/nested_calls.jsonl
evmmem price --format json --sweep memory.word_gas=2,4 samples/nested_calls.jsonl
evmmem rules --format json
evmmem rules --rules monad-nine --format json
evmmem rules --list --format json
evmmem checks --format json
evmmem dialects --format json
evmmem opcodes --format json
evmmem bench --list --format json
evmmem bench --pattern sparse --size 4K --backend evmmem,flat,WRONG --repetitions 2 --seconds 0 --format json
evmmem bench --pattern sparse --size 4K --backend evmmem,flat --repetitions 9 --seconds 0 --format json > old
evmmem bench --pattern sparse,random --size 4K --repetitions 9 --seconds 0 --compare old --format json
evmmem bench --once --count --pattern sparse --size 4K
evmmem gate --base EVMMEM --count --order-seed 1 --pattern sparse --size 4K --save saved --report gbench=gbench --format json
"""
# What commands write into files, and which schema says how.
FILES = {"results": "results", "all": "results", "gone": "results", "names": "results", "shard": "results",
         "saved": "gate_save", "gbench": "gate_gbench"}

# The programs of the preset take minutes where nothing is optimised; tests/app/bench looks at its keys.
ELSEWHERE = {"bench_preset"}

WRAPPER = """#!/bin/sh
# evmmem, and a copy of what it was given and what it printed.
log=$(mktemp {folder}/XXXXXXXX)
printf '%s\\0' "$@" >"$log.words"
{evmmem} "$@" >"$log.printed"
code=$?
cat "$log.printed"
exit $code
"""


def schema_of(words: list[str]) -> str | None:
    """The schema of what a command prints; None where that is no JSON of ours."""
    command = next((word for word in words if not word.startswith("-")), "")
    form = words[words.index("--format") + 1] if "--format" in words else ""
    if command == "bench" and "--once" in words:
        return "bench_once"
    if form not in ("json", "jsonl", "gbench") or (command, form) == ("bench", "gbench"):
        return None  # the last is Google Benchmark's own
    kinds = {"bench": ("list", "preset", "compare"), "show": ("step", "history"), "rules": ("list",)}
    kind = [option for option in kinds.get(command, ()) if f"--{option}" in words]
    command = {"merge": "replay"}.get(command, command)
    return "_".join([command, *kind[-1:], *([form] if form != "json" else [])])


def documents_in(text: str) -> list:
    """One document, or one on each line; a text that is neither is a document that no schema allows."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        pass
    try:
        return [json.loads(line) for line in text.split("\n") if line]
    except json.JSONDecodeError:
        return [text]


class Schemas:
    """All of them, with validators that find what one says of another."""

    def __init__(self, folder: pathlib.Path):
        self.files = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))}
        for contents in self.files.values():
            jsonschema.Draft202012Validator.check_schema(contents)
        self.names = {name.removesuffix(".json") for name in self.files} - {"common"}

    def validator(self, name: str) -> jsonschema.Draft202012Validator:
        contents = self.files[f"{name}.json"]
        try:
            from referencing import Registry
            from referencing.jsonschema import DRAFT202012
        except ImportError:  # before jsonschema 4.18
            resolver = jsonschema.RefResolver(f"{name}.json", contents, store=self.files)
            return jsonschema.Draft202012Validator(contents, resolver=resolver)
        registry = Registry().with_resources(
            (file, DRAFT202012.create_resource(each)) for file, each in self.files.items())
        return jsonschema.Draft202012Validator({"$ref": f"{name}.json"}, registry=registry)

    def resolved(self, file: str, reference: str) -> tuple[str, list[str]]:
        other, _, pointer = reference.partition("#")
        return other or file, [part for part in pointer.split("/") if part]

    def at(self, file: str, path: list[str]):
        value = self.files[file]
        for part in path:
            value = value[int(part)] if isinstance(value, list) else value[part]
        return value

    def keys(self) -> set[str]:
        """All keys that the schemas know, each as the file and the path of its schema."""
        found = set()

        def walk(file, value, path):
            if isinstance(value, dict):
                if isinstance(properties := value.get("properties"), dict):
                    found.update(f"{file}#{path}/properties/{key}" for key in properties)
                for key, inner in value.items():
                    walk(file, inner, f"{path}/{key}")
            elif isinstance(value, list):
                for number, inner in enumerate(value):
                    walk(file, inner, f"{path}/{number}")

        for file, contents in self.files.items():
            walk(file, contents, "")
        return found

    def mark(self, seen: set, document, file: str, path: tuple = ()) -> None:
        """Adds to `seen` the keys of which the document has a value."""
        schema = self.at(file, list(path))
        if "$ref" in schema:
            other, rest = self.resolved(file, schema["$ref"])
            self.mark(seen, document, other, tuple(rest))
        for word in ("anyOf", "oneOf", "allOf"):
            for number in range(len(schema.get(word, ()))):
                if word == "allOf" or self.may_be(document, file, (*path, word, str(number))):
                    self.mark(seen, document, file, (*path, word, str(number)))
        if isinstance(document, list) and isinstance(schema.get("items"), dict):
            for element in document:
                self.mark(seen, element, file, (*path, "items"))
        if isinstance(document, dict):
            for key, value in document.items():
                if key in schema.get("properties", {}):
                    where = (*path, "properties", key)
                    seen.add(f"{file}#/" + "/".join(where))
                    self.mark(seen, value, file, where)
                elif isinstance(schema.get("additionalProperties"), dict):
                    self.mark(seen, value, file, (*path, "additionalProperties"))

    def may_be(self, document, file: str, path: tuple) -> bool:
        schema = self.at(file, list(path))
        if "$ref" in schema:
            other, rest = self.resolved(file, schema["$ref"])
            return self.may_be(document, other, tuple(rest))
        if not isinstance(document, dict):
            return schema.get("type") != "object"
        constants = {key: each["const"] for key, each in schema.get("properties", {}).items() if "const" in each}
        return (all(document.get(key) == value for key, value in constants.items())
                and set(schema.get("required", ())) <= document.keys())

    def open_objects(self) -> list[str]:
        """Schemas of objects that allow any key besides, and to which nothing that refers to them adds the end."""
        complaints = []

        def walk(file, value, path, is_part):
            if isinstance(value, list):
                for number, inner in enumerate(value):
                    walk(file, inner, f"{path}/{number}", False)
            if not isinstance(value, dict):
                return
            is_closed = False in (value.get("additionalProperties"), value.get("unevaluatedProperties"))
            has_keys = isinstance(value.get("properties"), dict)
            if has_keys and not is_closed and not is_part:
                complaints.append(f"{file}#{path}: other keys are allowed")
            if isinstance(reference := value.get("$ref"), str) and not is_closed and not is_part:
                other, rest = self.resolved(file, reference)
                if rest[-1:] and rest[-1] in OPEN.get(other, ()):
                    complaints.append(f"{file}#{path}: {reference} is open, and is not closed here")
            for key, inner in value.items():
                is_open = path == "/$defs" and key in OPEN.get(file, ())
                walk(file, inner, f"{path}/{key}", is_open)

        for file, contents in self.files.items():
            walk(file, contents, "", False)
        return complaints


# Parts of objects: who refers to them says what else is in the object, and closes it.
OPEN = {"common.json": ("step_keys", "step_line_keys", "range_keys"), "replay.json": ("report", "transaction", "error"),
        "price.json": ("sums",)}


def renamed(document):
    """The document once for each of its keys, in which that key has another name; of a list's elements the first of
    each set of keys."""
    def places(value, path):
        if isinstance(value, dict):
            for key, inner in value.items():
                yield path, key
                yield from places(inner, (*path, key))
        elif isinstance(value, list):
            kinds = set()
            for number, inner in enumerate(value):
                kind = frozenset(inner) if isinstance(inner, dict) else type(inner)
                if kind not in kinds:
                    yield from places(inner, (*path, number))
                kinds.add(kind)

    for path, key in places(document, ()):
        result = copy.deepcopy(document)
        target = result
        for part in path:
            target = target[part]
        target[f"{key} renamed"] = target.pop(key)
        yield f"{'.'.join(map(str, path))}.{key}", result


def shape(value):
    """What keys a document has, whatever their values."""
    if isinstance(value, dict):
        return tuple((key, shape(inner)) for key, inner in value.items())
    if isinstance(value, list):
        return tuple(sorted({shape(inner) for inner in value}, key=repr))
    return None


def interrupted(evmmem: pathlib.Path, folder: pathlib.Path) -> str:
    """What a replay prints of a file that an interrupt keeps it from: it waits for the file before that."""
    fifo = folder / "waits.jsonl"
    os.mkfifo(fifo)
    words = [evmmem, "replay", "--format", "jsonl", "--jobs", "1", fifo, INPUT / "tiny.jsonl"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as replay:
        with fifo.open("w"):  # once the replay has opened it, too
            replay.send_signal(signal.SIGINT)
            return replay.communicate(timeout=60)[0]


def logged(evmmem: pathlib.Path, plugin: pathlib.Path, folder: pathlib.Path):
    """Runs all commands; yields the schema, the command and what it printed, or what it wrote."""
    log, place = folder / "log", folder / "place"
    log.mkdir()
    place.mkdir()
    wrapper = folder / "evmmem"
    wrapper.write_text(WRAPPER.format(folder=shlex.quote(str(log)), evmmem=shlex.quote(str(evmmem))))
    wrapper.chmod(0o755)
    bugs = folder / "bugs"
    bugs.mkdir()
    make_bug_traces.make_all(bugs)
    golden.lay_out(place, bugs)
    commands = [path.read_text(encoding="utf-8").splitlines()[0] for path in sorted(GOLDEN.glob("*.golden"))]
    commands = [command.split(" ", 1)[1] for command in commands
                if "--format json" in command or "--format gbench" in command]
    commands += COMMANDS.replace("WRONG", str(plugin)).replace("EVMMEM", str(evmmem)).strip().splitlines()
    for command in commands:
        golden.printed(command, 0, wrapper, str(place))
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, GOLDEN / "readme_json.py", wrapper], check=True, env=environment,
                   stdout=subprocess.DEVNULL)
    for words in sorted(log.glob("*.words")):
        given = words.read_bytes().decode("utf-8", "backslashreplace").split("\0")[:-1]
        printed = words.with_suffix(".printed").read_text(encoding="utf-8")
        if schema := schema_of(given):
            yield schema, "evmmem " + shlex.join(given), printed
    yield "replay_jsonl", "an interrupted replay", interrupted(evmmem, folder)
    for name, schema in FILES.items():
        yield schema, f"the file {name}", (place / name).read_text(encoding="utf-8")


def complaints_of(schemas: Schemas, printed) -> list[str]:
    complaints, seen, counts, shapes = [], set(), dict.fromkeys(schemas.names, 0), set()
    for schema, command, text in printed:
        if schema not in schemas.names:
            complaints.append(f"no app/schema/{schema}.json: {command}")
            continue
        validator = schemas.validator(schema)
        for document in documents_in(text):
            counts[schema] += 1
            if error := jsonschema.exceptions.best_match(validator.iter_errors(document)):
                complaints.append(f"{schema}.json: {command}: {error.json_path}: {error.message[:300]}")
                continue
            schemas.mark(seen, document, f"{schema}.json")
            if (schema, shape(document)) in shapes:
                continue
            shapes.add((schema, shape(document)))
            if len(text) < 20_000:  # of the large ones parts are known from others
                complaints += [f"{schema}.json: {command}: {key} may be renamed"
                               for key, changed in renamed(document) if validator.is_valid(changed)]
    complaints += [f"{schema}.json: nothing that it says is printed here" for schema, count in counts.items()
                   if not count and schema not in ELSEWHERE]
    complaints += [f"{key}: never printed here" for key in sorted(schemas.keys() - seen)
                   if key.split(".json")[0] not in ELSEWHERE]
    print(f"{len(schemas.names)} schemas, {len(seen)} keys, {sum(counts.values())} documents")
    return complaints


def main() -> int:
    evmmem, plugin = (pathlib.Path(word).resolve() for word in sys.argv[1:])
    schemas = Schemas(SCHEMA)
    complaints = schemas.open_objects()
    readme = (SCHEMA / "README.md").read_text(encoding="utf-8")
    complaints += [f"app/schema/README.md does not name {name}.json" for name in schemas.names if f"`{name}.json`" not in readme]
    with tempfile.TemporaryDirectory() as folder:
        complaints += complaints_of(schemas, logged(evmmem, plugin, pathlib.Path(folder)))
    print(*dict.fromkeys(complaints), sep="\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

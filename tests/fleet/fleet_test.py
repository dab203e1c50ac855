#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the scripts for many machines: with Slurm's own daemons on this one, as two nodes; with GNU parallel and sshd. A
worker is killed in the middle, and then nothing is lost and nothing counted twice. The engine is the first argument; where
it is not installed, or cannot start, the test says so and is skipped (77)."""
import getpass
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "hostile"))

import inputs  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLEET = ROOT / "scripts" / "fleet"
SHARDS = 4
FILES = 300
KILLED = 2  # the shard
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"


def skip(why: str) -> None:
    print(f"SKIPPED: {why}")
    sys.exit(77)


def wait_until(what: str, condition, on_failure=lambda: "") -> None:
    """Fails only where something hangs: how long it takes does not matter."""
    deadline = time.monotonic() + 120
    while not condition():
        if time.monotonic() > deadline:
            sys.exit(f"{what} never came\n{on_failure()}")
        time.sleep(0.02)


def program(name: str) -> str:
    found = shutil.which(name, path=SYSTEM)
    if not found:
        skip(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Night:
    """A folder of traces; an evmmem that the first worker at one shard does not survive; what must come of them."""

    def __init__(self, evmmem: pathlib.Path, folder: pathlib.Path):
        self.evmmem, self.folder = evmmem, folder
        self.traces, self.results = folder / "night's traces", folder / "results"
        self.traces.mkdir()
        wrong = inputs.altered(5, stack='["0x20"]')
        for i in range(FILES):
            (self.traces / f"{i:03}.jsonl").write_bytes(wrong if i % 50 == 7 else inputs.good())
        # The killed shard has more to do after what is waited for, and it is the last that it does.
        tail = next(name for name in map("zz-{}.jsonl".format, range(1000)) if self.shard_of(name) == KILLED)
        (self.traces / tail).write_bytes(inputs.long_trace(60000))
        self.files = sorted(str(path) for path in self.traces.iterdir())
        # In the PATH of the workers.
        self.bin = folder / "bin"
        self.bin.mkdir()
        wrapper = self.bin / "evmmem"
        wrapper.write_text(f'''#!/usr/bin/env python3
import os, pathlib, signal, subprocess, sys, time
words = sys.argv[1:]
killed = pathlib.Path({str(folder / "killed")!r})
if words[:3] != ["replay", "--shard", "{KILLED}/{SHARDS}"] or killed.exists():
    os.execv({str(evmmem)!r}, ["evmmem", *words])
results = pathlib.Path(words[words.index("--results") + 1])
process = subprocess.Popen([{str(evmmem)!r}, *words, *([] if "--jobs" in words else ["--jobs", "1"])])
while process.poll() is None and (not results.exists() or results.read_bytes().count(b"\\n") < 10):
    time.sleep(0.001)
process.send_signal(signal.SIGSTOP)
killed.write_bytes(results.read_bytes())
process.kill()
os.kill(os.getpid(), signal.SIGKILL)
''')
        wrapper.chmod(0o755)
        self.environment = {"PATH": f"{self.bin}:{SYSTEM}", "LC_ALL": "C", "HOME": str(folder), "USER": getpass.getuser(),
                            "TRACES": str(self.traces), "RESULTS": str(self.results), "FLEET": str(FLEET)}

    def shard_of(self, name: str) -> int:
        digest = hashlib.sha256(str(self.traces / name).encode()).digest()
        return int.from_bytes(digest[:8], "big") % SHARDS + 1

    def check(self, log: str) -> None:
        killed = (self.folder / "killed").read_text().splitlines()
        done = sum('"file"' in line for line in killed)
        share = sum(self.shard_of(pathlib.Path(file).name) == KILLED for file in self.files)
        assert 0 < done < share, f"{done} of {share} were done when the worker was killed"
        assert '"kind":"end"' not in killed[-1], killed[-1]
        print(f"shard {KILLED} was killed after {done} of {share} files")
        lines = [line for i in range(1, SHARDS + 1)
                 for line in (self.results / f"{i}.jsonl").read_text().splitlines()]
        names = [found[1] for line in lines if (found := re.search(r'"file":"([^"]*)"', line))]
        assert sorted(names) == self.files, f"{len(names)} lines of {len(self.files)} files\n{log}"
        merge = subprocess.run([self.evmmem, "merge", "--no-speed", "--format", "jsonl",
                                *(self.results / f"{i}.jsonl" for i in range(1, SHARDS + 1))],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        summary = json.loads(merge.stdout.splitlines()[-1])
        expected = subprocess.run([self.evmmem, "replay", "--format", "jsonl", "--no-speed", self.traces],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        alone = json.loads(expected.stdout.splitlines()[-1])
        assert merge.returncode == expected.returncode == 1, f"exit {merge.returncode}\n{merge.stderr}"
        assert summary == alone, f"{summary}\nis not\n{alone}"
        assert summary["files"] == FILES + 1 and summary["findings"] == FILES // 50, summary
        print(f"all {summary['files']} files once, as one run on one machine has them: "
              f"{summary['agrees']} agree, {summary['findings']} with findings")


class Daemons:
    def __init__(self, folder: pathlib.Path, environment: dict):
        self.folder, self.environment, self.started = folder, environment, []

    def start(self, name: str, *words) -> subprocess.Popen:
        with open(self.folder / f"{name}.out", "wb") as output:
            daemon = subprocess.Popen([str(word) for word in words], stdout=output, stderr=subprocess.STDOUT,
                                      stdin=subprocess.DEVNULL, env=self.environment, cwd=self.folder)
        self.started.append(daemon)
        return daemon

    def log(self) -> str:
        return "".join(f"==== {path.name}\n{path.read_text(errors='replace')[-3000:]}"
                       for path in sorted(self.folder.glob("*.out")) + sorted(self.folder.glob("*.log")))

    def stop(self) -> None:
        for daemon in reversed(self.started):
            if daemon.poll() is None:
                daemon.terminate()
        for daemon in self.started:
            try:
                daemon.wait(20)
            except subprocess.TimeoutExpired:
                daemon.kill()


def slurm(night: Night) -> None:
    munged, slurmctld, slurmd = program("munged"), program("slurmctld"), program("slurmd")
    sbatch, sinfo, squeue = program("sbatch"), program("sinfo"), program("squeue")
    if os.geteuid() != 0:
        skip("slurmd starts jobs as root only")
    folder = night.folder / "slurm"
    folder.mkdir()
    (folder / "state").mkdir()
    key = folder / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)
    host = socket.gethostname().partition(".")[0]
    configuration = folder / "slurm.conf"
    nodes = "".join(f"NodeName=n{i} NodeHostname={host} NodeAddr=127.0.0.1 Port={free_port()} CPUs=1 State=UNKNOWN\n"
                    for i in (1, 2))
    configuration.write_text(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={free_port()}
SlurmUser={getpass.getuser()}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
MinJobAge=3600
{nodes}PartitionName=all Nodes=n1,n2 Default=YES State=UP
""")
    environment = night.environment | {"SLURM_CONF": str(configuration)}
    daemons = Daemons(folder, environment)

    def ask(*words) -> str:
        return subprocess.run(words, env=environment, cwd=night.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False, timeout=60).stdout

    try:
        daemons.start("munged", munged, "--foreground", "--force", f"--socket={folder}/munge.socket", f"--key-file={key}",
                      f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log",
                      f"--seed-file={folder}/munged.seed")
        deadline = time.monotonic() + 20
        while not (folder / "munge.socket").exists():
            if daemons.started[0].poll() is not None or time.monotonic() > deadline:
                skip(f"munged does not start here\n{daemons.log()}")
            time.sleep(0.05)
        daemons.start("slurmctld", slurmctld, "-D")
        for name in ("n1", "n2"):
            daemons.start(name, slurmd, "-D", "-N", name)
        deadline = time.monotonic() + 60
        while ask(sinfo, "-N", "-h", "-o", "%t").split() != ["idle", "idle"]:
            if any(daemon.poll() is not None for daemon in daemons.started) or time.monotonic() > deadline:
                skip(f"Slurm does not start here\n{daemons.log()}")
            time.sleep(0.1)
        submitted = ask(sbatch, f"--array=1-{SHARDS}", "--cpus-per-task=1", "--parsable",
                        f"--output={night.folder}/task-%a.log", str(FLEET / "slurm.sbatch"))
        assert re.fullmatch(r"\d+\n", submitted), submitted
        # A task that is requeued waits for two minutes, unless somebody lets it go.
        scontrol = program("scontrol")
        released = set()

        def is_over() -> bool:
            waiting = ask(squeue, "-h", "-o", "%i %T %r")
            for line in waiting.splitlines():
                if "BeginTime" in line and line.split()[0] not in released:
                    released.add(line.split()[0])
                    ask(scontrol, "update", f"jobid={line.split()[0]}", "starttime=now")
            return not waiting.strip()

        wait_until("the end of the job", is_over, lambda: ask(squeue) + daemons.log())
        log = "".join(path.read_text(errors="replace") for path in sorted(night.folder.glob("task-*.log"))) + daemons.log()
        restarts = ask(scontrol, "show", "job", submitted.strip())
        assert re.search(rf"ArrayTaskId={KILLED}\b(?:.|\n)*?Restarts=1\b", restarts), restarts + log
        print(f"Slurm put task {KILLED} back into the queue")
        used = set(re.findall(r"BatchHost=(\w+)", restarts))
        print(f"tasks ran on {', '.join(sorted(used))}")
        night.check(log)
    finally:
        daemons.stop()


def parallel(night: Night) -> None:
    program("parallel")
    sshd, keygen = program("sshd"), program("ssh-keygen")
    ssh = program("ssh")
    folder = night.folder / "ssh"
    folder.mkdir(mode=0o700)
    for name in ("host", "user"):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    port = free_port()
    (folder / "sshd_config").write_text(f"""Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
SetEnv PATH={night.environment["PATH"]}
""")
    if os.geteuid() == 0:
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)  # as the service makes it
    daemons = Daemons(folder, night.environment)
    options = ["-p", str(port), "-i", str(folder / "user"), "-o", "StrictHostKeyChecking=no", "-o",
               f"UserKnownHostsFile={folder}/known", "-o", "BatchMode=yes"]
    try:
        daemons.start("sshd", sshd, "-D", "-e", "-f", folder / "sshd_config")
        user = f"{getpass.getuser()}@127.0.0.1"
        deadline = time.monotonic() + 20
        while subprocess.run([ssh, *options, user, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             check=False).returncode != 0:
            if daemons.started[0].poll() is not None or time.monotonic() > deadline:
                skip(f"sshd does not let us in here\n{daemons.log()}")
            time.sleep(0.1)
        hosts = night.folder / "hosts"
        hosts.write_text(f"1/{user}\n1/{getpass.getuser()}@localhost\n")
        run = subprocess.run([FLEET / "over_ssh", hosts, str(SHARDS), night.results, night.traces],
                             env=night.environment | {"SSH": " ".join([ssh, *options])}, cwd=night.folder,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, timeout=240)
        log = run.stdout + run.stderr + (night.results / "log").read_text()
        jobs = [line.split("\t") for line in (night.results / "joblog").read_text().splitlines()[1:]]
        assert run.returncode == 1, f"exit {run.returncode}\n{log}{jobs}"
        hosts_used = {job[1] for job in jobs}
        assert len(jobs) == SHARDS and all(job[6] == "0" for job in jobs), f"{jobs}\n{log}"
        print(f"GNU parallel ran {len(jobs)} shards on {', '.join(sorted(hosts_used))}")
        night.check(log)
    finally:
        daemons.stop()


def container(night: Night) -> None:
    """The image has what the program needs, and no more; the job's pods take every shard."""
    ldd = subprocess.run(["ldd", night.evmmem], stdout=subprocess.PIPE, text=True, check=True).stdout
    if "libasan" in ldd or "libtsan" in ldd or "libubsan" in ldd:
        skip("the program has a sanitizer in it")
    if not shutil.which("dpkg-query"):
        skip("dpkg is not installed")
    readelf = subprocess.run(["readelf", "-d", night.evmmem], stdout=subprocess.PIPE, text=True, check=True).stdout
    needed = re.findall(r"\(NEEDED\).*\[(.*)\]", readelf)
    packages = set()
    for name in needed:
        path = re.search(rf"^\s*{re.escape(name)} => (\S+)", ldd, re.MULTILINE)
        if path is None:
            continue
        for each in (path[1], os.path.realpath(path[1]), "/usr" + path[1]):
            found = subprocess.run(["dpkg-query", "-S", each], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                   check=False).stdout
            if found:
                packages.add(found.partition(":")[0])
                break
        else:
            sys.exit(f"{name} is of no package")
    text = (FLEET / "Containerfile").read_text()
    image = set(re.search(r"--no-install-recommends \\\n(.*?)&&", text, re.DOTALL)[1].replace("\\", " ").split())
    packages -= {"libc6", "libgcc-s1"}
    assert packages <= image, f"the image lacks {', '.join(sorted(packages - image))}"
    print(f"the image has the {len(packages)} libraries that the program needs")
    job = (FLEET / "kubernetes.yaml").read_text()
    shards = int(re.search(r"completions: (\d+)", job)[1])
    command = re.search(r'command: \[sh, -c, "(.*)"\]', job)[1]
    assert f" {shards} " in command, command
    # What each pod would run, by its index.
    asked = [subprocess.run(["sh", "-c", command.replace("exec shard", "echo")], env={"JOB_COMPLETION_INDEX": str(i)},
                            stdout=subprocess.PIPE, text=True, check=True).stdout.split() for i in range(shards)]
    assert [words[0] for words in asked] == [str(i + 1) for i in range(shards)], asked
    # And what that does, pod for pod, one of them killed and replaced.
    for i in range(SHARDS):
        for attempt in range(3):
            run = subprocess.run([FLEET / "shard", str(i + 1), str(SHARDS), night.results, night.traces],
                                 env=night.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
            if run.returncode == 0:
                break
        assert run.returncode == 0 and (attempt == 1) == (i + 1 == KILLED), f"shard {i + 1}: exit {run.returncode}"
    night.check("")


def main() -> None:
    engine = {"slurm": slurm, "parallel": parallel, "container": container}[sys.argv[1]]
    with tempfile.TemporaryDirectory() as folder:
        engine(Night(pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(folder).resolve()))


if __name__ == "__main__":
    main()

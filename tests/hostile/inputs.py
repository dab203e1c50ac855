# SPDX-License-Identifier: MIT
"""What strangers may send: a small, correct trace, and the ways to spoil it.

Every function gives the bytes of a file. Lines are numbered from 1, as messages number them.
"""
import bz2
import gzip
import io
import lzma
import re
import subprocess
import tarfile
import zlib

# PUSH1, PUSH1, MSTORE, PUSH1, MLOAD, MSIZE, STOP, and the summary.
LINES = [
    '{"pc":0,"op":96,"gas":"0x3e8","gasCost":"0x3","memSize":0,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"}',
    '{"pc":2,"op":96,"gas":"0x3e5","gasCost":"0x3","memSize":0,"stack":["0x2a"],"depth":1,"refund":0,"opName":"PUSH1"}',
    '{"pc":4,"op":82,"gas":"0x3e2","gasCost":"0xc","memSize":0,"stack":["0x2a","0x40"],"depth":1,"refund":0,'
    '"opName":"MSTORE"}',
    '{"pc":5,"op":96,"gas":"0x3d6","gasCost":"0x3","memSize":96,"stack":[],"depth":1,"refund":0,"opName":"PUSH1"}',
    '{"pc":7,"op":81,"gas":"0x3d3","gasCost":"0x3","memSize":96,"stack":["0x40"],"depth":1,"refund":0,'
    '"opName":"MLOAD"}',
    '{"pc":8,"op":89,"gas":"0x3d0","gasCost":"0x2","memSize":96,"stack":["0x2a"],"depth":1,"refund":0,'
    '"opName":"MSIZE"}',
    '{"pc":9,"op":0,"gas":"0x3ce","gasCost":"0x0","memSize":96,"stack":["0x2a","0x60"],"depth":1,"refund":0,'
    '"opName":"STOP"}',
    '{"output":"","gasUsed":"0x1a"}',
]

DOCUMENT = ('{"jsonrpc":"2.0","id":1,"result":{"gas":21026,"failed":false,"returnValue":"","structLogs":[\n' + ",\n".join([
    '{"pc":0,"op":"PUSH1","gas":1000,"gasCost":3,"depth":1,"stack":[],"memory":[]}',
    '{"pc":2,"op":"PUSH1","gas":997,"gasCost":3,"depth":1,"stack":["0x2a"],"memory":[]}',
    '{"pc":4,"op":"MSTORE","gas":994,"gasCost":6,"depth":1,"stack":["0x2a","0x0"],"memory":[]}',
    '{"pc":5,"op":"STOP","gas":988,"gasCost":0,"depth":1,"stack":[],"memory":["' + "00" * 31 + '2a"]}',
]) + "\n]}}\n").encode()


def text(lines: list[str], end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def good() -> bytes:
    return text(LINES)


def replaced(number: int, line: str | bytes) -> bytes:
    """The line is another one."""
    parts = [each.encode() for each in LINES]
    parts[number - 1] = line if isinstance(line, bytes) else line.encode()
    return b"\n".join(parts) + b"\n"


def inserted(number: int, line: str | bytes) -> bytes:
    """Another line stands before it."""
    parts = [each.encode() for each in LINES]
    parts.insert(number - 1, line if isinstance(line, bytes) else line.encode())
    return b"\n".join(parts) + b"\n"


def altered(number: int, **fields: str | None) -> bytes:
    """Fields of the line have these JSON texts; None leaves one out, a new one comes last."""
    line = LINES[number - 1]
    for key, value in fields.items():
        field = re.compile(f'"{key}":("[^"]*"|\\[[^]]*\\]|[^,}}]*),?')
        if not field.search(line):
            line = line[:-1] + f',"{key}":{value}}}'
        elif value is None:
            line = field.sub("", line).replace(",}", "}")
        else:
            line = field.sub(lambda found: f'"{key}":{value}' + ("," if found[0].endswith(",") else ""), line)
    return replaced(number, line)


def everywhere(**fields: str | None) -> bytes:
    """altered(), of all steps."""
    lines = [altered(number, **fields).splitlines()[number - 1] for number in range(1, len(LINES))]
    return b"\n".join(lines) + b"\n" + LINES[-1].encode() + b"\n"


def padded(number: int, size: int) -> bytes:
    """The line has a field of `size` bytes that no dialect has."""
    return altered(number, junk='"' + "x" * size + '"')


def offset(number: str, gas: int = 0x3e2, cost: int = 0xc) -> bytes:
    """The MSTORE's offset is another one, its gas and cost, too, and the trace ends after it."""
    push = altered(2, op="127", opName='"PUSH32"').decode().splitlines()[1]
    store = altered(3, pc="35", stack=f'["0x2a","{number}"]', gas=f'"{gas:#x}"', gasCost=f'"{cost:#x}"')
    return text([LINES[0], push, store.decode().splitlines()[2], LINES[6], LINES[7]])


def expansion(size: int) -> int:
    """The gas of that many bytes of memory."""
    words = -(-size // 32)
    return 3 * words + words * words // 512


def far(size: int) -> bytes:
    """A trace with all the gas there is, whose MSTORE grows memory to that many bytes."""
    gas = 2**63
    cost = 3 + expansion(size)
    steps = [
        (0, 96, 3, 0, []), (2, 103, 3, 0, [0x2a]), (11, 82, cost, 0, [0x2a, size - 32]), (12, 89, 2, size, []),
        (13, 0, 0, size, [size]),
    ]
    lines = []
    for pc, op, price, memory, stack in steps:
        items = ",".join(f'"{item:#x}"' for item in stack)
        lines.append(f'{{"pc":{pc},"op":{op},"gas":"{gas:#x}","gasCost":"{price:#x}","memSize":{memory},'
                     f'"stack":[{items}],"depth":1,"refund":0}}')
        gas -= price
    return text(lines + [f'{{"output":"","gasUsed":"{2**63 - gas:#x}"}}'])


def handed_down(size: int, depth: int) -> bytes:
    """Frames inside one another, each of which has called for `size` bytes of return data and keeps them."""
    lines = []

    def step(pc: int, op: int, level: int, memory: int, stack: list[int]) -> None:
        items = ",".join(f'"{item:#x}"' for item in stack)
        lines.append(f'{{"pc":{pc},"op":{op},"gas":"{2**62:#x}","memSize":{memory},"stack":[{items}],'
                     f'"depth":{level},"refund":0}}')

    def push(pc: int, level: int, memory: int, stack: list[int], words: list[int]) -> int:
        """PUSH32s of the words on what is there; returns where the next instruction stands."""
        for i in range(len(words)):
            step(pc, 0x7f, level, memory, stack + words[:i])
            pc += 33
        return pc

    call = [0, 0, 0, 0, 0, 0x1234, 2**60]
    for level in range(1, depth + 1):
        pc = push(0, level, 0, [], call)
        step(pc, 0xf1, level, 0, call)  # of a callee that returns `size` bytes
        within = push(0, level + 1, 0, [], [size - 32])
        step(within, 0x51, level + 1, 0, [size - 32])
        within = push(within + 1, level + 1, size, [0], [size, 0])
        step(within, 0xf3, level + 1, size, [0, size, 0])
        pc = push(pc + 1, level, 0, [1], call)
        step(pc, 0xf1, level, 0, [1] + call)  # of the next level
    return text(lines)


def packed(data: bytes, way: str) -> bytes:
    if way == "gzip":
        return gzip.compress(data, mtime=0)
    if way == "xz":
        return lzma.compress(data, preset=0)
    if way == "bzip2":
        return bz2.compress(data, 1)
    return subprocess.run(["zstd", "-q", "-c", "--check"], input=data, stdout=subprocess.PIPE, check=True).stdout


def long_trace(steps: int) -> bytes:
    """JUMPDESTs, as many as that, and the end."""
    lines = [f'{{"pc":{i},"op":91,"gas":"{steps - i + 9:#x}","gasCost":"0x1","memSize":0,"stack":[],"depth":1,'
             f'"refund":0}}' for i in range(steps)]
    lines.append(f'{{"pc":{steps},"op":0,"gas":"0x9","gasCost":"0x0","memSize":0,"stack":[],"depth":1,"refund":0}}')
    return text(lines + [f'{{"output":"","gasUsed":"{steps:#x}"}}'])


def flipped(data: bytes, place: int) -> bytes:
    """One bit of the byte is another."""
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1:]


def bomb(megabytes: int, way: str) -> bytes:
    """A step, and then blank lines that take next to nothing when they are packed."""
    blanks = b"\n" * 2**20
    if way != "zstd":
        packer = {"gzip": lambda: zlib.compressobj(9, zlib.DEFLATED, 31), "bzip2": bz2.BZ2Compressor,
                  "xz": lambda: lzma.LZMACompressor(preset=1)}[way]()
        parts = [packer.compress(LINES[0].encode())] + [packer.compress(blanks) for _ in range(megabytes)]
        return b"".join(parts) + packer.flush()
    with subprocess.Popen(["zstd", "-q", "-c", "-19"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as packer:
        packer.stdin.write(LINES[0].encode())
        for _ in range(megabytes):
            packer.stdin.write(blanks)
        packer.stdin.close()
        return packer.stdout.read()


def member(name: str, **fields) -> tarfile.TarInfo:
    """A header: of a file, unless the fields say something else."""
    info = tarfile.TarInfo(name)
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def tar(*members: tuple, form: int = tarfile.GNU_FORMAT) -> bytes:
    """An archive of pairs: a name or a header, and the content."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=form) as archive:
        for name, content in members:
            info = name if isinstance(name, tarfile.TarInfo) else member(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def sparse(name: str, size: int) -> bytes:
    """A member that says that it is so long and is all hole, in the old way of GNU tar."""
    info = member(name, type=tarfile.GNUTYPE_SPARSE, size=0)
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[483:495] = b"%011o\0" % size
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + bytes(1024)


def sparse_maps(blocks: int) -> bytes:
    """A sparse member whose map takes so many blocks."""
    header = bytearray(sparse("map", 0)[:512])
    header[482] = 1
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    entry = b"%011o\0%011o\0" % (0, 0)
    return bytes(header) + (entry * 21 + b"\1" + bytes(7)) * blocks


def xz_window(mebibytes: int) -> bytes:
    """Text that asks for a window of that size."""
    return lzma.compress(good(), filters=[{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": mebibytes << 20}])

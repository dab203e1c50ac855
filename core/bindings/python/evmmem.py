# SPDX-License-Identifier: MIT
"""evmmem by ctypes, without a build step: the EVM's memory, and the replay that audits traces.

`Memory` needs libevmmem, `Replay` libevmmem-replay (installed with -Dtraces=true). Where the loader does not find them, the
environment's EVMMEM_LIBRARY_PATH names their folder. Offsets and sizes are in bytes; words are ints below 2**256. What a
call means, evmmem.h and evmmem_replay.h say.
"""
import ctypes
import functools
import os

UNLIMITED = 2**64 - 1
REGION, DOUBLING = 0, 1

_byte_p = ctypes.POINTER(ctypes.c_uint8)
_u64 = ctypes.c_uint64
_u64_p = ctypes.POINTER(_u64)
_text = ctypes.c_char_p


class Error(Exception):
    """A refused operation, with evmmem.h's number as `code`; memory is as it was before."""

    def __init__(self, code):
        super().__init__(_core().evmmem_error_message(code).decode())
        self.code = code


class ReplayError(Exception):
    """A refused call of the replay, with evmmem_replay.h's number as `code`."""

    def __init__(self, code):
        super().__init__(_replay().evmmem_replay_message(code).decode())
        self.code = code


def _load(name, functions):
    """Of the soname's library each function with its result and arguments, so that ctypes converts and checks them."""
    library = ctypes.CDLL(os.path.join(os.environ.get("EVMMEM_LIBRARY_PATH", ""), name))
    for function, (result, *arguments) in functions.items():
        getattr(library, function).restype = result
        getattr(library, function).argtypes = arguments
    return library


# ---- memory ------------------------------------------------------------------------------------


@functools.cache
def _core():
    memory, error = ctypes.c_void_p, ctypes.c_int
    return _load("libevmmem.so.0.1", {
        "evmmem_error_message": (_text, error),
        "evmmem_create": (memory, ctypes.c_int, _u64),
        "evmmem_destroy": (None, memory),
        "evmmem_size": (_u64, memory),
        "evmmem_ensure_capacity_gas": (error, memory, _u64, _u64_p),
        "evmmem_get_byte": (error, memory, _u64, _byte_p),
        "evmmem_get_word": (error, memory, _u64, _byte_p),
        "evmmem_read": (error, memory, _u64, _u64, _byte_p),
        "evmmem_set_byte": (error, memory, _u64, ctypes.c_uint8),
        "evmmem_set_word": (error, memory, _u64, _text),
        "evmmem_set_data": (error, memory, _u64, _text, _u64),
        "evmmem_set_data_bounded": (error, memory, _u64, _text, _u64, _u64, _u64),
        "evmmem_copy": (error, memory, _u64, _u64, _u64),
        "evmmem_frame_count": (_u64, memory),
        "evmmem_enter_frame": (error, memory),
        "evmmem_leave_frame": (error, memory, _u64, _u64, _u64),
        "evmmem_reset": (None, memory),
    })


def _checked(code):
    if code != 0:
        raise Error(code)


class Memory:
    """The memory of a transaction: that of the current frame, and of its callers below it. A context manager."""

    def __init__(self, storage=REGION, limit=UNLIMITED):
        self._memory = None
        self._memory = _core().evmmem_create(storage, limit)
        if not self._memory:
            raise Error(1)

    def close(self):
        if self._memory:
            _core().evmmem_destroy(self._memory)
            self._memory = None

    __del__ = close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __len__(self):
        """MSIZE: a multiple of 32."""
        return _core().evmmem_size(self._memory)

    def ensure_capacity_gas(self, size):
        """Grows to hold `size` bytes; the gas of the expansion."""
        gas = _u64()
        _checked(_core().evmmem_ensure_capacity_gas(self._memory, size, gas))
        return gas.value

    def byte(self, offset):
        value = ctypes.c_uint8()
        _checked(_core().evmmem_get_byte(self._memory, offset, value))
        return value.value

    def word(self, offset):
        """MLOAD, which has grown memory before."""
        word = (ctypes.c_uint8 * 32)()
        _checked(_core().evmmem_get_word(self._memory, offset, word))
        return int.from_bytes(word, "big")

    def read(self, offset, size):
        data = (ctypes.c_uint8 * size)()
        _checked(_core().evmmem_read(self._memory, offset, size, data))
        return bytes(data)

    def set_byte(self, offset, value):
        """MSTORE8."""
        _checked(_core().evmmem_set_byte(self._memory, offset, value))

    def set_word(self, offset, value):
        """MSTORE."""
        _checked(_core().evmmem_set_word(self._memory, offset, value.to_bytes(32, "big")))

    def set_data(self, offset, data):
        _checked(_core().evmmem_set_data(self._memory, offset, data, len(data)))

    def set_data_bounded(self, offset, data, data_offset, size):
        """CALLDATACOPY and its like: zeros where `data` has nothing."""
        _checked(_core().evmmem_set_data_bounded(self._memory, offset, data, len(data), data_offset, size))

    def copy(self, target, source, size):
        """MCOPY."""
        _checked(_core().evmmem_copy(self._memory, target, source, size))

    def frame_count(self):
        return _core().evmmem_frame_count(self._memory)

    def enter_frame(self):
        """CALL: an empty memory; the caller's stays below it."""
        _checked(_core().evmmem_enter_frame(self._memory))

    def leave_frame(self, output=0, size=0, target=0):
        """RETURN: `size` bytes of `output` go to `target` of the caller's memory, which is the current one then."""
        _checked(_core().evmmem_leave_frame(self._memory, output, size, target))

    def reset(self):
        """The next transaction's."""
        _core().evmmem_reset(self._memory)


# ---- replay ------------------------------------------------------------------------------------


class _Sized(ctypes.Structure):
    """A struct whose first member is its size."""

    def __init__(self, **values):
        super().__init__(struct_size=ctypes.sizeof(self), **values)


class Finding(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("check", _text), ("source", _text), ("op_name", _text), ("claimed", _text),
                ("computed", _text), ("detail", _text), ("line", _u64), ("step", _u64), ("pc", _u64), ("frame", _u64),
                ("transaction", _u64), ("depth", ctypes.c_uint32), ("op", ctypes.c_uint8), ("is_warning", ctypes.c_bool),
                ("has_bytes", ctypes.c_bool), ("bytes_offset", _u64), ("bytes_size", _u64)]

    def text(self, field):
        """A text of it. Some quote the trace, so what cannot be printed is escaped."""
        return getattr(self, field).decode("utf-8", "replace").encode("unicode_escape").decode()


_OnFinding = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(Finding))


class _Rule(ctypes.Structure):
    _fields_ = [("key", _text), ("number", _u64)]


class _Options(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("fork", _text), ("dialect", _text), ("checks", _text), ("calldata", _text),
                ("calldata_size", ctypes.c_size_t), ("code", _text), ("code_size", ctypes.c_size_t), ("memory_max", _u64),
                ("hash_max", _u64), ("copy_max", _u64), ("line_max", _u64), ("on_finding", _OnFinding),
                ("context", ctypes.c_void_p), ("rules", _text), ("changes", ctypes.POINTER(_Rule)),
                ("change_count", ctypes.c_size_t)]


class _Step(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("shows", _u64), ("pc", _u64), ("gas", _u64), ("gas_cost", _u64),
                ("depth", ctypes.c_uint32), ("op", ctypes.c_uint8), ("stack_size", ctypes.c_uint32), ("stack", ctypes.c_void_p),
                ("memory", _text), ("memory_size", _u64), ("return_data", _text), ("return_data_size", ctypes.c_size_t),
                ("refund", ctypes.c_int64), ("error", _text)]


class _TransactionEnd(_Sized):
    _fields_ = [("struct_size", ctypes.c_size_t), ("has_gas_used", ctypes.c_bool), ("gas_used", _u64),
                ("has_output", ctypes.c_bool), ("output", _text), ("output_size", ctypes.c_size_t), ("error", _text)]


class Result(_Sized):
    """The verdict, whose numbers are the program's exit codes, and its counts."""
    _fields_ = [("struct_size", ctypes.c_size_t), ("verdict", ctypes.c_int), ("why", _text), ("dialect", _text),
                ("forks", _text), ("steps", _u64), ("frames", _u64), ("transactions", _u64), ("findings", _u64),
                ("warnings", _u64), ("not_handed_out", _u64), ("checks_made", _u64), ("checks_impossible", _u64),
                ("peak_memory_bytes", _u64), ("expansions", _u64), ("memory_gas", _u64), ("has_reached_limit", ctypes.c_bool)]


AGREES, FINDINGS, INCOMPLETE, UNREADABLE = 0, 1, 3, 10
_NO_NUMBER = 2**64 - 1


@functools.cache
def _replay():
    replay, status = ctypes.c_void_p, ctypes.c_int
    return _load("libevmmem-replay.so.0.1", {
        "evmmem_replay_message": (_text, status),
        "evmmem_replay_create": (status, ctypes.POINTER(_Options), ctypes.POINTER(replay)),
        "evmmem_replay_destroy": (None, replay),
        "evmmem_replay_feed": (status, replay, _text, ctypes.c_size_t),
        "evmmem_replay_step": (status, replay, ctypes.POINTER(_Step)),
        "evmmem_replay_end_transaction": (status, replay, ctypes.POINTER(_TransactionEnd)),
        "evmmem_replay_finish": (status, replay, ctypes.POINTER(Result)),
    })


def _encoded(text):
    return None if text is None else text.encode()


class Replay:
    """An audit of one trace, given as text or step by step. `on_finding` takes a Finding, which is gone when it returns.
    `rules` are published ones by name, `changes` numbers on top of them by their keys, None for none. A context manager."""

    def __init__(self, on_finding=None, fork=None, dialect=None, checks=None, calldata=None, code=None, rules=None, changes=None):
        self._replay = None
        self._raised = None

        def hand_out(_, finding):
            try:
                on_finding(finding.contents)
            except BaseException as error:  # noqa: BLE001 - raised again by the call that it came from
                self._raised = self._raised or error
        # Kept, as the library keeps it.
        self._on_finding = _OnFinding(hand_out) if on_finding else _OnFinding()
        changes = [_Rule(_encoded(key), _NO_NUMBER if number is None else number) for key, number in (changes or {}).items()]
        options = _Options(fork=_encoded(fork), dialect=_encoded(dialect), checks=_encoded(checks), calldata=calldata,
                           calldata_size=len(calldata or b""), code=code, code_size=len(code or b""),
                           on_finding=self._on_finding, rules=_encoded(rules),
                           changes=(_Rule * len(changes))(*changes), change_count=len(changes))
        replay = ctypes.c_void_p()
        self._checked(_replay().evmmem_replay_create(options, replay))
        self._replay = replay

    def _checked(self, status):
        if self._raised:
            raised, self._raised = self._raised, None
            raise raised
        if status != 0:
            raise ReplayError(status)

    def close(self):
        if self._replay:
            _replay().evmmem_replay_destroy(self._replay)
            self._replay = None

    __del__ = close

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def feed(self, text):
        """The next bytes of the trace, plain or compressed, split anywhere."""
        self._checked(_replay().evmmem_replay_feed(self._replay, text, len(text)))

    def step(self, op, pc, gas, depth=1, gas_cost=None, stack=None, memory=None, memory_size=None, return_data=None, refund=None,
             error=None):
        """The state before an instruction; None for what the tracer does not show. `stack` is ints, bottom first."""
        given = (gas_cost, stack, memory_size, memory, return_data, refund)
        words = b"".join(word.to_bytes(32, "little") for word in stack or ())
        self._checked(_replay().evmmem_replay_step(self._replay, _Step(
            shows=sum(1 << bit for bit, value in enumerate(given) if value is not None),
            op=op, pc=pc, gas=gas, depth=depth, gas_cost=gas_cost or 0,
            stack_size=len(stack or ()), stack=ctypes.cast(ctypes.c_char_p(words), ctypes.c_void_p),
            memory=memory, memory_size=len(memory) if memory is not None else memory_size or 0,
            return_data=return_data, return_data_size=len(return_data or b""), refund=refund or 0, error=_encoded(error))))

    def end_transaction(self, gas_used=None, output=None, error=None):
        self._checked(_replay().evmmem_replay_end_transaction(self._replay, _TransactionEnd(
            has_gas_used=gas_used is not None, gas_used=gas_used or 0, has_output=output is not None, output=output,
            output_size=len(output or b""), error=_encoded(error))))

    def finish(self):
        """Ends the trace. The Result's texts live as long as the replay."""
        result = Result()
        self._checked(_replay().evmmem_replay_finish(self._replay, result))
        return result

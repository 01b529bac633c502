"""QuickJS-ng by its own C interface: what the package around it does not offer is compiling a script once.

The functions are those of quickjs.h, which the package's extension exports; the package is pinned, so they are those
of the version that was tried. Used in the guarded process alone: a mistake here ends that, and nothing else.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import _quickjs

_GLOBAL, _COMPILE_ONLY, _BYTECODE = 0, 1 << 5, 1 << 0
_STRING, _ROPE, _UNDEFINED, _EXCEPTION = -7, -6, 3, 6
_SCRIPT = b"<input>"


class Value(ctypes.Structure):
    """A value of the language (JSValue); whoever has it frees it."""

    _fields_ = (("bits", ctypes.c_uint64), ("tag", ctypes.c_int64))


Interrupted = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def _functions() -> ctypes.CDLL:
    pointer, size, number, values = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.POINTER(Value)
    sizes = ctypes.POINTER(size)
    library = ctypes.CDLL(_quickjs.__file__)
    for name, result, *arguments in (
        ("JS_NewRuntime", pointer),
        ("JS_FreeRuntime", None, pointer),
        ("JS_SetMemoryLimit", None, pointer, size),
        ("JS_SetMaxStackSize", None, pointer, size),
        ("JS_UpdateStackTop", None, pointer),
        ("JS_SetInterruptHandler", None, pointer, Interrupted, pointer),
        ("JS_NewContext", pointer, pointer),
        ("JS_FreeContext", None, pointer),
        ("JS_Eval", Value, pointer, ctypes.c_char_p, size, ctypes.c_char_p, number),
        ("JS_EvalFunction", Value, pointer, Value),
        ("JS_WriteObject", pointer, pointer, sizes, Value, number),
        ("JS_ReadObject", Value, pointer, ctypes.c_char_p, size, number),
        ("JS_Call", Value, pointer, Value, Value, number, values),
        ("JS_GetPropertyStr", Value, pointer, Value, ctypes.c_char_p),
        ("JS_GetException", Value, pointer),
        ("JS_NewStringLen", Value, pointer, ctypes.c_char_p, size),
        ("JS_ToCStringLen2", pointer, pointer, sizes, Value, ctypes.c_bool),
        ("JS_FreeCString", None, pointer, pointer),
        ("JS_FreeValue", None, pointer, Value),
        ("js_free", None, pointer, pointer),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


_js: Any = _functions()


class Thrown(Exception):
    """The language threw something; `value` is the context's, to be freed."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Context:
    """A runtime with one context, which share nothing with any other.

    Args:
        heap: the most bytes it may allocate.
        stack: the most bytes of the machine's stack its functions may take.
        is_over: asked every some thousand steps of the language; True ends what runs, uncatchably.
    """

    def __init__(self, heap: int, stack: int, is_over: Callable[[], bool]) -> None:
        self._runtime = _js.JS_NewRuntime()
        _js.JS_SetMemoryLimit(self._runtime, heap)
        _js.JS_SetMaxStackSize(self._runtime, stack)
        self._handler = Interrupted(lambda _runtime, _opaque: int(is_over()))
        _js.JS_SetInterruptHandler(self._runtime, self._handler, None)
        self._context = _js.JS_NewContext(self._runtime)
        self._held: list[Value] = []

    def close(self) -> None:
        """Free it, and every value that came of it."""
        for value in self._held:
            _js.JS_FreeValue(self._context, value)
        self._held = []
        _js.JS_FreeContext(self._context)
        _js.JS_FreeRuntime(self._runtime)

    def compile(self, text: bytes) -> bytes:
        """A script as the engine's own code, which any context can run.

        Raises:
            Thrown: it is no script.
        """
        compiled = self._held_or_thrown(_js.JS_Eval(self._context, text, len(text), _SCRIPT, _GLOBAL | _COMPILE_ONLY))
        size = ctypes.c_size_t()
        code = _js.JS_WriteObject(self._context, ctypes.byref(size), compiled, _BYTECODE)
        if not code:
            raise Thrown(self._hold(_js.JS_GetException(self._context)))
        try:
            return ctypes.string_at(code, size.value)
        finally:
            _js.js_free(self._context, code)

    def run(self, code: bytes) -> Value:
        """The value of a compiled script.

        Raises:
            Thrown: it threw, was ended, or found no room.
        """
        _js.JS_UpdateStackTop(self._runtime)
        compiled = _js.JS_ReadObject(self._context, code, len(code), _BYTECODE)
        if compiled.tag == _EXCEPTION:
            return self._held_or_thrown(compiled)
        return self._held_or_thrown(_js.JS_EvalFunction(self._context, compiled))

    def evaluate(self, text: bytes) -> Value:
        """The value of a script's text; as `run`."""
        return self._held_or_thrown(_js.JS_Eval(self._context, text, len(text), _SCRIPT, _GLOBAL))

    def call(self, function: Value, *given: Value) -> Value:
        """What a function returns; as `run`."""
        _js.JS_UpdateStackTop(self._runtime)
        nothing = Value(0, _UNDEFINED)
        arguments = (Value * len(given))(*given)
        return self._held_or_thrown(_js.JS_Call(self._context, function, nothing, len(given), arguments))

    def member(self, of: Value, name: bytes) -> Value:
        """A property of an object; as `run`."""
        return self._held_or_thrown(_js.JS_GetPropertyStr(self._context, of, name))

    def text(self, body: bytes) -> Value:
        """A string of the language."""
        return self._held_or_thrown(_js.JS_NewStringLen(self._context, body, len(body)))

    def bytes_of(self, value: Value) -> bytes | None:
        """A string of the language as UTF-8; None where it is none, or finds no room."""
        if value.tag not in (_STRING, _ROPE):
            return None
        size = ctypes.c_size_t()
        text = _js.JS_ToCStringLen2(self._context, ctypes.byref(size), value, False)
        if not text:
            return None
        try:
            return ctypes.string_at(text, size.value)
        finally:
            _js.JS_FreeCString(self._context, text)

    def _hold(self, value: Value) -> Value:
        self._held.append(value)
        return value

    def _held_or_thrown(self, value: Value) -> Value:
        if value.tag == _EXCEPTION:
            raise Thrown(self._hold(_js.JS_GetException(self._context)))
        return self._hold(value)

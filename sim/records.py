"""Records: named tuples of arrays that compiled rules receive by reference.

``@record`` turns a ``NamedTuple`` class into one that Numba sees as a reference to a struct. In
plain Python it stays the tuple it was: same fields, same constructor. Why not the tuples as they
are: Numba passes every array of a nested tuple by value at every call, which made compiling one
round take minutes and running it slower than its arithmetic.

A record's fields are read by name in compiled code; they can be neither assigned nor indexed.
"""

import hashlib
import sys
from typing import Any, TypeVar

from numba import njit, types
from numba.core.typing.templates import AbstractTemplate, infer, infer_global, signature
from numba.core.typing.typeof import typeof, typeof_impl
from numba.experimental import structref
from numba.experimental.jitclass.base import imp_dtor
from numba.extending import NativeValue, box, intrinsic, lower_builtin, unbox

T = TypeVar("T")
POINTER = types.MemInfoPointer(types.voidptr)


class RecordMeta(type):
    """The class of record classes, so that Numba does not take one for a plain tuple."""


class RecordType(types.StructRef):  # type: ignore[misc]
    """What Numba knows of a record: a struct, under a short name.

    Left to itself Numba spells out all fields of all nested structs in the name of every function
    that takes one, which made up much of the time to compile.
    """

    def __init__(self, fields: Any) -> None:
        super().__init__(fields)
        long = hashlib.sha256(self.name.encode()).hexdigest()
        self.name = f"{self._typename}_{long[:12]}"
        self._payload = types.StructRefPayload(self.name, self._fields)

    def get_data_type(self) -> Any:
        """Return the type of the struct itself."""
        return self._payload


class Record:
    """What every record can do besides being a named tuple: hold its compiled twin."""

    _fields: tuple[str, ...]

    @property
    def _twin(self) -> Any:
        """The struct compiled code works on; it shares every array with this tuple."""
        found = self.__dict__.get("_held")
        if found is None:
            parts = tuple(self)  # type: ignore[call-overload]
            found = self.__dict__["_held"] = _make_twin(parts, self._numba_type_)
        return found

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return type(self), tuple(self)  # type: ignore[call-overload]

    @property
    def _numba_type_(self) -> Any:
        found = self.__dict__.get("_type")
        if found is None:
            kinds = [(name, typeof(part)) for name, part in zip(self._fields, self, strict=True)]  # type: ignore[call-overload]
            found = self.__dict__["_type"] = type(self)._struct(kinds)  # type: ignore[attr-defined]
        return found


@typeof_impl.register(Record)
def _typeof_record(val: Any, _: Any) -> Any:
    return val._numba_type_


@typeof_impl.register(RecordMeta)
def _typeof_class(_val: Any, _: Any) -> None:
    """Leave the class to its constructor in compiled code."""
    return


@typeof_impl.register(RecordType)
def _typeof_type(val: Any, _: Any) -> Any:
    return types.TypeRef(val)


def _stored(context: Any, builder: Any, struct: Any, parts: Any) -> Any:
    """Return a new struct that holds these values, one per field."""
    utils = structref._Utils(context, builder, struct)
    size = context.get_abi_sizeof(context.get_value_type(struct.get_data_type()))
    destructor = imp_dtor(context, builder.module, struct)
    bytes_ = context.get_constant(types.uintp, size)
    made = utils.new_struct_ref(context.nrt.meminfo_alloc_dtor(builder, bytes_, destructor))
    data = utils.get_data_struct(made._getvalue())
    for (name, kind), part in zip(struct.field_dict.items(), parts, strict=True):
        context.nrt.incref(builder, kind, part)
        setattr(data, name, part)
    return made._getvalue()


@intrinsic  # type: ignore[untyped-decorator]
def _reference_to(_typing: Any, parts: Any, struct: Any) -> Any:
    """Return the counted reference of a new struct of these parts."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kind = signature.args[1].instance_type
        values = [builder.extract_value(args[0], n) for n in range(len(parts))]
        made = _stored(context, builder, kind, values)
        return structref._Utils(context, builder, kind).get_struct_ref(made).meminfo

    return POINTER(parts, struct), codegen


@njit(cache=True)  # type: ignore[untyped-decorator]
def _make_twin(parts, struct):  # type: ignore[no-untyped-def]
    return _reference_to(parts, struct)


def record(cls: type[T]) -> type[T]:
    """Return the record class of a ``NamedTuple`` class.

    Examples
    --------
    >>> from typing import NamedTuple
    >>> from numba import njit
    >>> @record
    ... class Point(NamedTuple):
    ...     x: float
    ...     y: float
    >>> @njit
    ... def mirrored(point):
    ...     return Point(point.y, point.x)
    >>> mirrored(Point(1.0, 2.0))
    Point(x=2.0, y=1.0)
    """
    module = sys.modules[cls.__module__]
    struct = type(f"{cls.__name__}Struct", (RecordType,), {"__module__": cls.__module__})
    space = {"__module__": cls.__module__, "__doc__": cls.__doc__, "_struct": struct}
    made: Any = RecordMeta(cls.__name__, (Record, cls), space)
    setattr(module, struct.__name__, struct)  # found there when Numba reads its cache
    structref.register(struct)
    _define_constructor(struct, made)
    _define_boxing(struct, made)
    return made  # type: ignore[no-any-return]


def _define_constructor(struct: Any, made: Any) -> None:
    """Say what type a record built in compiled code has, and how it is built."""

    @infer  # type: ignore[untyped-decorator]
    class Build(AbstractTemplate):  # type: ignore[misc]
        key = made

        def generic(self, args: Any, _: Any) -> Any:
            kinds = [types.unliteral(part) for part in args]
            return signature(struct(list(zip(made._fields, kinds, strict=True))), *kinds)

    infer_global(made, types.Function(Build))

    @lower_builtin(made, types.VarArg(types.Any))  # type: ignore[untyped-decorator]
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _stored(context, builder, sig.return_type, args)


def _define_boxing(struct: Any, made: Any) -> None:
    """Say how a struct becomes a tuple in Python and a tuple's struct is found."""

    @box(struct)
    def box_record(typ: Any, val: Any, c: Any) -> Any:
        utils = structref._Utils(c.context, c.builder, typ)
        data = utils.get_data_struct(val)
        parts = []
        for name, kind in typ.field_dict.items():
            part = getattr(data, name)
            c.context.nrt.incref(c.builder, kind, part)
            parts.append(c.box(kind, part))
        maker = c.pyapi.unserialize(c.pyapi.serialize_object(made))
        out = c.pyapi.call_function_objargs(maker, parts)
        for part in parts:
            c.pyapi.decref(part)
        c.pyapi.decref(maker)
        held = c.box(POINTER, utils.get_struct_ref(val).meminfo)
        c.pyapi.object_setattr_string(out, "_held", held)
        c.pyapi.decref(held)
        return out

    @unbox(struct)
    def unbox_record(typ: Any, obj: Any, c: Any) -> Any:
        held = c.pyapi.object_getattr_string(obj, "_twin")
        utils = structref._Utils(c.context, c.builder, typ)
        out = utils.new_struct_ref(c.unbox(POINTER, held).value)
        c.pyapi.decref(held)
        return NativeValue(out._getvalue())

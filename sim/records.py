"""Records: named tuples of arrays that compiled rules receive by reference.

``@record`` turns a ``NamedTuple`` class into one that Numba sees as a reference to a struct. In
plain Python it stays the tuple it was: same fields, same constructor. Why not the tuples as they
are: Numba passes every array of a nested tuple by value at every call, which made compiling one
round take minutes and running it slower than its arithmetic.

A record's fields are read by name in compiled code; they can be neither assigned nor indexed.
"""

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit, types
from numba.core import cgutils
from numba.core.typing.typeof import typeof, typeof_impl
from numba.experimental import structref
from numba.extending import NativeValue, box, intrinsic, unbox

from sim.keeping import KeptMaker, keep
from sim.linking import MakerCompiler

T = TypeVar("T")


class RecordMeta(type):
    """The class of record classes, so that Numba does not take one for a plain tuple."""


class Record:
    """What every record can do besides being a named tuple: hold its compiled twin."""

    _fields: tuple[str, ...]
    _make_twin: Callable[..., Any]

    @property
    def _twin(self) -> Any:
        """The struct compiled code works on; it shares every array with this tuple."""
        found = self.__dict__.get("_held")
        if found is None:
            found = self.__dict__["_held"] = type(self)._make_twin(*self)
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


@intrinsic  # type: ignore[untyped-decorator]
def _reference(_typing: Any, struct: Any) -> Any:
    """Return the counted reference of a struct."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        context.nrt.incref(builder, signature.args[0], args[0])
        return structref._Utils(context, builder, signature.args[0]).get_struct_ref(args[0]).meminfo

    return types.MemInfoPointer(types.voidptr)(struct), codegen


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
    names, module = cls._fields, sys.modules[cls.__module__]  # type: ignore[attr-defined]
    struct = type(f"{cls.__name__}Struct", (types.StructRef,), {"__module__": cls.__module__})
    space = {"__module__": cls.__module__, "__doc__": cls.__doc__, "_struct": struct}
    made: Any = RecordMeta(cls.__name__, (Record, cls), space)
    setattr(module, struct.__name__, struct)  # found there when Numba reads its cache
    structref.register(struct)
    structref.define_constructor(made, struct, names)
    _define_boxing(struct, made)
    made._make_twin = staticmethod(_twin_maker(made))
    return made  # type: ignore[no-any-return]


def _twin_maker(made: Any) -> Callable[..., Any]:
    """Return a compiled function that builds the struct of a record and returns its reference.

    Every record keeps its code under its own name: in one file with all others a process would
    read types it cannot know, as a test's.
    """

    def make(*parts):  # type: ignore[no-untyped-def]
        return _reference(made(*parts))

    make.__qualname__ = f"{made.__module__}.{made.__qualname__}"  # an index of its own
    maker: Callable[..., Any] = njit(make, pipeline_class=MakerCompiler)
    keep(maker, make, KeptMaker)
    return maker


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
        c.context.nrt.decref(c.builder, typ, val)
        return out

    @unbox(struct)
    def unbox_record(typ: Any, obj: Any, c: Any) -> Any:
        held = c.pyapi.object_getattr_string(obj, "_twin")
        failed = cgutils.is_null(c.builder, held)
        found = cgutils.alloca_once(c.builder, c.context.get_value_type(typ), zfill=True)
        with c.builder.if_then(c.builder.not_(failed)):
            utils = structref._Utils(c.context, c.builder, typ)
            out = utils.new_struct_ref(c.unbox(types.MemInfoPointer(types.voidptr), held).value)
            c.builder.store(out._getvalue(), found)
            c.pyapi.decref(held)
        return NativeValue(c.builder.load(found), is_error=failed)

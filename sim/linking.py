"""How rules become machine code: only what Python calls is optimised and made executable.

Left to itself, Numba optimises every function that compiled code calls and turns it into machine
code of its own, and again as part of every caller. Here a rule is only typed and lowered; its
code waits until an entry point, a function Python calls, links all it needs and is optimised as a
whole. The arithmetic is the same; a cold start takes half the time.

A rule that only borrows arrays does not count references to them either: counting is atomic, it
costs as much as the arithmetic of a short rule and keeps loads from leaving loops.

Custom pipelines are Numba's documented way to change how it compiles.
"""

import gc
from typing import Any

from numba.core import config, ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.lowering import Lower
from numba.core.runtime.context import NRTContext
from numba.core.typed_passes import NativeLowering

from sim.keeping import KeptCode

MAKES = ("call", "binop", "unary", "inplace_binop", "build_list", "build_set")
"""Operations whose result may be an array of its own; all others give a view of what there is."""


def _with_all_it_links(libraries: list[Any]) -> list[Any]:
    """Return libraries and what they link in turn, each once, callees last."""
    found: dict[Any, None] = {}
    todo = list(libraries)
    while todo:
        library = todo.pop(0)
        if library not in found:
            found[library] = None
            if isinstance(library, PartLibrary):
                todo.extend(library._linking_libraries)
    return list(found)


class PartLibrary(JITCodeLibrary):  # type: ignore[misc]
    """Code that is linked into entry points and never run on its own."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Leave it as it is: the entry point is optimised as a whole."""

    def finalize(self) -> None:
        """Take the code as it is: no links, no optimisation, no machine code."""
        self._finalize_dynamic_globals()
        self._finalized = True

    def add_linking_library(self, library: Any) -> None:
        """Remember what the entry point will have to link."""
        self._linking_libraries.append(library)


class EntryLibrary(JITCodeLibrary):  # type: ignore[misc]
    """Code that Python calls, with all that it links."""

    def finalize(self) -> None:
        """Link the parts of parts too, then optimise the whole."""
        self._linking_libraries = _with_all_it_links(self._linking_libraries)
        super().finalize()

    def _optimize_final_module(self) -> None:
        """Optimise, and put sums that are written in lanes side by side (no sum is reordered)."""
        before = vars(config)["SLP_VECTORIZE"]
        vars(config)["SLP_VECTORIZE"] = 1
        try:
            super()._optimize_final_module()
        finally:
            vars(config)["SLP_VECTORIZE"] = before


class Uncounted(NRTContext):  # type: ignore[misc]
    """Counts no references in one function; in helpers compiled on its behalf, as ever."""

    def __init__(self, context: Any, function: str) -> None:
        super().__init__(context, True)
        self._function = function

    def incref(self, builder: Any, typ: Any, value: Any) -> None:
        """Count a reference up, unless the function itself asks."""
        if builder.function.name != self._function:
            super().incref(builder, typ, value)

    def decref(self, builder: Any, typ: Any, value: Any) -> None:
        """Count a reference down, unless the function itself asks."""
        if builder.function.name != self._function:
            super().decref(builder, typ, value)


class BorrowingLower(Lower):  # type: ignore[misc]
    """Lowers a rule; one that only borrows arrays counts no references."""

    def init(self) -> None:
        """Choose how this rule counts."""
        super().init()
        if self._only_borrows():
            self.context.nrt = Uncounted(self.context, self.fndesc.llvm_func_name)

    def _only_borrows(self) -> bool:
        """Say whether the rule neither makes, nor is handed, nor returns arrays or records."""
        kinds = self.fndesc.typemap
        made = [
            kinds[step.target.name]
            for block in self.func_ir.blocks.values()
            for step in block.find_insts(ir.Assign)
            if isinstance(step.value, ir.Expr) and self._makes(step.value)
        ]
        return not any(self._is_counted(kind) for kind in [self.fndesc.restype, *made])

    def _makes(self, value: Any) -> bool:
        """Say whether an expression may make an array of its own; an array as index does."""
        picks = value.op == "getitem" and self._is_counted(self.fndesc.typemap[value.index.name])
        return value.op in MAKES or picks

    def _is_counted(self, kind: Any) -> bool:
        return bool(self.context.data_model_manager[kind].contains_nrt_meminfo())


@register_pass(mutates_CFG=True, analysis_only=False)
class LowerPart(NativeLowering):  # type: ignore[misc]
    """Lower a rule that other compiled code calls."""

    _name = "lower_part"

    @property
    def lowering_class(self) -> type[Lower]:
        """How rules are lowered."""
        return BorrowingLower

    def run_pass(self, state: Any) -> bool:
        """Lower into a library that is not made executable."""
        codegen = state.targetctx.codegen()
        state.library = PartLibrary(codegen, state.func_id.func_qualname)
        state.flags.no_compile = True
        super().run_pass(state)
        state.library._ensure_finalized()
        result = state["cr"]
        name = [].append  # stands for the machine code there is not: any function of its own
        state.targetctx.insert_user_function(name, result.fndesc, [state.library])
        state["cr"] = result._replace(cfunc=name)
        return True


@register_pass(mutates_CFG=True, analysis_only=False)
class LowerEntry(NativeLowering):  # type: ignore[misc]
    """Lower a function that Python calls."""

    _name = "lower_entry"

    def run_pass(self, state: Any) -> bool:
        """Lower into a library that links the parts of parts."""
        state.library = EntryLibrary(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(super().run_pass(state))


class _Compiler(CompilerBase):  # type: ignore[misc]
    lowering: type[NativeLowering]

    def compile_extra(self, func: Any) -> Any:
        """Compile without looking for garbage meanwhile, which is a tenth of the time or more."""
        looked = gc.isenabled()
        gc.disable()
        try:
            return super().compile_extra(func)
        finally:
            if looked:
                gc.enable()

    def define_pipelines(self) -> list[Any]:
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes = [
            (self.lowering, "lower") if step is NativeLowering else (step, text)
            for step, text in pipeline.passes
        ]
        pipeline._finalized = False
        pipeline.finalize()
        return [pipeline]


class PartCompiler(_Compiler):
    """Compiles rules that compiled code calls."""

    lowering = LowerPart


class EntryCompiler(_Compiler):
    """Compiles functions that Python calls."""

    lowering: type[NativeLowering] = LowerEntry

    def compile_extra(self, func: Any) -> Any:
        """Compile; where that fails, no other process waits for the code."""
        try:
            return super().compile_extra(func)
        except BaseException:
            KeptCode.let_go()
            raise


class MakerCompiler(EntryCompiler):
    """Compiles the makers of records, which call no rule."""

    lowering = NativeLowering

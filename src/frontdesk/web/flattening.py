"""One template out of those that it is made of, before it is compiled: its layout around it, what it includes in it.

Jinja2 joins them while it renders: each has a context of its own, and what the innermost writes passes through all.
So a layout is named by a constant, and no block asks for the one that it takes the place of: nothing would be there.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby
from typing import TypeAlias, cast

from jinja2 import TemplateSyntaxError, nodes
from jinja2.visitor import NodeTransformer

Read: TypeAlias = Callable[[str], nodes.Template]


def flatten(template: nodes.Template, read: Read, blocks: Mapping[str, nodes.Block] | None = None) -> nodes.Template:
    """The whole of a template; TemplateSyntaxError where that cannot be.

    `read` gives another by its name, as it is written; `blocks` are what fills its own.
    """
    for name in template.find_all(nodes.Name):
        if name.name in ("self", "super"):
            raise TemplateSyntaxError(f"a template of ours knows no {name.name}", name.lineno)
    _Including(read).visit(template)
    filling = {**{block.name: block for block in template.find_all(nodes.Block)}, **(blocks or {})}
    extends = next(template.find_all(nodes.Extends), None)
    if extends is None:
        _Filling(filling).visit(template)
        return _join(template)
    if not isinstance(extends.template, nodes.Const):
        raise TemplateSyntaxError("a layout is named by a constant", extends.lineno)
    # What stands outside of the blocks is not written, but its imports and values are theirs.
    around = [node for node in template.body if not isinstance(node, nodes.Extends | nodes.Output | nodes.Block)]
    layout = flatten(read(extends.template.value), read, filling)
    layout.body = [*around, *layout.body]
    return layout


class _Including(NodeTransformer):
    def __init__(self, read: Read) -> None:
        self._read = read

    def visit_Include(self, node: nodes.Include) -> nodes.Node:  # noqa: N802 - Jinja2's name for it
        if isinstance(node.template, nodes.Const) and node.with_context and not node.ignore_missing:
            return nodes.Scope(flatten(self._read(node.template.value), self._read).body)
        return node


class _Filling(NodeTransformer):
    def __init__(self, blocks: Mapping[str, nodes.Block]) -> None:
        self._blocks = blocks

    def visit_Block(self, node: nodes.Block) -> nodes.Node:  # noqa: N802 - Jinja2's name for it
        block = self._blocks[node.name]
        self.generic_visit(block)
        return nodes.Scope(block.body)


def _join(template: nodes.Template) -> nodes.Template:
    """Whatever is written one after the other is written at once."""
    for node in (template, *template.find_all(nodes.Node)):
        for name, value in node.iter_fields():
            if isinstance(value, list) and any(isinstance(one, nodes.Output) for one in value):
                setattr(node, name, list(_joined(value)))
    return template


def _joined(body: list[nodes.Node]) -> Iterator[nodes.Node]:
    for writes, some in groupby(body, key=lambda node: isinstance(node, nodes.Output)):
        if writes:
            first, *others = cast(Iterator[nodes.Output], some)
            first.nodes = [*first.nodes, *(one for other in others for one in other.nodes)]
            yield first
        else:
            yield from some

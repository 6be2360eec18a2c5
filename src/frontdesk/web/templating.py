"""Templates that speak one language: everything escaped, everything marked translated.

What a template says without any value is translated when it is compiled, for there is one compiled for each language;
the rest, and what its values say, where it is written out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from keyword import iskeyword
from typing import Any

import markupsafe
from jinja2 import Environment, PackageLoader, StrictUndefined, TemplateNotFound, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.ext import InternationalizationExtension
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from frontdesk.protocol.messages import ENGLISH, Message, Said, Speaker, said_values, say_by
from frontdesk.web.compiled_templates import compiled_in
from frontdesk.web.flattening import flatten
from frontdesk.web.scope_words import ScopeLine
from frontdesk.web.tickets import Ticket
from frontdesk.web.words import Moment

# What `escape` calls for a plain text, without the object that it makes of the result.
escape_text: Callable[[str], str] = markupsafe._escape_inner  # type: ignore[attr-defined]
_PLACE = re.compile(r"%\((\w+)\)s|(%%)|%")


def open_templates(speaker: Speaker, shared: Mapping[str, object]) -> Environment:
    """The templates in the speaker's language. `shared` is what every page may use."""
    environment = SpokenTemplates(
        auto_reload=False,  # or each page asks the file system for the age of each of its templates
        loader=PackageLoader("frontdesk.web", "templates"),
        bytecode_cache=compiled_in(speaker),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[Trans],
    )
    environment.speaker, environment.write_out = speaker, _writer(speaker)
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined] # of jinja2.ext.i18n
    environment.globals.update(shared)
    environment.globals.update(_=_gettext(speaker), gettext=_gettext(speaker), ngettext=_ngettext(speaker))
    environment.filters.update(moment=_moment(speaker), ticket=render_ticket, scope_list=_scope_list(environment))
    return environment


class SpokenTemplates(Environment):
    """Templates whose constant sentences are in one language before they are compiled."""

    speaker: Speaker
    write_out: Callable[[Any], str]

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        whole = flatten(super()._parse(source, name, filename), self._read)
        parsed: nodes.Template = _Translator(self.speaker).visit(whole)
        return parsed

    def _read(self, name: str) -> nodes.Template:
        if self.loader is None:
            raise TemplateNotFound(name)
        source, filename, _ = self.loader.get_source(self, name)
        parsed = super()._parse(source, name, filename)
        parsed.set_environment(self)
        return parsed


class _Code(CodeGenerator):
    """Has each value written out by one call, and a page's parts joined at once.

    Jinja2's own two calls make a new object of each value, and it hands on each part by itself.
    """

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja2's name
        """With what writes values out where code finds it at once."""
        self.writeline("write_out = environment.write_out")
        super().visit_Template(node, frame)

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802 - Jinja2's name
        """Of records only; Jinja2's own also looks for items, and takes many times as long."""
        self.write("getattr(" if iskeyword(node.attr) else "(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})" if iskeyword(node.attr) else f").{node.attr}")

    def visit_Call(  # noqa: N802 - Jinja2's name
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        """As it stands: nothing that our templates call asks to be given the context."""
        if node.dyn_args or node.dyn_kwargs or forward_caller or any(iskeyword(one.key) for one in node.kwargs):
            super().visit_Call(node, frame, forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for given in (*node.args, *node.kwargs):
            self.visit(given, frame)
            self.write(", ")
        self.write(")")

    def enter_frame(self, frame: Frame) -> None:
        """Begin to collect what a page writes."""
        super().enter_frame(frame)
        if frame.parent is None and frame.buffer is None:
            self.buffer(frame)

    def leave_frame(self, frame: Frame, with_python_scope: bool = False) -> None:
        """Hand it on."""
        if frame.parent is None and with_python_scope:
            self.writeline(f"yield ''.join({frame.buffer})")
        super().leave_frame(frame, with_python_scope)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write("write_out(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        self.write(")")


SpokenTemplates.code_generator_class = _Code


class _Translator(NodeTransformer):
    """Puts the translation in the place of `_("...")`."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja2's name for it
        """A call of `_` with a text and nothing else; all others as they are."""
        called, args = node.node, node.args
        is_plain = not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        if is_plain and isinstance(called, nodes.Name) and called.name == "_" and len(args) == 1:
            said = args[0]
            if isinstance(said, nodes.Const) and type(said.value) is str:
                text = Markup(self.speaker.translate(said.value)) % {}  # noqa: S704 - from a catalogue
                return nodes.Const(text, lineno=node.lineno)
        self.generic_visit(node)
        return node


class Trans(InternationalizationExtension):
    """`{% trans %}` whose sentence is translated now: what stands in its places is escaped where it is written out."""

    def _make_node(
        self,
        singular: str,
        plural: str | None,
        context: str | None,
        variables: dict[str, nodes.Expr],
        plural_expr: nodes.Expr | None,
        vars_referenced: bool,
        num_called_num: bool,
    ) -> nodes.Output:
        if plural_expr is None and context is None and isinstance(self.environment, SpokenTemplates):
            written = list(_write_out(self.environment.speaker.translate(singular), variables))
            if None not in written:
                return nodes.Output(written)
        return super()._make_node(singular, plural, context, variables, plural_expr, vars_referenced, num_called_num)


def _write_out(sentence: str, variables: Mapping[str, nodes.Expr]) -> Iterator[nodes.Expr | None]:
    """A sentence as what is written out one after the other; None for what cannot be told before."""
    end = 0
    for found in _PLACE.finditer(sentence):
        yield nodes.TemplateData(sentence[end : found.start()])
        name, percent = found.groups()
        yield variables.get(name) if name else nodes.TemplateData("%") if percent else None
        end = found.end()
    yield nodes.TemplateData(sentence[end:])


def _writer(speaker: Speaker) -> Callable[[Any], str]:
    is_english = speaker is ENGLISH  # as every marked text is before it is said

    def write_out(value: Any) -> str:
        """A value as it stands in a page: a marked text in the reader's language, and all but markup escaped."""
        kind = type(value)
        if kind is Markup:
            return value  # type: ignore[no-any-return]
        if kind is not str and isinstance(value, Said):
            text = str(value) if is_english else value.by(speaker)
        elif kind is str:
            text = value
        else:
            return escape(value)
        return escape_text(text)

    return write_out


def _moment(speaker: Speaker) -> Callable[[Moment], Markup]:
    @lru_cache(maxsize=8_192)
    def say_exactly(full: str) -> Markup:
        return escape(say_by(speaker, full))

    @lru_cache(maxsize=8_192)
    def moment(at: Moment) -> Markup:
        """A time, for people and for programs."""
        full, text = say_exactly(at.full), escape(say_by(speaker, at.text))
        return Markup(f'<time datetime="{at.iso}" title="{full}">{text}</time>')  # noqa: S704 - escaped

    return moment


def _scope_list(templates: Environment) -> Callable[[tuple[ScopeLine, ...]], Markup]:
    # One list has many apps, and few kinds of them: what they may do is written out once.
    @lru_cache(maxsize=256)
    def scope_list(lines: tuple[ScopeLine, ...]) -> Markup:
        """What an app may do."""
        return Markup(templates.get_template("parts.html").module.scopes(lines))  # type: ignore[attr-defined] # noqa: S704 - written by a template

    return scope_list


def render_ticket(form: Ticket) -> Markup:
    """The hidden fields of a form that only our own page can send."""
    return _hidden(form.token, form.request)


@lru_cache(maxsize=16)  # the forms of the rows of one page are alike
def _hidden(token: str, request: str) -> Markup:
    fields = f'<input type="hidden" name="form_token" value="{escape(token)}">'
    if request:
        fields += f'<input type="hidden" name="request" value="{escape(request)}">'
    return Markup(fields)  # noqa: S704 - escaped


def _gettext(speaker: Speaker) -> Callable[..., str]:
    def gettext(text: str, /, **values: Any) -> str:
        """A sentence of a template. Catalogues may hold markup as the source does; what is filled in is escaped."""
        if isinstance(text, Message):
            return text.by(speaker)
        return Markup(speaker.translate(str(text))) % said_values(values, speaker)  # noqa: S704 - from a catalogue

    return gettext


def _ngettext(speaker: Speaker) -> Callable[..., str]:
    def ngettext(one: str, many: str, count: int, /, **values: Any) -> str:
        """The same of a number of things."""
        if values == {"count": count}:
            return count_only(one, many, count)
        found = Markup(speaker.translate_count(str(one), str(many), count))  # noqa: S704 - from a catalogue
        return found % {"num": count, **said_values(values, speaker)}

    @lru_cache(maxsize=1_024)
    def count_only(one: str, many: str, count: int) -> str:
        found = Markup(speaker.translate_count(one, many, count))  # noqa: S704 - from a catalogue
        return found % {"num": count, "count": count}

    return ngettext

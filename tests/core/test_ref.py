"""`TaskRef`: what names a task goes into text and comes back the same; what does not is refused with a reason."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import asdict, replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from tidings.errors import InvalidRef
from tidings.model import TaskRef
from tidings.model.ref import GRAMMAR

names = st.from_regex(r"[a-z0-9](?:[a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True).filter(lambda name: name != "gateway")
printable = st.text(min_size=1, max_size=40).filter(
    lambda text: text.isprintable() and text == text.strip() and text not in {".", ".."}
)
routes = st.lists(printable.filter(lambda text: "/" not in text), min_size=1, max_size=3).map("/".join)
refs = st.builds(TaskRef, names, printable, st.none() | printable, st.none() | routes)


@given(refs)
@example(TaskRef("luma", "a/b c%2F.é"))
@example(TaskRef("flux", "https://api.eu.bfl.ai/v1/get_result?id=a%2Fb&x=1"))
@example(TaskRef("minimax", "task-123", "st@dio:1", "v2"))
@example(TaskRef("fal", "id", None, "fal-ai/flux/dev"))
@example(TaskRef("luma", "😀" * 1000))
def test_text_and_back_is_the_same_ref(ref):
    assert TaskRef.parse(str(ref)) == ref
    assert str(ref).isascii(), "a ref can stand in any log, shell and file"


@given(st.text() | st.text(alphabet="luma:@/%.2F \n\x00\ud800é?#", max_size=20))
@example("luma:%ff")
@example("luma:%ED%A0%80")
@example("luma:\ud800")
@example("luma:%00")
@example("\ud800:x")
def test_any_text_is_a_ref_or_refused_as_one(text):
    try:
        ref = TaskRef.parse(text)
    except InvalidRef:
        return
    assert TaskRef.parse(str(ref)) == ref


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("luma:9d4b7516", TaskRef("luma", "9d4b7516")),
        ("kling:text2video/8672", TaskRef("kling", "8672", route="text2video")),
        ("replicate@studio:azaq", TaskRef("replicate", "azaq", account="studio")),
        ("fal:fal-ai/flux/dev/abc", TaskRef("fal", "abc", route="fal-ai/flux/dev")),
        ("  luma:x\n", TaskRef("luma", "x")),
        ("LUMA:X", TaskRef("luma", "X")),
        ("gateway_video:x", TaskRef("gateway-video", "x")),
        ("luma:a:b", TaskRef("luma", "a:b")),
        ("luma:a%2Fb%20c", TaskRef("luma", "a/b c")),
        ("luma:50%", TaskRef("luma", "50%")),
        ("luma:日本", TaskRef("luma", "日本")),
        (
            "flux:https://api.bfl.ai/v1/get_result?id=a%2Fb",
            TaskRef("flux", "https://api.bfl.ai/v1/get_result?id=a%2Fb"),
        ),
        ("flux@eu:https://api.bfl.ai/x", TaskRef("flux", "https://api.bfl.ai/x", account="eu")),
    ],
)
def test_the_grammar_is_read_as_documented(text, expected):
    assert TaskRef.parse(text) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "before, or no id after"),
        ("9d4b7516", "before, or no id after"),
        (":x", "before, or no id after"),
        ("luma:", "before, or no id after"),
        ("luma:  ", "before, or no id after"),
        ("luma@:x", "account after @ is empty"),
        ("luma@%20:x", "account is empty"),
        ("luma:/x", "route before the last slash is empty"),
        ("luma:x/", "id is empty"),
        ("fal:a//b", "part of the route is empty"),
        ("luma:.", "a dot or two"),
        ("luma:%2e%2E", "a dot or two"),
        ("fal:a/../b", "a dot or two"),
        ("luma@..:x", "a dot or two"),
        ("luma: x", "spaces around"),
        ("luma:a\tb", "cannot be printed"),
        ("luma:a%00b", "cannot be printed"),
        ("luma:\ud800", "cannot be printed"),
        ("luma:%FF", "not UTF-8"),
        ("lu ma:x", "letters, digits and dashes"),
        ("-luma:x", "letters, digits and dashes"),
        ("лума:x", "letters, digits and dashes"),
        ("https://example.com/x", "a link needs its provider before it"),
        ("minimax:v2/https://example.com/x", "a link begins with https:// and stands for route and id"),
        ("flux:HTTPS://api.bfl.ai/v1/get_result?id=a", "a link begins with https://"),
        ("luma:" + "x" * 5000, "longer than 4096"),
    ],
)
def test_what_names_no_task_is_refused_with_the_reason_and_the_grammar(text, why):
    with pytest.raises(InvalidRef, match=why) as caught:
        TaskRef.parse(text)
    assert GRAMMAR in str(caught.value)
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_gateway_is_not_a_provider():
    with pytest.raises(InvalidRef, match="name the maker"):
        TaskRef.parse("Gateway:x")


@pytest.mark.parametrize(
    "parts",
    [
        {"id": ""},
        {"id": "x", "account": ""},
        {"id": "x", "route": ""},
        {"id": "x" * 4097},
        {"id": "x", "route": "a/"},
        {"id": "\n"},
    ],
)
def test_a_ref_that_could_not_be_written_cannot_be_made(parts):
    with pytest.raises(InvalidRef):
        TaskRef("luma", **parts)


def test_it_is_a_value():
    assert TaskRef("luma", "x") == TaskRef("LUMA", "x")
    assert len({TaskRef("gateway-video", "x"), TaskRef("gateway_video", "x")}) == 1
    assert pickle.loads(pickle.dumps(TaskRef("luma", "x", "a", "r"))) == TaskRef("luma", "x", "a", "r")
    with pytest.raises(AttributeError):
        TaskRef("luma", "x").id = "y"  # type: ignore[misc]  # the point of the test


def test_only_a_whole_link_is_a_url():
    assert TaskRef("flux", "https://api.bfl.ai/x").is_url
    assert not TaskRef("flux", "ftp://api.bfl.ai/x").is_url
    assert not TaskRef("flux", "httpsx").is_url


class Holder(BaseModel):
    ref: TaskRef


class TestInModels:
    def test_text_and_instances_are_both_taken(self):
        ref = TaskRef("luma", "x")
        assert Holder(ref=ref).ref is ref
        assert Holder.model_validate({"ref": "luma:x"}).ref == ref

    def test_python_keeps_the_value_and_json_its_text(self):
        holder = Holder(ref=TaskRef("luma", "a b"))
        assert holder.model_dump() == {"ref": TaskRef("luma", "a b")}
        assert holder.model_dump_json() == '{"ref":"luma:a%20b"}'
        assert Holder.model_validate_json(holder.model_dump_json()) == holder

    @pytest.mark.parametrize("value", ["no ref", 3, None, ["luma:x"]])
    def test_what_is_no_ref_is_a_validation_error_that_says_the_grammar(self, value):
        with pytest.raises(ValidationError, match=r"provider\[@account\]"):
            Holder.model_validate({"ref": value})

    def test_the_schema_says_it_is_a_text(self):
        assert TypeAdapter(TaskRef).json_schema()["type"] == "string"


def test_a_hash_worked_out_once_is_neither_shown_nor_taken_to_another_process():
    ref = TaskRef("luma", "x", "a", "r")
    before = (repr(ref), pickle.dumps(ref))
    assert hash(ref) == hash(TaskRef("luma", "x", "a", "r")) != hash(TaskRef("luma", "y", "a", "r"))
    assert (repr(ref), pickle.dumps(ref)) == before
    assert asdict(ref) == {"provider": "luma", "id": "x", "account": "a", "route": "r"}
    assert hash(replace(ref, id="y")) == hash(TaskRef("luma", "y", "a", "r"))
    assert {pickle.loads(pickle.dumps(ref)), copy(ref), ref} == {ref}

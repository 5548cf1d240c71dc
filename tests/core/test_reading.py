"""Tables say where outputs lie and what failures mean; these functions read by them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidings.errors import UnexpectedResponse
from tidings.model import Artifact, Failure, TaskRef, TaskState
from tidings.reading import Place, check_about, failure_from, inlined, linked, measures, outputs_at, ranked
from tidings.wire import media_kind

NOW = datetime(2024, 7, 1, tzinfo=UTC)
VIDEO = "https://cdn.test/a.mp4"
PLACES = (
    Place("video", ("video", "download_url")),
    Place("video", ("video", "url"), "watermarked"),
    Place("image", ("cover",), "thumbnail"),
)
anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text() | st.just(VIDEO),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["video", "url", "cover", "width", "duration"]), inner)
    ),
)


class TestLinked:
    def test_a_link_becomes_an_output_with_what_its_looks_and_the_maker_say(self):
        output = linked(VIDEO, role="preview", lifetime=60, since=NOW, id="1")
        assert output == Artifact(
            kind="video", url=VIDEO, role="preview", id="1", expires_at=NOW + timedelta(seconds=60)
        )

    def test_the_kind_the_maker_states_goes_before_looks(self):
        assert linked("https://cdn.test/a.mp4", "audio").kind == "audio"

    def test_a_link_to_a_gateways_own_copy_needs_the_key(self):
        assert linked("https://gateway.test/v1/videos/t1/content").needs_key
        assert not linked(VIDEO).needs_key

    def test_a_link_that_does_not_tell_is_a_file(self):
        assert linked("https://cdn.test/a").kind == "file"

    @pytest.mark.parametrize("odd", [None, "", "not yet", 5, [VIDEO], "ftp://cdn.test/a.mp4"])
    def test_what_is_no_link_is_no_output(self, odd):
        assert linked(odd) is None


class TestInlined:
    @pytest.mark.parametrize(
        ("uri", "kind", "media_type"),
        [
            (" data:image/png;base64,AAAA", "image", "image/png"),
            ("data:application/zip;base64,AAAA", "file", "application/zip"),
            ("data:;base64,AAAA", "file", None),
        ],
    )
    def test_a_file_inside_the_answer_is_an_output_of_its_types_kind(self, uri, kind, media_type):
        made = inlined(uri, id="a", role="preview")
        assert made == Artifact(kind=kind, url=uri.strip(), media_type=media_type, id="a", role="preview")

    def test_whoever_knows_the_kind_better_says_so(self):
        assert inlined("data:application/octet-stream;base64,AAAA", "model3d").kind == "model3d"

    @pytest.mark.parametrize("odd", [None, 5, "data: a, b", VIDEO, {}])
    def test_everything_else_is_no_such_output(self, odd):
        assert inlined(odd) is None


class TestOutputsAt:
    def test_each_place_is_read_with_the_size_that_stands_beside_it(self):
        source = {
            "video": {
                "url": "https://cdn.test/w.mp4",
                "download_url": VIDEO,
                "width": 4,
                "height": "3",
                "duration": "5.0",
            },
            "cover": "https://cdn.test/c.png",
        }
        first, second, cover = outputs_at(source, PLACES)
        assert (first.url, first.role, first.width, first.height, first.duration) == (VIDEO, "primary", 4, 3, 5.0)
        assert (second.role, cover.role, cover.kind) == ("watermarked", "thumbnail", "image")

    def test_a_link_in_two_places_is_taken_once_as_the_first_says(self):
        (only,) = outputs_at({"video": {"url": VIDEO, "download_url": VIDEO}}, PLACES)
        assert only.role == "primary"

    @given(anything)
    def test_nothing_foreign_makes_it_raise(self, source):
        outputs_at(source, PLACES)


class TestMeasures:
    @pytest.mark.parametrize("odd", [{"width": 0, "height": -1, "duration": -2}, {"width": "wide"}, {}, None, []])
    def test_what_makes_no_sense_is_left_out(self, odd):
        assert measures(odd) == {"width": None, "height": None, "duration": None}


def output(role):
    return Artifact(kind="video", url=f"https://cdn.test/{role}.mp4", role=role)


class TestRanked:
    def test_of_no_success_a_copy_is_but_a_preview(self):
        roles = [one.role for one in ranked([output("primary"), output("thumbnail")], TaskState.running)]
        assert roles == ["preview", "thumbnail"]

    def test_the_best_copy_of_a_success_is_what_was_asked_for(self):
        given = [output("thumbnail"), output("raw"), output("watermarked")]
        assert [one.role for one in ranked(given, TaskState.succeeded)] == ["thumbnail", "primary", "watermarked"]

    def test_where_there_is_a_primary_nothing_changes(self):
        given = (output("watermarked"), output("primary"))
        assert ranked(given, TaskState.succeeded) == given

    def test_a_picture_of_it_never_stands_for_it(self):
        given = (output("thumbnail"), output("preview"))
        assert ranked(given, TaskState.succeeded) == given


class TestFailureFrom:
    TABLE = (("frame moderation", Failure(code="moderated_output", retryable=False)), ("1301", Failure(code="quota")))

    def test_the_first_words_that_it_says_decide_and_the_makers_are_kept(self):
        failure = failure_from("Frame Moderation failed", self.TABLE)
        assert failure == Failure(code="moderated_output", message="Frame Moderation failed", retryable=False)

    def test_the_code_is_looked_at_and_kept(self):
        assert failure_from(None, self.TABLE, provider_code=1301) == Failure(code="quota", provider_code="1301")

    @pytest.mark.parametrize("reason", ["the GPU fell over", "", None, {"odd": 1}])
    def test_other_words_are_the_providers_error(self, reason):
        assert failure_from(reason, self.TABLE).code == "provider_error"


class TestCheckAbout:
    REF = TaskRef("maker", "7")

    @pytest.mark.parametrize("ids", [(), (None,), ("", {}), ("7",), (7,), ("task_1", "7"), (None, " 7 ")])
    def test_an_answer_that_names_the_task_or_none_is_about_it(self, ids):
        check_about(self.REF, *ids)

    def test_an_id_is_the_same_in_capitals(self):
        check_about(TaskRef("maker", "5F1C-9d4b"), "5f1c-9D4B")

    def test_a_polling_url_tells_no_id_to_compare(self):
        check_about(TaskRef("maker", "https://api.maker.example/jobs/7"), "8")

    def test_an_answer_about_others_is_refused_and_names_them_once(self):
        with pytest.raises(UnexpectedResponse, match=r"not about this task, but about 8, 9$") as caught:
            check_about(self.REF, "8", 9, None, "8")
        assert caught.value.ref == self.REF


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://cdn.test/a.MP4?x=b.png", "video"),
        ("https://cdn.test/a%2Emp3", "audio"),
        ("https://cdn.test/a.glb#b", "model3d"),
        ("https://cdn.test/a.webp", "image"),
        ("https://cdn.test/a.txt", "text"),
        ("https://cdn.test/a.exe", None),
        ("https://cdn.test/mp4", None),
        ("http://[", None),
    ],
)
def test_a_links_looks_tell_its_kind(url, kind):
    assert media_kind(url) == kind

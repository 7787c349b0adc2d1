"""The "Stay" button gives time and takes nothing: what is half typed is there again, also without script."""

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db]
TYPED = "https://video.example/half-typed"


@pytest.fixture
def at_links() -> Client:
    client = Client()
    client.post("/next/", {"step": "safety", "device_watched": "no"})
    for step in ("who", "ages", "home", "happened", "picture", "maker", "forced", "place"):
        client.post("/next/", {"step": step, "skip": "1"})
    return client


def test_half_typed_links_are_shown_again(at_links: Client) -> None:
    response = at_links.post("/next/", {"step": ["links", "stay"], "links": TYPED, "places": "an app"})

    page = response.content.decode()
    assert response.status_code == 200
    assert TYPED in page
    assert "an app" in page
    assert 'role="status"><p>' not in page  # no word of a lost place: nothing went wrong


def test_half_typed_links_are_not_kept(at_links: Client) -> None:
    at_links.post("/next/", {"step": ["links", "stay"], "links": TYPED})

    assert TYPED not in at_links.get("/next/").content.decode()


def test_a_page_without_a_form_just_stays(at_links: Client) -> None:
    response = at_links.post("/next/", {"step": "stay"})

    assert (response.status_code, response["Location"]) == (303, "/next/")


def test_picture_data_is_cut_from_what_is_shown_again(at_links: Client) -> None:
    picture = "data:image/png;base64," + "iVBORw0KGgo" * 80

    page = at_links.post(
        "/next/", {"step": ["links", "stay"], "links": TYPED + " " + picture}
    ).content.decode()

    assert TYPED in page
    assert "iVBORw0KGgoiVBORw0KGgo" not in page

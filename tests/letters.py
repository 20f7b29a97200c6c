"""Requests as a portal sends them, for the tests."""

from uuid import uuid4

BORDERS = (
    "The Border Police ask for assistance to set up a passenger information unit at the international airport, so that "
    "foreign terrorist fighters are found before they land. We request training for officers on watch-lists and on the "
    "detection of forged travel documents."
)
ROOF = "Please send us forty desks and mend the roof of our office building, which leaks when it rains."


def letter(**changes) -> dict:
    """A sound request of Kenya; a field set to None is left out."""
    whole = {
        "member_state": "KEN",
        "title": "Passenger information at the airport",
        "text": BORDERS,
        "language": "en",
        "note_verbale": {"reference": f"NV/{uuid4().hex[:8]}", "date": "2026-11-02"},
        "submitting_authority": {"name": "Ministry of Interior", "kind": "ministry"},
        "focal_point": {
            "name": "Achieng Odhiambo-Test",
            "title": "Director",
            "email": "achieng.odhiambo@example.org",
            "phone": "+254 20 000 0000",
        },
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def key() -> dict[str, str]:
    """A fresh Idempotency-Key header."""
    return {"Idempotency-Key": uuid4().hex}


def send(client, headers: dict[str, str], **changes) -> dict:
    """Sends a letter and gives the answer's body; fails the test unless it was taken."""
    answer = client.post("/v1/requests", json=letter(**changes), headers=headers | key())
    assert answer.status_code == 201, answer.text
    return answer.json()


def lead_item(client, officer: dict[str, str], request: dict, need: int = 0) -> dict:
    """The lead item of the request's need, as its officer reads it."""
    found = request["needs"][need]
    items = client.get(f"/v1/queues/{found['route']['team']}/items?limit=200", headers=officer).json()["items"]
    [item] = [item for item in items if item["need"] == found["id"]]
    return client.get(f"/v1/items/{item['id']}", headers=officer).json()

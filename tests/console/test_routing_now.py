"""A routing table that changes while the console runs."""

from pathlib import Path

from pipeline.console.accounts import Role
from tests.console.ledgers import fresh, take
from tests.console.rooms import room, site_in
from tests.dispatch.test_routing_file import DEADLINES

TABLE = "contacts: {{boss: {{name: the boss}}, {id}: {{name: {name}}}}}\ngrid: {{}}\nfallback: boss\nescalation: []\n"
SITE = (
    "site: {id: linzi, timezone: Asia/Shanghai}\ndispatch: {routing: routing.yaml}\n"
    'cameras: [{id: gate, source: "rtsp://10.1.0.1/1"}]\n'
)


def test_a_contact_that_is_added_can_be_chosen_and_a_table_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    table = tmp_path / "routing.yaml"
    table.write_text(TABLE.format(id="squad", name="squad two") + DEADLINES, encoding="utf-8")
    with room(site_in(tmp_path, SITE)) as here, here.client(Role.OPERATOR) as client:

        def contacts() -> dict[str, str]:
            return {one["id"]: one["name"] for one in client.get("api/choices").json()["contacts"]}

        assert contacts() == {"boss": "the boss", "squad": "squad two"}
        table.write_text(TABLE.format(id="night", name="the night's") + DEADLINES, encoding="utf-8")
        assert contacts() == {"boss": "the boss", "night": "the night's"}
        take(here.console.database, fresh(1))
        word = {"word": "assign", "contact": "night"}
        assert client.post("api/events/event-00001/words", json=word).json()["responsible_name"] == "the night's"
        table.write_text("contacts: {", encoding="utf-8")
        assert contacts() == {"boss": "the boss", "night": "the night's"}
        table.unlink()
        assert contacts() == {"boss": "the boss", "night": "the night's"}

"""Return one contact for each mail address."""

from random import Random

import pandas as pd

from parelha.tasks.draws import Args


def merge(contacts: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return one contact for each mail address."""
    people: dict[str, dict[str, str]] = {}
    for contact in contacts:
        mail = contact["mail"].strip().lower()
        if mail:
            new = {"mail": mail, "name": "", "city": ""}
            person = people.setdefault(mail, new)
            for field in ("name", "city"):
                if not person[field] and contact[field].strip():
                    person[field] = contact[field]
    return list(people.values())


Contact = dict[str, str]


def ordinary(rng: Random, size: int) -> Args:
    contacts: list[Contact] = []
    for _ in range(size):
        mail = f"p{rng.randrange(max(2, size // 2))}@mail.org"
        contacts.append(
            {
                "mail": rng.choice([mail, mail.upper(), f" {mail}", mail, ""]),
                "name": rng.choice(["Ana", "Bia", "", " "]),
                "city": rng.choice(["Porto", "Faro", "", ""]),
            }
        )
    return (contacts,)


def _contact(mail: str, name: str, city: str) -> Contact:
    return {"mail": mail, "name": name, "city": city}


def edges(rng: Random) -> list[Args]:
    return [
        ([],),
        ([_contact("", "Ana", "Faro"), _contact(" ", "Bia", f"c{rng.randint(1, 9)}")],),
        ([_contact("A@b", "", "Faro"), _contact(" a@B", "Ana", "Porto"), _contact("c", "", "")],),
        ([_contact("x", " ", ""), _contact("x", " Bia ", " "), _contact("X", "Z", "Q")],),
        ([_contact("b", "1", ""), _contact("a", "2", ""), _contact("b", "3", f"{rng.random()}")],),
        ([_contact("a", "A", "1"), _contact("a", "B", "2"), _contact("a", f"{rng.random()}", "")],),
    ]


def oracle(contacts: list[Contact]) -> object:
    frame = pd.DataFrame(contacts, columns=["mail", "name", "city"], dtype="str")
    frame["mail"] = frame["mail"].str.strip().str.lower()
    frame = frame[frame["mail"].ne("")]
    blank = frame.apply(lambda column: column.str.strip().eq(""))
    first = frame.mask(blank).groupby("mail", sort=False).first().reset_index()
    return [{str(k): str(v) for k, v in row.items()} for row in first.fillna("").to_dict("records")]

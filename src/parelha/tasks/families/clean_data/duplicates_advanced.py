"""Duplicates at levels 3 and 4: contacts merged by address, and people joined by shared traits."""

from random import Random

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parelha.tasks.family import Args, Variant, advanced, text

Contact = dict[str, str]


def _contacts(rng: Random, size: int) -> Args:
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


def _merged_oracle(contacts: list[Contact]) -> object:
    frame = pd.DataFrame(contacts, columns=["mail", "name", "city"], dtype="str")
    frame["mail"] = frame["mail"].str.strip().str.lower()
    frame = frame[frame["mail"].ne("")]
    blank = frame.apply(lambda column: column.str.strip().eq(""))
    first = frame.mask(blank).groupby("mail", sort=False).first().reset_index()
    return [{str(k): str(v) for k, v in row.items()} for row in first.fillna("").to_dict("records")]


_MERGED = advanced(
    "merged_contacts",
    3,
    doc="Return one contact for each mail address.",
    ask=text(
        en="""Each of the `contacts` is a dictionary with the texts "mail", "name" and "city".
        Contacts whose mail addresses agree after stripping white space and changing to lower case
        are the same person. Merge them into one dictionary with the address in that form and, for
        name and city, the first text of the person's contacts that is not blank, unchanged, or ""
        if all are blank. Drop contacts with a blank address. Return the persons in order of first
        appearance.""",
        pt="""Cada elemento de `contacts` é um dicionário com os textos "mail", "name" e "city".
        Contatos cujos endereços de e-mail coincidem depois de tirar os espaços ao redor e passar
        para minúsculas são a mesma pessoa. Junte-os em um só dicionário com o endereço nessa forma
        e, para nome e cidade, o primeiro texto dos contatos da pessoa que não está em branco, sem
        alteração, ou "" se todos estão em branco. Elimine contatos com endereço em branco. Retorne
        as pessoas na ordem da primeira aparição.""",
    ),
    signature="def merge(contacts: list[dict[str, str]]) -> list[dict[str, str]]:",
    ordinary=_contacts,
    body="""
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
    """,
    edges=lambda rng: [
        ([],),
        ([_contact("", "Ana", "Faro"), _contact(" ", "Bia", f"c{rng.randint(1, 9)}")],),
        ([_contact("A@b", "", "Faro"), _contact(" a@B", "Ana", "Porto"), _contact("c", "", "")],),
        ([_contact("x", " ", ""), _contact("x", " Bia ", " "), _contact("X", "Z", "Q")],),
        ([_contact("b", "1", ""), _contact("a", "2", ""), _contact("b", "3", f"{rng.random()}")],),
        ([_contact("a", "A", "1"), _contact("a", "B", "2"), _contact("a", f"{rng.random()}", "")],),
    ],
    oracle=_merged_oracle,
)


def _contact(mail: str, name: str, city: str) -> Contact:
    return {"mail": mail, "name": name, "city": city}


def _people(rng: Random, size: int) -> Args:
    pool = max(3, size)
    records: list[tuple[str, str]] = []
    for _ in range(size):
        mail, phone = f"m{rng.randrange(pool)}", f"{rng.randrange(pool)}"
        records.append((rng.choice([mail, ""]), rng.choice([phone, phone, ""])))
    if size > 400:  # a long chain, on which naive merging takes quadratic time
        chain = [(f"c{number // 2}", f"c{(number + 1) // 2}") for number in range(size // 3)]
        rng.shuffle(chain)
        records[: len(chain)] = chain
    return (records,)


def _groups_oracle(records: list[tuple[str, str]]) -> object:
    if not records:
        return []
    starts, ends = [], []
    for column in (0, 1):
        seen: dict[str, int] = {}
        for place, record in enumerate(records):
            if record[column]:
                starts.append(seen.setdefault(record[column], place))
                ends.append(place)
    shape = (len(records), len(records))
    graph = coo_array(
        (np.ones(len(starts)), (np.array(starts, dtype=int), np.array(ends, dtype=int))),
        shape=shape,
    )
    return [int(group) for group in pd.factorize(connected_components(graph)[1])[0]]


_GROUPS = advanced(
    "same_person",
    4,
    doc="Return the number of the person behind each record.",
    ask=text(
        en="""Each of the `records` is a tuple (mail, phone). Two records belong to the same person
        if they share the mail or share the phone, and also if a chain of such records links them:
        with A and B sharing a mail, and B and C sharing a phone, A and C are one person. An empty
        text is unknown and links nothing; a mail is never compared with a phone. Number the persons
        0, 1, 2 and so on by first appearance, and return the list of the records' numbers.""",
        pt="""Cada elemento de `records` é uma tupla (e-mail, telefone). Dois registros são da mesma
        pessoa se têm o mesmo e-mail ou o mesmo telefone, e também se uma cadeia de registros assim
        os liga: se A e B têm o mesmo e-mail, e B e C o mesmo telefone, A e C são uma só pessoa. Um
        texto vazio é desconhecido e não liga nada; um e-mail nunca é comparado com um telefone.
        Numere as pessoas 0, 1, 2 e assim por diante pela primeira aparição, e retorne a lista dos
        números dos registros.""",
    ),
    signature="def persons(records: list[tuple[str, str]]) -> list[int]:",
    ordinary=_people,
    body="""
    links: dict[tuple[int, str], list[int]] = {}
    for place, record in enumerate(records):
        for trait in enumerate(record):
            if trait[1]:
                links.setdefault(trait, []).append(place)
    numbers = [-1] * len(records)
    count = 0
    for start in range(len(records)):
        if numbers[start] >= 0:
            continue
        waiting = [start]
        while waiting:
            place = waiting.pop()
            numbers[place] = count
            for trait in enumerate(records[place]):
                waiting += links.pop(trait, [])
        count += 1
    return numbers
    """,
    edges=lambda rng: [
        ([],),
        ([("", ""), ("", ""), ("a", "")],),
        ([("a", "1"), ("b", "2"), ("a", "3"), ("c", "3"), ("c", f"{rng.randint(4, 9)}")],),
        ([("1", "2"), ("2", "1"), ("", "1"), ("2", "")],),
        ([("a", ""), ("b", "7"), ("", "7"), ("a", "7"), ("z", f"{rng.randint(8, 9)}")],),
        ([("b", "1"), ("a", "2"), ("a", "1"), ("A", ""), ("", f"{rng.randint(1, 3)}")],),
    ],
    oracle=_groups_oracle,
)

ADVANCED: tuple[Variant, ...] = (_MERGED, _GROUPS)

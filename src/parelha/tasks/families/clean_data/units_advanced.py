"""Units at levels 3 and 4: sensors in three scales, recipes, consumption, sizes of folders."""

from random import Random
from typing import Literal

import pandas as pd
from scipy import constants

from parelha.tasks.family import Args, Variant, advanced, text

_STEPS: tuple[tuple[Literal["C", "F", "K"], float], ...] = (("C", 1.0), ("F", 1.8), ("K", 1.0))


def _sensors(rng: Random, size: int) -> Args:
    rows: list[tuple[str, float | None, str]] = []
    for _ in range(size):
        sensor = f"s{rng.randrange(max(2, size // 15))}"
        unit = rng.choice(["C", "F", "K", "c", " K", "X"])
        value = round(rng.uniform(240.0, 310.0) - 273.15 * (unit in "Cc"), 1)
        rows.append((sensor, rng.choice([value, value, value, None, -500.0]), unit))
    return (rows,)


def _sensor_oracle(rows: list[tuple[str, float | None, str]]) -> object:
    frame = pd.DataFrame(rows, columns=["sensor", "value", "unit"])
    frame["value"] = frame["value"].astype(float)
    frame["unit"] = frame["unit"].astype(str).str.strip().str.upper()
    parts = [
        part.assign(value=(part["value"] - constants.convert_temperature(0.0, "C", unit)) / step)
        for unit, step in _STEPS
        if len(part := frame[frame["unit"] == unit])
    ]
    if not parts:
        return {}
    valid = pd.concat(parts).query("value >= -273.1500001")
    means = valid.groupby("sensor")["value"].agg(["mean", "size"])
    return {str(name): (float(m), int(n)) for name, m, n in means.itertuples()}


_SENSORS = advanced(
    "sensor_means",
    3,
    doc="Return the mean temperature in Celsius and the count by sensor.",
    ask=text(
        en="""The elements of `rows` are tuples (sensor, value, unit) with temperatures in degrees
        Celsius "C", degrees Fahrenheit "F" or kelvin "K" (0 K is -273.15 degrees Celsius; Celsius =
        (f - 32) * 5 / 9). The unit may be in lower case or have blanks around it. Drop the rows
        whose value is None, whose unit is another one, or whose temperature is below absolute
        zero. Return a dictionary from each sensor that still has rows to the tuple (mean in degrees
        Celsius, number of rows).""",
        pt="""Os elementos de `rows` são tuplas (sensor, valor, unidade) com temperaturas em graus
        Celsius "C", graus Fahrenheit "F" ou kelvin "K" (0 K são -273.15 graus Celsius; Celsius =
        (f - 32) * 5 / 9). A unidade pode estar em minúsculas ou ter espaços ao redor. Elimine as
        linhas cujo valor é None, cuja unidade é outra ou cuja temperatura está abaixo do zero
        absoluto. Retorne um dicionário de cada sensor que ainda tem linhas para a tupla (média em
        graus Celsius, número de linhas).""",
    ),
    signature="def means(rows: list[tuple[str, float | None, str]]) -> dict[str, object]:",
    ordinary=_sensors,
    body="""
    scales = {"C": (0.0, 1.0), "F": (32.0, 5.0 / 9.0), "K": (273.15, 1.0)}
    sums: dict[str, tuple[float, int]] = {}
    for sensor, value, unit in rows:
        scale = scales.get(unit.strip().upper())
        if value is None or scale is None:
            continue
        celsius = (value - scale[0]) * scale[1]
        if celsius >= -273.15:
            total, count = sums.get(sensor, (0.0, 0))
            sums[sensor] = (total + celsius, count + 1)
    return {name: (total / n, n) for name, (total, n) in sums.items()}
    """,
    edges=lambda rng: [
        ([],),
        ([("a", None, "C"), ("b", 20.0, "R"), ("c", -1.0, "K"), ("c", -300.0, "C")],),
        ([("a", 0.0, "C"), ("a", 32.0, "F"), ("a", float(rng.randint(250, 300)), "k ")],),
        ([("a", 0.0, "K"), ("a", -273.15, "C"), ("b", -459.0, "F"), ("b", -460.0, "F")],),
        ([("a", 10.0, " c "), ("b", 50.0, "f"), ("b", float(rng.randint(1, 90)), "F")],),
        ([("a", 10.0, ""), ("a", 14.0, "C"), ("a", 12.0, "C"), ("a", 16.0, "CC")],),
    ],
    oracle=_sensor_oracle,
)

_VOLUMES = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0, "tsp": 5.0, "tbsp": 15.0}
_GOODS = ("milk", "oil", "Milk", "coconut milk", "soy sauce", "water", "lemon juice")


def _recipes(rng: Random, size: int) -> Args:
    lines = []
    for _ in range(size):
        amount = rng.choice([str(rng.randint(1, 9)), f"{rng.randint(1, 9)}.5", "1/2", "3/4"])
        unit, gap = rng.choice([*_VOLUMES, "ml", "pinch"]), " " * rng.randint(1, 2)
        lines.append(f"{amount} {unit}{gap}{rng.choice(_GOODS)}")
    return (lines,)


def _recipe_oracle(lines: list[str]) -> object:
    column = pd.Series(lines, dtype=object).str.strip()
    parts = column.str.extract(r"^([\d.]+)(?:/(\d+))?\s+(\w+)\s+(.+)$")
    scale = parts[2].map(_VOLUMES).astype(float)
    amounts = parts[0].astype(float) / parts[1].astype(float).fillna(1.0) * scale
    names = parts[3].str.split().str.join(" ").str.lower()
    sums = amounts.dropna().groupby(names).sum()
    return {str(name): float(volume) for name, volume in sums.items()}


_RECIPES = advanced(
    "shopping_list",
    3,
    heldout=True,
    doc="Return the volume of each ingredient in millilitres.",
    ask=text(
        en="""A cook wants one shopping list for many recipes. Every line in `lines` reads
        "amount unit ingredient", with one or more blanks between the parts: the amount is a
        decimal number or a fraction like 3/4, the unit is ml, cl, dl, l, tsp (5 ml) or tbsp
        (15 ml), and the ingredient has one or more words. Ingredients that differ merely in capital
        letters or in the number of blanks between their words are one and the same; use lower case
        and single blanks. Give a dictionary from the ingredient to the millilitres needed
        altogether, and pass over lines with a unit that is not in this list.""",
        pt="""Um cozinheiro quer uma só lista de compras para muitas receitas. Toda linha de `lines`
        é da forma "quantidade unidade ingrediente", com um ou mais espaços entre as partes: a
        quantidade é um número decimal ou uma fração como 3/4, a unidade é ml, cl, dl, l, tsp (5 ml)
        ou tbsp (15 ml), e o ingrediente tem uma ou mais palavras. Ingredientes que só diferem em
        letras maiúsculas ou no número de espaços entre as palavras são o mesmo; use minúsculas e
        espaços simples. Dê um dicionário do ingrediente para os mililitros necessários ao todo, e
        passe por cima das linhas com uma unidade fora dessa lista.""",
    ),
    signature="def shopping_list(lines: list[str]) -> dict[str, float]:",
    ordinary=_recipes,
    body="""
    units = {"ml": 1.0, "cl": 10.0, "dl": 100.0, "l": 1000.0}
    units |= {"tsp": 5.0, "tbsp": 15.0}
    needed: dict[str, float] = {}
    for line in lines:
        amount, unit, *words = line.split()
        if unit in units:
            upper, _, lower = amount.partition("/")
            volume = float(upper) / float(lower or 1.0) * units[unit]
            name = " ".join(words).lower()
            needed[name] = needed.get(name, 0.0) + volume
    return needed
    """,
    edges=lambda rng: [
        ([],),
        (["1 pinch salt"],),
        ([f"1 {unit} water" for unit in _VOLUMES],),
        (["1/2 l  Coconut   Milk", "250 ml coconut milk", f"{rng.randint(1, 9)} dl COCONUT milk"],),
        ([f"2/{rng.randint(3, 9)} cl oil", "0.5 tbsp oil", "2 tsp olive oil"],),
        ([f"{rng.randint(1, 9)} l milk", "1 cups milk", "3 l oil"],),
    ],
    oracle=_recipe_oracle,
)


def _trips(rng: Random, size: int) -> Args:
    trips = []
    for _ in range(size):
        car = f"car{rng.randrange(max(2, size // 60))}"
        distance, fuel = round(rng.uniform(5.0, 400.0), 1), round(rng.uniform(1.0, 40.0), 2)
        trips.append((car, distance, rng.choice(["km", "mi"]), fuel, rng.choice(["l", "gal"])))
    return (trips,)


def _consumption_oracle(trips: list[tuple[str, float, str, float, str]]) -> object:
    frame = pd.DataFrame(trips, columns=["car", "way", "way_unit", "fuel", "fuel_unit"])
    valid = frame[(frame["way"] > 0) & (frame["fuel"] >= 0)]
    if valid.empty:
        return []
    way = valid["way"] * valid["way_unit"].map({"km": 1.0, "mi": constants.mile / 1000.0})
    fuel = valid["fuel"] * valid["fuel_unit"].map({"l": 1.0, "gal": constants.gallon * 1000.0})
    per_car = fuel.groupby(valid["car"]).sum() * 100.0 / way.groupby(valid["car"]).sum()
    order = per_car.reset_index(name="use").sort_values(["use", "car"])
    return [(str(car), float(use)) for car, use in order.itertuples(index=False)]


_CONSUMPTION = advanced(
    "consumption",
    4,
    doc="Return litres per 100 km of each car, the thriftiest first.",
    ask=text(
        en="""Each of the `trips` is a tuple (car, distance, distance unit, fuel, fuel unit). The
        distance is in "km" or in miles "mi" (1.609344 km), the fuel in litres "l" or in gallons
        "gal" (3.785411784 litres). Ignore trips whose distance is not greater than zero or whose
        fuel is negative. Return for each car with a remaining trip the tuple (car, consumption):
        its whole fuel in litres per 100 km of its whole distance, not the mean over its trips. Sort
        by consumption, lowest first; equal consumption by the name of the car.""",
        pt="""Cada elemento de `trips` é uma tupla (carro, distância, unidade da distância,
        combustível, unidade do combustível). A distância está em "km" ou em milhas "mi" (1.609344
        km), o combustível em litros "l" ou em galões "gal" (3.785411784 litros). Ignore viagens
        cuja distância não é maior que zero ou cujo combustível é negativo. Retorne para cada carro
        com alguma viagem restante a tupla (carro, consumo): todo o seu combustível em litros por
        100 km de toda a sua distância, e não a média das viagens. Ordene por consumo, do menor para
        o maior; com consumo igual, pelo nome do carro.""",
    ),
    signature="def usage(trips: list[tuple[str, float, str, float, str]]) -> list[object]:",
    ordinary=_trips,
    body="""
    totals: dict[str, tuple[float, float]] = {}
    for car, way, way_unit, fuel, fuel_unit in trips:
        if way > 0.0 and fuel >= 0.0:
            ways, fuels = totals.get(car, (0.0, 0.0))
            ways += way * (1.609344 if way_unit == "mi" else 1.0)
            fuels += fuel * (3.785411784 if fuel_unit == "gal" else 1.0)
            totals[car] = (ways, fuels)
    used = [(100.0 * fuel / way, car) for car, (way, fuel) in totals.items()]
    return [(car, use) for use, car in sorted(used)]
    """,
    edges=lambda rng: [
        ([],),
        ([("a", 0.0, "km", 5.0, "l"), ("b", -10.0, "km", 1.0, "l"), ("c", 9.0, "mi", -0.1, "l")],),
        ([("b", 100.0, "km", 5.0, "l"), ("a", 50.0, "km", 2.5, "l"), ("c", 50.0, "km", 2.0, "l")],),
        ([("a", 10.0, "mi", 0.0, "gal"), ("a", 0.5, "km", float(rng.randint(1, 9)), "l")],),
        ([("a", float(rng.randint(9, 99)), "mi", 1.0, "gal"), ("a", 0.0, "km", 9.0, "l")],),
        ([("b", 100.0, "km", 0.0, "l"), ("a", 80.0, "km", 0.0, "gal")],),
    ],
    oracle=_consumption_oracle,
)

_BYTES = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20}


def _files(rng: Random, size: int) -> Args:
    names = ("data", "docs", "img", "old")
    files = []
    for number in range(size):
        folders = "/".join(rng.choice(names) for _ in range(rng.randint(0, 3)))
        path = f"{folders}/f{number}" if folders else f"f{number}"
        files.append((path, f"{rng.randint(0, 900)} {rng.choice(list(_BYTES))}"))
    return (files,)


def _folder_oracle(files: list[tuple[str, str]]) -> object:
    frame = pd.DataFrame(files, columns=["path", "size"]).astype(object)
    if frame.empty:
        return {"": 0}
    parts = frame["size"].str.split(" ", expand=True)
    frame["bytes"] = parts[0].astype("int64") * parts[1].map(_BYTES).astype("int64")
    totals = {"": int(frame["bytes"].sum())}
    for depth in (1, 2, 3):
        deep = frame[frame["path"].str.count("/") >= depth]
        head = deep["path"].str.split("/").str[:depth].str.join("/")
        totals |= {str(k): int(v) for k, v in deep.groupby(head)["bytes"].sum().items()}
    return totals


_FOLDERS = advanced(
    "folder_sizes",
    4,
    heldout=True,
    doc="Return the bytes in each folder, its subfolders included.",
    ask=text(
        en="""A backup program lists `files` as (path, size) pairs like ("docs/img/a.png",
        "12 KiB"). Sizes are whole numbers with the unit B, kB (1000 B), KiB (1024 B), MB (1000 kB)
        or MiB (1024 KiB). How many bytes does every folder contain, counting the files in all
        folders below it? Answer with a dictionary from the folder's path, such as "docs" or
        "docs/img", to an int. The topmost folder, which contains everything, has the path "" and is
        always present. If one path is listed repeatedly, the last size listed for it is the only
        one that counts.""",
        pt="""Um programa de backup lista arquivos em `files`, em pares (caminho, tamanho) como
        ("docs/img/a.png", "12 KiB"). Os tamanhos são números inteiros com a unidade B, kB (1000 B),
        KiB (1024 B), MB (1000 kB) ou MiB (1024 KiB). Quantos bytes cada pasta contém, contando os
        arquivos de todas as pastas abaixo dela? Responda com um dicionário do caminho da pasta,
        como "docs" ou "docs/img", para um int. A pasta mais alta, que contém tudo, tem o caminho ""
        e está sempre presente. Se um caminho é listado repetidas vezes, só conta o último tamanho
        listado para ele.""",
    ),
    signature="def folder_sizes(files: list[tuple[str, str]]) -> dict[str, int]:",
    ordinary=_files,
    body="""
    units = {"B": 1, "kB": 1000, "KiB": 1024, "MB": 10**6, "MiB": 2**20}
    totals = {"": 0}
    for path, size in dict(files).items():
        number, unit = size.split(" ")
        count = int(number) * units[unit]
        folder = path
        while folder:
            folder = folder.rpartition("/")[0]
            totals[folder] = totals.get(folder, 0) + count
    return totals
    """,
    edges=lambda rng: [
        ([],),
        ([("a", f"{rng.randint(1, 99)} kB")],),
        ([(f"d/{unit}", f"1 {unit}") for unit in _BYTES],),
        ([("a/b/c", "1 MiB"), ("a/b/d", "0 B"), ("a/e", f"{rng.randint(1, 99)} MB")],),
        ([("x/a", "5 B"), ("x/b", "2 KiB"), ("x/a", f"{rng.randint(6, 99)} B")],),
        ([("docs/a", "3 B"), ("docs2/a", "4 B"), ("a/docs/a", f"{rng.randint(5, 9)} B")],),
    ],
    oracle=lambda files: NotImplemented if len(dict(files)) < len(files) else _folder_oracle(files),
)

ADVANCED: tuple[Variant, ...] = (_SENSORS, _RECIPES, _CONSUMPTION, _FOLDERS)

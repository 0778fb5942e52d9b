"""What the runs of a registry kept, read from its file without the program: months, values and why."""

import sqlite3
import struct
from contextlib import closing
from fractions import Fraction

WIDTHS = {1: "b", 2: "h", 4: "i", 8: "q"}


def integers(data, width, count, signed):
    code = WIDTHS[width] if width else ""
    return [0] * count if not width else list(struct.unpack(f"<{count}{code if signed else code.upper()}", data))


def page(data, first):
    """The entries of a page: key, kind, integer."""
    version, keys, kinds, wide, count = struct.unpack("<BBBBH", data[:6])
    assert version == 1 and len(data) == 6 + count * (keys + kinds + wide)
    at_kinds, at_integers = 6 + count * keys, 6 + count * (keys + kinds)
    distances = integers(data[6:at_kinds], keys, count, False) if keys else range(count)
    return [(first + distance, kind, integer) for distance, kind, integer in zip(distances, integers(data[at_kinds:at_integers], kinds, count, False), integers(data[at_integers:], wide, count, True))]


def runs(database):
    """Changes, months, what they knew, whether of everybody, areas."""
    with closing(sqlite3.connect(database)) as file:
        return file.execute("SELECT _change, _month, _known, _whole, _area FROM _runs ORDER BY _change").fetchall()


class Kept:
    """What stands of all months: (field, id, month) -> why it is so and its value."""

    def __init__(self, database):
        self.file = sqlite3.connect(database)
        self.names = {}
        self.lines = {}  # of events: (entity, key) -> month
        self.values = {}
        found = runs(database)
        for month in sorted({run[1] for run in found}):
            of_month = [run for run in found if run[1] == month]
            whole = max((index for index, run in enumerate(of_month) if run[3]), default=0)
            for change, _, _, _, _ in of_month[whole:]:
                self.take(change, month)
        self.file.close()

    def name(self, entity, key):
        if entity not in self.names:
            self.names[entity] = dict(self.file.execute(f'SELECT _key, _id FROM "_id_{entity}"').fetchall())
        return self.names[entity][key]

    def take(self, change, month):
        kinds = {(field, place): rest for field, place, *rest in self.file.execute("SELECT _field, _place, _state, _listed, _reason, _of, _at, _rule, _branch, _unit FROM _kinds WHERE _change = ?", (change,))}
        exact = {(field, place): value for field, place, value in self.file.execute("SELECT _field, _place, _value FROM _exact WHERE _change = ?", (change,))}
        for field, first, data in self.file.execute("SELECT _field, _first, _bytes FROM _values WHERE _change = ? ORDER BY _page", (change,)):
            entity = field.split(".")[0]
            for key, kind, integer in page(data, first):
                name = self.name(entity, key)
                if "." not in field:
                    self.forget(entity, name, month)
                    if kind == 2:
                        self.lines[entity, name] = integer
                    continue
                place = (field, name, self.lines.get((entity, name), month))
                self.values[place] = self.value(field, kinds[field, kind], exact, integer)

    def forget(self, entity, name, month):
        """All of an event, of another row what stands in the month."""
        month = self.lines.pop((entity, name), month)
        for place in [place for place in self.values if place[1:] == (name, month) and place[0].startswith(entity + ".")]:
            del self.values[place]

    def value(self, field, kind, exact, integer):
        state, listed, reason, of, at, rule, branch, unit = kind
        if listed:
            return (state, reason, of, at, rule, branch, exact[field, integer])
        if state == 0:
            return (state, reason, of, at, rule, branch, str(integer * Fraction(unit)) if unit[0].isdigit() else f"{unit} {integer}")
        day, row = integer >> 32, integer & 0xFFFFFFFF
        return (state, reason, of, at, rule, branch, day, self.name(at, row) if at and row in self.names.get(at, self.load(at)) else row if not at else None)

    def load(self, entity):
        self.names[entity] = dict(self.file.execute(f'SELECT _key, _id FROM "_id_{entity}"').fetchall())
        return self.names[entity]

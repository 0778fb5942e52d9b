"""A small law in some kinds, and worlds of invented families that change at random."""

import copy

from stage import run, text, write

MODEL = """# A small law

```doudi
policy law
  currency yuan of 100 fen
entity county
entity village in county at most 20
entity clinic in county
entity household in village at most 100
entity person in household at most 10
event bill in person dated left, number at most 90 a year
event flood in village dated began, number at most 90 a year
fund aid
role nobody
procedure deciding for household decides support
  step only by nobody
    done: done_with
  outcome done_with:
    needs reason
enum grade : good, poor
input village poor : bool
input village base : money/month in 0 .. 1_000 yuan/month
input clinic share : ratio in 0% .. 100%
input household kind : grade
input person income : money/month in 0 .. 10_000 yuan/month
input person born : date in 1900-01-01 .. 2100-01-01
input person doctor : clinic empty means none
input bill left : date in 2010-01-01 .. 2100-01-01
input bill number : text
input bill cost : money in 0 .. 100_000 yuan
input bill shares : count in 0 .. 9
input flood began : date in 2010-01-01 .. 2100-01-01
input flood number : text
input flood deep : bool
rule village level : count in 0 .. 100 starts 0
  = when poor: min(100, previous(level) + 1)
    otherwise: previous(level)
rule flood counts : bool = deep
rule village floods : count in 0 .. 90 = min(90, count(flood where counts this year))
rule household size : count in 0 .. 10 = count(person)
rule household need : money/month in 0 .. 100_000 yuan/month
  = max(0, village.base * size - sum(person: income))
benefit household support : money/month in 0 .. 200_000 yuan/month
  fund aid  starts 0
  = when need > 0: min(100_000 yuan/month, need + village.level * 1 yuan/month)
    otherwise: floor(previous(support) / 2, 1 fen/month)
rule household part : money/month in 0 .. 200_000 yuan/month starts 0
  = round((need + previous(part)) / 3, 1 fen/month)
benefit household paid : money/month in 0 .. 200_000 yuan/month fund aid = round(part / 7 * 3, 1 fen/month)
rule household was : grade starts kind
  = when need > 100 yuan/month: poor
    otherwise: previous(was)
rule household months : count in 0 .. 1_000 starts 0
  = when support > 0: min(1_000, previous(months) + 1)
    otherwise: 0
rule household per_head : money/month in 0 .. 100_000 yuan/month starts 0
  = when was = poor: round(need / (size - 2), 1 fen/month)
    otherwise: previous(per_head)
rule household first_paid : date starts never
  = when support > 0 and previous(first_paid) = never: first_day
    otherwise: previous(first_paid)
rule household yearly_size : count in 0 .. 10 yearly in 2 starts 0 = size
benefit household flooded : money/month in 0 .. 10_000 yuan/month fund aid = village.floods * 100 yuan/month
rule person ill : bool starts no = sum(bill: covered this year) > 100 yuan
benefit person bonus : money/month in 0 .. 10_000 yuan/month fund aid starts 0
  = when ill: min(9_000 yuan/month, previous(bonus) + 10 yuan/month)
    otherwise: 0
rule bill rate : ratio in 0% .. 100%
  = when ill: 90%
    otherwise: 50%
rule bill part : money = cost / shares
rule bill covered : money in 0 .. 100_000 yuan
  = min(round(cost * rate, 1 fen), max(0, 500 yuan - sum(earlier bill: covered this year)))
"""
LAWS = {
    "families alone": "",
    "clinics are read": "rule person by_doctor : money/month in 0 .. 10_000 yuan/month\n  = when doctor = none: 0\n    otherwise: 100 yuan/month * doctor.share\nbenefit person fee : money/month in 0 .. 20_000 yuan/month fund aid starts 0 = floor(previous(fee) / 2, 1 fen/month) + by_doctor\n",
    "villages add up": "rule village spent : money/month in 0 .. 20_000_000 yuan/month starts 0 = floor(previous(spent) / 2, 1 fen/month) + sum(household: support)\n",
    "villages are read": "rule village poorest : count in 0 .. 100 = count(household where need > 0)\nbenefit household together : money/month in 0 .. 10_000 yuan/month fund aid = village.poorest * 1 yuan/month\n",
    "clinics add up": "rule clinic seen : count in 0 .. 1_000 starts 0 = min(1_000, count(person through doctor))\nrule person busy : count in 0 .. 100 starts 0\n  = when doctor = none: previous(busy)\n    otherwise: min(100, doctor.seen)\n",
}
FIRST, LAST = 2018 * 12, 2018 * 12 + 3  # decided at first


def month(number):
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


class World:
    """What is known, and what may be told next: rows by entity."""

    def __init__(self, chance, place):
        self.chance, self.place, self.told, self.taken = chance, place, 0, 0
        self.rows = {"county": {"c1": {}}, "village": {}, "clinic": {}, "household": {}, "person": {}, "bill": {}, "flood": {}}
        self.made = 0

    def a(self, entity):
        return self.chance.choice(list(self.rows[entity])) if self.rows[entity] else None

    def id(self, entity):
        self.made += 1
        return f"{entity}{self.made}"

    def maybe(self, value):
        return "" if self.chance.random() < 0.1 else value

    def day(self):
        return f"{month(self.chance.randint(FIRST - 2, LAST + 1))}-{self.chance.randint(1, 28):02d}"

    def row(self, entity, parent=None):
        chance = self.chance
        above = {"village": "county", "clinic": "county", "household": "village", "person": "household", "bill": "person", "flood": "village"}.get(entity)
        row = {above: parent or self.a(above)} if above else {}
        if entity == "village":
            row |= {"poor": self.maybe(chance.choice(["yes", "no"])), "base": self.maybe(chance.choice([100, 200, 333.33, 400]))}
        if entity == "clinic":
            row |= {"share": self.maybe(chance.choice([0.1, 0.5, 1]))}
        if entity == "household":
            row |= {"kind": self.maybe(chance.choice(["good", "poor"]))}
        if entity == "person":
            row |= {"income": self.maybe(chance.choice([0, 50, 120.5, 300, 1000])), "born": self.maybe("1960-02-03"), "doctor": chance.choice(["", self.a("clinic") or ""])}
        if entity == "bill":
            row |= {"left": self.day(), "number": self.id("b"), "cost": self.maybe(chance.choice([10, 99.99, 400, 1000])), "shares": chance.choice([0, 1, 3, 7])}
        if entity == "flood":
            row |= {"began": self.day(), "number": self.id("f"), "deep": self.maybe(chance.choice(["yes", "no"]))}
        return row

    def told_as(self, entity, rows):
        heads = list(dict.fromkeys(head for row in rows for head in row))
        lines = [",".join(heads)] + [",".join(str(row.get(head, "")) for head in heads) for row in rows]
        return {f"{entity}.csv": "\n".join(lines) + "\n"}

    def first(self):
        files = self.told_as("county", [{"id": "c1"}])
        for entity, count in [("village", 3), ("clinic", 2), ("household", 9), ("person", 18), ("bill", 12), ("flood", 2)]:
            rows = []
            for _ in range(count):
                row = self.row(entity)
                key = self.id(entity)
                self.rows[entity][key] = row
                rows.append(row if entity in ("bill", "flood") else {"id": key, **row})
            files |= self.told_as(entity, rows)
        return files

    def removed(self, entity, key):
        """A row with all below it, from some month on or, as if it had never been, from long ago on."""
        until = self.chance.choice(["2000-01", month(self.chance.randint(FIRST - 2, LAST))])
        files, gone = {}, {key}
        for below in ["village", "clinic", "household", "person", "bill", "flood"]:
            rows = {name: row for name, row in self.rows[below].items() if name in gone or any(row.get(above) in gone for above in ("village", "household", "person"))}
            if below != entity and not gone & {row.get(above) for row in rows.values() for above in ("village", "household", "person")}:
                continue
            gone |= set(rows)
            ends = [{**({} if below in ("bill", "flood") else {"id": name, "from": "2000-01"}), **row, "until": until} for name, row in rows.items()]
            files |= self.told_as(below, ends) if ends else {}
        return files

    def change(self):
        """Files of one import."""
        chance = self.chance
        since = {"from": month(chance.randint(FIRST - 1, LAST + 1))}
        kind = chance.choices(["inputs", "new", "family", "moved", "removed", "bill", "corrected", "cancelled", "opening", "decision"], [4, 2, 2, 3, 3, 3, 2, 2, 0.2, 0.2])[0]
        entity = chance.choices(["village", "clinic", "household", "person"], [1, 1, 2, 4])[0]
        if kind == "decision":
            return {"decisions.csv": f"entity,id,rule,month,value\nhousehold,{self.a('household')},support,{month(chance.randint(FIRST, LAST))},{chance.randint(0, 99)}\n"}
        if kind == "opening":
            return {"opening.csv": f"entity,id,rule,value\nhousehold,{self.a('household')},support,{chance.randint(0, 99)}\n"}
        if kind == "family":
            home = self.id("household")
            self.rows["household"][home] = self.row("household")
            people = {self.id("person"): self.row("person", home) for _ in range(chance.randint(0, 3))}
            self.rows["person"] |= people
            return self.told_as("household", [{"id": home, **self.rows["household"][home], **since}]) | (self.told_as("person", [{"id": key, **row, **since} for key, row in people.items()]) if people else {})
        if kind in ("bill", "corrected", "cancelled"):
            event = chance.choices(["bill", "flood"], [6, 1])[0]
            key = self.id(event) if kind == "bill" else self.a(event)
            if kind == "bill":
                self.rows[event][key] = self.row(event)
            row = self.rows[event][key]
            if kind == "corrected":
                row |= {"cost": chance.choice([5, 250, 900])} if event == "bill" else {"deep": chance.choice(["yes", "no"])}
            end = {"until": chance.choice(["2000-01", month(chance.randint(FIRST - 2, LAST))])} if kind == "cancelled" else {}
            return self.told_as(event, [{**row, **end}])
        if kind == "new":
            key = self.id(entity)
            row = self.row(entity)
        else:
            key = self.a(entity)
            row = dict(self.rows[entity][key])
            if kind == "inputs":
                parents = {head: row[head] for head in row if head in ("county", "village", "household")}
                row = self.row(entity) | parents
            if kind == "moved":
                row |= {"person": {"household": self.a("household")}, "household": {"village": self.a("village")}}.get(entity, {})
        if kind == "removed":
            return self.removed(entity, key)
        self.rows[entity][key] = row
        return self.told_as(entity, [{"id": key, **row, **since}])

    def tell(self, database, log):
        self.told += 1
        before = copy.deepcopy(self.rows)
        files = self.change()
        result = run("import", write(self.place / f"told{self.told}", files), "--database", database, "--yes", "--all-or-nothing")
        if result.returncode:
            self.rows = before
        log.append((files, result.returncode, text(result)[-300:]))
        self.taken += result.returncode == 0

"""A window at which bills are settled: a small law, a registry of invented people, and bills as JSON, which the tests of
settling through the program share. Aid pays half of what stands in a year, up to 100 yuan, of the sick; the top fund the
rest of what is over 50 yuan."""

import json
import sqlite3
from contextlib import closing

from stage import check, run, text, write

LAW = """# A law of bills

```doudi
policy bills "单子" "Bills"
  clauses from clauses.csv
  currency yuan "元" "yuan" of 100 fen "分" "fen"

entity county "县" "county"
entity clinic in county "诊所" "clinic"
entity family in county at most 100 "家庭" "family"
entity person in family at most 9 "人员" "person"
event bill in person dated left, number, clinic at most 90 a year "单子" "bill"
  settled at clinic by number of cost leaving own
fund aid "救助金" "Aid"
fund top "托底金" "Top"

input person ill : bool "患病" "Ill"
input bill left : date in 2010-01-01 .. 2100-01-01 "出院" "Left"
input bill number : text "单号" "Number"
input bill clinic : clinic "诊所" "Clinic"
input bill cost : money in 0 .. 100_000 yuan "费用" "Cost"

rule person sick : bool starts ill "在册患者" "Sick"
  cite 1 = ill
benefit person grant : money/month in 0 .. 100 yuan/month "补助" "Grant"
  cite 1  fund aid  pays person
  = when sick: 10 yuan/month
    otherwise: 0
rule bill before : money in 0 .. 10_000_000 yuan "此前已付" "Before"
  cite 1 = sum(earlier bill: aid_paid this year)
rule bill aid_paid : money in 0 .. 100_000 yuan "已付" "Paid"
  cite 1 = aid if known else 0
benefit bill aid : money in 0 .. 100_000 yuan "救助" "Aid"
  cite 1  fund aid  pays clinic
  = when sick: min(round(cost / 2, 1 fen), max(0, 100 yuan - before))
    otherwise: 0
benefit bill top : money in 0 .. 100_000 yuan "托底" "Top"
  cite 1  fund top  pays clinic
  = max(0, cost - (aid if known else 0) - 50 yuan)
rule bill own : money in 0 .. 100_000 yuan "自付" "Own"
  cite 1 = cost - aid - top
guarantee adds_up "分解合计等于费用" "Parts add up to the cost"
  cite 1
  for bill: aid + top + own = cost
  else refuse
```
"""
CLAUSES = "id,kind,title_zh,title_en,document,section,sentence\n1,rule,单子,Bills,小法,一,1\n"


def a_law(place, law=LAW):
    return write(place, {"law.md": law, "clauses.csv": CLAUSES})


def made(database, policy, people=8, *more):
    """A registry of two clinics and some families of two."""
    data = write(policy.parent / "people", {
        "county.csv": "id\nk1\nk2\n",
        "clinic.csv": "id,county\nc1,k1\nc2,k2\n",
        "family.csv": "id,county\n" + "".join(f"f{at},k{1 + at % 2}\n" for at in range(people // 2)),
        "person.csv": "id,family,ill\n" + "".join(f"p{at},f{at // 2},{'yes' if at % 4 else 'no'}\n" for at in range(people)),
    })
    result = run("init", database, "--policy", policy, *more)
    check("a registry of bills is made", result.returncode == 0, text(result))
    result = run("import", data, "--database", database, "--yes")
    check("it is told people", result.returncode == 0, text(result))
    return database


def bill(person, number, left, cost, clinic="c1", act="settle"):
    return {"act": act, "person": person, "clinic": clinic, "number": number, "left": left, "cost": cost}


def settle(database, bills, place, name="bills.jsonl", *more):
    """The answers, one for each bill."""
    path = place / name
    path.write_text("".join(json.dumps(told) + "\n" for told in bills))
    result = run("settle", path, "--database", database, "--json", *more)
    check(f"{name}: as many answers as bills", len(result.stdout.splitlines()) == len(bills), text(result))
    return [json.loads(line) for line in result.stdout.splitlines()]


def parts(answer):
    return [part["amount"] for part in answer["bill"]["parts"]]


def standing(database, bills, place):
    """What stands of bills that were settled, as whoever presents them again is answered: number -> parts."""
    answers = settle(database, [{**told, "act": "settle"} for told in bills], place, "again.jsonl")
    return {told["number"]: parts(answer) if answer["outcome"] == "same" else answer.get("refusal", answer["outcome"]) for told, answer in zip(bills, answers)}


def books(database):
    """All that was moved, by pairs of accounts."""
    with closing(sqlite3.connect(database)) as file:
        name = {number: rest for number, *rest in file.execute("SELECT _account, _kind, _fund, _row FROM _accounts")}
        sums = {}
        for debit, credit, amount in file.execute("SELECT _debit, _credit, _amount FROM _transfers"):
            pair = (tuple(name[debit]), tuple(name[credit]))
            sign = 1 if pair[0][0] in {"borne", "paid", "open"} else -1
            pair = pair if sign == 1 else pair[::-1]
            sums[pair] = sums.get(pair, 0) + sign * amount
        return {pair: amount for pair, amount in sums.items() if amount}


def sound(database, *more):
    result = run("audit", "verify", database, *more)
    return result.returncode == 0, text(result)

"""What the tests of the program share: a small law with its families, calling the program, checks in TAP."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = os.environ["DOUDI_PROGRAM"]
# What the sanitizers are told must reach the program, where they are built in.
CHECKERS = {name: os.environ[name] for name in ["LSAN_OPTIONS"] if name in os.environ}

LAW = """# A small law

```doudi
policy small "小法" "Small law"
  clauses from clauses.csv
  currency yuan "元" "yuan" of 100 fen "分" "fen"

entity village "村" "village"
entity household in village at most 100 "家庭" "household"
entity person in household at most 10 "人员" "person"
role aide in village "协理员" "aide"
fund aid "救助金" "Aid"

input household head : text "户主" "Head"
input household enrolled : bool empty means no "在保" "Enrolled"
input person income : money/month in 0 .. 100_000 yuan/month "收入" "Income"

reading generous : bool "从宽" "Generous" because "从宽。" "Nobody loses." cite 2 = no
parameter standard : money/month in 0 .. 10_000 yuan/month "标准" "Standard" cite 1 table standard

rule household size : count in 0 .. 10 "人数" "Size" cite 1 = count(person)

rule household need : money/month in 0 .. 100_000 yuan/month "应补差额" "Gap"
  cite 2
  = max(0, standard * size - sum(person: income))

benefit household support : money/month in 0 .. 100_000 yuan/month "补助" "Support"
  cite 2  fund aid  pays household  starts 0
  = when generous: max(ceil(need, 1 yuan/month), previous(support))
    otherwise: ceil(need, 1 yuan/month)

rule household months_paid : count in 0 .. 1_000 "已发月数" "Months paid"
  cite 2  starts 0
  = when support > 0: min(1_000, previous(months_paid) + 1)
    otherwise: 0

alert household missed to aide "应保未保" "Entitled, not enrolled"
  cite 2
  = support > 0 and not enrolled

guarantee modest "不超过一万" "Never above ten thousand"
  cite 2
  for household: support <= 10_000 yuan/month

indicator reach : ratio for village "覆盖率" "Reach"
  cite 2
  target >= 50% by 2020-12-31
  = when count(household) > 1: count(household where enrolled) / count(household)
    otherwise: 0%

indicator ratio_of_paid : ratio for village "发放率" "Share that is paid"
  cite 2
  = count(household where support > 0) / count(household where enrolled)
```
"""
CLAUSES = "id,kind,title_zh,title_en,document,section,sentence\n1,rule,标准,Standard,小法,一,1\n2,rule,补助,Support,小法,二,1\n3,rule,未写,Unwritten,小法,三,1\n"
STANDARD = "from,value,source_zh,source_en,document,confidence\n2018-01-01,300,示意,shown only,,low\n2018-08-01,400,公布,published,,high\n"
CASES = """- name: 差额 · the gap
  cite: [2]
  month: 2018-07
  input:
    household: {h: {person: {a: {income: 100.50}, b: {income: 0}}}}
  output:
    household: {h: {support: 500}}
"""
VILLAGES = "id\nv1\nv2\n"
HOUSEHOLDS = "id,village,head,enrolled\nh1,v1,甲,no\nh2,v1,乙,yes\nh3,v2,丙,no\n"
PEOPLE = "id,household,income\np1,h1,100.50\np2,h1,0\np3,h2,900\np4,h3,\n"

number = 0
failed = False


def check(name, good, *details):
    global number, failed
    number += 1
    failed = failed or not good
    print(("ok" if good else "not ok"), number, "-", name, flush=True)
    if not good:
        for detail in details:
            for line in str(detail).splitlines()[:40]:
                print("#", line)


def run(*words, lang="en", env=None, keep_locale=False):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **CHECKERS, **(env or {})}
    language = [] if keep_locale else ["--lang", lang]
    return subprocess.run([PROGRAM, *map(str, words), *language], capture_output=True, env=environment, check=False)


def text(result):
    return result.stdout.decode() + result.stderr.decode()


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def files_of(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def plan():
    """The last line of TAP; what the program of the test is to end with."""
    print(f"1..{number}")
    return failed


def a_law(root):
    return write(root / "policy", {"law.md": LAW, "clauses.csv": CLAUSES, "tables/standard.csv": STANDARD, "cases/gap.yaml": CASES})


def some_families(root):
    return write(root / "families", {"village.csv": VILLAGES, "household.csv": HOUSEHOLDS, "person.csv": PEOPLE})

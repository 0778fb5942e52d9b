-- The yardstick's rules in SQL, in binary fractions: a speed to be held against, not a measure of what is right.
-- std, assets and incomes are fen; greatest0(x) is x, or 0 where x is less.
create table decision as
with a as (
    select hh.id, county.std / 12.0 as std, county.border, hh.assets, count(*) as n,
        greatest0(sum(p.income) - sum(p.med + p.tuition + case when p.dis in (1, 2) then 30000 else 0 end)) as net,
        sum(case when p.dis in (1, 2) then 0.25 when p.age >= 60 then 0.2 when p.ill = 1 then 0.2
            when p.age < 18 then 0.15 else 0 end) as weight
    from hh join county on county.id = hh.county join p on p.hh = hh.id
    group by hh.id, county.std, county.border, hh.assets),
b as (select *, net * 1.0 / n as per_head, (net * 1.0 / n < std and assets <= 24 * std * n) as eligible from a),
c as (
    select b.id,
        sum(case when p.dis > 0 and b.eligible then 7000 else 0 end) as living,
        sum(case when p.dis = 1 then 8000 when p.dis = 2 then 7000
            when p.dis >= 3 and p.kind in (5, 6) then 4000 else 0 end) as care,
        sum(case when p.tekun = 1 then 18000 when b.eligible and p.poor = 0 then 12000
            when p.dis in (1, 2) and p.work = 0 then 12000 when p.age >= 60 and b.per_head < 1.5 * b.std then 12000
            when p.frontier = 1 and b.border = 1 then 12000 else 0 end) as premium
    from b join p on p.hh = b.id
    group by b.id)
select b.id, b.eligible,
    case when b.eligible then ceil(((b.std - b.per_head) * b.n + b.weight * b.std) / 100) else 0 end as dibao,
    case when b.eligible then ceil(b.std * 0.061 * b.n / 100) else 0 end as price, c.living, c.care, c.premium
from b join c on c.id = b.id;

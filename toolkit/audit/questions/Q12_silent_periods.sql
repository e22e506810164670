-- Are there silent periods in the intelligence system, and was the recognition system in use then?
-- Report:   p4.
-- Grain:    one row for the case.
-- Reads:    entries, systems, registers_examined.
-- Register: entries.
-- States:   established, not_found, not_searched.
-- A period is silent when no entry of any kind falls in it and it is more than three times as long as the system's usual
-- gap, and at least 28 days. The usual gap is the median of those of a day or more: a register that is written in bursts,
-- or seldom, has that rhythm. Entries known only to the month or year fill their whole time. Where the register is declared
-- to reach farther than its entries, the time before the first and after the last is measured, too.
with dated as (
    select occurred_earliest, occurred_latest, origin_of(source, locator) as evidence, true as is_entry
    from entries
    where occurred_earliest is not null and occurred_latest is not null
),

ends as (
    select min(covers_earliest) as covered_from, max(covers_latest) as covered_to
    from registers_examined
    where table_name = 'entries'
),

placed as (
    from dated
    union all
    select covered_from, covered_from, null, false from ends where covered_from is not null and exists (from dated)
    union all
    select covered_to, covered_to, null, false from ends where covered_to is not null and exists (from dated)
),

ordered as (
    select
        *,
        max(occurred_latest) over before as quiet_from,
        coalesce(bool_or(is_entry) over before, false) as is_after_entry
    from placed
    window before as (
        order by occurred_earliest, occurred_latest, is_entry, evidence rows between unbounded preceding and 1 preceding
    )
),

gaps as (
    select quiet_from, occurred_earliest as quiet_to, day_of(occurred_earliest) - day_of(quiet_from) as days, evidence,
        is_entry and is_after_entry as is_between
    from ordered
    where quiet_from is not null
),

rhythm as (select median(days) as usual_days, count(*) as n from gaps where is_between and days >= 1),

silent as (
    select
        day_of(quiet_from) as quiet_from,
        day_of(quiet_to) as quiet_to,
        days,
        exists (
            from systems
            where coalesce(systems.operated_from_earliest < gaps.quiet_to, true)
                and coalesce(systems.operated_to_latest > gaps.quiet_from, true)
        ) as was_in_use,
        evidence
    from gaps
    cross join rhythm
    where days > 3 * usual_days and days >= 28
)

select
    null as subject,
    case when count(silent.days) > 0 then 'established' else 'not_found' end as state,
    case when count(silent.days) > 0 then to_json(list(
        struct_pack("from" := quiet_from::varchar, "to" := quiet_to::varchar, days := days, system_in_use := was_in_use)
        order by quiet_from
    )) end as value,
    null as unit,
    records_of(silent.evidence) as evidence,
    coverage_of(['entries']) as coverage,
    ['measured against the usual gap between entries: ' || any_value(usual_days) || ' days'] as caveats
from rhythm
left join silent on true
where rhythm.n > 0
having count(*) > 0

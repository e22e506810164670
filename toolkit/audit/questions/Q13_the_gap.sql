-- What happened between the end of the period and the next agreement?
-- Report:   p12, p13.
-- Grain:    one row each for disclosures, transfers, receipts and what came back.
-- Reads:    clauses, sharings, transfers, receipts, received_back, police_units, validity, claims, settings, complete_spans,
--           registers_examined, duties.
-- Awaits:   entries.
-- States:   established, record_missing, conflicting, attested, not_found, not_searched.
-- Disclosures are those of the intelligence system; what only another register shows makes that silence a missing record, or a
-- conflict. The next agreement is the first version that begins after the period; where there is none, the gap ends as at today's
-- date of the case.
with gap as (
    select to_latest as gap_from, coalesce(
        (select min(begin_earliest) from validity where begin_earliest >= to_latest), as_at_latest, 'infinity'
    ) as gap_to
    from settings
),

kinds as (
    select 1 as place, 'disclosures' as kind, 'entries' as register
    union all
    select 2, 'transfers', 'transfers'
    union all
    select 3, 'receipts', 'receipts'
    union all
    select 4, 'came back', 'entries'
),

events as (
    select 'disclosures' as kind, earliest, latest, evidence from sharings where is_entered
    union all
    select 'transfers', occurred_earliest, occurred_latest, [origin_of(source, locator)]
    from transfers
    where use = 'facial_recognition' and coalesce(recipient_ref not in (select unit_ref from police_units), true)
    union all
    select 'receipts', occurred_earliest, occurred_latest, [origin_of(source, locator)]
    from receipts
    where coalesce(recipient_ref not in (select unit_ref from police_units), true)
    union all
    select 'came back', earliest, latest, evidence from received_back where doubt is null
),

elsewhere as (
    select count(*) as n, coalesce(all_of(list(sharings.evidence)), []) as evidence
    from sharings
    cross join gap
    where not is_entered and earliest >= gap_from and earliest < gap_to
),

counted as (
    select
        kinds.*,
        gap_from,
        gap_to,
        count(events.kind) filter (where earliest >= gap_from and latest <= gap_to) as surely,
        count(events.kind) filter (where not coalesce(earliest >= gap_from and latest <= gap_to, false)) as possibly,
        coalesce(all_of(list(events.evidence)), []) as evidence
    from kinds
    cross join gap
    left join events
        on kinds.kind = events.kind
        and coalesce(events.earliest < gap_to, true)
        and coalesce(events.latest > gap_from, true)
    group by kinds.place, kinds.kind, kinds.register, gap_from, gap_to
),

said as (
    select records_of(evidence) as evidence, min(value) as value, count(*) as n
    from claims
    where topic = 'Q13' and claim in ('asserts', 'denies')
)

select
    kind as subject,
    case
        when surely > 0 then 'established'
        when possibly > 0 then 'conflicting'
        when kind = 'disclosures' and elsewhere.n > 0 then elsewhere_state('entries', 'disclosures', gap_from, gap_to)
        when said.n > 0 and kind = 'disclosures' then 'attested'
        else silent_state(register, null, 'Q13', gap_from, gap_to, false, false)
    end as state,
    case
        when surely > 0 then to_json(surely)
        when kind = 'disclosures' and elsewhere.n > 0 then to_json(elsewhere.n)
        when possibly = 0 and said.n > 0 and kind = 'disclosures' then to_json(said.value)
    end as value,
    case when surely > 0 or (kind = 'disclosures' and elsewhere.n > 0) then 'records' end as unit,
    case
        when surely + possibly > 0 then counted.evidence
        when kind = 'disclosures' and elsewhere.n > 0 then all_of([examined_in(['entries']), elsewhere.evidence])
        when kind = 'disclosures' and said.n > 0 then said.evidence
        else examined_in([register])
    end as evidence,
    coverage_of([register]) as coverage,
    given([
        'from ' || day_of(gap_from)
        || coalesce(' until before ' || day_of(case when isfinite(gap_to) then gap_to end), ''),
        case when kind = 'disclosures' and elsewhere.n > 0 then 'shown by another register only: ' || elsewhere.n end,
        case when possibly > 0 then 'their dates are too coarse to place in the gap: ' || possibly end
    ]) as caveats
from counted
cross join elsewhere
cross join said
order by place

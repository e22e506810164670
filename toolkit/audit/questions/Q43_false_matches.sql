-- Were there false matches, and of whom?
-- Report:   p11.
-- Grain:    one row per image_ref that a match is on record of; one for matches of which no record says the image; one for the
--           case where no match is on record.
-- Reads:    matched, claims, clauses, settings, complete_spans, registers_examined, duties, agreement_versions, systems,
--           enrolments.
-- Awaits:   recorded_matches.
-- States:   not_searched, not_found, no_duty.
-- Only a record that a match was right or wrong could say; no register of ours carries one. What a sweep finds today says nothing
-- of what the system of that time alerted.
with shown as (
    select unnest(case when len(image_refs) = 0 then ['image not recorded'] else image_refs end) as image_ref, match_ref, evidence
    from matched
    where match_ref is not null
)

select
    image_ref as subject,
    'not_searched' as state,
    null as value,
    null as unit,
    flatten(list(evidence)) as evidence,
    coverage_of(['recorded_matches']) as coverage,
    [
        'matches on record: ' || count(distinct match_ref),
        'no record says whether a match was right'
    ] as caveats
from shown
group by image_ref
union all
select
    null,
    silent_state(
        'recorded_matches', 'matches', 'Q43', from_earliest, to_latest, exists (from systems) or exists (from enrolments), false
    ),
    null, null, examined_in(['recorded_matches']), coverage_of(['recorded_matches']),
    given([
        'no match is on record',
        silence_of('recorded_matches', from_earliest, to_latest, 'an alert log')
    ])
from settings
where not exists (from shown)
order by subject

-- Are there transfers in the independent log with no entry in the intelligence system?
-- Report:   p8.
-- Grain:    one row per transfer_ref without a sure entry; one for the case where every transfer has one.
-- Reads:    transfer_links, transfers, settings, complete_spans, registers_examined, duties.
-- Awaits:   transfers.
-- States:   record_missing, conflicting, not_found, not_searched.
-- record_missing: the transfer itself shows that it had to be recorded, and the intelligence system, declared complete for
-- that time, is silent. conflicting: an entry may be the other half.
with residue as (select * from transfer_links where link not in ('named', 'same_images'))

select
    transfer_ref as subject,
    case
        when link in ('unsure', 'undecided', 'quarantined') then 'conflicting'
        when is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then 'record_missing'
        when is_held('entries', occurred_earliest, occurred_latest) then 'not_found'
        else 'not_searched'
    end as state,
    to_json(struct_pack(
        occurred := date_or_null(occurred_text, occurred_earliest, occurred_latest, occurred_precision),
        images := image_refs, channel := channel, recipient := recipient_ref
    )) as value,
    null as unit,
    evidence,
    coverage_of(['entries', 'transfers']) as coverage,
    given([
        case when link = 'unsure' then 'an entry may belong to it: ' || occasion_ref end,
        case when link = 'undecided' then 'its entry does not say what for: ' || occasion_ref end,
        case when link = 'quarantined' then 'a row that could not be read speaks of it' end,
        case when link = 'none' and not is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then
            'the intelligence system is not declared complete for that time' end,
        case when use is null then 'the log does not say what it was for' end
    ]) as caveats
from residue
union all
select null, case when is_held('transfers', from_earliest, to_latest) then 'not_found' else 'not_searched' end, null, null,
    [], coverage_of(['transfers', 'entries']),
    case when is_held('transfers', from_earliest, to_latest) then ['every transfer examined has an entry']
        else ['no independent log was supplied'] end
from settings
where not exists (from residue)
order by subject

-- Are there transfers in the independent log with no entry in the intelligence system?
-- Report:   p8.
-- Grain:    one row per transfer_ref without a sure entry, or with an image that its entry does not list; one for the case where every transfer has one.
-- Reads:    transfer_links, sent, transfers, settings, complete_spans, registers_examined, duties.
-- Awaits:   transfers.
-- States:   record_missing, conflicting, not_found, not_searched.
-- record_missing: the transfer itself shows that it had to be recorded, and the intelligence system, declared complete for
-- that time, is silent. conflicting: an entry may be the other half.
with residue as (
    select transfer_links.*, sent.event_ref
    from transfer_links
    inner join sent on sent.event_table = 'transfers' and transfer_links.transfer_ref = sent.ref
    union all
    select * replace (lost_images as image_refs), transfer_ref from transfer_links where link = 'named' and len(lost_images) > 0
)

select
    event_ref as subject,
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
        case when link = 'named' then 'its entry does not list these images: ' || occasion_ref end,
        case when link = 'unsure' then 'an entry may belong to it: ' || occasion_ref end,
        case when link = 'undecided' then 'its entry does not say what for: ' || occasion_ref end,
        case when link = 'quarantined' then 'a row that could not be read speaks of it' end,
        case when link in ('none', 'named') and not is_complete('entries', unit_ref, occurred_earliest, occurred_latest) then
            'the intelligence system is not declared complete for that time' end,
        case when use is null then 'the log does not say what it was for' end
    ]) as caveats
from residue
union all
select null, case when is_held('transfers', from_earliest, to_latest) then 'not_found' else 'not_searched' end, null, null,
    examined_in(['transfers', 'entries']), coverage_of(['transfers', 'entries']),
    case when is_held('transfers', from_earliest, to_latest) then ['every transfer examined has an entry']
        else ['no independent log was supplied'] end
from settings
where not exists (from residue)
order by subject

-- Does an independent log show the same transfer?
-- Report:   p8.
-- Grain:    one row per occasion_ref.
-- Reads:    disclosures, transfer_links, receipts, settings, complete_spans, registers_examined.
-- Register: entries.
-- Awaits:   transfers.
-- States:   established, conflicting, not_found, not_searched.
-- conflicting: a transfer names the entry, and their times exclude one another; or which transfer belongs to it is unsure.
with linked as (
    select
        transfer_links.occasion_ref,
        set_of(transfer_ref) as transfers,
        bool_or(link in ('named', 'same_images')) as is_sure,
        bool_or(link = 'named' and coalesce(
            day_of(occurred_earliest) > day_of(entered_latest - interval 1 microsecond)
            or day_of(occurred_latest - interval 1 microsecond) < day_of(entered_earliest), false
        )) as is_other_day,
        all_of(list(transfer_links.evidence)) as evidence
    from transfer_links
    inner join disclosures using (occasion_ref)
    where link in ('named', 'same_images', 'unsure')
    group by transfer_links.occasion_ref
)

select
    occasion_ref as subject,
    case
        when is_other_day or is_sure = false then 'conflicting'
        when is_sure then 'established'
        when is_held('transfers', entered_earliest, entered_latest) then 'not_found'
        else 'not_searched'
    end as state,
    case when transfers is not null then to_json(transfers) end as value,
    null as unit,
    case when linked.occasion_ref is null then all_of([disclosures.entry_evidence, examined_for_each(['transfers'])])
        else all_of([disclosures.entry_evidence, linked.evidence]) end as evidence,
    coverage_of(['transfers']) as coverage,
    given([
        case when is_other_day then 'the log and the entry give different days' end,
        case when is_sure = false then 'it is not sure that the transfer is this one' end,
        case when linked.occasion_ref is null and not is_held('transfers', entered_earliest, entered_latest) then
            'no independent log reaches that date' end
    ]) as caveats
from disclosures
left join linked using (occasion_ref)
order by subject

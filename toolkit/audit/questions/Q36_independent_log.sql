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
            day_of(occurred_earliest) >= day_of(disclosures.latest) + 2
            or day_of(occurred_latest) + 2 <= day_of(disclosures.earliest), false
        )) as is_apart,
        all_of(list(transfer_links.evidence)) as evidence
    from transfer_links
    inner join disclosures using (occasion_ref)
    where link in ('named', 'same_images', 'unsure')
    group by transfer_links.occasion_ref
)

select
    occasion_ref as subject,
    case
        when is_apart or is_sure = false then 'conflicting'
        when is_sure then 'established'
        when is_held('transfers', earliest, latest) then 'not_found'
        else 'not_searched'
    end as state,
    case when transfers is not null then to_json(transfers) end as value,
    null as unit,
    all_of([disclosures.evidence, linked.evidence]) as evidence,
    coverage_of(['transfers']) as coverage,
    given([
        case when is_apart then 'the log and the entry give different days' end,
        case when is_sure = false then 'it is not sure that the transfer is this one' end,
        case when linked.occasion_ref is null and not is_held('transfers', earliest, latest) then
            'no independent log reaches that date' end
    ]) as caveats
from disclosures
left join linked using (occasion_ref)
order by subject

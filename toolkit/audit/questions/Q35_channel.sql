-- By USB, hard drive or secure e-mail, and was it encrypted?
-- Report: p8.
-- Grain:  one row per occasion_ref, and per transfer that no entry is tied to; one for the case where only statements speak.
-- Reads:  disclosures, transfer_links, sent, asserted, claims.
-- Register: entries.
-- States: established, conflicting, attested, not_found, not_searched.
-- The entry and a linked transfer are two records of one journey; where they name different channels they conflict.
with independent as (
    select occasion_ref, set_of(channel) as channels, bool_and(encrypted) as encrypted, records_of(origin) as evidence
    from transfer_links
    where link in ('named', 'same_images')
    group by occasion_ref
),

journeys as (
    select
        disclosures.occasion_ref,
        disclosures.channels as entered,
        coalesce(independent.channels, []) as logged,
        coalesce(disclosures.encrypted, independent.encrypted) as encrypted,
        disclosures.encrypted <> independent.encrypted as is_contradicted,
        all_of([disclosures.entry_evidence, independent.evidence]) as evidence
    from disclosures
    left join independent using (occasion_ref)
)

select
    occasion_ref as subject,
    case
        when coalesce(is_contradicted, false) or (len(entered) > 0 and len(logged) > 0 and entered <> logged)
            then 'conflicting'
        when len(entered) + len(logged) > 0 then 'established'
        else 'not_found'
    end as state,
    case
        when len(entered) > 0 and len(logged) > 0 and entered <> logged
            then to_json(struct_pack(entry := entered, independent := logged, encrypted := encrypted))
        when len(entered) + len(logged) > 0
            then to_json(struct_pack(
                channel := coalesce(entered[1], logged[1]),
                encrypted := case when coalesce(entered[1], logged[1]) = 'encrypted_usb' then true else encrypted end
            ))
    end as value,
    null as unit,
    evidence,
    coverage_of(['entries', 'transfers']) as coverage,
    list_filter(
        [
            case when len(entered) = 0 then 'the entry names no channel' end,
            case when len(entered) > 1 then 'more than one channel: ' || list_aggregate(entered, 'string_agg', ', ') end,
            case when encrypted is null and coalesce(entered[1], logged[1], '') <> 'encrypted_usb' then
                'no record says whether it was encrypted' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from journeys
union all
select
    sent.event_ref,
    case when channel is null then 'not_found' else 'established' end,
    case when channel is not null then to_json(struct_pack(
        channel := channel, encrypted := case when channel = 'encrypted_usb' then coalesce(transfer_links.encrypted, true) else transfer_links.encrypted end
    )) end,
    null,
    sent.evidence,
    coverage_of(['entries', 'transfers']),
    given([
        'no entry of the intelligence system is tied to it',
        case when channel is null then 'the transfer names no channel' end,
        case when transfer_links.encrypted is null and coalesce(channel, '') <> 'encrypted_usb' then
            'no record says whether it was encrypted' end
    ])
from transfer_links
inner join sent on sent.event_table = 'transfers' and transfer_links.transfer_ref = sent.ref
where sent.doubt is null
union all
select null, 'attested', to_json(coalesce((select min(value) from claims where topic = 'Q35'), 'stated')), null, evidence,
    coverage_of(['entries', 'transfers']), []
from asserted
where topic = 'Q35' and not exists (from disclosures) and not exists (from sent where event_table = 'transfers' and doubt is null)
order by subject

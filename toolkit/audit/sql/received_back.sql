-- What came back from a third party because of facial recognition, by every register that shows it: the fact "received back".
-- Grain:  one row per event_table and event_ref: an inbound entry, with the transfer that is tied to it; a transfer to a police
--         unit, or a receipt by one, that no entry is tied to; a notification of a match (doubt: an alert; what came with it is
--         not recorded).
-- Reads:  inbound, sent_back, receipts, notifications, police_units.
-- A transfer is tied to an entry that it names, or that has one of its images within a day.
with tied as (
    select sent_back.transfer_ref, inbound.entry_ref
    from sent_back
    inner join inbound using (entry_ref)
    union
    select carried.transfer_ref, entered.entry_ref
    from (select *, unnest(image_refs) as image_ref from sent_back) as carried
    inner join (select *, unnest(image_refs) as image_ref from inbound) as entered
        on carried.image_ref = entered.image_ref
            and coalesce(entered.occurred_earliest < carried.occurred_latest + interval 1 day, true)
            and coalesce(entered.occurred_latest > carried.occurred_earliest, true)
),

logged as (
    select tied.entry_ref, min(occurred_earliest) as earliest, max(occurred_latest) as latest, records_of(evidence) as evidence
    from tied
    inner join sent_back using (transfer_ref)
    group by tied.entry_ref
),

arrived as (
    select receipt_ref, recipient_ref, transfer_ref, occurred_text, occurred_earliest, occurred_latest, occurred_precision, image_refs,
        from_ref, origin_of(source, locator) as evidence
    from receipts
    where recipient_ref in (select unit_ref from police_units)
        and (from_ref is null or from_ref not in (select unit_ref from police_units))
        and (transfer_ref is null or transfer_ref not in (select transfer_ref from sent_back))
)

select
    'entries' as event_table,
    inbound.entry_ref as event_ref,
    case when logged.entry_ref is null then ['entries'] else ['entries', 'transfers'] end as registers,
    occurred_text as "text",
    case
        when coalesce(logged.earliest >= occurred_latest or logged.latest <= occurred_earliest, false)
            then least(logged.earliest, occurred_earliest)
        else greatest(logged.earliest, occurred_earliest)
    end as earliest,
    case
        when coalesce(logged.earliest >= occurred_latest or logged.latest <= occurred_earliest, false)
            then greatest(logged.latest, occurred_latest)
        else least(logged.latest, occurred_latest)
    end as latest,
    occurred_precision as "precision",
    unit_ref,
    recipient_ref as sender_ref,
    image_refs,
    null as doubt,
    all_of([[inbound.evidence], logged.evidence]) as evidence
from inbound
left join logged using (entry_ref)
union all
select 'transfers', transfer_ref, ['transfers'], occurred_text, occurred_earliest, occurred_latest, occurred_precision, recipient_ref,
    sender_ref, image_refs, null, [evidence]
from sent_back
where transfer_ref not in (select transfer_ref from tied)
union all
select 'receipts', receipt_ref, ['receipts'], occurred_text, null, occurred_latest, occurred_precision, recipient_ref, from_ref,
    image_refs, null, [evidence]
from arrived
union all
select 'notifications', notification_ref, ['notifications'], occurred_text, occurred_earliest, occurred_latest, occurred_precision, null,
    null, null, 'missing_field', [origin_of(source, locator)]
from notifications

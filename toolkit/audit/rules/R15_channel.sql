-- Images travel by encrypted USB, hard drive or secure e-mail.
-- Report:   p8 ("an encrypted USB, hard drive or via a secure email system").
-- Grain:    one row per occasion of the intelligence system and per transfer that no entry is tied to; one for the case where only
--           statements speak.
-- Reads:    disclosures, transfer_links, sent, asserted.
-- Register: entries.
-- Breach:   another channel, or a USB stick that was not encrypted, by every record of that journey.
-- The entry and each linked transfer are records of one journey; what one leaves blank the other says, where they name the same
-- channel or one of them none. Where it conforms by one record and not by another, records_disagree. "Encrypted" may or may not
-- qualify "hard drive": one of which no record says that it was encrypted conforms by one reading and not by the other.
with told as (
    select
        occasion_ref,
        unnest(case when len(channels) > 0 then channels when len(logged_channels) > 0 then logged_channels else [null] end)
            as channel,
        case when len(channels) = 0 or len(logged_channels) = 0 or channels = logged_channels
            then coalesce(encrypted, logged_encrypted) else encrypted end as encrypted,
        entry_evidence as evidence
    from disclosures
    union all
    select
        transfer_links.occasion_ref,
        coalesce(transfer_links.channel, disclosures.channels[1]),
        case when transfer_links.channel is null or len(disclosures.channels) = 0 or disclosures.channels = [transfer_links.channel]
            then coalesce(transfer_links.encrypted, disclosures.encrypted) else transfer_links.encrypted end,
        [transfer_links.origin]
    from transfer_links
    inner join disclosures using (occasion_ref)
    where link in ('named', 'same_images')
    union all
    select sent.event_ref, transfer_links.channel, transfer_links.encrypted, sent.evidence
    from transfer_links
    inner join sent on sent.event_table = 'transfers' and transfer_links.transfer_ref = sent.ref
    where sent.doubt is null
),

readings as (
    select
        occasion_ref,
        case
            when channel is null then 'missing_field'
            when channel = 'encrypted_usb' and not encrypted then 'records_disagree'
            when channel in ('encrypted_usb', 'secure_email') then 'conforms'
            when channel in ('usb', 'hard_drive') and encrypted then 'conforms'
            when channel = 'usb' and encrypted is null then 'missing_field'
            when channel = 'hard_drive' then 'rule_ambiguous'
            else 'breach'
        end as outcome,
        evidence
    from told
),

judged as (
    select
        occasion_ref as subject,
        set_of(outcome) as outcomes,
        case when len(set_of(outcome)) = 1 then min(evidence) else flatten(list(evidence)) end as evidence
    from readings
    group by occasion_ref
)

select
    subject,
    case when len(outcomes) = 1 then verdict_of(outcomes[1]) else 'cannot_determine' end as verdict,
    case
        when len(outcomes) = 1 then reasons_of(outcomes[1])
        else list_distinct(list_transform(
            list_filter(outcomes, lambda one: one <> 'conforms'), lambda one: case one when 'breach' then 'records_disagree' else one end
        ))
    end as reasons,
    case when list_contains(outcomes, 'rule_ambiguous') then ['two_readings'] else [] end as flags,
    evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only', 'rule_ambiguous'], ['two_readings'], evidence
from asserted
where topic = 'R15' and not exists (from judged)
order by subject

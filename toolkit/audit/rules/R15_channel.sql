-- Images travel by encrypted USB, hard drive or secure e-mail.
-- Report:   p8 ("an encrypted USB, hard drive or via a secure email system").
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, asserted.
-- Register: entries.
-- Breach:   another channel, or a USB stick that the entry says was not encrypted.
-- "Encrypted" may or may not qualify "hard drive": a hard drive of which the entry does not say that it was encrypted
-- conforms by one reading and not by the other.
with channels as (
    select
        occasion_ref,
        unnest(case when len(channels) = 0 then [null] else channels end) as channel,
        encrypted,
        evidence
    from disclosures
),

readings as (
    select
        occasion_ref,
        case
            when channel is null then 'missing_field'
            when channel in ('encrypted_usb', 'secure_email') then 'conforms'
            when channel in ('usb', 'hard_drive') and encrypted then 'conforms'
            when channel = 'usb' and encrypted is null then 'missing_field'
            when channel = 'hard_drive' then 'rule_ambiguous'
            else 'breach'
        end as outcome,
        evidence
    from channels
),

judged as (
    select
        occasion_ref as subject,
        case when bool_or(outcome = 'breach') then 'breach' when bool_and(outcome = 'conforms') then 'conforms'
            else 'cannot_determine' end as verdict,
        set_of(nullif(outcome, 'conforms')) as reasons,
        bool_or(outcome = 'rule_ambiguous') as is_ambiguous,
        any_value(evidence) as evidence
    from readings
    group by occasion_ref
)

select
    subject,
    verdict,
    case when verdict = 'cannot_determine' then reasons else [] end as reasons,
    case when is_ambiguous then ['two_readings'] else [] end as flags,
    evidence
from judged
union all
select null, 'cannot_determine', ['asserted_only', 'rule_ambiguous'], ['two_readings'], evidence
from asserted
where topic = 'R15' and not exists (from disclosures)
order by subject

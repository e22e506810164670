-- What would the search have missed even if it had been complete?
-- Report:   p1.
-- Grain:    one row per field of the intelligence entries of disclosures.
-- Reads:    entries.
-- Register: entries.
-- States:   established.
-- How often each field was left blank: what is not written down, no search finds.
with shares as (select * from entries where use = 'facial_recognition' and direction = 'out'),

fields as (
    select
        unnest([
            struct_pack(field := 'occurred', blank := occurred_text is null),
            struct_pack(field := 'recorded', blank := recorded_text is null),
            struct_pack(field := 'unit', blank := unit_ref is null),
            struct_pack(field := 'post', blank := post_ref is null),
            struct_pack(field := 'recipient', blank := recipient_ref is null),
            struct_pack(field := 'images', blank := image_refs is null),
            struct_pack(field := 'purpose', blank := reasons is null),
            struct_pack(field := 'authority', blank := authority_ref is null),
            struct_pack(field := 'authorised_by', blank := authorised_by is null),
            struct_pack(field := 'agreement', blank := agreement_ref is null),
            struct_pack(field := 'channel', blank := channel is null),
            struct_pack(field := 'encrypted', blank := encrypted is null),
            struct_pack(field := 'names_included', blank := names_included is null),
            struct_pack(field := 'other_personal_data', blank := other_personal_data is null)
        ]) as one
    from shares
)

select
    one.field as subject,
    'established' as state,
    to_json(struct_pack(blank := count(*) filter (where one.blank), entries := count(*))) as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of(['entries']) as coverage,
    []::varchar[] as caveats
from fields
group by one.field
order by subject

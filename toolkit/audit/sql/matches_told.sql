-- Each match on record, and what is on record of who was told and what was decided.
-- Grain:  one row per match_ref; one without a reference where no match is on record.
-- Reads:  matched, told.
-- is_noted: a notification is on record. is_only_acted_on: only an action names the match, and does not say who was told.
with subjects as (
    select match_ref, evidence from matched where match_ref is not null
    union all
    select null, [] where not exists (from matched where match_ref is not null)
),

noted as (
    select
        match_ref,
        min(decision) as decision,
        min(to_post_ref) as to_post_ref,
        min(occurred_text) filter (where doubt is null) as occurred,
        bool_or(doubt is null) as is_noted,
        records_of(evidence) as evidence
    from told
    group by match_ref
)

select
    subjects.match_ref,
    subjects.evidence as match_evidence,
    noted.decision,
    noted.to_post_ref,
    noted.occurred,
    noted.evidence,
    coalesce(is_noted, false) as is_noted,
    coalesce(not is_noted, false) as is_only_acted_on
from subjects
left join noted using (match_ref)

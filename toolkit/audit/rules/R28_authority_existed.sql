-- The authority relied on existed when the image was shared.
-- Report:   p3.
-- Grain:    one row per occasion_ref; one for what statements cite.
-- Reads:    disclosures, authorities, claims, settings.
-- Register: entries.
-- Breach:   every authority that the entries name came definitely later, and none of them is the common law.
-- Common law powers existed. That a statement cites judgments of a later year is no breach: flag later_authority_cited.
with named as (
    select occasion_ref, earliest, latest, unnest(authority_refs) as authority_ref from disclosures
),

stood as (
    select
        named.occasion_ref,
        bool_or(authority_kind = 'common_law' or coalesce(in_force_latest <= earliest, false)) as is_in_force,
        bool_and(coalesce(authority_kind <> 'common_law' and in_force_earliest >= latest, false)) as is_later,
        records_of(origin_of(authorities.source, authorities.locator)) as evidence
    from named
    left join authorities using (authority_ref)
    group by named.occasion_ref
),

judged as (
    select
        disclosures.occasion_ref as subject,
        case
            when stood.occasion_ref is null then 'missing_field'
            when is_in_force then 'conforms'
            when is_later then 'breach'
            else 'rule_in_force_unknown'
        end as outcome,
        all_of([disclosures.evidence, stood.evidence]) as evidence
    from disclosures
    left join stood using (occasion_ref)
),

stated as (
    select
        bool_or(about_ref = 'common_law') as is_common_law,
        bool_or(about_ref <> 'common_law' and about_earliest >= to_latest) as is_later,
        records_of(evidence) as evidence
    from claims
    cross join settings
    where topic = 'R28'
    having count(*) > 0
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select
    null,
    case when is_common_law then 'conforms' else 'cannot_determine' end,
    case when is_common_law then [] else ['rule_in_force_unknown'] end,
    case when is_later then ['later_authority_cited'] else [] end,
    evidence
from stated
order by subject

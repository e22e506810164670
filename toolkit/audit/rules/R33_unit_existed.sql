-- A unit named in a record existed on that date, or is the predecessor or successor of one that did.
-- Report:   p2, p12.
-- Grain:    one row per occasion_ref; one for the case where only statements speak.
-- Reads:    disclosures, units, unit_lineage, asserted.
-- Register: entries.
-- Breach:   neither the unit nor any of its kin existed then: the pair of unit and date is an error in the data.
with lives as (
    select
        disclosures.occasion_ref,
        unit_lineage.relation,
        cover(
            disclosures.earliest, disclosures.latest,
            units.exists_from_earliest,
            begin_latest(exists_from_text, exists_from_earliest, exists_from_latest, exists_from_precision),
            end_earliest(exists_to_text, exists_to_earliest, exists_to_latest, exists_to_precision),
            units.exists_to_latest
        ) as cover,
        exists_from_precision is null or exists_to_precision is null as is_blank,
        origin_of(units.source, units.locator) as evidence
    from disclosures
    inner join unit_lineage using (unit_ref)
    inner join units on unit_lineage.kin_ref = units.unit_ref
),

kin as (
    select occasion_ref, bool_or(cover = 'definite') as is_alive, bool_or(cover = 'possible') as is_possibly_alive,
        bool_or(cover = 'possible' and is_blank) as is_blank, bool_or(relation = 'self') as is_listed,
        records_of(evidence) as evidence
    from lives
    group by occasion_ref
),

judged as (
    select
        disclosures.occasion_ref as subject,
        case
            when is_disputed then 'records_disagree'
            when unit_ref is null or "precision" is null then 'missing_field'
            when not coalesce(is_listed, false) then 'identity_unresolved'
            when is_alive then 'conforms'
            when is_blank then 'missing_field'
            when is_possibly_alive then 'time_precision'
            else 'breach'
        end as outcome,
        all_of([disclosures.evidence, kin.evidence]) as evidence
    from disclosures
    left join kin using (occasion_ref)
)

select subject, verdict_of(outcome) as verdict, reasons_of(outcome) as reasons, []::varchar[] as flags, evidence
from judged
union all
select null, 'cannot_determine', ['missing_field'], [], evidence
from asserted
where topic = 'R33' and not exists (from judged)
order by subject

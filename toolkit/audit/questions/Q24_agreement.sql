-- Which agreement and which version covered each disclosure?
-- Report: p5.
-- Grain:  one row per occasion_ref; one for the case where no disclosure is on record.
-- Reads:  clauses, disclosures, agreement_cover, agreement_versions, settings, complete_spans, registers_examined,
--         claims.
-- Awaits: agreement_versions.
-- States: established, conflicting, not_found, not_searched.
-- established: the whole of its time lies within a version. conflicting: its dates and those of the version cannot be
-- ordered. A version whose text is not held is named with that caveat.
with covers as (
    select occasion_ref, agreement_ref, version, cover, text_held, evidence,
        struct_pack(agreement := agreement_ref, version := version, cover := cover) as one
    from agreement_cover
),

several as (select occasion_ref from covers group by occasion_ref having count(*) > 1),

candidates as (
    select
        occasion_ref,
        case when cover = 'definite' then [one] end as definite,
        case when cover = 'possible' then [one] end as possible,
        text_held as is_text_held,
        [evidence] as evidence
    from covers
    anti join several using (occasion_ref)
    union all
    select
        occasion_ref,
        list(one order by agreement_ref, version) filter (where cover = 'definite'),
        list(one order by agreement_ref, version) filter (where cover = 'possible'),
        bool_and(text_held),
        list(evidence)
    from covers
    semi join several using (occasion_ref)
    group by occasion_ref
)

select
    occasion_ref as subject,
    case
        when is_disputed then 'conflicting'
        when definite is not null then 'established'
        when possible is not null then 'conflicting'
        when is_held('agreement_versions', earliest, latest) then 'not_found'
        else 'not_searched'
    end as state,
    case
        when len(definite) = 1 then to_json(definite[1])
        when definite is not null then to_json(definite)
        when len(possible) = 1 then to_json(possible[1])
        when possible is not null then to_json(possible)
    end as value,
    null as unit,
    all_of([disclosures.evidence, candidates.evidence]) as evidence,
    coverage_of(['agreement_versions']) as coverage,
    list_filter(
        [
            case when is_disputed then 'the records disagree on the unit or the recipient' end,
            case when definite is null and possible is not null then
                'its date and the dates of the agreement cannot be ordered' end,
            case when len(definite) > 1 then 'more than one version covers it' end,
            case when is_text_held = false then 'the text of the agreement is not held' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from disclosures
left join candidates using (occasion_ref)
union all
select
    null,
    'not_searched',
    null,
    null,
    coalesce((select records_of(evidence) from claims where topic = 'Q24'), []),
    coverage_of(['agreement_versions']),
    case when is_text_held() then ['no disclosure is on record'] else ['the texts of the agreements are not held'] end
from settings
where not exists (from disclosures)
order by subject

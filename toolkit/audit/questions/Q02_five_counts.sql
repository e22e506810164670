-- How many images, distinct files, occasions, records and persons is that?
-- Report: p9.
-- Grain:  one row per unit of count: images, files, occasions, records, persons.
-- Reads:  clauses, disclosures, shown_elsewhere, shared_images, claims, settings, complete_spans, registers_examined, duties,
--         undecided_shares, kept_apart.
-- Awaits: entries.
-- States: established, attested, conflicting, not_found, record_missing, no_duty, not_searched.
with known as (
    select
        (select count(distinct digest) from (select unnest(digests) as digest from shared_images where is_entered)) as files,
        (select count(distinct ref) from (select unnest(subject_refs) as ref from shared_images where is_entered)) as persons,
        count(*) filter (where len(digests) = 0) as without_file,
        count(*) filter (where len(subject_refs) = 0) as without_person,
        count(*) filter (where len(subject_refs) > 1) as with_two_persons,
        count(*) as images,
        all_of(list(image_evidence)) as evidence
    from shared_images
    where is_entered
),

entered as (
    select count(*) as occasions, (select count(distinct ref) from (select unnest(entry_refs) as ref from disclosures)) as records,
        all_of(list(entry_evidence)) as evidence
    from disclosures
),

counts as (
    select 1 as place, 'images' as unit, 'entries' as register, known.images as n, 0 as doubtful, entered.evidence,
        null as caveat
    from known
    cross join entered
    union all
    select 2, 'files', 'images', files, 0, evidence,
        case when without_file > 0 then without_file || ' images have no file among the sources' end
    from known
    union all
    select 3, 'occasions', 'entries', occasions, 0, evidence, null from entered
    union all
    select 4, 'records', 'entries', records, 0, evidence, null from entered
    union all
    select 5, 'persons', 'custody_records', persons, with_two_persons, evidence,
        case
            when with_two_persons > 0 then with_two_persons || ' images are said to show two different persons'
            when without_person > 0 then without_person || ' images name no person'
        end
    from known
),

stated as (
    select count_unit as unit, max("count") as n, records_of(evidence) as evidence
    from claims
    where topic = 'Q02' and "count" is not null
    group by count_unit
)

select
    unit as subject,
    case
        when doubtful > 0 then 'conflicting'
        when counts.n > 0 then 'established'
        when elsewhere.n > 0 then elsewhere_state('entries', 'disclosures', from_earliest, to_latest)
        when stated.n is not null then 'attested'
        when exists (from disclosures) then 'not_searched'
        else silent_state('entries', 'disclosures', 'Q02', from_earliest, to_latest, false, false)
    end as state,
    case when counts.n > 0 then to_json(counts.n) else to_json(coalesce(nullif(elsewhere.n, 0), stated.n)) end as value,
    case when counts.n > 0 or coalesce(nullif(elsewhere.n, 0), stated.n) is not null then unit end as unit,
    case
        when counts.n > 0 then counts.evidence
        when elsewhere.n > 0 then all_of([examined_in(['entries']), elsewhere.evidence])
        else coalesce(stated.evidence, examined_in(['entries']))
    end as evidence,
    coverage_of(list_distinct(['entries', register])) as coverage,
    list_filter(
        list_concat([counts.caveat, elsewhere.caveat], case when counts.n > 0 then entry_caveats() else []::varchar[] end),
        lambda one: one is not null
    ) as caveats,
    by_register
from counts
left join stated using (unit)
left join shown_elsewhere as elsewhere using (unit)
cross join settings
order by place

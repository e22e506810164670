-- Times for which the registers that feed a table are declared complete; spans that touch are one.
-- Grain:  one row per table_name, unit_ref and span. unit_ref is null for a register that serves every unit; a register
--         of one unit serves its predecessors and successors as well.
-- Reads:  registers_examined, coverage, unit_lineage.
-- A file of which a part was not supplied or could not be read is not complete, whatever is declared.
with faulty as (
    select distinct source
    from coverage
    where cause in ('not_supplied', 'cannot_read', 'encrypted', 'cannot_parse', 'truncated', 'cut_short', 'unsupported_type')
        and source is not null
),

whole as (
    select registers_examined.table_name, coalesce(unit_lineage.kin_ref, registers_examined.unit_ref) as unit_ref,
        registers_examined.covers_earliest as span_earliest, registers_examined.covers_latest as span_latest
    from registers_examined
    left join unit_lineage using (unit_ref)
    where registers_examined.complete = 'yes'
        and registers_examined.covers_earliest is not null
        and registers_examined.covers_latest is not null
        and registers_examined.source not in (select source from faulty)
),

reaching as (
    select *, max(span_latest) over (
        partition by table_name, unit_ref order by span_earliest, span_latest
        rows between unbounded preceding and 1 preceding
    ) as reached
    from whole
),

islands as (
    select *, count(*) filter (where reached is null or reached < span_earliest) over (
        partition by table_name, unit_ref order by span_earliest, span_latest
        rows between unbounded preceding and current row
    ) as island
    from reaching
)

select table_name, unit_ref, min(span_earliest) as span_earliest, max(span_latest) as span_latest
from islands
group by table_name, unit_ref, island

-- Every claim in the present tense carries the date it speaks as at.
-- Report:   H, p12.
-- Grain:    one row per statement_ref in the present tense.
-- Reads:    public_statements.
-- Register: public_statements.
-- Breach:   a claim in the present tense with neither an as-at date nor a dated document (flag undated_statement). The
--           date of the document is taken as its as-at date where it has none of its own.
-- Cannot be determined: the date is there and cannot be read.
select
    statement_ref as subject,
    case
        when bool_or(as_at_precision is not null or issued_precision is not null) then 'conforms'
        when bool_or(as_at_text is not null or issued_text is not null) then 'cannot_determine'
        else 'breach'
    end as verdict,
    case
        when bool_or(as_at_precision is not null or issued_precision is not null) then []
        when bool_or(as_at_text is not null or issued_text is not null) then ['time_precision']
        else []
    end as reasons,
    case when bool_and(as_at_text is null and issued_text is null) then ['undated_statement'] else []::varchar[] end as flags,
    records_of(origin_of(source, locator)) as evidence
from public_statements
where tense = 'present'
group by statement_ref
order by subject

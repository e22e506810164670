-- What published sentences claim about each question and rule.
-- Grain:  one row per topic and statement_ref.
-- Reads:  public_statements.
select
    unnest(topic) as topic,
    statement_ref,
    document_ref,
    claim,
    "count",
    count_unit,
    value,
    about_ref,
    about_text,
    about_earliest,
    about_latest,
    about_precision,
    text,
    origin_of(source, locator) as evidence
from public_statements
where topic is not null

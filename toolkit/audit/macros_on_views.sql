-- Words that read the views; one expression each. Defined after the views, for the questions and rules.
-- Reads: claims, clauses, complete_spans, duties, kept_apart, register_counts, registers_examined, settings, undecided_shares.

-- Each of these reads its few spans once, as a list, and looks through it row by row: a join for each use would carry
-- whole rows, with their evidence, through it.

-- Whether registers that feed a table are declared complete for a unit (null: for every unit) over a time.
create or replace macro is_complete(table_, unit_, from_, to_) as coalesce(len(list_filter(
    (
        select list(struct_pack(unit := unit_ref, begins := span_earliest, ends := span_latest))
        from complete_spans
        where complete_spans.table_name = table_
    ),
    lambda span: (span.unit is null or span.unit = unit_) and span.begins <= from_ and span.ends >= to_
)) > 0, false);

-- Whether a register that feeds a table was examined, and reaches into a time (or does not say which time it covers).
create or replace macro is_held(table_, from_, to_) as coalesce(len(list_filter(
    (
        select list(distinct struct_pack(
            is_open := covers_text is null,
            begins := coalesce(covers_earliest, '-infinity'),
            ends := coalesce(covers_latest, 'infinity')
        ))
        from registers_examined
        where registers_examined.table_name = table_
    ),
    lambda span: span.is_open or (span.begins < to_ and span.ends > from_)
)) > 0, false);

-- Whether a clause whose agreement may have been in force in that time requires the event to be recorded.
create or replace macro is_duty_shown(event_, from_, to_) as coalesce(len(list_filter(
    (
        select list(distinct struct_pack(
            begins := coalesce(begin_earliest, '-infinity'), ends := coalesce(end_latest, 'infinity')
        ))
        from duties
        where duties.event = event_
    ),
    lambda span: span.begins < to_ and span.ends > from_
)) > 0, false);

-- Whether a sentence of a published statement says that no records are held on a question.
create or replace macro is_said_unrecorded(topic_) as exists (
    from claims where claims.topic = topic_ and claims.claim = 'no_records_held'
);

-- Whether agreement texts were examined in which a duty would stand.
create or replace macro is_text_held() as exists (from clauses);

-- Whether a file lies there that may feed a table and that nobody could read.
create or replace macro is_unread(table_) as exists (
    from register_counts
    where register_counts.table_name = table_ and register_counts.source is not null
        and register_counts.cause in ('cannot_read', 'encrypted', 'cannot_parse', 'unsupported_type')
);

-- The state of a question on which every record is silent (vocabulary.md, in this order). A duty to record is owed by an
-- event: where no other record shows that there was one, a register that is complete and silent misses nothing. An event
-- whose carrier is known (a recognition system that would have logged it, a register held for another time, a file nobody
-- could read) but not held was not searched for.
create or replace macro silent_state(table_, event_, topic_, from_, to_, is_carrier_known, is_event_shown) as
    case
        when is_event_shown and is_complete(table_, null, from_, to_) and is_duty_shown(event_, from_, to_)
            then 'record_missing'
        when is_held(table_, from_, to_) then 'not_found'
        when is_carrier_known or is_unread(table_)
            or exists (from registers_examined where registers_examined.table_name = table_)
            then 'not_searched'
        when is_said_unrecorded(topic_) or (is_text_held() and not is_duty_shown(event_, from_, to_)) then 'no_duty'
        else 'not_searched'
    end;

-- The state of a count of the intelligence system that is nought, where another register shows the event: its record is missing
-- where it had to be made; else the two disagree; where no entry was examined, the other register speaks alone.
create or replace macro elsewhere_state(table_, event_, from_, to_) as
    case
        when is_complete(table_, null, from_, to_) and is_duty_shown(event_, from_, to_) then 'record_missing'
        when is_held(table_, from_, to_) then 'conflicting'
        else 'established'
    end;

-- What a negative rests on: the registers that were examined, as records. Beside each of many subjects the first three are
-- enough: its coverage counts all, and `examinations` lists them.
create or replace macro examined_in(tables_) as coalesce((
    select list(origin_of(source, '') order by source)
    from registers_examined
    where list_contains(tables_, registers_examined.table_name)
), []);
create or replace macro examined_for_each(tables_) as examined_in(tables_)[:3];

-- What to say of a register that is silent, and declared complete for all of the time asked about.
create or replace macro silence_of(table_, from_, to_, words_) as
    case when is_complete(table_, null, from_, to_) then words_ || ' declared complete shows none' end;

-- Coverage of the registers that feed some tables, as JSON; declared is null where nobody can say how much there is.
create or replace macro coverage_of(tables_) as (
    with counted as (
        select cause, sum(n)::bigint as n, bool_or(n is null) as is_unknown
        from register_counts
        where list_contains(tables_, register_counts.table_name)
        group by cause
        order by cause
    )

    select
        to_json(
            struct_pack(
                measure := 'rows',
                declared := case when count(*) > 0 and not bool_or(is_unknown) then sum(n)::bigint end,
                examined := coalesce(sum(n) filter (where cause is null), 0)::bigint,
                not_examined := map_from_entries(coalesce(
                    list((cause, case when not is_unknown then n end) order by cause) filter (where cause is not null), []
                ))
            )
        )
    from counted
);

-- What a reader of a count of disclosures must not miss.
create or replace macro entry_caveats() as (
    select
        list_filter(
            [
                case when not is_complete('entries', null, from_earliest, to_latest) then
                    'a floor: no intelligence register is declared complete for the whole period' end,
                case when (select count(*) from undecided_shares) > 0 then
                    'entries of images sent to a third party that do not say what for, not counted: '
                    || (select count(*) from undecided_shares) end,
                case when (select count(*) from kept_apart) > 0 then
                    'rows of the intelligence system that could not be read: ' || (select count(*) from kept_apart) end
            ],
            lambda caveat: caveat is not null
        )
    from settings
);

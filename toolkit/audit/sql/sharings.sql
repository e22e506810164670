-- Every sharing for facial recognition that the rules judge: what `sent` shows beyond doubt, one row each.
-- Grain:  one row per occasion_ref: an occasion of the intelligence system, or a record of another register that no entry is
--         surely tied to.
-- Reads:  disclosures, sent.
-- is_disputed: the records of one journey name units that are no kin, or other recipients. Of what only the recipient's books show, neither unit nor channel is known, and the time is "then or before".
select occasion_ref, true as is_entered, 'at' as bound, "text", "precision", earliest, latest, is_torn or is_apart as is_torn,
    is_disputed, unit_ref,
    recipient_refs, recipient_ref, image_refs, evidence
from disclosures
union all
select event_ref, false, bound, "text", "precision", earliest, latest, false, false, unit_ref, recipient_refs, recipient_refs[1], image_refs, evidence
from sent
where event_table <> 'entries' and doubt is null and (event_table = 'transfers' or link = 'none')

# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Reconstruct a disclosure
#
# What was shared on one occasion, under which agreement, how, and what became of it, each statement with its records.
# The case is only read. `TOOLKIT_CASE` names its folder; without it, the sample is copied to `kings_boulevard` and run.

# %%
import os

import matplotlib.pyplot as plt
import polars as pl

from toolkit import ask, check, demo, open_case, run
from toolkit.audit import charts, page

case = open_case(os.environ["TOOLKIT_CASE"]) if "TOOLKIT_CASE" in os.environ else demo()
if not (case.root / "reports").exists():
    run(case)

# %% [markdown]
# ## One occasion
# An answer has a state. `established` rests on records; `not_found` says that what was examined holds nothing,
# which is not "no".

# %%
occasion = "OCC-3"
pl.DataFrame(
    [
        (a.question, a.title, a.state, str(a.value), "; ".join(map(str, a.evidence)))
        for a in ask(case)
        if a.subject == occasion
    ],
    schema=["question", "title", "state", "value", "rests on"],
    orient="row",
)

# %% [markdown]
# ## What the rules say of it

# %%
pl.DataFrame(
    [(v.rule, v.verdict, ", ".join(v.reasons + v.flags), v.title) for v in check(case) if v.subject == occasion],
    schema=["rule", "verdict", "reasons and flags", "title"],
    orient="row",
)

# %% [markdown]
# ## From the sentence to the byte
# Every row of every source is kept verbatim, with its line and the offset of its first byte.

# %%
source, locator = next((o.source, o.locator) for a in ask(case, "Q09") if a.subject == occasion for o in a.evidence)
case.table("records").filter(source=source, locator=locator).select("source", "locator", "byte", "verbatim")

# %% [markdown]
# ## What happened when

# %%
with case.connect() as tables:
    period = tables.sql("select from_earliest, to_latest from settings").fetchall()[0]
    spans = page.spans(tables)
charts.timeline(spans, period)

# %% [markdown]
# ## The sweep: candidates by distance
# A candidate is worth a person's look; it is not a match. Nothing above the mandate's threshold is kept.

# %%
candidates = case.table("candidates")
threshold = case.settings.mandate.threshold
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
probes = sorted(candidates["probe_id"].unique())
for row, probe in enumerate(probes):
    distances = candidates.filter(probe_id=probe)["distance"]
    axes.plot(distances, [row] * len(distances), "o", alpha=0.6, color="#2b5c8a")
axes.axvline(threshold, color="#b3261e", linewidth=1, label=f"threshold {threshold}")
axes.set(yticks=range(len(probes)), yticklabels=probes, xlabel="distance (0 = identical)", xlim=(0, threshold * 1.05))
axes.legend(frameon=False)
figure

# %% [markdown]
# ## What was examined to say so

# %%
with case.connect() as tables:
    examined = tables.sql("""
        select step, measure, coalesce(cause, 'examined') as cause, sum(n)::bigint as n
        from coverage where measure in ('frames', 'rows') group by all order by all
    """).pl()
examined

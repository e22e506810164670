"""
G16: a hundred whole bundles and two hundred broken ones, by `toolkit verify` and by the verifier that lies in them.

Cases of a hundred shapes: signed or not, longer logs, other outputs. Of each bundle two are broken at a seeded place:
a bit of a file that the log or a proof speaks for, after which the bag is made whole again; and a bit anywhere, a file
gone, or one more, with the bag as it was.
"""

import contextlib
import io
import random
import shutil
from pathlib import Path

from doubles import Forgetful
from flips import reseal
from small import KEY, OUTPUTS, WITNESS, add, small_case

import toolkit
from toolkit.custody import bundle, chain, checkpoint, standalone, write
from toolkit.custody.heads import Trust
from toolkit.custody.log import Log

SHAPES = 100


def agreements(folder: Path, fewer: int = 1) -> tuple[int, int]:
    """Return how many whole bundles both accepted and how many broken ones both refused; anything else ends it."""
    write.disk = Forgetful()  # type: ignore[no-untyped-call]
    good = bad = 0
    for number in range(0, SHAPES, fewer):
        chance = random.Random(number)  # noqa: S311 - the same edits each time
        place = folder / str(number)
        made, trust = _bundle(place, number)
        assert _both(made, trust), f"bundle {number}"
        good += 1
        for edit in (_bit_resealed, _anything):
            copy = place / edit.__name__
            shutil.copytree(made, copy)
            what = edit(copy, chance)
            assert not _both(copy, trust), f"bundle {number}: {what}"
            bad += 1
        shutil.rmtree(place)
    return good, bad


def _bundle(place: Path, number: int) -> tuple[Path, Trust]:
    key = KEY if number % 3 == 0 else None
    steps = {name: files for at, (name, files) in enumerate(OUTPUTS.items()) if number % 7 != at}
    root = small_case(place / "case", key=key, steps=steps)
    log = Log(root / chain.LOG, key, [str(key.public)] if key else ())
    for n in range(number % 33):
        add(root, log, "intent", f"step {n}")
    made = toolkit.bundle(toolkit.open_case(root), place / "bundle")
    kept = place / "kept.note"
    kept.write_bytes((root / checkpoint.CHECKPOINT).read_bytes())
    return made, Trust([str(KEY.public)] if key else [], [str(WITNESS.public)] if key else [], [kept])


def _both(folder: Path, trust: Trust) -> bool:
    """Return whether both accept it; they must agree."""
    arguments = [part for key in trust.signers for part in ("--trust", key)]
    arguments += [part for key in trust.witnesses for part in ("--witness", key)]
    arguments += [part for head in trust.kept for part in ("--head", str(head))]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        theirs = standalone.main([str(folder), *arguments])
    ours = bundle.verify_bundle(folder, trust)
    assert theirs == (0 if ours.ok else 4), f"{folder}: {said.getvalue()}\n{list(map(str, ours.failures))}"
    return ours.ok


def _bit_resealed(folder: Path, chance: random.Random) -> str:
    files = [path for path in sorted((folder / "data").rglob("*")) if path.is_file() and path.stat().st_size]
    what = _flip(chance.choice(files), chance)
    reseal(folder)
    return what


def _anything(folder: Path, chance: random.Random) -> str:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    path, kind = chance.choice(files), chance.randrange(4)
    if kind == 0:
        path.unlink()
        return f"{path} gone"
    if kind == 1:
        path.with_name(path.name + "~").write_bytes(b"")
        return f"{path}~ added"
    return _flip(path, chance) if path.stat().st_size else _anything(folder, chance)


def _flip(path: Path, chance: random.Random) -> str:
    content = bytearray(path.read_bytes())
    bit = chance.randrange(len(content) * 8)
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)
    return f"{path} bit {bit}"

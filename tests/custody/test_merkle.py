"""The tree of RFC 6962: every proof of every small tree, `pymerkle` as oracle, and proofs that are no proofs."""

import hashlib
import random

import pymerkle
import pytest

from toolkit.custody import merkle

SIZES = range(1, 131)
LEAVES = [b"line %d" % n for n in range(130)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]


@pytest.fixture(scope="module")
def roots():
    """Root of each size, from one growing tree."""
    tree, found = merkle.Tree(), [merkle.EMPTY]
    for leaf in LEAVES:
        tree.append(leaf)
        found.append(tree.root)
    return found


@pytest.fixture(scope="module")
def oracle():
    """Return the same tree, by other people."""
    return pymerkle.InmemoryTree.init_from_entries(LEAVES)


def by_the_definition(leaves):
    """Return the root as RFC 6962, 2.1, writes it, from the leaves' bytes."""
    if len(leaves) <= 1:
        return hashlib.sha256(b"".join(b"\0" + leaf for leaf in leaves)).digest()
    split = max(2**power for power in range(20) if 2**power < len(leaves))
    parts = by_the_definition(leaves[:split]), by_the_definition(leaves[split:])
    return hashlib.sha256(b"\1" + b"".join(parts)).digest()


def test_the_roots_are_those_of_the_standard(roots, oracle):
    """Of 131 sizes by growing, at once, by the definition, and by pymerkle; of the roots in RFC 6962's test data."""
    for size, root in enumerate(roots):
        assert by_the_definition(LEAVES[:size]) == root == merkle.root_of(HASHES[:size]) == oracle.get_root(size)

    # Leaves and roots of the Certificate Transparency reference tests (Apache-2.0).
    known = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = merkle.Tree()
    for leaf in known:
        tree.append(bytes.fromhex(leaf))
    assert tree.root.hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_two_thousand_trees_agree_with_the_definition():
    """Of any size up to 300, with leaves of any length, also empty ones and ones that look like nodes."""
    chance = random.Random(6962)  # noqa: S311 - the same trees each time
    for _ in range(2_000):
        leaves = [chance.randbytes(chance.choice((0, 1, 32, 64, 65))) for _ in range(int(300 ** chance.random()))]
        tree = merkle.Tree()
        for leaf in leaves:
            tree.append(leaf)
        assert by_the_definition(leaves) == tree.root == merkle.root_of([merkle.leaf_hash(leaf) for leaf in leaves])


def test_every_proof_of_every_tree_up_to_130_leaves_is_accepted(roots, oracle):
    """17,030 of them; inclusion proofs hold the hashes that pymerkle's do, which count the leaf among them."""
    accepted = 0
    for size in SIZES:
        hashes = HASHES[:size]
        for n in range(size):
            path = merkle.inclusion_proof(hashes, n)
            accepted += merkle.check_inclusion(HASHES[n], n, size, path, roots[size])
            assert {HASHES[n], *path} == set(oracle.prove_inclusion(n + 1, size).path)
            path = merkle.consistency_proof(hashes, n + 1)
            accepted += merkle.check_consistency(n + 1, size, roots[n + 1], roots[size], path)

    print(f"{accepted:,} proofs accepted")  # noqa: T201 - the counts belong into the CI's output
    assert accepted == 17_030


def mutated(path, chance):
    """Yield paths that are not this one: each hash or length changed in a way that somebody might try."""
    at = chance.randrange(len(path))
    one, other = path[at], chance.randbytes(32)
    flipped = bytes([one[0] ^ 1 << chance.randrange(8), *one[1:]])
    for found in (flipped, one[:-1], one + b"\0", b"", other, merkle.EMPTY, bytes(32)):
        yield [*path[:at], found, *path[at + 1 :]]
    yield [*path[:at], *path[at + 1 :]]
    yield [*path, other]
    yield [other, *path]
    yield [*path, path[-1]]
    yield [*path, *path]
    yield []


def test_no_mutated_proof_is_accepted(roots):
    """At least 16,000: hashes flipped, cut, lengthened, dropped, doubled; index, sizes and roots that are others."""
    chance = random.Random(9162)  # noqa: S311 - the same mutations each time
    tried, accepted = 0, []
    for _ in range(500):
        size = chance.randrange(2, 131)
        n = chance.randrange(size)
        path, leaf, root = merkle.inclusion_proof(HASHES[:size], n), HASHES[n], roots[size]
        places = {-1, size, size + n, (n + 1) % size, n - 1} - {n}
        claims = [
            *((leaf, n, size, found, root) for found in mutated(path, chance)),
            *((leaf, place, size, path, root) for place in places),
            *((leaf, n, wrong, path, root) for wrong in (0, -1, n)),
            (roots[1] if n else HASHES[1], n, size, path, root),
            (leaf, n, size, path, roots[size - 1]),
            (leaf, n, size, path, root[:-1]),
        ]
        tried += len(claims)
        accepted += [claim for claim in claims if merkle.check_inclusion(*claim)]
        old = chance.randrange(1, size)
        path = merkle.consistency_proof(HASHES[:size], old)
        claims = [
            *((old, size, roots[old], root, found) for found in mutated(path, chance)),
            *((wrong, size, roots[old], root, path) for wrong in (0, -1, size, size + 1)),
            *((old, wrong, roots[old], root, path) for wrong in (0, old, old - 1)),
            (old, size, root, roots[old], path),
            (old, size, roots[old - 1], root, path),
            (old, size, roots[old], roots[size - 1], path),
            (0, size, merkle.EMPTY, root, path),
            (0, size, merkle.EMPTY, root, []),
        ]
        tried += len(claims)
        accepted += [claim for claim in claims if merkle.check_consistency(*claim)]

    print(f"{tried:,} mutated proofs, {len(accepted)} accepted")  # noqa: T201
    assert accepted == []
    assert tried >= 16_000


@pytest.mark.parametrize(
    ("old_size", "size", "old_root", "root", "path"),
    [
        (0, 0, merkle.EMPTY, merkle.EMPTY, []),
        (1, 1, HASHES[0], HASHES[0], [HASHES[0]]),
        (1, 1, HASHES[0], HASHES[1], []),
        (2, 1, HASHES[0], HASHES[0], []),
        (1, 1, b"short", b"short", []),
    ],
)
def test_edges_prove_nothing(old_size, size, old_root, root, path):
    """An empty tree, equal sizes with other roots or a path, a tree that shrank, a root that is no hash."""
    assert not merkle.check_consistency(old_size, size, old_root, root, path)


def test_a_leaf_cannot_pass_for_a_node():
    """The prefixes keep them apart (RFC 9162, 2.1): two leaves are not one that holds both hashes."""
    pair = merkle.root_of(HASHES[:2])

    assert pair != merkle.leaf_hash(HASHES[0] + HASHES[1])
    assert not merkle.check_inclusion(merkle.leaf_hash(HASHES[0] + HASHES[1]), 0, 1, [], pair)


@pytest.mark.parametrize("wrong", [-1, 3])
def test_there_is_no_proof_of_what_is_not_there(wrong):
    """Nor of an older tree that is empty, or larger."""
    with pytest.raises(ValueError, match="expected a leaf from 0 to 2"):
        merkle.inclusion_proof(HASHES[:3], wrong)
    for size in (0, 4):
        with pytest.raises(ValueError, match="expected an older size from 1 to 3"):
            merkle.consistency_proof(HASHES[:3], size)

"""
A Merkle tree over the lines of the log, as RFC 6962 (section 2.1) and RFC 9162 have it, with SHA-256.

The hash of a leaf is SHA-256(0x00, bytes of the line without its newline), that of a node SHA-256(0x01, left, right);
the left side of a node is the largest whole power of two, so that a tree never changes where it grows. The root of
the first n leaves commits to all of them: an inclusion proof shows that a leaf is among them, a consistency proof that
a later tree only grew.

The checks are those of RFC 9162, sections 2.1.3.2 and 2.1.4.2, and stricter where its text leaves room: hashes have
exactly 32 bytes, an empty tree proves nothing, equal sizes need equal roots and an empty path, nothing is left over.
A root is not bound to its size by the tree: take both from the same signed checkpoint.
"""

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32

EMPTY = hashlib.sha256().digest()
"""Root of a tree without leaves (RFC 6962, 2.1)."""


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of a leaf's bytes."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """A growing tree that keeps only the hashes of its whole subtrees, largest first: log2(n) of them."""

    def __init__(self) -> None:
        """Begin without leaves."""
        self.size = 0
        self._subtrees: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Add a leaf's bytes."""
        found = leaf_hash(leaf)
        size = self.size
        while size & 1:
            found = node_hash(self._subtrees.pop(), found)
            size >>= 1
        self._subtrees.append(found)
        self.size += 1

    @property
    def root(self) -> bytes:
        """The root of the leaves so far."""
        if not self._subtrees:
            return EMPTY
        *left, found = self._subtrees
        for subtree in reversed(left):
            found = node_hash(subtree, found)
        return found


def root_of(leaves: Sequence[bytes]) -> bytes:
    """
    Return the root over hashes of leaves.

    >>> root_of([]).hex()[:12], root_of([leaf_hash(b"")]).hex()[:12]
    ('e3b0c44298fc', '6e340b9cffb3')
    """
    if not leaves:
        return EMPTY
    level = list(leaves)
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        level = [node_hash(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)] + odd
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """
    Return the path from leaf *index*, counted from 0, to the root over hashes of leaves, the lowest hash first.

    Raises:
        ValueError: If there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"expected a leaf from 0 to {len(leaves) - 1}, found {index}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(left, index), root_of(right)]
    return [*inclusion_proof(right, index - split), root_of(left)]


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """
    Return what shows that the tree over the first *old_size* of these hashes of leaves is a beginning of this one.

    Raises:
        ValueError: If the older tree is empty, which proves nothing, or larger.
    """
    if not 0 < old_size <= len(leaves):
        raise ValueError(f"expected an older size from 1 to {len(leaves)}, found {old_size}")
    return _subproof(leaves, old_size, known=True)


def check_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """
    Whether *path* shows that a leaf of hash *leaf* is number *index*, from 0, of the *size* leaves under *root*.

    >>> one, two = leaf_hash(b"1"), leaf_hash(b"2")
    >>> check_inclusion(two, 1, 2, [one], node_hash(one, two)), check_inclusion(two, 0, 2, [one], node_hash(one, two))
    (True, False)
    """
    if not _are_hashes(leaf, root, *path) or not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(old_size: int, size: int, old_root: bytes, root: bytes, path: Sequence[bytes]) -> bool:
    """Whether *path* shows that the tree under *old_root* is the beginning of the tree under *root*."""
    if not _are_hashes(old_root, root, *path) or not 0 < old_size <= size:
        return False
    if old_size == size:
        return not path and old_root == root
    if not path:
        return False
    whole = not old_size & (old_size - 1)  # a power of two: the old tree is itself a subtree, and stands first
    first, *rest = [old_root, *path] if whole else path
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = first
    for sibling in rest:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == root


def _subproof(leaves: Sequence[bytes], old_size: int, *, known: bool) -> list[bytes]:
    """Return SUBPROOF of RFC 6962, 2.1.2: *known* says whether the checker has the old root of these leaves."""
    if old_size == len(leaves):
        return [] if known else [root_of(leaves)]
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if old_size <= split:
        return [*_subproof(left, old_size, known=known), root_of(right)]
    return [*_subproof(right, old_size - split, known=False), root_of(left)]


def _split(size: int) -> int:
    """Return the largest power of two below *size*."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(*found: bytes) -> bool:
    return all(len(each) == HASH_BYTES for each in found)

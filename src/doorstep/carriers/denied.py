"""Denied parties: whose name looks like an entry of a list, how much, and why. A person decides.

Names are compared word by word (Jaro and Winkler's likeness, as OFAC's own search does, FAQ 249 of 28 April 2021),
without accents, in Latin letters, without the words of legal forms, spellings of one sound taken for one another. Two
words at least must be alike, and half the words of the longer name; a listed name of one word is looked for as the
whole name, or anywhere where it has six letters or more. A word of three letters is no other's spelling.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache

from doorstep.terms.rulebook import Match, Rulebook, RuleList

WHOLE = 1_000_000
_WORD_ALIKE = 840_000  # below that, two words are no spelling of one another
_LONG_WORD, _SHORT_WORD = 6, 3
_PREFIX_BONUS_PPM = 100_000  # for each letter that both begin with, at most four: Winkler 1990
_MOST_PREFIX = 4

# Words that tell nothing about who it is: legal forms, titles, articles.
_EMPTY_WORDS = frozenset(
    "ltd limited llc llp lp inc incorporated corp corporation co company plc gmbh ag kg ug ohg se sa sas sarl srl spa "
    "bv nv ab as oy oyj aps pty pte jsc ojsc pjsc ooo oao zao pao fzc fze fzco dmcc est the and of for de la le les el "
    "al bin ibn mr mrs ms dr prof sir".split()
)
_LETTERS = str.maketrans(
    {
        **dict(
            zip("абвгдезийклмнопрстуфхцыэ", "a b v g d e z i y k l m n o p r s t u f kh ts y e".split(), strict=True)
        ),
        "ж": "zh",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ъ": "",
        "ь": "",
        "ю": "yu",
        "я": "ya",
        "ё": "e",
        "і": "i",
        "ї": "yi",
        "є": "ye",
        "ґ": "g",
        "ў": "u",
        **dict(
            zip(
                "αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True
            )
        ),
        "æ": "ae",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "ı": "i",
        "þ": "th",
        "œ": "oe",
        "ħ": "h",
        "'": "",
        "’": "",
    }
)


def words_of(name: str) -> tuple[str, ...]:
    """The words that tell who it is: letters and digits, without accents, in Latin letters where there are such."""
    plain = name.casefold().translate(_LETTERS)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    found = "".join(letter if letter.isalnum() else " " for letter in bare).split()
    telling = [word for word in found if word not in _EMPTY_WORDS]
    return tuple(telling or found)


# One sound, spelled in many ways when names are written in Latin letters.
_SOUNDS = (("sch", "sh"), ("tch", "ch"), ("ph", "f"), ("kh", "h"), ("ck", "k"), ("ou", "u"), ("oo", "u"), ("ee", "i"))
_ONE_SOUND = str.maketrans({"q": "k", "w": "v", "j": "y"})


@lru_cache(maxsize=200_000)
def sound_of(word: str) -> str:
    """The word as it sounds, roughly: each sound in one spelling, no letter twice in a row."""
    for spelled, sound in _SOUNDS:
        word = word.replace(spelled, sound)
    word = word.translate(_ONE_SOUND)
    return "".join(letter for place, letter in enumerate(word) if not place or letter != word[place - 1])


def alike_ppm(one: str, other: str) -> int:
    """Jaro and Winkler's likeness of two words, in millionths: 1,000,000 are equal."""
    if one == other:
        return WHOLE
    reach = max(max(len(one), len(other)) // 2 - 1, 0)
    taken = [False] * len(other)
    matched = []
    for place, letter in enumerate(one):
        for there in range(max(place - reach, 0), min(place + reach + 1, len(other))):
            if not taken[there] and other[there] == letter:
                taken[there] = True
                matched.append(letter)
                break
    if not matched:
        return 0
    theirs = [letter for letter, used in zip(other, taken, strict=True) if used]
    swapped = sum(a != b for a, b in zip(matched, theirs, strict=True)) // 2
    found, mine, its = len(matched), len(one), len(other)
    parts = found * found * its + found * found * mine + (found - swapped) * mine * its
    jaro = _rounded(WHOLE * parts, 3 * mine * its * found)
    same = 0
    for a, b in zip(one[:_MOST_PREFIX], other[:_MOST_PREFIX], strict=False):
        if a != b:
            break
        same += 1
    return jaro + _rounded(same * _PREFIX_BONUS_PPM * (WHOLE - jaro), WHOLE)


def _rounded(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)


class Parties:
    """All names of all lists, so ordered that a name is screened without looking at every one."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.threshold_ppm = rulebook.screening.threshold_ppm
        self._names: list[tuple[RuleList, str, str, str, tuple[str, ...]]] = []
        self._with_word: dict[str, list[int]] = defaultdict(list)
        for each in rulebook.lists:
            for party in each.parties:
                for name in party.names:
                    self._add(each, party.entry_id, party.programme, name)
        self._with_pair: dict[str, list[str]] = defaultdict(list)
        for word in self._with_word:
            for pair in _pairs(word):
                self._with_pair[pair].append(word)
        self.screen = lru_cache(maxsize=50_000)(self._screen)

    def _add(self, each: RuleList, entry_id: str, programme: str, name: str) -> None:
        words = words_of(name)
        for sound in dict.fromkeys(map(sound_of, words)):
            self._with_word[sound].append(len(self._names))
        self._names.append((each, entry_id, programme, name, words))

    def __bool__(self) -> bool:
        return bool(self._names)

    def _screen(self, name: str) -> tuple[Match, ...]:
        """The entries that the name looks like, most alike first; one match for each entry."""
        asked = words_of(name)
        alike = [self._alike(sound_of(word)) for word in asked]
        seen: Counter[int] = Counter()
        for found in alike:
            seen.update({number for word in found for number in self._with_word[word]})
        best: dict[tuple[str, str], Match] = {}
        for number, hits in seen.items():
            each, entry_id, programme, listed, words = self._names[number]
            if hits < 2 and len(words) > 1 and len(asked) > 1:
                continue
            score, pairs = _score(asked, words, alike)
            if score < self.threshold_ppm:
                continue
            match = Match(each.list_id, entry_id, listed, name, score, pairs, programme)
            known = best.get((each.list_id, entry_id))
            if known is None or known.alike_ppm < score:
                best[each.list_id, entry_id] = match
        return tuple(sorted(best.values(), key=lambda match: (-match.alike_ppm, match.list_id, match.entry_id)))

    def _alike(self, word: str) -> dict[str, int]:
        """The listed words, as they sound, that may be another spelling of the word, with their likeness."""
        alike = {word: WHOLE} if word in self._with_word else {}
        if len(word) <= _SHORT_WORD:
            return alike
        pairs = _pairs(word)
        shared = Counter(other for pair in pairs for other in self._with_pair.get(pair, ()))
        shortest = min(len(pairs), -(-2 * len(word) // 3) + 1)
        for other, count in [each for each in shared.items() if 2 * each[1] >= shortest]:
            # Spellings that are alike share half the pairs of letters of the shorter, more where they begin otherwise.
            least = min(len(pairs), len(other) + 1)
            enough = 2 * count >= least if other[0] == word[0] else 3 * count >= 2 * least
            as_long = 3 * min(len(other), len(word)) >= 2 * max(len(other), len(word))
            if enough and as_long and len(other) > _SHORT_WORD and other != word:
                likeness = alike_ppm(word, other)
                if likeness >= _WORD_ALIKE:
                    alike[other] = likeness
        return alike


def _pairs(word: str) -> set[str]:
    """Its pairs of letters, with its beginning and its end."""
    padded = f"^{word}$"
    return {padded[place : place + 2] for place in range(len(padded) - 1)}


def _score(
    asked: Sequence[str], listed: Sequence[str], alike: Sequence[dict[str, int]]
) -> tuple[int, tuple[tuple[str, str], ...]]:
    """How alike two names are: the likeness of words taken for each other, over the length of the better covered name.

    0 where too little of one of them is covered.
    """
    sounds = [sound_of(word) for word in listed]
    likely = sorted(
        (-found[sound], mine, theirs)
        for mine, found in enumerate(alike)
        for theirs, sound in enumerate(sounds)
        if sound in found
    )
    mine_used: set[int] = set()
    theirs_used: set[int] = set()
    pairs, mine_ppm, theirs_ppm = [], 0, 0
    for unlike, mine, theirs in likely:
        if mine in mine_used or theirs in theirs_used:
            continue
        mine_used.add(mine)
        theirs_used.add(theirs)
        pairs.append((asked[mine], listed[theirs]))
        mine_ppm -= unlike * len(asked[mine])
        theirs_ppm -= unlike * len(listed[theirs])
    covered = mine_ppm // max(sum(map(len, asked)), 1), theirs_ppm // max(sum(map(len, listed)), 1)
    if len(listed) == 1 and len(listed[0]) >= _LONG_WORD:
        return covered[1], tuple(pairs)
    if len(listed) == 1 or len(asked) == 1:
        return min(covered), tuple(pairs)
    if len(pairs) < 2 or 2 * len(pairs) < max(len(asked), len(listed)):
        return 0, ()
    return max(covered), tuple(pairs)


@lru_cache(maxsize=8)
def parties_of(rulebook: Rulebook) -> Parties:
    """Kept, because making it takes a while: a list may have fifty thousand names."""
    return Parties(rulebook)


def why(match: Match) -> str:
    """In words: what was taken for what."""
    pairs = ", ".join(f"{a} for {b}" if a != b else a for a, b in match.pairs)
    about = f" ({match.programme})" if match.programme else ""
    return (
        f"{match.alike_ppm // 10_000} % like {match.listed}{about}, entry {match.entry_id} of {match.list_id}: {pairs}"
    )


def matches(names: Iterable[str], rulebook: Rulebook) -> tuple[Match, ...]:
    """Every entry that one of the names looks like, once, most alike first."""
    parties = parties_of(rulebook)
    best: dict[str, Match] = {}
    for match in (found for name in dict.fromkeys(names) if name for found in parties.screen(name)):
        if match.ref not in best or best[match.ref].alike_ppm < match.alike_ppm:
            best[match.ref] = match
    return tuple(sorted(best.values(), key=lambda match: (-match.alike_ppm, match.ref)))

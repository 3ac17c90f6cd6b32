"""The names of roles and the words of job titles, as the ontology lists them, for look-up.

A title is read as units: words in one spelling and without inflection, phrases of the word
lists as one unit, and a comma for whatever separates. Names are kept as units too, so that a
name is found however it is written. Which words may be next to a name is in
`ontology/matching/word_lists.csv`.
"""

from __future__ import annotations

import html
import itertools
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

from ..io.resources import resource_rows
from ..ontology.catalogue import ask
from ..ontology.closure_cache import derived
from ..ontology.graph import Graph, once_per_graph
from ..ontology.mappings import mappings_of
from ..ontology.names import slug

Units = list[str]
QUESTIONS = ("words", "titles", "spellings", "fields-of-role")  # what a lexicon is made of
_WORD = r"[^\W_]+(?:\.(?:com|org|io)\b|['’]s\b)?(?:[+#]+(?![^\W_]))?"
_COMMAS = ",_()[]{}|:–—•·ǀ│【】『』"  # signs between parts of a title
_TOKEN = re.compile(
    rf"{_WORD}|[;/&+@{re.escape(_COMMAS)}]|(?<=\s)[-*]|[-*](?=\s)|^[-*]|[-*]$"
    r"|(?<=[^\W\d_]{5})\.(?=\s)"
)
_SIGNS = {**dict.fromkeys([*_COMMAS, *"-*."], ","), **{sign: sign for sign in ";/&+@"}}
_VOWELS, _DOUBLED = re.compile("[aeiouy]"), re.compile(r"(.)\1+")
TECHNOLOGY = ("technology", "informatics")  # lists of words of information technology
_MIN_STEM = 3  # letters that a word without its ending has at least
_MIN_HEAD = 5  # letters that the last part of a compound has at least
_MIN_COMPOUND = 12  # letters of a word for several that is known after any other part
_MIN_MISSPELLED = 7  # letters of a word of names that is known when misspelled
_MAX_CACHED = 1 << 17  # words whose reading is kept
_MAX_INVERTED = 30  # units of a name that is also read with its last words first
SPREAD = ("spread", "general", "technical")  # kinds of names that words of technology may be within
_LOOSE = ("broad", *SPREAD)  # kinds of names that other words of their field may follow
BEFORE_TOPIC = " …"  # ends what a word is read as, if it is a head that comes before its topic
_FIRST = "^"  # a token before a head that comes before its topic
_TITLE_KINDS = ("primary", "counterpart", "curated", "label", "mapped")  # the best known first


def normalise_case(text: str) -> str:
    """Text in lower case and without accents."""
    text = text.casefold()
    if text.isascii():
        return text
    return "".join(
        c for c in unicodedata.normalize("NFKD", text).casefold() if not unicodedata.combining(c)
    )


def fold_title(text: str) -> str:
    """Text as titles are compared: lower case, no accents, words only, single spaces."""
    return " ".join(re.findall(_WORD, normalise_case(text)))


def fold_spelling(text: str) -> str:
    """Text in lower case, without accents and with single spaces; its signs are kept."""
    return " ".join(normalise_case(text).split())


def without_numbers(text: str) -> str:
    """Text with 0 for each number, as all titles are read."""
    return re.sub(r"\b\d+\b", "0", text)


def sort_words(text: str) -> str:
    """The folded words of a text in alphabetical order: 'data engineer' of 'Engineer, Data'."""
    return " ".join(sorted(fold_title(text).split()))


@dataclass(frozen=True, eq=False)  # one object for each name: compared as such, fast
class Name:
    """A name of a role."""

    role: str  # the slug of the role
    kind: str  # primary, counterpart, curated, label, mapped or field
    title: str  # as the ontology writes it
    similar: str | None = None  # the slug of the similar role whose title it is
    # by the word list it is in
    specificity: Literal[
        "specific", "general", "technical", "broad", "spread", "alone", "narrow"
    ] = "specific"
    # read with its last word first, as in 'Engineer, Data', or in two parts, as in 'Data -
    # Engineer'
    inverted: bool = False
    rows: str = ""  # the mappings by which it names the role, if it is a name of another vocabulary

    @cached_property
    def reason(self) -> str:
        """The kind of the name and its role, as a reason in an answer."""
        if self.rows:
            return f"mapped title of {self.role}: {self.rows}"
        kind = self.kind if self.kind in ("label", "field") else f"{self.kind} title"
        return f"similar: named next to {self.role}" if self.similar else f"{kind} of {self.role}"


class _Phrases:
    """Phrases with their replacements; if several fit, the longest is replaced."""

    def __init__(self, pairs: Iterable[tuple[Units, Units]]):
        self._by_first: dict[str, list[tuple[Units, Units]]] = defaultdict(list)
        for phrase, replacement in sorted(pairs, key=lambda pair: -len(pair[0])):
            self._by_first[phrase[0]].append((phrase, replacement))
        self._starts = {
            tuple(phrase[:2]) for phrases in self._by_first.values() for phrase, _ in phrases
        }
        self._single = {start[0] for start in self._starts if len(start) == 1}

    def replace(self, tokens: Units) -> Units:
        """The tokens with each phrase replaced."""
        if self._starts.isdisjoint(itertools.pairwise(tokens)) and self._single.isdisjoint(tokens):
            return tokens
        replaced: Units = []
        at = 0
        while at < len(tokens):
            for phrase, replacement in self._by_first.get(tokens[at], ()):
                if tokens[at : at + len(phrase)] == phrase:
                    replaced += replacement
                    at += len(phrase)
                    break
            else:
                replaced.append(tokens[at])
                at += 1
        return replaced


class _Misspellings:
    """Words with one letter missing, added, changed or moved, or with wrong vowels.

    The first letter is never wrong.
    """

    def __init__(self, words: Iterable[str]):
        self._by_rest: dict[str, str] = {}
        self._by_consonants: dict[str, str] = {}
        for word in sorted(words):
            self._by_consonants.setdefault(self._consonants(word), word)
            for rest in self._without_one(word):
                self._by_rest.setdefault(rest, word)

    @staticmethod
    def _consonants(word: str) -> str:
        """The first letter and the consonants after it, a double one once."""
        return word[0] + _DOUBLED.sub(r"\1", _VOWELS.sub("", word[1:]))

    @staticmethod
    def _without_one(word: str) -> list[str]:
        """The word, and the word without each of its letters but the first."""
        return [word, *(word[:at] + word[at + 1 :] for at in range(1, len(word)))]

    def word_of(self, token: str) -> str:
        """The word that a token misspells, else the token."""
        if len(token) < _MIN_MISSPELLED - 1:
            return token
        rests = self._without_one(token)
        found = (self._by_rest[rest] for rest in rests if rest in self._by_rest)
        alike = self._by_consonants.get(self._consonants(token), token)
        return next((word for word in found if abs(len(word) - len(token)) <= 1), alike)


class _Kinds(dict[str, str]):
    """The list of each unit: 'grade' for one with a digit in it, '' for one of no list."""

    def __missing__(self, unit: str) -> str:
        kind = "grade" if any(map(str.isdigit, unit)) else ""
        return self.setdefault(unit, kind) if len(self) < _MAX_CACHED else kind


class Lexicon:
    """The names and words of a graph.

    Attributes:
        kinds: the list that a unit is in, '' for none.
        modifiers: the lists whose words are removed at the start of a segment.
        modifiers_anywhere: those of them whose words are removed wherever they are.
        beside_general: the lists whose words may be next to a general title.
        beside_field: the lists whose words may be next to the name of a field.
        guards: the lists whose words show that a title names no role, each with where they do.
        whole: the names by their full title in `fold_spelling`.
        names: the names that some units are, by these units.
        tree: names by their first unit, then the second and so on; '' has those that end there.
        heads: the last words of names, such as 'engineer'.
        roles_by_head: the roles whose own names, counterpart titles aside, end with a word.
        joiners: words and signs that join two titles in one.
        modifiers_in_names: modifiers in names, each with the unit before or after it.
        name_units: units that are part of some name.
        spread_units: units that are part of a name that words of technology may be within.
        anchor_units: units of which every name has one.
        similar_to: the role that each similar role is similar to.
        display_titles: the titles of all names, folded, by their words in alphabetical order.
        preferred_title: the best known title of each role, folded.
    """

    def __init__(self, graph: Graph):
        """Ask the QUESTIONS of a graph; of a large framework, their answers are cached."""
        asked = derived(graph, "lexicon", lambda: _ask(graph)) if graph.is_large else _ask(graph)
        lists: dict[str, list[str]] = defaultdict(list)
        for row in asked["words"]:
            lists[slug(row["list"]).partition("-")[0]].append(row["word"])
        titles = [*asked["titles"], *_mapped_titles(graph)]
        rules = resource_rows("ontology", "matching/word_lists")
        self._read_rules(rules)
        specificities = {
            rule["specificity"]: (lists.get if rule["beside"] else lists.pop)(rule["list"], [])
            for rule in rules
            if rule["specificity"]
        }
        self._read_endings(lists.pop("ending", ()), lists.pop("gender", ()))
        fields = [row["field"] for row in asked["fields-of-role"]]
        spellings = [(row["word"], row["read"]) for row in asked["spellings"]]
        first = (word for word, read in spellings if read.endswith(BEFORE_TOPIC))
        self._head_first = frozenset(map(normalise_case, first))
        spellings = [(word, read.removesuffix(BEFORE_TOPIC)) for word, read in spellings]
        self._read_words(lists, spellings, [*(row["title"] for row in titles), *fields])
        self._reordered = self._head_first_names(titles, fields, specificities)
        self.whole: dict[str, tuple[Name, ...]] = {}
        self.names: dict[tuple[str, ...], tuple[Name, ...]] = {}
        self._add_titles(titles, specificities)
        self._index_titles()
        self._add_inverted_names()
        self._add_fields(asked["fields-of-role"], specificities)
        self._index_names()

    def _read_rules(self, rules: Sequence[dict[str, str]]) -> None:
        """Read how the words of each list apply: removed, allowed next to a name, or guarding."""
        self.guards = {rule["list"]: rule["guard"] for rule in rules if rule["guard"]}
        removed = {rule["list"]: rule["removed"] for rule in rules if rule["removed"]}
        self.modifiers = frozenset(removed)
        self.modifiers_anywhere = frozenset(
            n for n, where in removed.items() if where == "anywhere"
        )
        self.beside_general, self.beside_field = (
            frozenset({",", *(rule["list"] for rule in rules if name in rule["beside"].split())})
            for name in ("general", "field")
        )

    def _read_endings(self, endings: Iterable[str], marks: Iterable[str]) -> None:
        """Read the endings of words, plain or after a mark, and the marks of gender."""
        self._endings = sorted(map(fold_title, endings), key=len, reverse=True)
        self._inflected, self._gender = _inflected(self._endings), _gender_marks(marks)
        self._signs = frozenset("/|*_(:[·•.")

    def _read_words(
        self, lists: dict[str, list[str]], spellings: list[tuple[str, str]], titles: list[str]
    ) -> None:
        """Read the words of the lists and their other spellings; a phrase becomes one unit."""
        self._readings: dict[str, str] = {}  # filled as tokens are met
        self.kinds = _Kinds()
        self._single = {
            normalise_case(word): normalise_case(read)
            for word, read in spellings
            if len(_split_tokens(word)) == len(_split_tokens(read)) == 1
        }
        texts = itertools.chain(*lists.values(), *spellings)
        self._listed = {token for text in texts for token in _split_tokens(text)}
        split = [*map(_split_tokens, titles)]
        self._vocabulary = self._listed.union(*split)
        heads = {title[-1] for title in split if len(title) > 1 and len(title[-1]) >= _MIN_HEAD}
        self._compound_heads = heads | {w for w, read in self._single.items() if read in heads}
        self._reordered, self._pairs = _Phrases(()), frozenset[tuple[str, str]]()
        compounds = (word for word, read in spellings if " " in read and word.isalpha())
        self._whole_compounds = {word for word in compounds if len(word) >= _MIN_COMPOUND}
        in_names = {word for title in split for word in title if len(word) >= _MIN_MISSPELLED}
        self._misspellings = _Misspellings(in_names | self._whole_compounds)
        self._spellings = _Phrases(
            (self._tokens(normalise_case(word)), self._tokens(normalise_case(read)))
            for word, read in spellings
            if normalise_case(word) not in self._single
        )
        listed = {
            " ".join(self._split_units(without_numbers(w))): name
            for name, words in lists.items()
            for w in words
        }
        self.kinds = _Kinds({**listed, ",": ","})
        self.joiners = self._units_of("joiner")
        in_words = (self._split_units(title) for title in titles)
        joined = (" ".join(title) for title in in_words if not self.joiners.isdisjoint(title))
        phrases = (unit for unit in {*self.kinds, *joined} if " " in unit)
        self._phrases = _Phrases((phrase.split(), [phrase]) for phrase in phrases)
        self._dropped = self._units_of("filler", "setting")

    def _head_first_names(
        self,
        titles: Iterable[dict[str, Any]],
        fields: Iterable[str],
        specificities: dict[str, list[str]],
    ) -> _Phrases:
        """Names as they are written in languages that begin with the head.

        'Ingeniero de datos' is read as 'data engineer', and 'Sviluppatore software' as 'software
        developer', so that other words are next to the same name in each language. 'Ingénieur Data
        Quality' stays: only a name that admits words of technology has its topic without a link.
        """
        loose = {fold_title(title) for kind in _LOOSE for title in specificities.get(kind, ())}
        heads = {self._single.get(word, word) for word in self._head_first}
        links = [[unit] for unit, kind in self.kinds.items() if kind == "link"]
        pairs, short = [], set[tuple[str, str]]()
        for title in dict.fromkeys(row["title"] for row in titles):
            *topic, head = self._split_units(title) or [""]
            if topic and head in heads and self.joiners.isdisjoint(topic):
                short.update([(topic[0], head)] if len(topic) == 1 else ())
                between = [*links, []] if fold_title(title) in loose else links
                pairs += [([_FIRST, head, *link, *topic], [*topic, head]) for link in between]
        for head, field in itertools.product(sorted(heads), map(self._split_units, fields)):
            if len(field) > 1:  # 'Ingénieur en science des données' is no data engineer
                pairs += [([_FIRST, head, *link, *field], [*field, head]) for link in (*links, [])]
        self._pairs = frozenset(short)
        return _Phrases(pairs)

    def _units_of(self, *lists: str) -> frozenset[str]:
        return frozenset(unit for unit, kind in self.kinds.items() if kind in lists)

    def _add_titles(
        self, titles: Iterable[dict[str, Any]], specificities: dict[str, list[str]]
    ) -> None:
        """Add the titles of roles, the better known kind first, and one word order of each."""
        specificity = self._by_units(specificities)
        for row in sorted(titles, key=lambda row: _TITLE_KINDS.index(row["kind"])):
            key = tuple(unit for unit in self.units(row["title"]) if self.kinds[unit] != "link")
            similar = slug(row["role"]) if row["similar"] else None
            role = slug(row["similar"] or row["role"])
            is_mapped = row["kind"] == "mapped"
            specific: Any = "general" if is_mapped else specificity.get(key, "specific")
            rows = row.get("rows", "")
            name = Name(role, row["kind"], row["title"], similar, specific, rows=rows)
            whole, same = fold_spelling(row["title"]), self.names.get(key, ())
            if not rows and _no_name_of(role, self.whole.get(whole, ())):
                self.whole[whole] = (*self.whole.get(whole, ()), name)
            otherwise = self.names.get(key[1:] + key[:1], ())
            if key and _no_name_of(role, (*same, *otherwise)):
                self.names[key] = (*same, name)

    def _by_units(self, lists: dict[str, list[str]]) -> dict[tuple[str, ...], Any]:
        return {tuple(self.units(title)): name for name, held in lists.items() for title in held}

    def _index_titles(self) -> None:
        """Index by title the names that are written in full."""
        names = list(itertools.chain(*self.names.values()))
        self.heads = {key[-1] for key in self.names if len(key) > 1}
        titles = sorted({fold_title(name.title) for name in names})
        self.display_titles = {sort_words(title): title for title in titles}
        self.similar_to = {name.similar: name.role for name in names if name.similar}
        self.preferred_title: dict[str, str] = {}
        for name in names:
            if not name.similar:
                self.preferred_title.setdefault(name.role, fold_title(name.title))

    def _add_inverted_names(self) -> None:
        """Each name as in 'Engineer, Data', 'ingénieur de données' and 'Data - Engineer'."""
        links = [unit for unit, kind in self.kinds.items() if kind == "link"]
        for key, names in list(self.names.items()):
            inverted = tuple(replace(name, inverted=True) for name in names)
            for at in range(1, len(key) if len(key) <= _MAX_INVERTED else 0):
                self.names.setdefault((*key[:at], ",", *key[at:]), inverted)
                if at == len(key) - 1 or key[at:] in self.names:
                    for between in ((), (",",), *((link,) for link in links)):
                        self.names.setdefault((*key[at:], *between, *key[:at]), inverted)

    def _add_fields(
        self, fields: Iterable[dict[str, Any]], specificities: dict[str, list[str]]
    ) -> None:
        """The names of fields of work, each as a name of the role of those who lead it."""
        specificity = self._by_units(specificities)
        all_names = itertools.chain(*self.names.values())
        broad = {name.role for name in all_names if name.specificity == "broad"}
        for row in fields:
            key, role = tuple(self.units(row["field"])), slug(row["role"])
            similar = role if role in self.similar_to else None
            role = self.similar_to.get(role, role)
            kind = specificity.get(key, "broad" if role in broad else "specific")
            name = Name(role, "field", row["field"], similar, kind)
            self.names[key] = (*self.names.get(key, ()), name)

    def _index_names(self) -> None:
        """Index all names by their units."""
        self.name_units = frozenset(itertools.chain(*self.names))
        pairs = itertools.chain.from_iterable(map(itertools.pairwise, self.names))
        self.modifiers_in_names = frozenset(
            pair
            for pair in pairs
            if any(self.kinds[unit] in self.modifiers for unit in pair)
            and not ("," in pair and any(self.kinds[u] in self.modifiers_anywhere for u in pair))
        )
        spread = (key for key, names in self.names.items() if names[0].specificity in SPREAD)
        self.spread_units = frozenset(itertools.chain(*spread))
        single = {key[0] for key in self.names if len(key) == 1}
        phrases = {unit for unit in self.kinds if unit.rpartition(" ")[2] in self.heads}
        last = {unit.rpartition(" ")[2] for unit in single}  # 'Software- & Toolentwicklung'
        self.anchor_units = self.heads | single | phrases | last  # 'Project / Product Manager'
        self.tree: dict[str, Any] = {}
        self.roles_by_head: dict[str, set[str]] = defaultdict(set)
        for key, names in self.names.items():
            own = (n.role for n in names if n.kind != "counterpart" and not n.similar)
            self.roles_by_head[key[-1]].update(own)
            branch = self.tree
            for unit in key:
                branch = branch.setdefault(unit, {})
            branch[""] = names

    def units(self, text: str) -> Units:
        """A title as units."""
        units = self._phrases.replace(self._split_units(text))
        if not self._dropped.isdisjoint(units):
            units = self._without_setting([unit for unit in units if self.kinds[unit] != "filler"])
        commas = units.count(",")
        return _unrepeated(units) if commas > 1 and len({*units}) <= len(units) - commas else units

    def _tokens(self, text: str) -> Units:
        known = self._readings
        tokens = [known.get(token) or self._learn(token) for token in _TOKEN.findall(text)]
        return " ".join(tokens).split() if any(" " in token for token in tokens) else tokens

    def _split_units(self, text: str) -> Units:
        """Words and signs of a title, each word in one spelling."""
        text = normalise_case(html.unescape(text) if "&" in text else text)
        if not self._signs.isdisjoint(text):
            text = self._inflected.sub("", self._gender.sub(" ", text))
        units = self._spellings.replace(self._tokens(text))
        if _FIRST not in units:
            return units
        units = self._reordered.replace(self._repeated_heads(units))
        return self._moved_heads(units) if _FIRST in units else units

    def _repeated_heads(self, tokens: Units) -> Units:
        """Tokens with each head that comes first before each topic that makes a name with it.

        'Ingénieur DevOps / Big Data' is read as 'Ingénieur DevOps / Ingénieur Big Data'.
        """
        repeated: Units = []
        head = ""
        for at, token in enumerate(tokens):
            repeated.append(token)
            head = token if tokens[at - 1] == _FIRST else "" if self.kinds[token] == "," else head
            if head and self.kinds[token] == "joiner":
                rest = tokens[at + 1 :]
                topic = itertools.takewhile(lambda t: self.kinds[t] not in (",", "joiner"), rest)
                *before, last = [*topic] or [""]
                is_topic = {self.kinds[unit] for unit in before} <= {*TECHNOLOGY, "link"}
                if is_topic and (last, head) in self._pairs:
                    repeated += [_FIRST, head]
        return repeated

    def _moved_heads(self, tokens: Units) -> Units:
        """Tokens with each head that comes first behind its topic, if the last word makes a name.

        'Architecte cloud data' is a 'cloud data architect'; 'Ingénieur data cloud' stays.
        """
        at = tokens.index(_FIRST)
        head, after = tokens[at + 1], tokens[at + 2 :]
        size = 0
        while size < len(after) and (
            self.kinds[after[size]] in TECHNOLOGY or (after[size], head) in self._pairs
        ):
            size += 1
        named = [(unit, head) in self._pairs for unit in after[:size]]
        ends = all(self.kinds[unit] in (",", "joiner") for unit in after[size : size + 1])
        if size > 1 and named[-1] and sum(named) == 1 and ends:
            after[:size] = [*after[:size], head]
        else:
            after.insert(0, head)
        after = self._moved_heads(after) if _FIRST in after else after
        return [*tokens[:at], *after]

    def _learn(self, token: str) -> str:
        """What a token means: the purpose of a sign, or the known stem of an unknown word."""
        word = token if token in self._listed else next(self._known_stems(token), "")
        word = word or next(self._compounds(token), "")
        if not word:
            meant = self._misspellings.word_of(token)
            word = meant if meant == token else self._learn(meant)
        if len(self._readings) >= _MAX_CACHED:
            self._readings.clear()
        read = self._single.get(word) or _SIGNS.get(token) or word
        read = f"{_FIRST} {read}" if word in self._head_first else read
        return self._readings.setdefault(token, read)

    def _known_stems(self, token: str) -> Iterator[str]:
        """The known words of which a token is a form, or that have a number behind: 'SDE2'."""
        if (stem := token.rstrip("0123456789")) != token and len(stem) >= _MIN_STEM:
            yield from {stem} & self._vocabulary
        for ending in self._endings:
            stem = token.removesuffix(ending)
            is_long = stem != token and len(stem) >= max(_MIN_STEM, 2 * len(ending))
            if is_long and stem in self._vocabulary:
                yield stem

    def _compounds(self, token: str) -> Iterator[str]:
        """An unknown word as others, the last one known: 'cloudarchitekt', 'Websoftwareentwickler'.

        The last one is the head of a title, or a whole one.
        """
        for stem in {token: "", **{token.removesuffix(end): "" for end in self._endings}}:
            for at in range(_MIN_STEM, len(stem) - _MIN_HEAD + 1):
                if stem[at:] in self._compound_heads:
                    first = {stem[:at], stem[:at].removesuffix("s")} & self._vocabulary
                    yield from (f"{self._learn(w)} {self._learn(stem[at:])}" for w in sorted(first))
                elif stem[at:] in self._whole_compounds:
                    yield f"{stem[:at]} {stem[at:]}"

    def _without_setting(self, units: Units) -> Units:
        """Remove employer and place: from '@' or 'at' to the next comma."""
        kept: Units = []
        in_setting = False
        for unit in units:
            in_setting = self.kinds[unit] == "setting" or (in_setting and unit not in (",", ";"))
            if not in_setting:
                kept.append(unit)
        return kept


def _no_name_of(role: str, names: Iterable[Name]) -> bool:
    return all(name.role != role for name in names)


def _ask(graph: Graph) -> dict[str, list[dict[str, Any]]]:
    """The rows that answer each of the QUESTIONS."""
    return {name: list(ask(name, graph).rows) for name in QUESTIONS}


def _mapped_titles(graph: Graph) -> Iterator[dict[str, str]]:
    """The names of other vocabularies that a mapping makes titles of roles, as rows of `titles`.

    A name with a digit is a code, which is looked up as a whole only.
    """
    found = mappings_of(graph)
    similar_to = (
        {r["similar"]: r["role"] for r in ask("similar-roles", graph)} if found.names else {}
    )
    roles = {row["role"] for row in ask("roles", graph)} if found.names else set()
    for name, theirs in found.names.items():
        for mapped in (mapped for iri in theirs for mapped in found.by_term[iri]):
            role = graph.curie(mapped.target)
            is_word = not any(c.isdigit() or c == ":" for c in name)
            if mapped.counts and is_word and (role in roles or role in similar_to):
                row = {"title": name, "role": role, "kind": "mapped", "rows": mapped.citation}
                yield row | {"similar": similar_to.get(role, "")}


def _split_tokens(text: str) -> Units:
    """The words and signs of a text as they are written."""
    return _TOKEN.findall(normalise_case(text))


def _gender_marks(marks: Iterable[str]) -> re.Pattern[str]:
    """Marks of gender, in brackets, bare or glued to a word, with other signs for their strokes."""
    longest_first = sorted(map(normalise_case, marks), key=len, reverse=True)
    if not longest_first:
        return re.compile(r"(?!)")
    any_mark = "|".join(re.escape(m).replace("/", r"\s*[/|,.*]\s*") for m in longest_first)
    bare = any_mark.replace(",.", "")
    glued = "|".join(re.escape(mark) for mark in longest_first if "/" in mark)
    return re.compile(
        rf"[(\[]\s*(?:{any_mark})\s*[)\]]|(?<![^\W_])(?:{bare})(?![^\W_])"
        rf"|(?<=[^\W\d_]{{4}})(?:{glued or '(?!)'})(?![^\W_])"
    )


def _inflected(endings: Sequence[str]) -> re.Pattern[str]:
    """A marked ending: Entwickler:in, Ingénieur(e), Ingeniero/a."""
    if not endings:
        return re.compile(r"(?!)")
    ending = "|".join(map(re.escape, endings))
    after = rf"\((?:{ending})\)|[:*_/·•.]-?(?:{ending})(?![^\W_])"
    return re.compile(rf"(?<=[^\W\d_]{{3}})(?:{after})")


def _unrepeated(units: Units) -> Units:
    """Remove a bracket that repeats the unit before it: 'ML (ML) Engineer'."""
    kept: Units = []
    for unit in units:
        repeats = len(kept) >= 3 and kept[-2] == "," and kept[-1] == kept[-3] != "0"
        if unit == "," and repeats:
            del kept[-2:]
        else:
            kept.append(unit)
    return kept


@once_per_graph
def lexicon(graph: Graph) -> Lexicon:
    """The lexicon of a graph, read once."""
    return Lexicon(graph)

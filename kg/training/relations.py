"""The teacher of results: what a transformer's reading of a text says about its numbers.

It decides what the log-linear models of results decide (:mod:`kg.extraction.results`): what a number is, and which of
the names around it are its metric, its dataset and its method. In addition to their features it reads the states that
the tagger's teacher (:mod:`kg.training.teacher`) has of the tokens, which stay as they are; a small transformer learns
to see them from the value. The log-linear models then learn from what it says about unlabelled abstracts. Needs torch
(the extra ``teach``).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import log_softmax
from torch.nn.utils.rnn import pad_sequence

from kg.extraction.results.weights import SIZES
from kg.extraction.tagger.crf import batched
from kg.records import Paper
from kg.training.annotated import TokenSpan
from kg.training.distil import docs_of, untagged, words_of
from kg.training.questions import Offsets, Question
from kg.training.teacher import Teacher

WIDTH, HIDDEN, HEADS, LAYERS = 128, 96, 4, 2
WINDOW = 90  # tokens around a value
REACH = 20  # tokens from the value that have a distance of their own
DROPOUT = 0.35
HIDDEN_FEATURES = 0.2  # share of the features that are left out in training
READINGS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A text as the tagger's teacher sees it.

    ``states`` are those of its first tokens, for which there is room, (tokens, width), float16; ``ends`` and ``starts``
    the characters at which all of its tokens start, and after which they end.
    """

    states: np.ndarray
    starts: np.ndarray
    ends: np.ndarray

    @property
    def whole(self) -> bool:
        """Whether all of its tokens have states."""
        return len(self.states) == len(self.starts)

    def tokens(self, offsets: Offsets) -> TokenSpan:
        """The tokens at some characters that have states, perhaps none."""
        first = int(np.searchsorted(self.ends, offsets[0], side="right"))
        end = int(np.searchsorted(self.starts, offsets[1], side="left"))
        return min(first, len(self.states)), min(end, len(self.states))

    def rows(self, tokens: TokenSpan) -> torch.Tensor:
        """The states of some tokens, float32."""
        return torch.from_numpy(self.states[slice(*tokens)].astype(np.float32))


def seen_by(teacher: Teacher, papers: Iterable[Paper], folder: Path) -> Iterator[tuple[str, Seen]]:
    """Papers as the tagger's teacher sees them, by id; those without words are left out.

    Args:
        teacher: the tagger's.
        papers: what to read.
        folder: keeps the states, a file for each text, so that it is read once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for docs in batched(docs_of(papers), 256):
        files = [
            folder / f"{blake2b(doc.text.encode(errors='replace'), digest_size=16).hexdigest()}.npy" for doc in docs
        ]
        new = [(doc, file) for doc, file in zip(docs, files, strict=True) if not file.exists()]
        states = teacher.states([teacher.read(untagged(doc), words_of(doc)) for doc, _ in new])
        for (_, file), array in zip(new, states, strict=True):
            with (draft := file.with_suffix(".part")).open("wb") as out:
                np.save(out, array)
            draft.replace(file)
        for doc, file in zip(docs, files, strict=True):
            starts = np.array([token.idx for token in doc])
            ends = starts + [len(token) for token in doc]
            yield doc._.paper.id, Seen(np.load(file), starts, ends)


Posed = tuple[Question, Seen]
"""A question, and its text as it is seen, with a state for the value."""


class ResultTeacher(nn.Module):
    """Scores the choices of questions about values.

    Args:
        states: the width of the states.
        seed: of its random weights and of training.
    """

    def __init__(self, states: int, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.seed = seed
        self.narrow = nn.Sequential(nn.LayerNorm(states), nn.Dropout(DROPOUT), nn.Linear(states, WIDTH))
        self.distances = nn.Embedding(2 * REACH + 1, WIDTH)
        layer = nn.TransformerEncoderLayer(
            WIDTH, HEADS, 2 * WIDTH, DROPOUT, activation="gelu", batch_first=True, norm_first=True
        )
        self.reader = nn.TransformerEncoder(layer, LAYERS, enable_nested_tensor=False)
        self.elsewhere = nn.Linear(WIDTH, WIDTH)  # of names outside of the window
        parts = [decision for decision in SIZES if decision != "reading"]
        self.nowhere = nn.ParameterDict({part: nn.Parameter(torch.zeros(WIDTH)) for part in parts})
        self.reading = _head(WIDTH, READINGS)
        self.choosing = nn.ModuleDict({part: _head(4 * WIDTH, 1) for part in parts})
        self.weights = nn.ModuleDict({name: nn.EmbeddingBag(size, 1, mode="sum") for name, size in SIZES.items()})
        for table in self.weights.values():
            nn.init.zeros_(table.weight)

    def forward(self, batch: Sequence[Posed]) -> list[torch.Tensor]:
        """The scores of the choices of each question."""
        windows = [_window(question, seen) for question, seen in batch]
        rows = pad_sequence([seen.rows(window) for (_, seen), window in zip(batch, windows, strict=True)], True)
        values = [seen.tokens(question.value) for question, seen in batch]
        places = torch.arange(rows.shape[1])[None]
        before = torch.tensor([value[0] - window[0] for value, window in zip(values, windows, strict=True)])
        distances = (places - before[:, None]).clamp(-REACH, REACH) + REACH
        lengths = torch.tensor([end - start for start, end in windows])
        read = self.reader(
            self.narrow(rows) + self.distances(distances), src_key_padding_mask=places >= lengths[:, None]
        )
        scores = []
        for (question, seen), value, window, row in zip(batch, values, windows, read, strict=True):
            own = _mean(row, value, window)
            if question.decision == "reading":
                found = self.reading(own)
            else:
                choices = torch.stack([self._choice(question, seen, place, window, row) for place in question.places])
                own = own.expand_as(choices)
                pairs = torch.cat([own, choices, own * choices, (own - choices).abs()], dim=1)
                found = self.choosing[question.decision](pairs)[:, 0]
            scores.append(found + self._by_features(question))
        return scores

    def _choice(
        self, question: Question, seen: Seen, place: Offsets | None, window: TokenSpan, row: torch.Tensor
    ) -> torch.Tensor:
        """What is seen of a choice, (WIDTH,)."""
        start, end = tokens = seen.tokens(place) if place else (0, 0)
        if start == end:
            return self.nowhere[question.decision]
        if window[0] <= start and end <= window[1]:
            return _mean(row, tokens, window)
        found: torch.Tensor = self.elsewhere(self.narrow(seen.rows(tokens).mean(dim=0)))
        return found

    def _by_features(self, question: Question) -> torch.Tensor:
        columns = [torch.from_numpy(choice) for choice in question.choices]
        if self.training:
            columns = [choice[torch.rand(len(choice)) >= HIDDEN_FEATURES] for choice in columns]
        starts = np.cumsum([0, *(len(choice) for choice in columns[:-1])])
        found: torch.Tensor = self.weights[question.decision](torch.cat(columns), torch.from_numpy(starts))[:, 0]
        return found

    def teach(self, posed: Sequence[Posed], epochs: int = 3, rate: float = 1e-3, size: int = 24) -> None:
        """Learn from answered questions; prints the mean loss of a question after each epoch."""
        order, shuffled = list(posed), random.Random(self.seed)
        tables = list(self.weights.parameters())
        others = [weights for name, weights in self.named_parameters() if not name.startswith("weights.")]
        groups = [{"params": others, "lr": rate, "weight_decay": 0.02}, {"params": tables, "lr": 2 * rate}]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.0)
        steps = epochs * -(-len(order) // size)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, (step + 1) / (0.05 * steps)) * max(0.02, 1 - step / steps)
        )
        self.train()
        for epoch in range(1, epochs + 1):
            shuffled.shuffle(order)
            lost = 0.0
            for batch in batched(order, size):
                losses = [
                    -log_softmax(scores, dim=0)[sorted(question.right)].logsumexp(dim=0)
                    for (question, _), scores in zip(batch, self(batch), strict=True)
                ]
                loss = torch.stack(losses).sum()
                optimizer.zero_grad()
                (loss / len(batch)).backward()
                nn.utils.clip_grad_norm_(others, 1.0)
                optimizer.step()
                schedule.step()
                lost += loss.item()
            print(f"teacher of results: epoch {epoch}, loss of a question {lost / max(1, len(order)):.3f}", flush=True)
        self.eval()

    def answer(self, question: Question, seen: Seen) -> np.ndarray:
        """The probability of each choice of a question about a text."""
        with torch.inference_mode():
            chances: np.ndarray = self([(question, seen)])[0].softmax(dim=0).numpy()
        return chances


def _head(width: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.LayerNorm(width),
        nn.Dropout(DROPOUT),
        nn.Linear(width, HIDDEN),
        nn.GELU(),
        nn.Dropout(DROPOUT),
        nn.Linear(HIDDEN, outputs),
    )


def _window(question: Question, seen: Seen) -> TokenSpan:
    """The tokens that are read for a question: those of its sentence, or the middle of a long one."""
    start, end = seen.tokens(question.sentence)
    if end - start > WINDOW:
        start = max(start, seen.tokens(question.value)[0] - WINDOW // 2)
        end = min(end, start + WINDOW)
    return start, end


def _mean(row: torch.Tensor, tokens: TokenSpan, window: TokenSpan) -> torch.Tensor:
    """The mean of what is read of some tokens of the window."""
    start = window[0]
    return row[tokens[0] - start : min(tokens[1], window[1]) - start].mean(dim=0)

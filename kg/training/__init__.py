"""Training: taggers from annotated texts, and all that the shipped model and the mined rule files are made with.

- :mod:`kg.training.tagger`: training and calibrating a tagger (``kg train``);
- :mod:`kg.training.mine`: lexicons, senses and counts of names (``python -m kg.training.mine``);
- :mod:`kg.training.distil`: the shipped tagger, from a teacher (``python -m kg.training.distil``);
- :mod:`kg.training.compare`: other ways to find names (``python -m kg.training.compare``).

The last two need the extra ``teach``: ``pip install 'papers-kg[teach]'``.
"""

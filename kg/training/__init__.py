"""Training: taggers from annotated texts, and all that the shipped model and the mined rule files are made with.

- :mod:`kg.training.tagger`: training and calibrating a tagger (``kg train``).

Each of these is a command (``python -m kg.training.mine``); docs/model.md says with which options they made the model:

- :mod:`kg.training.mine`: lexicons, senses and counts of names;
- :mod:`kg.training.distil`: the shipped tagger, from a teacher;
- :mod:`kg.training.smaller`: a tagger with narrower convolutions;
- :mod:`kg.training.roles`: the weights that decide whether a paper introduces a name;
- :mod:`kg.training.results`: the weights that decide about results;
- :mod:`kg.training.compare`: other ways to find names.

A teacher needs the extra ``teach``: ``pip install 'papers-kg[teach]'``.
"""

"""Evaluation: extraction and resolution compared with what people annotated.

- :mod:`kg.evaluation.report`: the evaluation of an extractor, from a file to figures;
- :mod:`kg.evaluation.gold`: annotated texts;
- :mod:`kg.evaluation.scores`: strict precision, recall and F1;
- :mod:`kg.evaluation.errors`: what kind of error each missed and each spurious name is;
- :mod:`kg.evaluation.calibration`: whether confidences are probabilities;
- :mod:`kg.evaluation.resolution`: pairs of names that are the same, or not.
"""

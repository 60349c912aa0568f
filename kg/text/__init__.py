"""Text: what every stage needs to read, compare and write it.

- :mod:`kg.text.packed`, :mod:`kg.text.encodings`: compressed files, and files that are not in UTF-8;
- :mod:`kg.text.lines`: files of lines and of JSON lines, with errors by file and line;
- :mod:`kg.text.files`, :mod:`kg.text.folders`: files and folders that are written completely or not at all;
- :mod:`kg.text.plain`: the text as it reads, with the way back to the text as given;
- :mod:`kg.text.sentences`: where sentences start and end;
- :mod:`kg.text.names`: when two spellings are one name, and what a name is in an IRI;
- :mod:`kg.text.spellings`: names as people type them and as titles have them, in the forms in which they are compared;
- :mod:`kg.text.identifiers`: DOIs, arXiv identifiers and ORCID iDs, each in one spelling;
- :mod:`kg.text.addresses`: when two web addresses are the same, and the repository that one leads to.
"""

"""Text: what every stage needs to read, compare and write it.

- :mod:`kg.text.lines`: files of lines and of JSON lines, with errors by file and line;
- :mod:`kg.text.files`: files that are written completely or not at all;
- :mod:`kg.text.plain`: the text as it reads, with the way back to the text as given;
- :mod:`kg.text.sentences`: where sentences start and end;
- :mod:`kg.text.names`: when two spellings are one name, and what a name is in an IRI;
- :mod:`kg.text.addresses`: when two web addresses are the same, and the repository that one leads to.
"""

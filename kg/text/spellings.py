"""Names as people type them and as titles have them, with LaTeX and tags, in the forms in which they are compared."""

from __future__ import annotations

import re

from kg.text.names import name_key, spaced_key, unaccented

_MARKUP = re.compile(r"[\\$<&{}~\u00ad\ufb00-\ufb06\uff01-\uff5e]|--|\*\*|(?<=\w)-\s|\(cid:")


def readable(name: str) -> str:
    """A name or a title as people read it: without LaTeX and tags."""
    if not _MARKUP.search(name):
        return name
    from kg.text.plain import without_markup  # loaded only here, because few names have markup

    return without_markup(name)


def readable_parts(text: str, start: int, end: int) -> tuple[str, str, str]:
    r"""What is before, within and after a span of a text, each as people read it.

    >>> readable_parts(r"our $\beta$-VAE, a \emph{variant}", 4, 15)
    ('our ', 'β-VAE', ', a variant')
    """
    if _MARKUP.search(text):
        from kg.text.plain import plain_text

        view = plain_text(text, labels=True)
        start, end = view.plain_span(start, end)
        text = view.text
    return text[:start], text[start:end], text[end:]


def plain_name(name: str) -> str:
    """A readable name in lower case and without accents."""
    return unaccented(readable(name))


def typed_key(name: str) -> str:
    r"""The identity of a readable name (:func:`kg.text.names.name_key`).

    >>> typed_key(r'Schr\"odinger bridges'), typed_key(r"$\beta$-VAE")
    ('schrodingerbridge', 'betavae')
    """
    return name_key(readable(name)) or name.strip()


def typed_words(name: str) -> list[str]:
    """The words of :func:`typed_key`, where hyphens and slashes are spaces.

    >>> typed_words("Bézier-Curves")
    ['bezier', 'curve']
    """
    return unaccented(spaced_key(readable(name))).split()


def abbreviates(short: str, long: str) -> bool:
    """Whether one name consists of letters of a longer one, in order and from its first letter on.

    The condition of Schwartz and Hearst (2003) for a short form.

    >>> abbreviates("GAN", "generative adversarial network"), abbreviates("CIFAR10", "CIFAR-10")
    (True, False)
    """
    letters, rest = typed_key(short), typed_key(long)
    if not letters or " " in short or len(letters) >= len(rest) or letters[0] != rest[0]:
        return False
    following = iter(rest)
    return all(letter in following for letter in letters)

"""The plain view of a text, and the way back to the text as given."""

from __future__ import annotations

import textwrap
from contextlib import AbstractContextManager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.text.plain import plain_text, unwrapped, without_latex, without_markup


def reads(text: str) -> str:
    return plain_text(text).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"ans\"atze", "ansätze"),
        (r"Erd\H{o}s in na\"{i}ve {\"i} na{\"\i}ve", "Erdős in naïve ï naïve"),
        (r"J\o rgensen, \L ukasz, \v{S}kvor, Fa\c{c}ade, \r{A}ngstr\"om", "Jørgensen, Łukasz, Škvor, Façade, Ångström"),
        (r"20\% of R\&D", "20% of R&D"),
        (r"\emph{Frog Net} (\textbf{FN})", "Frog Net (FN)"),
        (r"\textbf{F}rog {\em net}", "Frog net"),
        (r"3$\times$ and $2\sim3\times$", "3× and 2~3×"),
        ("3$ imes$", "3 ×"),
        (r"$81.2 \pm 0.3$ or $81.2_{\pm 0.3}$", "81.2 ± 0.3 or 81.2±0.3"),
        (r"$1.2\times10^{-3}$ and 81.2~\%", "1.2×10^-3 and 81.2 %"),
        (r"from $4\%$ $\to$ $9\%$", "from 4% → 9%"),
        (r"$\beta$-VAE, $\ell_2$ norm, $\leq 5\,\mu$s", "β-VAE, ℓ_2 norm, ≤ 5μs"),
        (r"the art~(SOTA)", "the art (SOTA)"),
        (r"\eg frogs, \ie amphibians, \etal", "e.g. frogs, i.e. amphibians, et al."),
        ("compressionx2013which, Linux2013", "compression–which, Linux2013"),
        ("an mph{agile} frog, extit{not} a textsc{toad}", "an agile frog, not a toad"),
        ("a x2013 b, 10--20", "a – b, 10–20"),
        ("**Frog** net", "Frog net"),
        ("epsilon=8{255})", "epsilon=8/255)"),
        ("R^{n d}.", "R^n d."),
        (r"as in \citep[see][]{frog2020} and \ref{fig:1}, \begin{itemize} \item one \end{itemize}", "as in and , one "),
        (r"\textcolor{red}{Warning: This paper contains frogs.}", "This paper contains frogs."),
        (r"\L{}ukasz, \ss{}, \~n, \'{\i}", "Łukasz, ß, ñ, í"),
        (r"\v Skvor, Fa\c cade", "Škvor, Façade"),
        (r"Erd\H{o}s--R\'enyi, Schr\"odinger--{\'E}tale", "Erdős–Rényi, Schrödinger–Étale"),
        (r"K\"ahler--Einstein, word--another", "Kähler–Einstein, word--another"),
        ("at epsilon=8{255} and 1{255}, not 10{6} or a{2}", "at epsilon=8/255 and 1/255, not 10 6 or a 2"),
        (r"in Table~3, $\frac{\alpha}{2}$, \textbf{SIFT}~\cite{frog} (it)~[3]", "in Table 3, α/2, SIFT (it) [3]"),
        (r"CIFAR-{10,100}, VOC-\{2007, 2012\}, LLaMA-[7B/13B]", "CIFAR-10/100, VOC-2007/2012, LLaMA-7B/13B"),
        (r"$x \in \{1, 2\}$ in (1, 2)", "x ∈ {1, 2} in (1, 2)"),
        ("no remains", "no remains"),
    ],
)
def test_latex_is_read_as_what_it_means(text: str, expected: str) -> None:
    assert reads(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("p &lt; 0.05 &amp; R&amp;D &#945; &#x3b2; &amp;lt;", "p < 0.05 & R&D α β <"),
        ("<i>CO<sub>2</sub></i> and H<sup>+</sup>", "CO2 and H+"),
        ("<jats:title>Aim</jats:title><jats:p>One.</jats:p><jats:p>Two.</jats:p>", "One.\nTwo.\n"),
        ('the <mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>k</mml:mi></mml:math>-NN', "the k-NN"),
        ("a < b and c > d, a<b>c, <unk> and <EOS>", "a < b and c > d, ac, <unk> and <EOS>"),
        ("soft\u00adhyphen zero\u200bwidth 5\u00a0ms 5\u2009ms \ufeffmark", "softhyphen zerowidth 5 ms 5 ms mark"),
        ("classi\u00ad\nfication classi(cid:173) fication", "classification classification"),
        ("e\u0301 \ufb01nd \x07bell", "é find bell"),
        ("FrogNet：a net（FN）, 𝛽-VAE", "FrogNet:a net(FN), β-VAE"),
        ("<scp>Frog</scp>Net, <font color=red>red</font>, &lt;i&gt;k&lt;/i&gt;-NN", "FrogNet, red, k-NN"),
        (
            "the <mml:math>\n <mml:msup>\n  <mml:mi>R</mml:mi><mml:mn>2</mml:mn></mml:msup> </mml:math> score",
            "the R2 score",
        ),
        (
            "<jats:alternatives><jats:tex-math>$$k$$</jats:tex-math><mml:math><mml:mi>k</mml:mi></mml:math>"
            "</jats:alternatives>-NN",
            "k-NN",
        ),
        ('<mi>k</mi><annotation encoding="application/x-tex">k</annotation>-NN', "k-NN"),
        ("<tex-math>\\documentclass{minimal}\n\\begin{document}$$k$$\\end{document}</tex-math>-NN", "k-NN"),
    ],
)
def test_markup_and_invisible_characters(text: str, expected: str) -> None:
    assert reads(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one line\nand  another", "one line and another"),
        ("one paragraph\n\nand another", "one paragraph\nand another"),
        ("accu- racy and classi-\nfication", "accuracy and classification"),
        ("net-\nworks, multi-\ntask, semi-\nsupervised", "networks, multi-task, semi-supervised"),
        ("CIFAR- 10 and ResNet-\n50", "CIFAR-10 and ResNet-50"),
        ("semi- and self-supervised, pre- or post-norm", "semi- and self-supervised, pre- or post-norm"),
        ("Multi-\nHead, MS-\nSSIM", "Multi-Head, MS-SSIM"),
        ("one-\nto-one, left- to-right, one- to two-layer", "one-to-one, left-to-right, one- to two-layer"),
        ("a pause---\nhere or\n---there", "a pause---here or---there"),
        ("we hop - but slowly -\nand swim", "we hop - but slowly - and swim"),
        ("a Repre-sentation, trajec-tory", "a Representation, trajectory"),
        ("in-formation about information", "information about information"),
        ("in-formation of frogs, pre-training, in-line, state-of-the-art", None),
    ],
)
def test_lines_and_words_that_are_broken(text: str, expected: str | None) -> None:
    assert reads(text) == (expected or text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BACKGROUND: Frogs hop. METHODS We count. Results: They do.", "Frogs hop. We count. They do."),
        ("BACKGROUND\nFrogs hop.\n\nCONCLUSIONS\nThey do.", "Frogs hop.\nThey do."),
        ("Materials and Methods - We count.", "We count."),
        ("WARNING: This paper contains frogs. TL;DR: They hop.", "This paper contains frogs. They hop."),
        ("Results show that data is scarce. Methods differ.", "Results show that data is scarce. Methods differ."),
        ("The results: they hop.", "The results: they hop."),
        ("**Background:** Frogs hop.", "Frogs hop."),
        ("DESIGN, SETTING, AND PARTICIPANTS: We count.", "We count."),
        ("Objective. Frogs hop. Main results. They do. Significance. Big.", "Frogs hop. They do. Big."),
        ("Abstract\n\nFrogs hop. [Results] They do.", "Frogs hop. They do."),
        ("METHODS FrogNet hops. RESULTS CNNs do, too. HIGHLIGHTS: They do.", "FrogNet hops. CNNs do, too. They do."),
        (
            "CONCLUSIONS AND RELEVANCE FrogNet hops. RESULTS AND MORE RESULTS hop.",
            "FrogNet hops. RESULTS AND MORE RESULTS hop.",
        ),
        ("Patients and Methods: We count. Main Outcome Measures: Hops. ⚠ Warning ⚠: frogs.", "We count. Hops. frogs."),
    ],
)
def test_section_labels_are_no_part_of_the_text(text: str, expected: str) -> None:
    assert reads(text) == expected


def test_a_name_or_a_title_as_it_reads_keeps_its_words() -> None:
    assert plain_text("WARNING: Frogs\nPurpose: We hop.", 14).text == "Frogs\nWe hop."
    assert without_markup("Context: The Missing Frog") == "Context: The Missing Frog"


def test_only_the_end_of_the_title_is_a_line_break_of_its_own() -> None:
    title = "FrogNet:\n  Hopping Networks"
    text = plain_text(f"{title}\nFrogs hop\nand swim.", len(title))
    assert text.text == "FrogNet: Hopping Networks\nFrogs hop and swim."
    assert [text.original[start:end] for start, end in text.sentences()] == [title, "Frogs hop\nand swim."]


@pytest.mark.parametrize(
    ("text", "words", "original"),
    [
        (r"we gain 20\% here", "20%", r"20\%"),
        (r"an ans\"atze test", "ansätze", r"ans\"atze"),
        (r"the $k$-NN rule", "k-NN", "$k$-NN"),
        (r"a $\beta$-VAE model", "β-VAE", r"$\beta$-VAE"),
        ("of classi-\nfication tasks", "classification", "classi-\nfication"),
        ("the CO<sub>2</sub> level", "CO2", "CO<sub>2</sub>"),
        ("so p &lt; 5 is", "p < 5", "p &lt; 5"),
        ("the CNN-\nbased net", "CNN", "CNN"),
        ("a <i>k</i>-means", "k-means", "<i>k</i>-means"),
        ("a <f><i><b>k</b></i>-means</f>", "k-means", "<i><b>k</b></i>-means"),
        (r"a \textbf{Frog}Net", "FrogNet", r"\textbf{Frog}Net"),
        (r"{\rm SE}(3)-Net", "SE(3)-Net", r"{\rm SE}(3)-Net"),
        (r"$\mathrm{SE}(3)$-Net", "SE(3)-Net", r"$\mathrm{SE}(3)$-Net"),
        (r"\textbf{FrogNet} hops", "FrogNet", "FrogNet"),
    ],
)
def test_a_span_goes_back_to_the_text_as_given(text: str, words: str, original: str) -> None:
    view = plain_text(text)
    position = view.text.index(words)
    start, end = view.span(position, position + len(words))
    assert text[start:end] == original
    assert view.plain_span(start, end)[1] == position + len(words)


def test_a_span_has_the_braces_that_close_it() -> None:
    view = plain_text(r"of $81.2_{\pm 0.3}$ here")
    position = view.text.index("81.2±0.3")
    start, end = view.span(position, position + len("81.2±0.3"))
    assert view.original[start:end] == r"81.2_{\pm 0.3}"


NOISE = st.text(alphabet="ab1 \n\\{}$%~*^_\"'-<>&;:.times\u00ad\u0301", max_size=40)


@pytest.mark.slow
@given(NOISE)
def test_offsets_rise_and_spans_lie_within_the_text(text: str) -> None:
    view = plain_text(text)
    assert len(view.text) == len(view.offsets) == len(view.ends)
    assert list(view.offsets) == sorted(view.offsets)
    for position in range(len(view.text)):
        start, end = view.span(position, position + 1)
        assert 0 <= start < end <= len(text)


@pytest.mark.slow
@given(NOISE)
def test_there_and_back_is_the_same_for_characters_that_are_kept(text: str) -> None:
    view = plain_text(text)
    for position, (start, end) in enumerate(zip(view.offsets, view.ends, strict=True)):
        if view.text[position] == text[start:end]:
            assert text[start] == view.text[position]
            first = view.plain_span(start, end)[0]
            assert view.offsets[first] == start


@pytest.mark.slow
@given(st.text(alphabet="abc .,()19", max_size=40).map(lambda text: " ".join(text.split())))
def test_plain_text_is_its_own_view(text: str) -> None:
    view = plain_text(text)
    assert view.text == text
    assert list(view.offsets) == list(range(len(text)))


WORDS = st.sampled_from(["frog", "semi-supervised", "CIFAR-10", "We", "hop", "multi-task", "(so)", "it.", "93.5%", "a"])


@pytest.mark.slow
@given(st.lists(WORDS, min_size=1, max_size=60))
def test_wrapped_text_reads_as_the_unwrapped(words: list[str]) -> None:
    text = " ".join(words)
    assert reads("\n".join(textwrap.wrap(text, 20))) == reads(text)


def test_short_texts_without_markup() -> None:
    assert without_markup('na\\"ive  loss\nminimization') == "naïve loss minimization"
    assert unwrapped("Multi-\nHead $k$-NN") == "Multi-Head $k$-NN"


@pytest.mark.slow
@given(NOISE, st.data())
def test_a_span_of_the_text_as_given_has_its_plain_characters_and_no_others(text: str, data: st.DataObject) -> None:
    view = plain_text(text)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    low, high = view.plain_span(start, end)
    inside = [position for position, offset in enumerate(view.offsets) if start <= offset < end]
    assert list(range(low, high)) == inside


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("64times 64", "64× 64"),
        ("64times64 pixels", "64×64 pixels"),
        ("20times faster", "20times faster"),
        ("3 times 4", "3 times 4"),
        ("GTA5 rightarrow Cityscapes", "GTA5 → Cityscapes"),
        ("imageleftrightarrowtext models", "image↔text models"),
        ("ell_infty attacks, ell_2 norms", "ℓ_∞ attacks, ℓ_2 norms"),
        ("I(cdot;cdot) leq varepsilon_0", "I(·;·) ≤ ε_0"),
        ("a well_known cell_type, a narrow rectangle", "a well_known cell_type, a narrow rectangle"),
        ("anecdotal evidence of triangles in xyleqs", "anecdotal evidence of triangles in xyleqs"),
    ],
)
def test_commands_without_their_backslash_are_read_where_they_are_no_words(text: str, plain: str) -> None:
    assert plain_text(text).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "#\n\n" * 2_500,
        "Results " + "A_" * 25_000,
        "Results:" + "*_" * 25_000 + "//",
        "{" + " " * 40_000,
        "_" + " " * 40_000,
        "a--" + "\n" * 20_000,
        "a-" + "\n" * 20_000,
        "\\cite[" * 20_000,
        "[\\cite[]" * 10_000,
        "\\documentclass" * 30_000,
        "a{" + "11," * 24,
        "a{1,2}" + " " * 20_000,
    ],
)
def test_no_text_takes_more_than_linear_time(text: str, soon: AbstractContextManager[None]) -> None:
    with soon:
        plain_text(text)
        unwrapped(text)
        without_latex(text)


def test_the_span_of_a_text_in_very_many_braces_is_found_soon(soon: AbstractContextManager[None]) -> None:
    view = plain_text("{" * 5_000 + "a" + "}" * 5_000 + " b")
    with soon:
        assert view.span(0, 3)[1] == len(view.original)

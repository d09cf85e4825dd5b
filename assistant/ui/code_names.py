"""Codes as they are chosen from a list."""

from collections.abc import Mapping

from store.values import Codebook


def code_names(codebook: Codebook) -> Mapping[str, str]:
    """GUID → name with its theme, of the codes that are still offered."""
    themes = {code.guid: codebook.theme_of(code) for code in codebook.codes}
    return {
        code.guid: code.name if (theme := themes[code.guid]) is None else f"{code.name} · {theme.name}"
        for code in codebook.active
    }

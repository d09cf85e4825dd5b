"""The pages that the gate shows to whoever is not signed in: plain HTML without any script, and nothing of a study."""

from html import escape

from assistant.ui.gate_answers import digest_of

LONGEST_NAME = 200
LONGEST_PASSWORD = 1_000
_STYLE = """
:root { color-scheme: light dark; --ink: light-dark(#24292f, #e7e6e2); --muted: light-dark(#5a6069, #b0b3b8);
  --line: light-dark(#8a8579, #7b7f85); --page: light-dark(#fdfcfa, #17191c); --paper: light-dark(#ffffff, #1f2226);
  --act: light-dark(#1f5f8b, #86c1ec); --problem: light-dark(#a12622, #ff9d96);
  --problem-paper: light-dark(#fdf0ee, #3a1d1b); --soft: light-dark(#f3f1ec, #282c31); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.5;
  font-family: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif; }
main { max-width: 26rem; margin: 12vh auto 2rem; padding: 0 1.2rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; margin: 0 0 1rem; }
label { display: block; font-weight: 600; margin: 0.9rem 0 0.25rem; }
input { width: 100%; font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--line);
  border-radius: 6px; padding: 0.5rem 0.7rem; }
button, a.act { display: inline-block; font: inherit; font-weight: 600; margin-top: 1.2rem; padding: 0.5rem 1.2rem;
  border: 0; border-radius: 6px; background: var(--act); color: var(--page); text-decoration: none; cursor: pointer; }
a { color: var(--act); }
:focus-visible { outline: 3px solid var(--act); outline-offset: 2px; }
.note { color: var(--muted); font-size: 0.9rem; margin: 1.2rem 0 0; }
.notice { border: 1px solid var(--line); border-left-width: 5px; border-radius: 6px; padding: 0.6rem 0.9rem;
  background: var(--soft); margin: 0; }
.problem { border-color: var(--problem); background: var(--problem-paper); }
"""
POLICY = (
    f"default-src 'none'; style-src {digest_of(_STYLE)}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a browser may do with these pages: show them, and send their form back."""


def sign_in_page(action: str, token: str, asked: str, name: str = "", said: str = "", *, problem: bool = True) -> str:
    """The form for a name and a password. `asked` is the page to go on to; `said` a sentence above the form."""
    fields = (
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="token" value="{escape(token)}">'
        f'<input type="hidden" name="page" value="{escape(asked)}">'
        '<label for="name">Name</label>'
        f'<input id="name" name="name" value="{escape(name)}" required maxlength="{LONGEST_NAME}" '
        f'autocomplete="username" autocapitalize="none" spellcheck="false"{"" if name else " autofocus"}>'
        '<label for="password">Password</label>'
        f'<input id="password" name="password" type="password" required maxlength="{LONGEST_PASSWORD}" '
        f'autocomplete="current-password"{" autofocus" if name else ""}>'
        '<button type="submit">Sign in</button></form>'
        '<p class="note">Whoever leads the study gives you an account.</p>'
    )
    return _page("Sign in", _notice(said, problem=problem) + fields)


def provider_page(leads_to: str, said: str = "", *, problem: bool = True) -> str:
    """The page for people who sign in at their identity provider."""
    link = f'<a class="act" href="{escape(leads_to)}">Sign in with your organisation’s account</a>'
    return _page("Sign in", _notice(said, problem=problem) + link)


def said_page(title: str, said: str, links: tuple[tuple[str, str], ...] = (), *, problem: bool = False) -> str:
    """A page with one sentence, and links below it (text and address)."""
    listed = "".join(f'<p class="note"><a href="{escape(address)}">{escape(text)}</a></p>' for text, address in links)
    return _page(title, _notice(said, problem=problem) + listed)


def _notice(said: str, *, problem: bool) -> str:
    if not said:
        return ""
    return (
        f'<p class="notice{" problem" if problem else ""}" role="{"alert" if problem else "status"}">{escape(said)}</p>'
    )


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{escape(title)} – Interview analysis</title><style>{_STYLE}</style></head>"
        f"<body><main><h1>Interview analysis</h1>{body}</main></body></html>"
    )

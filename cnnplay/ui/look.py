"""The parts of the look that the theme cannot say: style sheets and the name in the side bar."""

from pathlib import Path

import streamlit as st

_STYLES = sorted(Path(__file__).parent.glob("look*.css"))
"""look.css for all pages, look_PAGE.css for one of them."""
_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" width="132" height="28" viewBox="0 0 132 28">
<g fill="#2563eb"><rect x="2" y="4" width="6" height="6" rx="1.2" opacity=".35"/>
<rect x="9" y="4" width="6" height="6" rx="1.2"/><rect x="16" y="4" width="6" height="6" rx="1.2" opacity=".35"/>
<rect x="2" y="11" width="6" height="6" rx="1.2"/><rect x="9" y="11" width="6" height="6" rx="1.2" opacity=".35"/>
<rect x="16" y="11" width="6" height="6" rx="1.2"/><rect x="2" y="18" width="6" height="6" rx="1.2" opacity=".35"/>
<rect x="9" y="18" width="6" height="6" rx="1.2"/><rect x="16" y="18" width="6" height="6" rx="1.2" opacity=".35"/></g>
<text x="31" y="20" font-family="Source Sans, Source Sans Pro, system-ui, sans-serif" font-size="18" font-weight="650"
fill="#78766f">cnnplay</text></svg>"""


def dress() -> None:
    """Add the style sheets and the logo to this run."""
    st.logo(_LOGO, size="large")
    st.html(f"<style>{''.join(style.read_text(encoding='utf-8') for style in _STYLES)}</style>")

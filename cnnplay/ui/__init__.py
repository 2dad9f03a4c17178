"""Everything that knows Streamlit: canvas, caches, session state, answers, messages."""

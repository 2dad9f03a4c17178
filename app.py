"""The web app: `streamlit run app.py`."""

import streamlit as st

from cnnplay.ui.look import dress
from cnnplay.ui.navigation import framed, pages
from cnnplay.ui.predictors import warm_up
from cnnplay.ui.run_queue import start_waiting_runs

page = st.navigation(pages())
st.set_page_config(page_title=f"{page.title} - cnnplay", layout="wide")
dress()
with framed():
    page.run()
warm_up()
start_waiting_runs()

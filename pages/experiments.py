"""The classic experiments: a question, a guess, real trainings over several seeds, and why it comes out so."""

import streamlit as st

from cnnplay.errors import CnnplayError
from cnnplay.ui.experiment_list import asked_experiment, show_list
from cnnplay.ui.experiment_view import show_experiment
from cnnplay.ui.navigation import guard
from cnnplay.words import plain

guard()
st.title("Experiments")
try:
    asked = asked_experiment()
    if asked is None:
        show_list()
    else:
        show_experiment(asked)
except CnnplayError as error:
    st.error(plain(str(error)))

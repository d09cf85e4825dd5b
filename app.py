"""The app: `interview review STUDY`, or `streamlit run app.py -- STUDY`; the gate stands before both."""

import streamlit as st

from assistant.ui.gate import ENTRY, gate

app = st.App(ENTRY, middleware=gate())

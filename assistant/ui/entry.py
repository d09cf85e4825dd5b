"""What is drawn for each visit of the app."""

import streamlit as st

from assistant.ui.navigation import main

st.set_page_config(page_title="Interview analysis", layout="wide", initial_sidebar_state=240)
main()

"""The Streamlit pages: they draw what the stages know, and pass on what a person decides."""

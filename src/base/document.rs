//! YAML as a node tree with positions and raw text.

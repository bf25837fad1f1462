//! The look of a picture: one sheet of rules, and two sets of colours.

/// For which light a picture is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's screen is set.
    #[default]
    Auto,
    /// Bright.
    Light,
    /// Dark.
    Dark,
}

/// What does not depend on the light: the parts of the picture, and their rules.
const RULES: &[(&str, &str)] = &[
    (
        "text",
        "font:12px system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,\
         'DejaVu Sans',sans-serif",
    ),
    (".heading", "font-size:20px;font-weight:650"),
    (".title", "font-size:14px;font-weight:650"),
    (".word,.begin text", "font-weight:600"),
    (".small", "font-size:11px;text-anchor:middle"),
    (".code", "font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace"),
    (".key", "font-weight:700;text-anchor:middle"),
    (".arrow path", "fill:none;stroke-width:1.6"),
    (".under", "fill:none;stroke-width:6"),
    (".arrow.calm path", "stroke-dasharray:5 4;stroke-width:1.4"),
    (".arrow:hover path", "stroke-width:3"),
    (".port", "stroke-width:1.6"),
    (".inset", "fill:none;stroke-width:1.5"),
    (".outcome.calm,.event rect", "stroke-dasharray:3 2.5"),
    ("a text", "text-decoration:underline"),
];

/// Colours: the part of the picture, in the light, in the dark.
const COLOURS: &[(&str, &str, &str)] = &[
    (".sheet", "fill:#f6f7f9", "fill:#12161d"),
    (".under", "stroke:#f6f7f9", "stroke:#12161d"),
    (".heading,.title", "fill:#161d27", "fill:#f2f5f9"),
    ("text", "fill:#273140", "fill:#d5dce6"),
    (".quiet", "fill:#5d6876", "fill:#98a4b3"),
    (".card", "fill:#fff;stroke:#cfd6df", "fill:#1c222c;stroke:#3a4452"),
    (".shade", "fill:#1d2a3f;fill-opacity:.07", "fill:#000;fill-opacity:.3"),
    (".band", "fill:#eef1f6", "fill:#262e3a"),
    (".inset", "stroke:#dfe4eb", "stroke:#38424f"),
    (".cap", "fill:#fff;stroke:#a9b3c1", "fill:#2b3441;stroke:#66717f"),
    (".outcome", "fill:#f3f5f9;stroke:#d3dae4", "fill:#28303c;stroke:#46515f"),
    (".end", "fill:#eceff3", "fill:#2b323d"),
    (".stop", "fill:#384250", "fill:#c3ccd8"),
    (".arrow path", "stroke:#6d7a8c", "stroke:#8f9bab"),
    (".tip", "fill:#6d7a8c", "fill:#8f9bab"),
    (".port", "fill:#fff;stroke:#6d7a8c", "fill:#1c222c;stroke:#8f9bab"),
    (".arrow.calm path", "stroke:#9aa5b4", "stroke:#6b7787"),
    (".tip.calm", "fill:#9aa5b4", "fill:#6b7787"),
    (".port.calm", "stroke:#9aa5b4", "stroke:#6b7787"),
    (".arrow.back path", "stroke:#7c5cc4", "stroke:#a78bea"),
    (".tip.back", "fill:#7c5cc4", "fill:#a78bea"),
    (".port.back", "stroke:#7c5cc4", "stroke:#a78bea"),
    (".begin rect", "fill:#176b58;stroke:#176b58", "fill:#1f8a71;stroke:#1f8a71"),
    (".begin text,.begin path", "fill:#fff", "fill:#fff"),
    (".event rect", "fill:#fff;stroke:#6d7a8c", "fill:#1c222c;stroke:#8f9bab"),
    (".event text,.event path", "fill:#273140", "fill:#d5dce6"),
    (".control", "fill:#5d6876", "fill:#98a4b3"),
    (".call", "fill:#9a4a06", "fill:#f0a860"),
    (".sound", "fill:#1d58bd", "fill:#7fb0ff"),
    (".queue", "fill:#0d6b4a", "fill:#5fcf9f"),
    (".callback", "fill:#a3236f", "fill:#f08cc4"),
    (".data", "fill:#0b6678", "fill:#62c6da"),
];

/// The rules for one theme. They begin with the class of the picture, so that they touch nothing
/// else on a page that holds it.
pub(super) fn sheet(theme: Theme) -> String {
    let rules = written(RULES.iter().copied());
    let light = written(COLOURS.iter().map(|row| (row.0, row.1)));
    let dark = written(COLOURS.iter().map(|row| (row.0, row.2)));
    match theme {
        Theme::Light => format!("{rules}{light}"),
        Theme::Dark => format!("{rules}{dark}"),
        Theme::Auto => format!("{rules}{light}@media(prefers-color-scheme:dark){{{dark}}}"),
    }
}

fn written(rules: impl Iterator<Item = (&'static str, &'static str)>) -> String {
    let rule = |(parts, rule): (&str, &str)| {
        let parts: Vec<String> = parts.split(',').map(|part| format!(".flow {part}")).collect();
        format!("{}{{{rule}}}", parts.join(","))
    };
    rules.map(rule).collect()
}

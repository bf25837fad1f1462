//! `ringback flow graph`: the picture of a flow.

use super::files::configuration;
use super::keep;
use crate::flow::load::FILE_END;
use crate::flow::picture::{Picture, dot, mermaid, svg};
use crate::io::cli::EXIT_USAGE;
use crate::io::cli::check::refuse;
use crate::io::cli::output::tell;
use crate::io::site::Site;
use clap::ValueEnum;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub(in crate::io::cli) struct GraphArguments {
    /// The flow to draw
    file: PathBuf,
    /// The configuration beside which the flows stand that it runs; default: the `ringback.yaml`
    /// above its directory
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to write
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The colours of an SVG; `auto` follows the reader's screen
    #[arg(long, value_enum, default_value_t)]
    theme: Theme,
    /// Write here and not to the terminal
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// A picture for browsers and pages
    #[default]
    Svg,
    /// Text for pages that draw Mermaid
    Mermaid,
    /// Text for Graphviz
    Dot,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Theme {
    #[default]
    Auto,
    Light,
    Dark,
}

/// Draws one flow; whether the site has what it names is not asked.
pub(super) fn graph(arguments: &GraphArguments) -> ExitCode {
    let mut site = Site::default();
    let files = std::slice::from_ref(&arguments.file);
    let config = configuration(arguments.config.as_deref(), files);
    let flows = match site.flows_alone(config.as_deref(), files) {
        Ok(flows) => flows,
        Err(error) => return refuse(&site, &error),
    };
    let name = arguments.file.file_name().unwrap_or_default().to_string_lossy();
    let name = name.strip_suffix(FILE_END).unwrap_or(&name);
    let Some(flow) = flows.flows.get(name) else {
        tell(&format!("error: {} holds no flow `{name}`", arguments.file.display()));
        return ExitCode::from(EXIT_USAGE);
    };
    let picture = Picture::of_flow(flow);
    let text = match arguments.format {
        Format::Svg => svg::write(&picture, arguments.theme.of_svg()),
        Format::Mermaid => mermaid::write(&picture.sketch),
        Format::Dot => dot::write(&picture.sketch),
    };
    keep(arguments.output.as_deref(), &text)
}

impl Theme {
    const fn of_svg(self) -> svg::Theme {
        match self {
            Self::Auto => svg::Theme::Auto,
            Self::Light => svg::Theme::Light,
            Self::Dark => svg::Theme::Dark,
        }
    }
}

//! What holds without any file.

/// The shipped configuration, which is the example too: commented YAML.
pub const SETTINGS: &str = include_str!("../../config/ringback.yaml");

/// The name of the shipped configuration in complaints.
pub const SETTINGS_PATH: &str = "config/ringback.yaml (built in)";

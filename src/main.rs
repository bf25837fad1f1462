//! Arguments, settings, tracing, run, exit code.

fn main() {}

//! Stories of loading.

use super::*;

fn shipped(name: &str) -> (String, String) {
    let text = match name {
        "main-line" => include_str!("../../../config/flows/main-line.flow.yaml"),
        "waiting" => include_str!("../../../config/flows/waiting.flow.yaml"),
        _ => include_str!("../../../config/flows/custom-callback.flow.yaml"),
    };
    (format!("config/flows/{name}{FILE_END}"), text.to_owned())
}

#[test]
fn the_example_loads_as_it_stands() {
    let files = ["main-line", "waiting", "custom-callback"].map(shipped);
    match load(&files, &Site::default()) {
        Ok((set, warnings)) => {
            assert_eq!(warnings, []);
            assert_eq!(set.flows.len(), 3);
        }
        Err(complaints) => {
            let texts: Vec<String> = complaints.iter().map(ToString::to_string).collect();
            panic!("{}", texts.join("\n"));
        }
    }
}

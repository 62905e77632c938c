//! What a page of metrics holds.

/// The names of all samples with their labels, without their values.
pub fn series(page: &str) -> Vec<&str> {
    let samples = page.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').expect("a value").0).collect()
}

//! The table at the end of a run, for people and as JSON.

use std::fmt::{self, Display, Write};

/// One figure.
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<Target>,
}

/// What a figure has to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Target {
    fn met_by(self, value: f64) -> bool {
        match self {
            Target::AtMost(bound) => value <= bound,
            Target::AtLeast(bound) => value >= bound,
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::AtMost(bound) => write!(f, "≤ {}", figure(*bound)),
            Target::AtLeast(bound) => write!(f, "≥ {}", figure(*bound)),
        }
    }
}

/// Figures in the order in which they were added.
#[derive(Default)]
pub(crate) struct Table(Vec<Row>);

impl Table {
    /// Adds a figure.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.0.push(Row { name: name.into(), value, unit, target: None });
    }

    /// Adds a figure that has something to reach.
    pub(crate) fn aim(&mut self, name: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        self.0.push(Row { name: name.into(), value, unit, target: Some(target) });
    }

    /// All figures, with `title` beside them. A figure that does not exist is null.
    pub(crate) fn to_json(&self, title: &str) -> String {
        let number = |value: f64| if value.is_finite() { value.to_string() } else { "null".into() };
        let rows = self.0.iter().map(|row| {
            let target = match row.target {
                None => String::new(),
                Some(Target::AtMost(bound)) => format!(", \"at_most\": {}", number(bound)),
                Some(Target::AtLeast(bound)) => format!(", \"at_least\": {}", number(bound)),
            };
            let (name, unit) = (quoted(&row.name), quoted(row.unit));
            format!("    {{\"name\": {name}, \"value\": {}, \"unit\": {unit}{target}}}", number(row.value))
        });
        let rows: Vec<String> = rows.collect();
        format!("{{\n  \"title\": {},\n  \"rows\": [\n{}\n  ]\n}}\n", quoted(title), rows.join(",\n"))
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width =
            |of: fn(&Row) -> String| self.0.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
        let (names, values, units) =
            (width(|row| row.name.clone()), width(|row| figure(row.value)), width(|row| row.unit.into()));
        for row in &self.0 {
            let target = row.target.map_or(String::new(), |target| {
                format!("{target}{}", if target.met_by(row.value) { "" } else { "  MISSED" })
            });
            let line =
                format!("{:names$}  {:>values$}  {:units$}  {target}", row.name, figure(row.value), row.unit);
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number with as many digits as say something: `19,900`, `152.4`, `0.971`.
fn figure(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 1000.0 || size == size.trunc() => 0,
        size if size >= 10.0 => 1,
        _ => 3,
    };
    let plain = format!("{value:.digits$}");
    let (whole, rest) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let length = whole.trim_start_matches('-').len();
    let mut grouped = String::new();
    for (index, c) in whole.trim_start_matches('-').char_indices() {
        if index > 0 && (length - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(c);
    }
    format!("{}{grouped}{rest}", if value < 0.0 { "-" } else { "" })
}

fn quoted(words: &str) -> String {
    let mut out = String::from("\"");
    for c in words.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

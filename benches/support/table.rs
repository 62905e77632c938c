//! The table at the end of a run, for people and as JSON.

use std::fmt::{self, Display};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::Failure;

/// One figure.
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    floor: Option<Floor>,
    target: Option<Target>,
}

/// The same figure for the floor.
#[derive(Clone, Copy, Debug)]
struct Floor {
    value: f64,
    /// Ours for one of the floor's.
    ratio: f64,
}

/// What a figure has to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
    /// No less than this much of the floor.
    OfFloor(f64),
    /// No less than this much of what stands beside it.
    OfOther(f64),
}

impl Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::AtMost(bound) => write!(f, "≤ {}", figure(*bound)),
            Target::AtLeast(bound) => write!(f, "≥ {}", figure(*bound)),
            Target::OfFloor(bound) => write!(f, "≥ {} of the floor", figure(*bound)),
            Target::OfOther(bound) => write!(f, "≥ {} of that", figure(*bound)),
        }
    }
}

impl Row {
    /// Whether the target is met, if there is one.
    fn met(&self) -> Option<bool> {
        Some(match self.target? {
            Target::AtMost(bound) => self.value <= bound,
            Target::AtLeast(bound) => self.value >= bound,
            Target::OfFloor(bound) | Target::OfOther(bound) => {
                self.floor.is_some_and(|floor| floor.ratio >= bound)
            }
        })
    }

    fn cells(&self) -> [String; 7] {
        let of_floor = |of: fn(Floor) -> f64| self.floor.map_or(String::new(), |floor| figure(of(floor)));
        [
            self.name.clone(),
            figure(self.value),
            self.unit.into(),
            of_floor(|floor| floor.value),
            of_floor(|floor| floor.ratio),
            self.target.map_or(String::new(), |target| target.to_string()),
            self.met().map_or("", |met| if met { "yes" } else { "NO" }).into(),
        ]
    }

    fn to_json(&self, beside: [&str; 2]) -> Value {
        let mut row = json!({"name": self.name, "value": self.value, "unit": self.unit});
        if let Some(Floor { value, ratio }) = self.floor {
            row[beside[0]] = json!(value);
            row[beside[1]] = json!(ratio);
        }
        match self.target {
            None => {}
            Some(Target::AtMost(bound)) => row["at_most"] = json!(bound),
            Some(Target::AtLeast(bound)) => row["at_least"] = json!(bound),
            Some(Target::OfFloor(bound) | Target::OfOther(bound)) => row["ratio_at_least"] = json!(bound),
        }
        if let Some(met) = self.met() {
            row["met"] = json!(met);
        }
        row
    }
}

/// How a table is published.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Form {
    /// Write the figures to this file as well, as JSON. A figure that does not exist is null there.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Print the table as Markdown.
    #[arg(long)]
    markdown: bool,
}

/// Figures in the order in which they were added, and what has to be said about them.
pub(crate) struct Table {
    /// What stands beside a figure: the floor's, and the ratio to it.
    beside: [&'static str; 2],
    rows: Vec<Row>,
    remarks: Vec<String>,
}

impl Default for Table {
    fn default() -> Table {
        Table::beside(["floor", "ratio"])
    }
}

impl Table {
    /// A table in which these two figures stand beside each, where [`floor`](Self::floor) gives them.
    pub(crate) fn beside(beside: [&'static str; 2]) -> Table {
        Table { beside, rows: Vec::new(), remarks: Vec::new() }
    }

    /// Adds a figure.
    pub(crate) fn add(&mut self, name: impl Into<String>, value: f64, unit: &'static str) {
        self.rows.push(Row { name: name.into(), value, unit, floor: None, target: None });
    }

    /// Adds a figure that has something to reach.
    pub(crate) fn aim(&mut self, name: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        self.add(name, value, unit);
        self.target(target);
    }

    /// Puts the floor's figure beside the last one; `ratio` is ours for one of the floor's.
    pub(crate) fn floor(&mut self, value: f64, ratio: f64) {
        if let Some(row) = self.rows.last_mut() {
            row.floor = Some(Floor { value, ratio });
        }
    }

    /// Gives the last figure something to reach.
    pub(crate) fn target(&mut self, target: Target) {
        if let Some(row) = self.rows.last_mut() {
            row.target = Some(target);
        }
    }

    /// Adds a sentence that stands below the figures.
    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        self.remarks.push(remark.into());
    }

    /// Prints everything under `title`, as asked for.
    pub(crate) fn publish(&self, title: &str, form: &Form) -> Result<(), Failure> {
        self.print(title, form);
        form.json.as_ref().map_or(Ok(()), |file| write_json(file, &self.to_json(title)))
    }

    fn print(&self, title: &str, form: &Form) {
        match form.markdown {
            true => println!("\n{}", self.to_markdown()),
            false => println!("\n{title}\n\n{self}"),
        }
    }

    fn to_json(&self, title: &str) -> Value {
        let rows: Vec<Value> = self.rows.iter().map(|row| row.to_json(self.beside)).collect();
        json!({"title": title, "rows": rows, "remarks": self.remarks})
    }
}

/// Prints several tables, each under its title; as JSON they are an array.
pub(crate) fn publish_all(tables: &[(String, Table)], form: &Form) -> Result<(), Failure> {
    tables.iter().for_each(|(title, table)| table.print(title, form));
    let Some(file) = &form.json else { return Ok(()) };
    let tables: Vec<Value> = tables.iter().map(|(title, table)| table.to_json(title)).collect();
    write_json(file, &Value::from(tables))
}

impl Table {
    fn to_markdown(&self) -> String {
        let [first, second] = self.beside;
        let mut lines = vec![
            format!("| | ours | {first} | {second} | target | met |"),
            "|---|---|---|---|---|---|".into(),
        ];
        for row in &self.rows {
            let [name, value, unit, floor, ratio, target, met] = row.cells();
            let value = format!("{value} {unit}");
            let cells = [name, value.trim_end().into(), floor, ratio, target, met.to_lowercase()];
            lines.push(format!("| {} |", cells.join(" | ")));
        }
        lines.extend(self.remarks.iter().map(|remark| format!("\n{remark}")));
        lines.join("\n")
    }
}

impl Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second] = self.beside;
        let mut lines = vec![["", "value", "", first, second, "target", "met?"].map(String::from)];
        lines.extend(self.rows.iter().map(Row::cells));
        let width =
            |column: usize| lines.iter().map(|cells| cells[column].chars().count()).max().unwrap_or(0);
        let widths: [usize; 7] = std::array::from_fn(width);
        for cells in &lines {
            let mut line = String::new();
            for (column, cell) in cells.iter().enumerate() {
                let width = widths[column];
                match column {
                    // Numbers end below each other, words begin below each other.
                    1 | 3 | 4 => line += &format!("{cell:>width$}  "),
                    _ => line += &format!("{cell:width$}  "),
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        self.remarks.iter().try_for_each(|remark| writeln!(f, "\n{remark}"))
    }
}

/// Writes `value` to `file`, to be read by people as well.
pub(crate) fn write_json(file: &Path, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value)? + "\n";
    std::fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()).into())
}

/// A number with as many digits as say something: `19,900`, `152.4`, `0.971`; a dash where there is none.
pub(crate) fn figure(value: f64) -> String {
    if !value.is_finite() {
        return "–".into();
    }
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

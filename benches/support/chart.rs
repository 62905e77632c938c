//! Curves as a picture: SVG made from the JSON that a bench wrote, so that figures from elsewhere can be drawn too.
//!
//! Invariant: both axes are logarithmic, and every colour can be read on white as well as on black.

use std::fmt::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Failure;
use super::table::{figure, write_json};

const WIDTH: f64 = 720.0;
const PLOT_HEIGHT: f64 = 220.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 34.0;
/// Above each plot: its title and the names of its curves.
const ABOVE: f64 = 64.0;
/// Below it: the numbers and what they count.
const BELOW: f64 = 52.0;
const TITLE: f64 = 36.0;
const NOTE: f64 = 18.0;

/// Of text, axes and grid.
const INK: &str = "#7b858f";
/// Of curves, by the number that a series carries.
const COLOURS: [&str; 4] = ["#e0562d", "#3d85c6", "#3f9b57", "#a868c8"];

/// Some plots over the same quantity.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Chart {
    pub(crate) title: String,
    /// What is on the horizontal axes.
    pub(crate) across: String,
    pub(crate) plots: Vec<Plot>,
    /// Sentences below.
    pub(crate) notes: Vec<String>,
}

/// One plot.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Plot {
    /// What is on the vertical axis, with its unit.
    pub(crate) title: String,
    pub(crate) series: Vec<Series>,
    /// A bound to be kept, drawn as a line of dots.
    pub(crate) target: Option<f64>,
}

/// One curve.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Series {
    pub(crate) name: String,
    /// Which of the colours.
    pub(crate) colour: usize,
    pub(crate) dashed: bool,
    pub(crate) points: Vec<(f64, f64)>,
}

impl Chart {
    /// Writes `name`.json in `folder`.
    pub(crate) fn save(&self, folder: &Path, name: &str) -> Result<(), Failure> {
        std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        write_json(&folder.join(name).with_extension("json"), &serde_json::to_value(self)?)
    }

    /// Draws `name`.json in `folder` as `name`.svg beside it.
    pub(crate) fn draw(folder: &Path, name: &str) -> Result<(), Failure> {
        let file = folder.join(name);
        let text = std::fs::read_to_string(file.with_extension("json"))
            .map_err(|error| format!("{}: {error}", file.with_extension("json").display()))?;
        let chart: Chart = serde_json::from_str(&text)?;
        Ok(std::fs::write(file.with_extension("svg"), chart.to_svg()?)?)
    }

    fn to_svg(&self) -> Result<String, std::fmt::Error> {
        let each = ABOVE + PLOT_HEIGHT + BELOW;
        let height = TITLE + each * self.plots.len() as f64 + NOTE * (self.notes.len() as f64 + 1.0);
        let mut svg = String::new();
        writeln!(
            svg,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
             height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"{INK}\" role=\"img\">"
        )?;
        writeln!(svg, "<title>{}</title>", escaped(&self.title))?;
        text(&mut svg, (WIDTH / 2.0, 24.0), "middle", "font-size=\"17\"", &self.title)?;
        for (index, plot) in self.plots.iter().enumerate() {
            plot.draw(&mut svg, TITLE + each * index as f64 + ABOVE, &self.across)?;
        }
        for (index, note) in self.notes.iter().enumerate() {
            let y = TITLE + each * self.plots.len() as f64 + NOTE * (index as f64 + 0.7);
            text(&mut svg, (LEFT, y), "start", "font-size=\"12\"", note)?;
        }
        writeln!(svg, "</svg>")?;
        Ok(svg)
    }
}

impl Plot {
    /// Draws with the upper edge of the plot at `top`.
    fn draw(&self, svg: &mut String, top: f64, across: &str) -> std::fmt::Result {
        // What is not above nothing has no place on a logarithmic axis.
        let points = || self.series.iter().flat_map(|series| &series.points).filter(|at| at.1 > 0.0);
        let x = Axis::over(points().map(|at| at.0), LEFT, WIDTH - RIGHT);
        let y = Axis::over(points().map(|at| at.1).chain(self.target), top + PLOT_HEIGHT, top);
        text(svg, (LEFT, top - 38.0), "start", "font-size=\"14\" font-weight=\"bold\"", &self.title)?;
        self.draw_grid(svg, top, (&x, &y))?;
        text(svg, (f64::midpoint(LEFT, WIDTH - RIGHT), top + PLOT_HEIGHT + 38.0), "middle", "", across)?;
        if let Some(target) = self.target {
            let at = y.at(target);
            line(svg, (LEFT, at), (WIDTH - RIGHT, at), "stroke-width=\"2\" stroke-dasharray=\"1 5\"")?;
            text(svg, (WIDTH - RIGHT - 4.0, at + 15.0), "end", "font-size=\"12\"", "target")?;
        }
        let mut legend = LEFT;
        for series in &self.series {
            let colour = COLOURS[series.colour % COLOURS.len()];
            let dashes = if series.dashed { " stroke-dasharray=\"7 4\"" } else { "" };
            let stroke = format!("stroke=\"{colour}\" stroke-width=\"2.2\"{dashes}");
            let path: Vec<String> = series
                .points
                .iter()
                .filter(|at| at.1 > 0.0)
                .map(|at| format!("{:.1},{:.1}", x.at(at.0), y.at(at.1)))
                .collect();
            writeln!(svg, "<polyline fill=\"none\" {stroke} points=\"{}\"/>", path.join(" "))?;
            for point in &path {
                let (cx, cy) = point.split_once(',').unwrap_or_default();
                writeln!(svg, "<circle cx=\"{cx}\" cy=\"{cy}\" r=\"3.2\" fill=\"{colour}\"/>")?;
            }
            line(svg, (legend, top - 19.0), (legend + 26.0, top - 19.0), &stroke)?;
            text(svg, (legend + 32.0, top - 15.0), "start", "font-size=\"12\"", &series.name)?;
            legend += 56.0 + 6.4 * series.name.chars().count() as f64;
        }
        Ok(())
    }

    fn draw_grid(&self, svg: &mut String, top: f64, (x, y): (&Axis, &Axis)) -> std::fmt::Result {
        let bottom = top + PLOT_HEIGHT;
        for (value, named) in x.ticks() {
            let at = x.at(value);
            line(svg, (at, top), (at, bottom), "stroke-opacity=\"0.25\"")?;
            if named {
                text(svg, (at, bottom + 18.0), "middle", "", &figure(value))?;
            }
        }
        for (value, named) in y.ticks() {
            let at = y.at(value);
            line(svg, (LEFT, at), (WIDTH - RIGHT, at), "stroke-opacity=\"0.25\"")?;
            if named {
                text(svg, (LEFT - 8.0, at + 4.5), "end", "", &figure(value))?;
            }
        }
        Ok(())
    }
}

/// A logarithmic axis, from a round number to a round number.
struct Axis {
    from: f64,
    to: f64,
    /// Where these two are.
    begin: f64,
    end: f64,
}

impl Axis {
    /// The least axis that holds all values.
    fn over(values: impl Iterator<Item = f64>, begin: f64, end: f64) -> Axis {
        let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(a, b), v| (a.min(v), b.max(v)));
        if least > most {
            return Axis { from: 1.0, to: 10.0, begin, end };
        }
        let to = round_numbers().find(|&round| round >= most * 0.9999).unwrap_or(most);
        // A power of ten at least: what differs by little shall look so.
        let least = least.min(to / 10.0);
        let from = round_numbers().rfind(|&round| round <= least * 1.0001).unwrap_or(least);
        Axis { from, to, begin, end }
    }

    fn at(&self, value: f64) -> f64 {
        self.begin + (value / self.from).ln() / (self.to / self.from).ln() * (self.end - self.begin)
    }

    /// Where the grid is, and whether there is a number beside it: on a long axis at powers of ten only.
    fn ticks(&self) -> impl Iterator<Item = (f64, bool)> {
        let (from, to) = (self.from * 0.9999, self.to * 1.0001);
        let long = to / from > 2000.0;
        let within = round_numbers().filter(move |&round| round >= from && round <= to);
        within.map(move |round| (round, !long || (round.log10() - round.log10().round()).abs() < 1e-9))
    }
}

/// 1, 2 and 5 times the powers of ten.
fn round_numbers() -> impl DoubleEndedIterator<Item = f64> {
    (-6..12).flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * 10_f64.powi(power)))
}

fn line(svg: &mut String, from: (f64, f64), to: (f64, f64), style: &str) -> std::fmt::Result {
    // The first of two attributes of one name would be an error: a style with a colour of its own comes without ours.
    let ink = if style.contains("stroke=") { String::new() } else { format!("stroke=\"{INK}\" ") };
    let ((x1, y1), (x2, y2)) = (from, to);
    writeln!(svg, "<line x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\" {ink}{style}/>")
}

fn text(svg: &mut String, at: (f64, f64), anchor: &str, style: &str, words: &str) -> std::fmt::Result {
    let (x, y) = at;
    writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" {style}>{}</text>",
        escaped(words)
    )
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! The picture in the READMEs: three people talk, each by another program, and their screens are drawn as they are.
//! `TERTULIA_DRAW=1 cargo test picture` draws it again.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::peer::{HELP, PROMPT};
use crate::support::process::has;
use crate::support::pty::Pty;
use crate::support::server::Server;

const FILE: &str = "docs/session.svg";

/// Rows and columns of each screen.
const ROWS: u16 = 17;
const COLUMNS: u16 = 44;

/// The size of a character, and of the font that is about so wide, in pixels.
const WIDTH: f32 = 7.8;
const HEIGHT: f32 = 17.0;
const FONT: f32 = 13.0;
/// What is left empty around a screen, and above it for its title.
const MARGIN: f32 = 10.0;
const TITLE: f32 = 24.0;

/// The sixteen colours, on the dark of a terminal: so they can be read on any page.
const PALETTE: [&str; 16] = [
    "#6e7681", "#ff7b72", "#56d364", "#e3b341", "#79c0ff", "#d2a8ff", "#56d4dd", "#d0d7de", "#8b949e",
    "#ffa198", "#7ee787", "#f2cc60", "#a5d6ff", "#e2c5ff", "#7fe3ea", "#ffffff",
];
const INK: &str = "#d0d7de";

/// A program that talks to the server, on a screen of its own.
fn screen(server: &Server, program: &str, options: &[&str]) -> Pty {
    let port = server.address.port().to_string();
    let mut command = Command::new(program);
    command.args(options).args(["127.0.0.1", &port]).env("TERM", "xterm-256color").env_remove("NO_COLOR");
    let mut screen = Pty::spawn(command);
    screen.resize(ROWS, COLUMNS);
    screen.wait_for_line(PROMPT);
    screen
}

/// María at `nc`, Juan at the client and Luis at `telnet`, when they have talked.
fn session(server: &Server) -> [(&'static str, Pty); 3] {
    let mut maria = screen(server, "nc", &[]);
    maria.type_keys("María\r");
    maria.wait_for_text(HELP);
    let mut juan = screen(server, env!("CARGO_BIN_EXE_tertulia"), &[]);
    juan.type_keys("Juan\r");
    juan.wait_for_line("Tú:");
    maria.wait_for_text(">>> Juan se unió al chat");
    let mut luis = screen(server, "telnet", &[]);
    luis.type_keys("Luis\r");
    luis.wait_for_text(HELP);
    maria.wait_for_text(">>> Luis se unió al chat");
    juan.wait_for_text(">>> Luis se unió al chat");
    let mut all = [maria, juan, luis];
    for (who, typed, heard) in [
        (1, "Hola a todos!", "Juan: Hola a todos!"),
        (0, "Hola Juan!", "María: Hola Juan!"),
        (2, "/yo saluda", "* Luis saluda"),
    ] {
        all[who].type_keys(&format!("{typed}\r"));
        for (listener, screen) in all.iter_mut().enumerate() {
            if listener != who {
                screen.wait_for_text(heard);
            }
        }
    }
    let [mut maria, mut juan, mut luis] = all;
    juan.wait_for_line("Tú:");
    juan.type_keys("/privado Luis ¿comemos?\r");
    juan.wait_for_text("[privado a Luis] ¿comemos?");
    luis.wait_for_text("[privado] Juan: ¿comemos?");
    maria.type_keys("salir\r");
    luis.wait_for_text("<<< María salió del chat");
    juan.wait_for_text("<<< María salió del chat");
    juan.wait_for_line("Tú:");
    [("María: nc", maria), ("Juan: tertulia", juan), ("Luis: telnet", luis)]
}

fn colour(colour: vt100::Color) -> String {
    match colour {
        vt100::Color::Default => INK.into(),
        vt100::Color::Idx(index) if usize::from(index) < PALETTE.len() => PALETTE[usize::from(index)].into(),
        // Of the cube of 6 × 6 × 6; the greys behind it are not used.
        vt100::Color::Idx(index) => {
            let place = index - 16;
            let part = |part: u8| if part == 0 { 0 } else { 55 + 40 * u32::from(part) };
            format!("#{:02x}{:02x}{:02x}", part(place / 36), part(place / 6 % 6), part(place % 6))
        }
        vt100::Color::Rgb(red, green, blue) => format!("#{red:02x}{green:02x}{blue:02x}"),
    }
}

/// Draws a row from its first cell on: each run of one colour is a text as wide as its cells.
fn draw_row(screen: &vt100::Screen, row: u16, x: f32, y: f32, out: &mut String) {
    let mut column = 0;
    while column < COLUMNS {
        let look = |at: u16| {
            let cell = screen.cell(row, at)?;
            Some((colour(cell.fgcolor()), cell.bold()))
        };
        let (first, style) = (column, look(column));
        let mut words = String::new();
        while column < COLUMNS && look(column) == style {
            let cell = screen.cell(row, column).expect("a cell");
            words.push_str(if cell.has_contents() { cell.contents() } else { " " });
            column += 1;
        }
        let kept = words.trim_end();
        let Some((colour, bold)) = style.filter(|_| !kept.is_empty()) else { continue };
        let escaped = kept.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let (left, width) = (x + f32::from(first) * WIDTH, kept.chars().count() as f32 * WIDTH);
        let weight = if bold { " font-weight=\"bold\"" } else { "" };
        let _ = writeln!(
            out,
            "<text x=\"{left:.1}\" y=\"{y:.1}\" fill=\"{colour}\"{weight} textLength=\"{width:.1}\">{escaped}</text>"
        );
    }
}

fn draw(screens: &[(&str, Pty)]) -> String {
    let panel = f32::from(COLUMNS) * WIDTH + 2.0 * MARGIN;
    let inner = f32::from(ROWS) * HEIGHT + 2.0 * MARGIN + TITLE;
    let width = panel * screens.len() as f32 + MARGIN * (screens.len() - 1) as f32;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {inner:.0}\" \
         font-family=\"ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace\" font-size=\"{FONT}\" \
         xml:space=\"preserve\">\n"
    );
    for (index, (title, screen)) in screens.iter().enumerate() {
        let x = index as f32 * (panel + MARGIN);
        let _ = writeln!(
            out,
            "<rect x=\"{x:.1}\" width=\"{panel:.1}\" height=\"{inner:.1}\" rx=\"8\" fill=\"#161b22\" stroke=\"#484f58\"/>"
        );
        let middle = x + panel / 2.0;
        let _ = writeln!(
            out,
            "<text x=\"{middle:.1}\" y=\"18\" fill=\"#8b949e\" text-anchor=\"middle\">{title}</text>"
        );
        for row in 0..ROWS {
            let y = TITLE + MARGIN + f32::from(row) * HEIGHT + FONT;
            draw_row(screen.cells(), row, x + MARGIN, y, &mut out);
        }
    }
    out + "</svg>\n"
}

#[test]
fn picture_is_of_a_session_as_it_is() {
    if !has("nc") || !has("telnet") {
        return;
    }
    let drawn = draw(&session(&Server::start(&[])));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(FILE);
    if env::var_os("TERTULIA_DRAW").is_some() {
        fs::write(&path, &drawn).expect("a file to write");
    }
    let kept = fs::read_to_string(&path).expect("a picture");
    assert!(drawn == kept, "{FILE} shows another session: TERTULIA_DRAW=1 cargo test picture");
}

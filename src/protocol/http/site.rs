//! What the server shows to browsers: the page and its files, whether it is well, and the door of the chat.

use sha1::{Digest, Sha1};

use super::host::{HostNames, is_same_origin};
use super::request::{HttpRequest, Method};
use super::response::{Response, Status};
use crate::protocol::websocket::accept_key;

/// The subprotocol that is spoken over a WebSocket.
pub const SUBPROTOCOL: &str = "tertulia.1";

/// Nothing is loaded from elsewhere, nothing runs that is not a file of ours, no other page may hold ours in a frame, and text never
/// becomes markup.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     img-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'";

/// So many bytes have to be saved for a file to be sent compressed.
const WORTH_BYTES: usize = 1024;

/// One file that a browser may ask for.
#[derive(Clone, Copy, Debug)]
pub struct SiteFile {
    /// Its path, from its first slash.
    pub path: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
    /// The same as gzip, compressed when the server was built.
    pub gzip: &'static [u8],
}

macro_rules! file {
    ($path:literal, $name:literal, $media_type:literal) => {
        SiteFile {
            path: $path,
            media_type: $media_type,
            bytes: include_bytes!(concat!("../../web/", $name)),
            gzip: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".gz")),
        }
    };
}

/// The page, and what it is made of.
pub const FILES: [SiteFile; 9] = [
    file!("/", "index.html", "text/html; charset=utf-8"),
    file!("/chat.css", "chat.css", "text/css; charset=utf-8"),
    file!("/chat.js", "chat.js", "text/javascript; charset=utf-8"),
    file!("/commands.js", "commands.js", "text/javascript; charset=utf-8"),
    file!("/icon.svg", "icon.svg", "image/svg+xml"),
    file!("/rooms.js", "rooms.js", "text/javascript; charset=utf-8"),
    file!("/view.js", "view.js", "text/javascript; charset=utf-8"),
    file!("/wire.js", "wire.js", "text/javascript; charset=utf-8"),
    file!("/words.js", "words.js", "text/javascript; charset=utf-8"),
];

/// Who may ask, and for what.
#[derive(Debug)]
pub struct Site {
    files: Vec<Shown>,
    names: HostNames,
    /// Origins beside the server's own whose pages may open a WebSocket.
    origins: Vec<String>,
}

/// A file, with an entity tag for each way in which it is sent.
#[derive(Debug)]
struct Shown {
    file: SiteFile,
    tag: String,
    /// None: it is not worth it.
    gzip_tag: Option<String>,
}

impl Shown {
    fn new(file: SiteFile) -> Shown {
        let worth = file.bytes.len() >= file.gzip.len() + WORTH_BYTES;
        Shown { file, tag: entity_tag(file.bytes), gzip_tag: worth.then(|| entity_tag(file.gzip)) }
    }
}

/// What comes of a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// This is sent, and the connection ends.
    Respond(Response),
    /// This is sent, and what follows is a WebSocket; with the query of the request.
    WebSocket(Response, Option<String>),
}

/// What becomes of newcomers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// They get in.
    Ready,
    /// There is no place.
    Full,
    /// They wait: the log of several servers does not answer this one.
    Away,
    /// They wait: this one of several servers is held for dead, or goes on from another state.
    Outside,
}

impl Site {
    /// A site of these files, under these names. Pages of `origins` may open a WebSocket too.
    pub fn new(files: &[SiteFile], names: HostNames, origins: Vec<String>) -> Site {
        let files = files.iter().copied().map(Shown::new).collect();
        Site { files, names, origins }
    }

    /// Answers a request to a chat that stands so.
    pub fn answer(&self, request: &HttpRequest, readiness: Readiness) -> Answer {
        let only_known = request.host.as_deref().is_none_or(|host| self.names.allow(host));
        if !only_known {
            return Answer::Respond(page(Status::MisdirectedRequest));
        }
        match (request.path.as_str(), request.method) {
            ("/chat", Method::Get) => self.open(request, readiness),
            ("/chat" | "/salud" | "/health", Method::Other) => Answer::Respond(not_allowed()),
            ("/salud" | "/health", _) => Answer::Respond(health(readiness)),
            (path, method) => match self.files.iter().find(|shown| shown.file.path == path) {
                None => Answer::Respond(page(Status::NotFound)),
                Some(_) if method == Method::Other => Answer::Respond(not_allowed()),
                Some(shown) => Answer::Respond(show(shown, request)),
            },
        }
    }

    /// The door of the chat.
    fn open(&self, request: &HttpRequest, readiness: Readiness) -> Answer {
        let Some(upgrade) = &request.upgrade else {
            let response = page(Status::UpgradeRequired).header("Upgrade", "websocket");
            return Answer::Respond(response);
        };
        let host = request.host.as_deref().unwrap_or_default();
        let ours =
            |origin: &str| is_same_origin(origin, host) || self.origins.iter().any(|known| known == origin);
        if !request.origin.as_deref().is_none_or(ours) {
            return Answer::Respond(page(Status::Forbidden));
        }
        if upgrade.version != "13" {
            let response = page(Status::UpgradeRequired).header("Sec-WebSocket-Version", "13");
            return Answer::Respond(response);
        }
        let Some(accept) = accept_key(&upgrade.key) else {
            return Answer::Respond(page(Status::BadRequest));
        };
        if readiness == Readiness::Full {
            return Answer::Respond(page(Status::ServiceUnavailable));
        }
        let mut response = Response::new(Status::SwitchingProtocols)
            .header("Upgrade", "websocket")
            .header("Connection", "Upgrade")
            .header("Sec-WebSocket-Accept", &accept);
        if upgrade.protocols.iter().any(|offered| offered == SUBPROTOCOL) {
            response = response.header("Sec-WebSocket-Protocol", SUBPROTOCOL);
        }
        Answer::WebSocket(response, request.query.clone())
    }
}

/// A page that says what is wrong and how to join, for any status that is an error.
pub fn page(status: Status) -> Response {
    let (spanish, english) = words(status);
    let body = format!(
        "<!doctype html>\n<html lang=\"es\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>tertulia</title>\n\
         <h1>{}</h1>\n<p>{spanish}</p>\n<p>El chat está en <a href=\"/\">la página de inicio</a>; con un terminal: \
         <code>nc DIRECCIÓN PUERTO</code></p>\n<p lang=\"en\">{english}</p>\n\
         <p lang=\"en\">The chat is at <a href=\"/\">the start page</a>; with a terminal: <code>nc HOST PORT</code></p>\n",
        status.line()
    );
    secured(Response::new(status)).body("text/html; charset=utf-8", body.into_bytes())
}

/// What is wrong, in Spanish and in English. Nothing of the request is repeated.
fn words(status: Status) -> (&'static str, &'static str) {
    match status {
        Status::NotFound => ("Aquí no hay nada con esa dirección.", "There is nothing at this address."),
        Status::MethodNotAllowed => ("Esto solo se puede leer.", "This can only be read."),
        Status::Forbidden => (
            "Una página de otro sitio no puede hablar en este chat.",
            "A page of another site cannot speak in this chat.",
        ),
        Status::MisdirectedRequest => (
            "Este servidor no se llama así. Usa su dirección IP o pide a quien lo administra que añada el nombre con --host-name.",
            "This server does not go by that name. Use its IP address, or ask its administrator to add the name with --host-name.",
        ),
        Status::UpgradeRequired => (
            "Por aquí entra el programa de la página, con WebSocket.",
            "This is the door for the page's program, by WebSocket.",
        ),
        Status::ServiceUnavailable => {
            ("El chat está lleno. Prueba dentro de un rato.", "The chat is full. Try again in a while.")
        }
        Status::RequestTimeout => ("La petición no llegó a tiempo.", "The request did not arrive in time."),
        Status::UriTooLong | Status::HeadTooLarge | Status::ContentTooLarge => {
            ("La petición es demasiado larga.", "The request is too long.")
        }
        _ => ("La petición no se entiende.", "The request cannot be understood."),
    }
}

fn not_allowed() -> Response {
    page(Status::MethodNotAllowed).header("Allow", "GET, HEAD")
}

/// For programs that send newcomers somewhere, or watch over the server.
fn health(readiness: Readiness) -> Response {
    let (status, body) = match readiness {
        Readiness::Ready => (Status::Ok, "ok\n"),
        Readiness::Full => (Status::ServiceUnavailable, "full\n"),
        Readiness::Away => (Status::ServiceUnavailable, "away\n"),
        Readiness::Outside => (Status::ServiceUnavailable, "outside\n"),
    };
    secured(Response::new(status))
        .header("Cache-Control", "no-store")
        .body("text/plain; charset=utf-8", body.as_bytes())
}

fn show(shown: &Shown, request: &HttpRequest) -> Response {
    let gzip_tag = shown.gzip_tag.as_ref().filter(|_| request.gzip);
    let tag = gzip_tag.unwrap_or(&shown.tag);
    let has_it = request.if_none_match.as_deref().is_some_and(|tags| {
        tags.split(',').map(str::trim).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
    });
    let status = if has_it { Status::NotModified } else { Status::Ok };
    let mut response = secured(Response::new(status)).header("ETag", tag).header("Cache-Control", "no-cache");
    if shown.gzip_tag.is_some() {
        response = response.header("Vary", "Accept-Encoding");
    }
    match gzip_tag {
        _ if has_it => response,
        Some(_) => response.header("Content-Encoding", "gzip").body(shown.file.media_type, shown.file.gzip),
        None => response.body(shown.file.media_type, shown.file.bytes),
    }
}

fn secured(response: Response) -> Response {
    response
        .header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Resource-Policy", "same-origin")
}

/// A tag that is another one as soon as a byte is.
fn entity_tag(bytes: &[u8]) -> String {
    let digest = Sha1::digest(bytes);
    let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

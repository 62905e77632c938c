//! Heads of requests.
//!
//! Invariant: what two readers could understand differently (two hosts, a body, a folded line) is refused, never guessed at.

use super::response::Status;

/// Bytes of a request's head, at most.
pub const HEAD_MAX_BYTES: usize = 8 * 1024;

/// Headers of a request, at most: browsers send some 15.
const HEADERS_MAX: usize = 64;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Show it.
    Get,
    /// Only tell about it.
    Head,
    /// Anything else: nothing here takes it.
    Other,
}

/// One request, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// What is asked for.
    pub method: Method,
    /// The path, as it was sent, from its first slash.
    pub path: String,
    /// What stands behind its `?`.
    pub query: Option<String>,
    /// Name or address, and port, that the client believes to speak to. None: HTTP/1.0 has none.
    pub host: Option<String>,
    /// The site whose page sends this; none of what is no page.
    pub origin: Option<String>,
    /// What the client has already: entity tags, as they were sent.
    pub if_none_match: Option<String>,
    /// Whether the client takes gzip.
    pub gzip: bool,
    /// The addresses through which this has come, as proxies say, the nearest last. Of the first ones the client itself may have said
    /// anything.
    pub forwarded_for: Vec<String>,
    /// The wish to go on as a WebSocket.
    pub upgrade: Option<Upgrade>,
}

/// The wish to go on as a WebSocket (RFC 6455 §4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upgrade {
    /// `Sec-WebSocket-Key`, as it was sent.
    pub key: String,
    /// `Sec-WebSocket-Version`: 13 is the one that is spoken.
    pub version: String,
    /// Subprotocols that the client offers, the best first.
    pub protocols: Vec<String>,
}

/// What the first bytes of a connection are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// The head is not whole.
    Incomplete,
    /// A request, and how long its head was: what follows is no part of it.
    Request(Box<HttpRequest>, usize),
    /// No request that is answered with more than this.
    Refused(Status),
}

/// Reads the head of a request off the front of `bytes`, which are all that has come of the connection.
pub fn parse(bytes: &[u8]) -> Parsed {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    let looked_at = &bytes[..bytes.len().min(HEAD_MAX_BYTES)];
    let length = match head.parse(looked_at) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_MAX_BYTES => return Parsed::Incomplete,
        Ok(httparse::Status::Partial) if head.path.is_none() => {
            return Parsed::Refused(Status::UriTooLong);
        }
        Ok(httparse::Status::Partial) | Err(httparse::Error::TooManyHeaders) => {
            return Parsed::Refused(Status::HeadTooLarge);
        }
        Err(httparse::Error::Version) => return Parsed::Refused(Status::VersionNotSupported),
        Err(_) => return Parsed::Refused(Status::BadRequest),
    };
    match understand(&head) {
        Ok(request) => Parsed::Request(Box::new(request), length),
        Err(status) => Parsed::Refused(status),
    }
}

fn understand(head: &httparse::Request<'_, '_>) -> Result<HttpRequest, Status> {
    let (Some(method), Some(target), Some(version)) = (head.method, head.path, head.version) else {
        return Err(Status::BadRequest);
    };
    let fields = Fields(head.headers);
    let (authority, target) = match target.split_once("://") {
        // RFC 9112 §3.2.2: the host in the target is the one that counts.
        Some((scheme, rest)) if is_http(scheme) => {
            let path = rest.find(['/', '?']).unwrap_or(rest.len());
            (Some(&rest[..path]), &rest[path..])
        }
        _ => (None, target),
    };
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, None),
    };
    let path = match (path, authority) {
        ("", Some(_)) => "/",
        ("*", None) if method == "OPTIONS" => "*",
        (path, _) if path.starts_with('/') => path,
        _ => return Err(Status::BadRequest),
    };
    let host = fields.one("host")?;
    if host.is_none() && version > 0 {
        return Err(Status::BadRequest);
    }
    if fields.all("transfer-encoding").next().is_some()
        || fields.one("content-length")?.is_some_and(|length| length != "0")
    {
        // Of a POST it is the method that is wrong.
        if matches!(method, "GET" | "HEAD") {
            return Err(Status::ContentTooLarge);
        }
    }
    let wants = |field, wanted| fields.list(field).any(|token| token.eq_ignore_ascii_case(wanted));
    let upgrade = (wants("connection", "upgrade") && wants("upgrade", "websocket") && version > 0)
        .then(|| {
            Ok(Upgrade {
                key: fields.one("sec-websocket-key")?.unwrap_or_default().to_owned(),
                version: fields.one("sec-websocket-version")?.unwrap_or_default().to_owned(),
                protocols: fields.list("sec-websocket-protocol").map(str::to_owned).collect(),
            })
        })
        .transpose()?;
    Ok(HttpRequest {
        method: match method {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            _ => Method::Other,
        },
        path: path.to_owned(),
        query: query.map(str::to_owned),
        host: authority.or(host).map(str::to_owned),
        origin: fields.one("origin")?.map(str::to_owned),
        if_none_match: fields.one("if-none-match")?.map(str::to_owned),
        gzip: fields.list("accept-encoding").any(takes_gzip),
        forwarded_for: fields.raw_list("x-forwarded-for"),
        upgrade,
    })
}

fn is_http(scheme: &str) -> bool {
    ["http", "https", "ws", "wss"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
}

/// Whether an element of `Accept-Encoding` lets the answer be gzip (RFC 9110 §12.5.3).
fn takes_gzip(element: &str) -> bool {
    let mut parts = element.split(';').map(str::trim);
    let named = parts.next().is_some_and(|coding| coding.eq_ignore_ascii_case("gzip"));
    let weight = parts.find_map(|parameter| parameter.strip_prefix("q="));
    named && weight.is_none_or(|weight| !weight.trim_matches(['0', '.']).is_empty())
}

/// The headers of a request. Values that are no ASCII are as good as missing.
struct Fields<'a>(&'a [httparse::Header<'a>]);

impl<'a> Fields<'a> {
    fn all(&self, name: &'static str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |header| header.name.eq_ignore_ascii_case(name));
        named.map(|header| match std::str::from_utf8(header.value) {
            Ok(value) if value.is_ascii() => value.trim(),
            _ => "",
        })
    }

    /// The value of a header that may be there once.
    fn one(&self, name: &'static str) -> Result<Option<&'a str>, Status> {
        let mut values = self.all(name);
        match (values.next(), values.next()) {
            (value, None) => Ok(value),
            _ => Err(Status::BadRequest),
        }
    }

    /// The elements of a header that is a list, of all its lines, whatever they hold: no element makes another one go missing.
    fn raw_list(&self, name: &'static str) -> Vec<String> {
        let named = self.0.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
        let elements = named.flat_map(|header| header.value.split(|&byte| byte == b','));
        elements.map(|element| String::from_utf8_lossy(element.trim_ascii()).into_owned()).collect()
    }

    /// The elements of a header that is a list, of all its lines.
    fn list(&self, name: &'static str) -> impl Iterator<Item = &'a str> {
        self.all(name).flat_map(|value| value.split(',')).map(str::trim).filter(|element| !element.is_empty())
    }
}

//! Answers.

use std::borrow::Cow;
use std::fmt::Write;

/// How a request was answered (RFC 9110 §15).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// 101
    SwitchingProtocols,
    /// 200
    Ok,
    /// 304
    NotModified,
    /// 400
    BadRequest,
    /// 403
    Forbidden,
    /// 404
    NotFound,
    /// 405
    MethodNotAllowed,
    /// 408
    RequestTimeout,
    /// 413
    ContentTooLarge,
    /// 414
    UriTooLong,
    /// 421
    MisdirectedRequest,
    /// 426
    UpgradeRequired,
    /// 431 (RFC 6585 §5)
    HeadTooLarge,
    /// 503
    ServiceUnavailable,
    /// 505
    VersionNotSupported,
}

impl Status {
    /// Number and name, as they stand in an answer's first line.
    pub fn line(self) -> &'static str {
        match self {
            Status::SwitchingProtocols => "101 Switching Protocols",
            Status::Ok => "200 OK",
            Status::NotModified => "304 Not Modified",
            Status::BadRequest => "400 Bad Request",
            Status::Forbidden => "403 Forbidden",
            Status::NotFound => "404 Not Found",
            Status::MethodNotAllowed => "405 Method Not Allowed",
            Status::RequestTimeout => "408 Request Timeout",
            Status::ContentTooLarge => "413 Content Too Large",
            Status::UriTooLong => "414 URI Too Long",
            Status::MisdirectedRequest => "421 Misdirected Request",
            Status::UpgradeRequired => "426 Upgrade Required",
            Status::HeadTooLarge => "431 Request Header Fields Too Large",
            Status::ServiceUnavailable => "503 Service Unavailable",
            Status::VersionNotSupported => "505 HTTP Version Not Supported",
        }
    }

    /// Whether the answer has a body, and says how long it is (RFC 9110 §8.6).
    fn has_body(self) -> bool {
        !matches!(self, Status::SwitchingProtocols | Status::NotModified)
    }
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    status: Status,
    /// Whole lines, CR LF included.
    headers: String,
    body: Cow<'static, [u8]>,
}

impl Response {
    /// An answer without a body.
    pub fn new(status: Status) -> Response {
        Response { status, headers: String::new(), body: Cow::Borrowed(&[]) }
    }

    /// The same with a header. Neither may have a line end in it.
    pub fn header(mut self, name: &str, value: &str) -> Response {
        assert!(!name.contains(['\r', '\n']) && !value.contains(['\r', '\n']), "one header is one line");
        write!(self.headers, "{name}: {value}\r\n").expect("memory takes it");
        self
    }

    /// The same with a body of this media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Cow<'static, [u8]>>) -> Response {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// How the request was answered.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The bytes on the wire; without the body if only the head is asked for. The connection ends behind them, but for a
    /// [`SwitchingProtocols`](Status::SwitchingProtocols).
    pub fn to_bytes(&self, only_head: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {}\r\n{}", self.status.line(), self.headers);
        if self.status != Status::SwitchingProtocols {
            head.push_str("Connection: close\r\n");
        }
        if self.status.has_body() {
            write!(head, "Content-Length: {}\r\n", self.body.len()).expect("memory takes it");
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        if self.status.has_body() && !only_head {
            bytes.extend_from_slice(&self.body);
        }
        bytes
    }
}

//! HTTP/1.1, the server's side: one request, one answer, and the connection ends, or becomes a WebSocket. No socket and no clock.
//!
//! Absent on purpose: bodies of requests, chunks, ranges, and a second request on the same connection.

mod host;
mod request;
mod response;
mod site;

pub use host::{HostNames, is_same_origin};
pub use request::{HEAD_MAX_BYTES, HttpRequest, Method, Parsed, Upgrade, parse};
pub use response::{Response, Status};
pub use site::{Answer, FILES, Readiness, SUBPROTOCOL, Site, SiteFile, page};

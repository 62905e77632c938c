//! stub
/// stub
#[derive(Debug)]
pub struct Listening {
    /// l
    pub listener: mio::net::TcpListener,
    /// s
    pub shown: String,
}

//! `tertulia-server`: temporary.
use tertulia::net::*;
fn main() {
    let addr = std::env::args().nth(1).unwrap_or("127.0.0.1:65434".into());
    let listener = mio::net::TcpListener::bind(addr.parse().unwrap()).unwrap();
    simplelog::SimpleLogger::init(log::LevelFilter::Info, simplelog::Config::default()).unwrap();
    let mut l = EventLoop::new(vec![Listening{listener, shown: addr}], Settings{language: tertulia::chat::Language::Spanish, max_clients: 15000, login_timeout: Some(std::time::Duration::from_secs(60)), rate_limit: 10}).unwrap();
    l.run().unwrap();
}

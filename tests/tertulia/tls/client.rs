//! A client in TLS, one step at a time.

use std::io::{Read, Write};

use rustls::{ClientConnection, Error, SupportedProtocolVersion};
use tertulia::config::Door;

use crate::support::tls_client::connection;
use crate::turns::house::House;

/// A client of the house that speaks TLS.
pub(super) struct Client {
    pub(super) tls: ClientConnection,
    pub(super) who: usize,
    heard: Vec<u8>,
    ended: bool,
}

impl Client {
    /// Has said nothing yet.
    pub(super) fn new(who: usize) -> Client {
        Client::with(who, rustls::ALL_VERSIONS)
    }

    /// The same, for some versions of TLS.
    pub(super) fn with(who: usize, versions: &[&'static SupportedProtocolVersion]) -> Client {
        Client { tls: connection(versions), who, heard: Vec::new(), ended: false }
    }

    /// Has shaken hands.
    pub(super) fn connected(house: &mut House, who: usize) -> Client {
        let mut client = Client::new(who);
        client.pump(house);
        assert!(!client.tls.is_handshaking());
        client
    }

    /// Comes through this door and shakes hands.
    pub(super) fn comes(house: &mut House, door: Door) -> Client {
        let who = super::comes(house, door);
        Client::connected(house, who)
    }

    /// The bytes that it would send now.
    pub(super) fn sends(&mut self) -> Vec<u8> {
        let mut bytes = Vec::new();
        while self.tls.wants_write() {
            self.tls.write_tls(&mut bytes).expect("memory");
        }
        bytes
    }

    /// Takes in what it was sent.
    ///
    /// # Errors
    ///
    /// It is not what a server sends.
    pub(super) fn takes(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        while !bytes.is_empty() {
            self.tls.read_tls(&mut bytes).expect("memory");
            self.tls.process_new_packets()?;
            let mut piece = [0; 4096];
            loop {
                match self.tls.reader().read(&mut piece) {
                    Ok(0) => break self.ended = true,
                    Ok(length) => self.heard.extend_from_slice(&piece[..length]),
                    Err(_) => break,
                }
            }
        }
        Ok(())
    }

    /// Sends and takes until both sides have nothing more to say.
    pub(super) fn pump(&mut self, house: &mut House) {
        loop {
            let sent = self.sends();
            if !sent.is_empty() {
                house.says(self.who, &sent);
            }
            let heard = house.heard_bytes(self.who);
            self.takes(&heard).expect("what a server sends");
            if heard.is_empty() && !self.tls.wants_write() {
                break;
            }
        }
    }

    /// The bytes that say this.
    pub(super) fn sealed(&mut self, words: impl AsRef<[u8]>) -> Vec<u8> {
        self.tls.writer().write_all(words.as_ref()).expect("memory");
        self.sends()
    }

    /// Says this, and hears what comes of it.
    pub(super) fn says(&mut self, house: &mut House, words: impl AsRef<[u8]>) {
        let sealed = self.sealed(words);
        house.says(self.who, sealed);
        self.pump(house);
    }

    /// What it has been told since it was last asked, and whether the server has ended its side in order.
    pub(super) fn heard(&mut self, house: &mut House) -> (String, bool) {
        let bytes = self.heard_bytes(house);
        (String::from_utf8(bytes).expect("the server sends UTF-8"), self.ended)
    }

    /// The same, whatever it is.
    pub(super) fn heard_bytes(&mut self, house: &mut House) -> Vec<u8> {
        self.pump(house);
        std::mem::take(&mut self.heard)
    }
}

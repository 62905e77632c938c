//! A Redis that is reached by TLS.

use std::env;
use std::fs;
use std::process::Command;

use super::nodes::{self, Nodes};
use super::server::{RedisServer, config};
use crate::support::dir::Dir;
use crate::support::port::free_port;
use crate::support::tls_front::Authority;

/// By which the program that reaches it is told where it is.
const URL: &str = "TERTULIA_REDIS_URL";

#[test]
fn engine_is_reached_by_tls_where_its_authority_is_known() {
    let (dir, authority, port) = (Dir::new(), Authority::new(), free_port().to_string());
    let write = |name: &str, text: String| {
        let path = dir.path().join(name);
        fs::write(&path, text).expect("it can be written");
        path.to_str().expect("a plain path").to_owned()
    };
    let (cert, key) = authority.sign("localhost").pems();
    let (cert, key, root) =
        (write("cert.pem", cert), write("key.pem", key), write("root.pem", authority.pem));
    let options = ["--appendonly", "yes", "--tls-port", &port, "--tls-auth-clients", "no"];
    let files = ["--tls-cert-file", &cert, "--tls-key-file", &key, "--tls-ca-cert-file", &root];
    let Some(_server) = RedisServer::with(&[options, files].concat()) else { return };
    let url = format!("rediss://localhost:{port}/");
    let refused = nodes::refusal(&config(&url));
    assert!(refused.contains("certificate"), "{refused}");
    // Whom the system trusts can be chosen for a whole program only.
    let mut program = Command::new(env::current_exe().expect("this program"));
    program.args(["--exact", "engine::tls::reaches_an_engine_by_tls", "--ignored"]);
    let output = program.env(URL, url).env("SSL_CERT_FILE", root).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
#[ignore = "started by the test above"]
fn reaches_an_engine_by_tls() {
    let Some(url) = env::var_os(URL) else { return };
    let config = config(url.to_str().expect("an address"));
    nodes::found(&config);
    let mut nodes = Nodes::there(&config, 2);
    nodes.talk(20);
    nodes.agree();
    nodes.stop();
}

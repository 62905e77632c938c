//! Compresses the files of the page, so that the server holds them ready and compresses nothing when it runs.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};

fn main() {
    println!("cargo::rerun-if-changed=src/web");
    let out = std::env::var_os("OUT_DIR").expect("cargo says where");
    for entry in fs::read_dir("src/web").expect("the page") {
        let path = entry.expect("a file of the page").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("a plain name");
        let file = File::create(Path::new(&out).join(format!("{name}.gz"))).expect("a place to write");
        // Without a time and a name in it: the same bytes give the same file, and the same tag.
        let mut zipped = GzBuilder::new().write(file, Compression::best());
        zipped.write_all(&fs::read(&path).expect("a file of the page")).expect("room for it");
        zipped.finish().expect("room for it");
    }
}

//! What the server says about places, in Spanish.

use std::fmt::{Result, Write};

use super::words::persons;
use crate::chat::PlaceNews;

pub(super) fn news(news: PlaceNews, out: &mut String) -> Result {
    match news {
        PlaceNews::Full(places) => {
            writeln!(out, "El chat está lleno ({}). Prueba más tarde.", persons(places))
        }
        PlaceNews::Crowded => writeln!(
            out,
            "Hay muchas conexiones desde tu dirección, y quedan pocas plazas. Prueba más tarde."
        ),
        PlaceNews::OnlyRegistered { crowded: false } => {
            writeln!(out, "El chat está lleno: ahora solo puede entrar quien tenga un nombre registrado.")
        }
        PlaceNews::OnlyRegistered { crowded: true } => writeln!(
            out,
            "Hay muchas conexiones desde tu dirección, y quedan pocas plazas: ahora solo puede entrar quien tenga un \
             nombre registrado."
        ),
        PlaceNews::MadeRoom => {
            writeln!(out, "El chat está lleno y aún no has dado un nombre. Prueba más tarde.")
        }
        PlaceNews::GaveWay => writeln!(
            out,
            "--- El chat está lleno, y tu plaza es ahora de alguien con un nombre registrado. Prueba más tarde."
        ),
    }
}

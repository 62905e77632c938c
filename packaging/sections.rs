//! What the manual pages say beside the options, in troff's man macros.

use tertulia::chat::Language;

/// The headings that are made in English, and what they are called in Spanish.
pub(crate) const HEADINGS: [(&str, &str); 5] = [
    ("NAME", "NOMBRE"),
    ("SYNOPSIS", "SINOPSIS"),
    ("DESCRIPTION", "DESCRIPCIÓN"),
    ("OPTIONS", "OPCIONES"),
    ("Órdenes", "ÓRDENES"),
];

/// Part of a page, by its name: the end of that of a program, or words that all have.
pub(crate) fn section(name: &str, language: Language) -> &'static str {
    match (name, language) {
        ("manual", Language::English) => "User Commands",
        ("manual", Language::Spanish) => "Órdenes de usuario",
        ("more", Language::English) => "NOTES",
        ("more", Language::Spanish) => "NOTAS",
        ("tertulia-server", Language::English) => SERVER_ENGLISH,
        ("tertulia-server", Language::Spanish) => SERVER_SPANISH,
        ("tertulia", Language::English) => CLIENT_ENGLISH,
        ("tertulia", Language::Spanish) => CLIENT_SPANISH,
        (_, Language::English) => ".SH SEE ALSO\n.BR tertulia-server (1)\n",
        (_, Language::Spanish) => ".SH VÉASE TAMBIÉN\n.BR tertulia-server (1)\n",
    }
}

const CLIENT_ENGLISH: &str = r".SH FILES
.TP
.I ~/.local/state/tertulia/known_hosts
The servers that were seen through TLS, one a line: host and port, and the fingerprint of the key, or
.B authority
for one with a certificate of an authority. Below
.B XDG_STATE_HOME
where that is set.
.SH SEE ALSO
.BR tertulia\-server (1)
";

const CLIENT_SPANISH: &str = r".SH ARCHIVOS
.TP
.I ~/.local/state/tertulia/known_hosts
Los servidores vistos con TLS, uno por línea: host y puerto, y la huella de su clave, o
.B authority
si tiene un certificado de una autoridad. Debajo de
.BR XDG_STATE_HOME ,
si está definida.
.SH VÉASE TAMBIÉN
.BR tertulia\-server (1)
";

const SERVER_ENGLISH: &str = r#".SH EXIT STATUS
0 after a clean stop, 1 when it cannot run or a command was not carried out, 2 for wrong usage.
.SH SIGNALS
.TP
.BR SIGTERM ", " SIGINT
An orderly stop: everybody is told, and what waits is written. A second one stops at once.
.TP
.B SIGHUP
Without a terminal: opens the log file again, and reads the greeting, the time zone and the files for TLS again. At one: an orderly
stop.
.TP
.B SIGUSR2
What
.B "tertulia\-server upgrade"
does: the program that is installed by now goes on in its place, with everybody who is there.
.SH ENVIRONMENT
.TP
.B TZ
The time zone in which times are shown.
.TP
.B NO_COLOR
No colours on the console.
.TP
.BR LISTEN_FDS ", " NOTIFY_SOCKET
Sockets that the service manager passes, and where it wants to be told that the server is ready.
.SH FILES
The package's service,
.BR tertulia.service ,
has these:
.TP
.I /etc/default/tertulia
Its options.
.TP
.I /var/lib/tertulia
What it keeps: its
.BR \-\-data .
.TP
.I /var/log/tertulia
For a
.B \-\-log\-file
that logrotate looks after.
.SH EXAMPLES
.EX
tertulia\-server \-\-listen 0.0.0.0:65434 \-\-data chat
tertulia\-server who \-\-data chat
.EE
.SH SEE ALSO
.BR tertulia (1),
.BR nc (1),
.BR systemd.socket (5)
"#;

const SERVER_SPANISH: &str = r#".SH ESTADO DE SALIDA
0 tras una parada en orden, 1 si no puede funcionar o una orden no se cumplió, 2 por un uso incorrecto.
.SH SEÑALES
.TP
.BR SIGTERM ", " SIGINT
Se detiene en orden: avisa a todos y escribe lo que espera. Una segunda lo detiene en el acto.
.TP
.B SIGHUP
Sin terminal: reabre el archivo de registro y vuelve a leer el mensaje de bienvenida, la zona horaria y los archivos de TLS. Con
terminal: se detiene en orden.
.TP
.B SIGUSR2
Lo que hace
.BR "tertulia\-server upgrade" :
el programa que esté instalado sigue en su lugar, con todos los que están.
.SH ENTORNO
.TP
.B TZ
La zona horaria en que se muestran las horas.
.TP
.B NO_COLOR
Sin colores en la consola.
.TP
.BR LISTEN_FDS ", " NOTIFY_SOCKET
Sockets que pasa el gestor de servicios, y dónde quiere saber que el servidor está listo.
.SH ARCHIVOS
El servicio del paquete,
.BR tertulia.service ,
tiene estos:
.TP
.I /etc/default/tertulia
Sus opciones.
.TP
.I /var/lib/tertulia
Lo que guarda: su
.BR \-\-data .
.TP
.I /var/log/tertulia
Para un
.B \-\-log\-file
del que se ocupa logrotate.
.SH EJEMPLOS
.EX
tertulia\-server \-\-listen 0.0.0.0:65434 \-\-data chat
tertulia\-server who \-\-data chat
.EE
.SH VÉASE TAMBIÉN
.BR tertulia (1),
.BR nc (1),
.BR systemd.socket (5)
"#;

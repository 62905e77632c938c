// Everything the page says, in Spanish and in English; the same words as the server's.

export let lang = 0; // 0: Spanish, 1: English

export function setLanguage(code) {
  lang = code === 'en' ? 1 : 0;
  document.documentElement.lang = code;
}

export const code = () => ['es', 'en'][lang];

const WORDS = {
  who: ['¿Cómo te llamas?', 'What is your name?'],
  intro: ['Con ese nombre te verán los demás.', 'Others will see you under this name.'],
  name: ['Nombre', 'Name'],
  enter: ['Entrar', 'Enter'],
  connecting: ['Conectando…', 'Connecting…'],
  otherName: ['Otro nombre', 'Another name'],
  language: ['English', 'Español'],
  q_login: ['Contraseña', 'Password'],
  q_operator: ['Contraseña del operador', 'Operator’s password'],
  q_current: ['Contraseña actual', 'Current password'],
  q_new: ['Nueva contraseña', 'New password'],
  q_repeat: ['Repite la contraseña', 'Repeat the password'],
  ok: ['Aceptar', 'OK'],
  cancel: ['Cancelar', 'Cancel'],
  close: ['Cerrar', 'Close'],
  rooms: ['Salas', 'Rooms'],
  privates: ['Privados', 'Private'],
  findRoom: ['Ver las salas o crear una', 'See the rooms or make one'],
  roomName: ['Nombre de la sala', 'Name of the room'],
  join: ['Entrar', 'Join'],
  make: ['Entrar o crear', 'Join or make'],
  inside: ['estás', 'you are here'],
  closed: ['con llave', 'with a key'],
  key: ['Llave de #{0}', 'Key of #{0}'],
  moreRooms: ['… y {0} más, con menos gente', '… and {0} more, with fewer people'],
  leaveRoom: ['Dejar #{0}', 'Leave #{0}'],
  closeTab: ['Cerrar el privado con {0}', 'Close the private talk with {0}'],
  people: ['Personas', 'People'],
  filter: ['Filtrar', 'Filter'],
  search: ['Buscar', 'Search'],
  searchHint: ['Palabras, en tus salas', 'Words, in your rooms'],
  nothing: ['No hay nada con esas palabras en tus salas.', 'There is nothing with those words in your rooms.'],
  log: ['Conversación', 'Conversation'],
  say: ['Mensaje para {0}', 'Message to {0}'],
  send: ['Enviar', 'Send'],
  fresh: ['Nuevo', 'New'],
  toEnd: ['Ir al final', 'Go to the end'],
  newBelow: ['{0} nuevos', '{0} new'],
  loading: ['Cargando…', 'Loading…'],
  start: ['Aquí empieza lo que se guarda.', 'What is kept begins here.'],
  empty: ['Todavía no se ha dicho nada aquí.', 'Nothing has been said here yet.'],
  today: ['Hoy', 'Today'],
  yesterday: ['Ayer', 'Yesterday'],
  came: ['{0} entró', '{0} came'],
  cameMany: ['{0} entraron', '{0} came'],
  went: ['{0} salió', '{0} left'],
  wentMany: ['{0} salieron', '{0} left'],
  more: ['{0} más', '{0} more'],
  missing: ['faltan {0} mensajes', '{0} messages are missing'],
  some_missing: ['faltan mensajes', 'messages are missing'],
  renamed: ['{0} ahora es {1}', '{0} is now {1}'],
  isAway: ['{0} está ausente: {1}', '{0} is away: {1}'],
  operator: ['operador', 'operator'],
  serverOperator: ['operador del servidor', 'server operator'],
  away: ['ausente', 'away'],
  you: ['tú', 'you'],
  unread: ['sin leer', 'unread'],
  mentions: ['te nombran', 'you are named'],
  writePrivate: ['Privado', 'Private'],
  ignore: ['Ignorar', 'Ignore'],
  mute: ['Silenciar', 'Mute'],
  kick: ['Echar', 'Kick'],
  ban: ['Vetar', 'Ban'],
  op: ['Hacer operador', 'Make operator'],
  lost: ['Sin conexión con el servidor.', 'No connection to the server.'],
  retryIn: ['Nuevo intento en {0} s', 'Trying again in {0} s'],
  retry: ['Reconectar', 'Reconnect'],
  keptTyping: ['Sin conexión: no se envió. Lo que has escrito sigue aquí.', 'No connection: it was not sent. What you typed is still here.'],
  unsure: ['Se perdió la conexión: quizá no se envió.', 'The connection was lost: perhaps it was not sent.'],
  again: ['Reenviar', 'Send again'],
  discard: ['Descartar', 'Discard'],
  tooLong: ['Línea demasiado larga: {0} bytes, y caben {1}. No se envió.', 'Line too long: {0} bytes, and {1} fit. It was not sent.'],
  manyLines: ['¿Enviar {0} líneas?', 'Send {0} lines?'],
  manyLinesWhy: ['Cada una llega como un mensaje aparte.', 'Each arrives as a message of its own.'],
  onlyRoom: ['Eso solo vale en una sala. No se envió.', 'That is for rooms only. It was not sent.'],
  nowhere: ['No estás en ninguna sala: /entrar general', 'You are in no room: /join general'],
  notIn: ['No estás en #{0}: /entrar {0}', 'You are not in #{0}: /join {0}'],
  mention: ['Nombrar', 'Mention'],
  nick: ['Cambiar de nombre', 'Change your name'],
  setAway: ['Ausente…', 'Away…'],
  reason: ['Motivo; vacío, de vuelta', 'Reason; empty: back'],
  register: ['Registrar este nombre', 'Register this name'],
  login: ['Identificarse', 'Log in'],
  changePassword: ['Cambiar la contraseña', 'Change the password'],
  notifyOn: ['Avisar cuando me nombren o me escriban', 'Tell me when I am named or written to'],
  notifyNo: ['El navegador no permite avisos aquí.', 'The browser allows no notifications here.'],
  help: ['Comandos', 'Commands'],
  quit: ['Salir', 'Leave'],
};

/** The text called `key` in the language of the page, with its {0}, {1} filled in. */
export function t(key, ...values) {
  return WORDS[key][lang].replace(/\{(\d)\}/g, (_, i) => values[i]);
}

export const has = (key) => key in WORDS;

/** A number with its thousands apart from five digits on: 10 000 or 10,000. */
export const number = (n) =>
  n < 10000 ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, '\u00a0,'[lang]);

export const persons = (n) =>
  `${number(n)} ${n === 1 ? ['persona', 'person'][lang] : ['personas', 'people'][lang]}`;

/** `Ana`, `Ana e Inés`, `Ana, Luis y 37 más`. */
export function list(names, most = Infinity) {
  const shown = names.slice(0, most);
  if (names.length > most) shown.push(t('more', number(names.length - most)));
  if (shown.length < 2) return shown.join('');
  const last = shown.pop();
  const and = lang ? 'and' : /^h?[ií](?!e)/i.test(last) ? 'e' : 'y';
  return `${shown.join(', ')} ${and} ${last}`;
}

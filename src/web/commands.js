// The names of commands, and what the word at the cursor can become. What commands do is for the server to say.

import { lang } from './words.js';

export const MAX_BYTES = 4000;

export const bytes = (text) => new TextEncoder().encode(text).length;

// Each in Spanish and in English.
const NAMES = `ayuda help, quien who, salas rooms, entrar join, dejar leave, tema topic, privado msg, responder reply, nombre nick,
  yo me, ausente away, ignorar ignore, registrar register, identificar login, clave password, idioma lang, historial history,
  buscar search, llave key, invitar invite, echar kick, vetar ban, perdonar unban, vetados bans, silenciar mute, operador op,
  expulsar expel, readmitir readmit, expulsados expelled, nodos nodes, salir quit`.split(',').map((pair) => pair.trim().split(' '));

export const commands = (of = lang) => NAMES.map((pair) => pair[of]);

/** Without capitals and accents. */
const fold = (word) => word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

/** The English name of a command. */
export const english = (name) => NAMES.find((pair) => pair.includes(fold(name)))?.[1];

/** What the word before `at` can become: where it begins, and each possibility with what follows it. */
export function complete(text, at, people, rooms) {
  const start = text.slice(0, at).search(/\S*$/);
  const word = fold(text.slice(start, at));
  const begin = (names, before, after) => names.map((name) => before + name).filter((name) => fold(name).startsWith(word))
    .sort().map((name) => name + after);
  const [, command] = /^\/(\S+)\s/.exec(text) ?? [];
  let found = [];
  if (word[0] === '#') found = begin(rooms, '#', ' ');
  else if (word[0] === '/' && start === 0) {
    found = begin(commands(), '/', ' ');
    if (!found.length) found = begin(commands(1 - lang), '/', ' ');
  } else if (word && command && ['join', 'leave', 'who'].includes(english(command))) found = begin(rooms, '', ' ');
  else if (word) found = begin(people, word[0] === '@' ? '@' : '', start || word[0] === '@' ? ' ' : ': ');
  return { start, found };
}

// What a typed line asks for. Nothing here touches the page or the connection.

import { COMMANDS, lang, nameOf, t } from './words.js';

export const MAX_BYTES = 4000;

export const bytes = (text) => new TextEncoder().encode(text).length;

/** Without capitals and accents. */
const fold = (word) => word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '');

const find = (word) => COMMANDS.find((command) => command.names.includes(fold(word.slice(0, 64))));

const words = (text) => text.split(/\s+/).filter(Boolean);

// --- A line that would tell everybody a password, for a slip of a key or two before a command ---

const secret = (word) => {
  const command = find(word);
  return ['register', 'login', 'change_password'].includes(command?.verb) ? command : undefined;
};

// With these sentences go on, and passwords of two words do not begin.
const OF_SENTENCES = ` a al como con de del e el en era es esta este ha hay la las le lo los mas me mi muy ni no o para pero por que
 se si sin son su te tu un una y ya an and are as at be but by can for from had has have if in is it its my not of on or so than
 that the then this to was were will with you your `;

/** Whether something secret stands behind a command, or follows it. */
function tells(command, behind) {
  const most = { key: 2, join: 2 }[command.verb] ?? (secret(command.names[0]) ? 2 : -1);
  const least = { key: 1, join: 2 }[command.verb] ?? 0;
  const goesOn = behind.length === 2 && OF_SENTENCES.includes(` ${fold(behind[0])} `);
  return behind.length >= least && behind.length <= most && !goesOn;
}

/** Whether nobody says `word`: it has letters and digits, digits alone, or signs within. */
const looksSecret = (word) => word.length > 5 && !word.includes('://')
  && /\p{N}|[\p{L}\p{M}].*[^\p{L}\p{M}\-'’./:,;()].*[\p{L}\p{M}]/u.test(word);

/** The command about something secret that `line`, which is none, was perhaps meant to be. In doubt it was. */
export function slip(line) {
  const [, before, name, rest] = /^([^\p{L}]*)([\p{L}\p{M}]*)(.*)$/su.exec(line.trim());
  if (!before) {
    const [word, one, two, more] = words(name + rest);
    // `ñclave x`: another key than that of the slash; `clave girasol123`: none.
    const attached = secret(word?.slice(1) ?? '');
    if (attached && word.length > 5 && tells(attached, [one, two, more].filter(Boolean))) return attached;
    const plain = secret(word ?? '');
    if (!plain || !one || more) return;
    const likely = {
      register: one.length > 5 && !one.includes('://') && (two ?? one) === one,
      login: two && (/^\p{Lu}/u.test(one) || looksSecret(two)),
      change_password: looksSecret(one),
    }[plain.verb];
    return likely && tells(plain, [one, two].filter(Boolean)) ? plain : undefined;
  }
  const command = find(name);
  if (!command || /^\p{N}/u.test(rest)) return;
  // The slash is on the key of the 7 on Spanish keyboards, beside the &, and there are others.
  const slash = /[7&/\\|／⁄∕]\s*$/.test(before);
  if (secret(name) && slash && !/^\S+\s+\S/.test(before)) return command;
  const signs = before.replace(/\s/g, '');
  const close = { '“': '”', '‘': '’', '«': '»', '(': ')', '[': ']', '{': '}', '¿': '?', '¡': '!' }[line.trim()[0]] ?? line.trim()[0];
  const quoted = line.trim().endsWith(close) && !/\d/.test(close);
  // `- clave` begins a list, `...clave` goes on with a sentence, and # and @ are put before words on purpose.
  if (/[#@$€<>%~]/.test(signs) || signs.length > 3) return;
  if (!slash && (quoted || signs.length > 2 || before.startsWith('..') || /\s$/.test(before))) return;
  return tells(command, words(rest.replace(/^[:=,;.\-_/|>\\]+/, ''))) ? command : undefined;
}

/** The same of one of several lines, which are all said: none is a command. */
export function betrays(line) {
  const [, name] = /^\s*\/[/\s]*([\p{L}\p{M}]*)/u.exec(line) ?? [];
  return (name && secret(name)) || slip(line);
}

// --- Commands ---

/** What `line`, typed in the room `here` (none in a private talk), asks for: a command with its `type`, or {hint}. */
export function parse(line, here) {
  const text = line.trim();
  const meant = !/^\/(?!\/)/.test(text) && slip(line);
  if (meant) return { hint: t('slip', nameOf(meant)) };
  if (text.startsWith('//')) return { type: 'say', text: text.slice(1) };
  if (/^(salir|quit|exit)$/i.test(text)) return { type: 'quit' };
  if (text[0] !== '/') return { type: 'say', text: line.trimEnd() };
  let [, word, rest] = /^\/\s*(\S*)\s*(.*)$/s.exec(text);
  const command = find(word);
  // The server explains commands, also those that there are not.
  const help = { type: 'help', command: command ? nameOf(command) : /^[\p{L}\p{M}\p{N}]*/u.exec(word)[0] };
  if (!command) return help;
  const made = { type: command.verb };
  if (command.here) made.room = here;
  for (const field of command.fields) {
    const name = field.replace(/\W/g, '');
    const number = ['limit', 'minutes'].includes(name);
    const [, value, after] = (field.endsWith('*') ? /^(.*)()$/s : number ? /^(\d{1,9}(?=\s|$)|)\s*(.*)$/s : /^(\S*)\s*(.*)$/s).exec(rest);
    if (!value && !field.includes('?')) return help;
    if (value) made[name] = number ? Number(value) : name === 'room' ? value.replace(/^#/, '') : value;
    rest = after;
  }
  if (made.topic === '-') made.topic = null;
  if (made.command) made.command = made.command.replace(/^\//, '');
  if (made.lang) made.lang = { e: 'es', c: 'es', s: 'es', n: 'en', i: 'en' }[fold(made.lang).replace(/^en/, 'n')[0]];
  // Words behind a command that has none, as a password that is in sight.
  return rest || made.minutes === 0 || made.limit === 0 ? help : made;
}

/** What the word before `at` can become: where it begins, and each possibility with what follows it. */
export function complete(text, at, people, rooms) {
  const start = text.slice(0, at).search(/\S*$/);
  const word = fold(text.slice(start, at));
  const begin = (names, before, after) => names.map((name) => before + name).filter((name) => fold(name).startsWith(word))
    .sort().map((name) => name + after);
  const room = start > 0 && find(/^\/(\S*)|/.exec(text)[1] ?? '')?.fields[0]?.startsWith('room');
  let found = [];
  if (word[0] === '#' || (word && room)) found = begin(rooms, word[0] === '#' ? '#' : '', ' ');
  else if (word[0] === '/' && start === 0) {
    const names = (of) => begin(COMMANDS.map((each) => each.names[of]), '/', ' ');
    found = names(lang);
    if (!found.length) found = names(1 - lang);
  } else if (word) found = begin(people, word[0] === '@' ? '@' : '', start || word[0] === '@' ? ' ' : ': ');
  return { start, found };
}

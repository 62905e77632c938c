// What is seen. Words of people get into the page as text nodes only.

import { code, list, number, persons, t } from './words.js';
import { continues, mention, sameDay } from './rooms.js';

export const $ = (id) => document.getElementById(id);

/** An element with a class, or with several properties, and what is in it: elements, or text, which is cleaned. */
export function el(tag, what, ...inside) {
  const made = Object.assign(document.createElement(tag), typeof what === 'string' ? { className: what } : what);
  made.append(...inside.filter((each) => each != null).map((each) => (each.nodeType ? each : plain(each))));
  return made;
}

export const button = (className, text, onclick, more) => el('button', { type: 'button', className, onclick, ...more }, text);

const ICONS = {
  menu: 'M4 7h16M4 12h16M4 17h16', plus: 'M12 5v14M5 12h14', close: 'M7 7l10 10M17 7L7 17', more: 'M6 12h0M12 12h0M18 12h0',
  search: 'M11 4a7 7 0 1 1 0 14a7 7 0 0 1 0-14zM16 16l4.5 4.5', send: 'M5 12h13M12 5l7 7-7 7', down: 'M12 5v14M6 13l6 6 6-6',
  people: 'M9 5a3 3 0 1 1 0 6.5a3 3 0 0 1 0-6.5zM3 19c0-6 12-6 12 0M16 5.5a3 3 0 0 1 0 5.5M17.5 14.5c2 .6 3.5 2 3.5 4.5',
};

export function icon(name) {
  const make = (tag, key, value) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    made.setAttribute(key, value);
    return made;
  };
  const svg = make('svg', 'viewBox', '0 0 24 24');
  svg.ariaHidden = 'true';
  svg.append(make('path', 'd', ICONS[name]));
  return svg;
}

/** The page's own texts, in its language: data-t is an element's text, data-l its label, data-p stands in it while it is empty. */
export function translate() {
  const each = (data, set) => document.querySelectorAll(`[data-${data}]`).forEach((at) => set(at, t(at.dataset[data])));
  each('t', (at, text) => { at.textContent = text; });
  each('p', (at, text) => { at.placeholder = text; });
  each('l', (at, text) => {
    at.ariaLabel = text;
    if (at.tagName === 'BUTTON') at.title = text;
  });
}

document.querySelectorAll('[data-i]').forEach((at) => at.append(icon(at.dataset.i)));

// --- Words ---

/** Without what turns the text around it about: characters that direct it, and control characters. */
export const plain = (text) => String(text).replace(/[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u202a-\u202e\u2066-\u2069]/g, '');

/** A name, without invisible characters too. */
const visible = (name) => plain(name).replace(/\p{Cf}/gu, '');

/** A name's colour, as in the terminal client: FNV-1a (32 bits) of its bytes chooses it. */
function colour(name) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(name)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `c${hash % 9}`;
}

export const bdi = (text) => el('bdi', '', visible(text));

export const nameOf = (name) => el('bdi', `name ${colour(name)}`, visible(name));

const face = (name) => el('span', { className: `face ${colour(name)}`, ariaHidden: 'true' }, [...visible(name)][0]);

/** A link, or nothing if `text` is none that can be trusted to lead where it seems to. */
function link(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    return;
  }
  if (!/^https?:$/.test(url.protocol) || url.username || url.password) return;
  // A name with letters of other scripts is shown as it is asked for.
  const title = text.toLowerCase().includes(url.hostname) ? '' : url.hostname;
  return el('a', { href: url.href, rel: 'noopener noreferrer nofollow', target: '_blank', title }, text);
}

/** Where a link ends: not with the sentence's punctuation, and with a bracket only if it was opened in it. */
function trimmed(link) {
  const unopened = (open, close) => link.split(close).length - link.split(open).length;
  const left = { ')': unopened('(', ')'), ']': unopened('[', ']'), '}': unopened('{', '}') };
  let end = link.length;
  while (/[.,;:!?…*_~|]/.test(link[end - 1]) || left[link[end - 1]]-- > 0) end--;
  return link.slice(0, end);
}

/** Text with links, and the reader's own name marked. */
function rich(raw, own) {
  const text = plain(raw);
  const nodes = [];
  const words = (piece) => {
    const at = own && mention(piece, own);
    if (at) nodes.push(piece.slice(0, at[0]), el('mark', '', piece.slice(...at)), piece.slice(at[1]));
    else nodes.push(piece);
  };
  let from = 0;
  for (const { 0: found, index } of text.matchAll(/https?:\/\/[^\s<>"'`«»“”\p{Cc}\p{Cf}]+/giu)) {
    const url = trimmed(found);
    const made = link(url);
    if (!made) continue;
    words(text.slice(from, index));
    nodes.push(made);
    from = index + url.length;
  }
  words(text.slice(from));
  return nodes;
}

const formats = {};
const format = (options) => (at) => {
  formats[code() + options.month + options.hour] ??= new Intl.DateTimeFormat(code(), options);
  return formats[code() + options.month + options.hour].format(at);
};
const HOUR = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const clock = format(HOUR);
export const brief = format({ day: 'numeric', month: 'short', ...HOUR });
const date = format({ weekday: 'long', day: 'numeric', month: 'long' });

function day(at) {
  if (sameDay(at, Date.now())) return t('today');
  if (sameDay(at, Date.now() - 86_400_000)) return t('yesterday');
  return date(at).replace(/^./u, (first) => first.toUpperCase());
}

const time = (at) => el('time', { dateTime: new Date(at).toISOString(), title: brief(at) }, clock(at));

/** Who came and went, in a sentence. */
function moves({ came, went }) {
  const told = (names, one, many) => names.size && t(names.size === 1 ? one : many, list([...names].map(visible), 4));
  return [told(came, 'came', 'cameMany'), told(went, 'went', 'wentMany')].filter(Boolean).join(' · ');
}

const BODIES = {
  said(line, before) {
    const name = nameOf(line.from);
    const text = el('span', { className: 'text', dir: 'auto' }, ...rich(line.text, line.mine ? '' : own));
    if (line.action) return el('div', 'msg act', el('span', 'face', '∗'), el('div', '', name, ' ', text, ' ', time(line.at)));
    if (!continues(line, before)) {
      return el('div', 'msg first', face(line.from), el('div', '', el('div', 'meta', name, time(line.at)), text));
    }
    name.classList.add('sr');
    return el('div', 'msg', time(line.at), el('div', '', name, text));
  },
  moves(line) {
    const text = moves(line);
    return el('div', 'moves', ...(text ? [text, ' ', time(line.at)] : []));
  },
  gap: (line) => el('div', 'moves', `… ${line.count ? t('missing', number(line.count)) : t('some_missing')}`),
  mark: () => el('div', 'mark', t('fresh')),
  note: (line) => el('div', { className: `note ${line.tone}`, dir: 'auto' }, ...rich(line.text)),
};

// --- The conversation ---

const [log, scroll] = [$('log'), $('scroll')];
const elements = new Map(); // line → its element; the log's children are the room's lines, one for one, but for `queue`
let shown; // the room
let own = ''; // the reader's name
let queue = [];
const dirty = new Set(); // lines that have changed
let stale = false; // too much has changed: everything anew
let due; // when they are drawn
let drawn = 0; // when they were
let quietly;
export let pinned = true; // the reader is at the end

export function me(name) {
  own = name;
}

function make(line, at) {
  const before = shown.lines[at - 1];
  const made = el('div', line.named ? 'named' : '', BODIES[line.k](line, before));
  if (line.k !== 'mark' && !(before && sameDay(line.at, before.at))) made.prepend(el('div', 'day', day(line.at)));
  elements.set(line, made);
  return made;
}

function remake(at) {
  const line = shown.lines[at];
  if (line) elements.get(line)?.replaceWith(make(line, at));
}

/** What comes next was said before, and is not read out. */
export function hush() {
  log.ariaLive = 'off';
  clearTimeout(quietly);
  quietly = setTimeout(() => { log.ariaLive = 'polite'; }, 1000);
}

export function show(room) {
  shown = room;
  stale = pinned = true;
  if (room) return flush();
  log.replaceChildren();
  $('older').textContent = '';
  below();
}

/** Lines were added to the room that is shown, or one has changed. */
export function changed({ added = [], changed }) {
  if (changed) dirty.add(changed);
  queue.push(...added);
  stale ||= queue.length > 500;
  if (stale) queue = [];
  // At once where little is said; where much is, several lines together.
  due ??= setTimeout(flush, document.hidden ? 1000 : Math.max(0, drawn + 120 - performance.now()));
}

export function flush() {
  due = clearTimeout(due);
  if (!shown) return;
  drawn = performance.now();
  const { lines } = shown;
  const grown = stale || queue.length;
  if (stale) {
    hush();
    elements.clear();
    log.replaceChildren(...lines.map(make));
  } else if (grown) {
    log.append(...queue.map((line, at) => make(line, lines.length - queue.length + at)));
  }
  stale = false;
  queue = [];
  for (const line of dirty) remake(lines.lastIndexOf(line));
  dirty.clear();
  // Lines are cut off at the top only.
  for (let cut = log.childElementCount - lines.length; cut > 0; cut--) log.firstChild.remove();
  forget();
  older();
  if (grown && pinned) toEnd();
}

/** Lines that are gone have no elements. */
function forget() {
  if (elements.size <= shown.lines.length) return;
  const kept = new Set(shown.lines);
  for (const line of elements.keys()) if (!kept.has(line)) elements.delete(line);
}

function older() {
  const { loading, isPrivate, more, filled, lines } = shown;
  const what = loading ? 'loading' : isPrivate || more || !filled ? '' : lines.some((line) => line.k === 'said') ? 'start' : 'empty';
  $('older').textContent = what && t(what);
}

export function toEnd() {
  scroll.scrollTop = scroll.scrollHeight;
  pinned = true;
  below();
}

/** `count` older lines stand before the others now, some may be cut off at the end, and what is looked at stays where it is. */
export function prepended(count) {
  flush();
  hush();
  const fromEnd = scroll.scrollHeight - scroll.scrollTop;
  log.prepend(...shown.lines.slice(0, count).map(make));
  remake(count);
  scroll.scrollTop = scroll.scrollHeight - fromEnd;
  while (log.childElementCount > shown.lines.length) log.lastChild.remove();
  forget();
  older();
  below();
}

export function unmarked(at) {
  if (at < 0) return;
  log.children[at]?.remove();
  remake(at);
}

/** Shows where the line with this id is. */
export function reveal(id) {
  flush();
  const at = elements.get(shown.lines.find((line) => line.id === id));
  at?.scrollIntoView({ block: 'center' });
  at?.classList.add('found');
  setTimeout(() => at?.classList.remove('found'), 3000);
  return at;
}

/** The way back to the end. */
export function below() {
  const away = shown && (!pinned || shown.detached);
  $('below').hidden = !away;
  if (away) $('below').replaceChildren(icon('down'), shown.below ? t('newBelow', number(shown.below)) : t('toEnd'));
}

/** Calls `top` when older lines are wanted, and `end` when the reader comes back to the end. */
export function onScroll(top, end) {
  scroll.addEventListener('scroll', () => {
    const was = pinned;
    pinned = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
    if (pinned && !was) end();
    if (pinned !== was) below();
    if (scroll.scrollTop < 400) top();
  }, { passive: true });
  new ResizeObserver(() => pinned && toEnd()).observe(scroll);
}

/** Lines that were sent and have not come back. */
export function pending(room, again) {
  if (room !== shown) return;
  $('pending').replaceChildren(...room.pending.map((line) => {
    const act = (text, resend) => button('quiet', t(text), () => again(line, resend));
    const trouble = line.trouble && el('div', 'note error', line.trouble, ' ', act('again', true), act('discard', false));
    return el('div', 'msg wait', el('span', 'face', '…'), el('div', 'text', line.text, trouble || null));
  }));
  if (pinned) toEnd();
}

// --- Tabs ---

const tabs = new Map(); // room → its tab

/** The tab of a room as it is now. */
export function tab(room, active, act) {
  const tool = (className) => button(className, '', () => act[className === 'tab' ? 'show' : 'close'](room));
  let item = tabs.get(room);
  if (!item) {
    item = el('li', '', tool('tab'), tool('tool'));
    tabs.set(room, item);
    item.firstChild.append(room.isPrivate ? face(room.name) : el('span', 'hash', '#'), bdi(room.name), el('span', 'badge'));
    item.lastChild.append(icon('close'));
    const place = $(room.isPrivate ? 'privateTabs' : 'roomTabs');
    const next = [...place.children].find((each) => each.textContent.localeCompare(item.textContent) > 0);
    place.insertBefore(item, next ?? null);
  }
  const [name, close] = item.children;
  close.title = close.ariaLabel = t(room.isPrivate ? 'closeTab' : 'leaveRoom', visible(room.name));
  name.ariaCurrent = active ? 'true' : null;
  item.className = ['unread', 'named', 'gone'].filter((each) => room[each]).concat(active ? 'active' : []).join(' ');
  const count = room.unread > 999 ? '999+' : room.unread;
  const told = ` ${t('unread')}${room.named ? `, ${t('mentions')}` : ''}`;
  name.lastChild.replaceChildren(...(count ? [`${room.named && !room.isPrivate ? '@ ' : ''}${count}`, el('span', 'sr', told)] : []));
  $('privateHead').hidden = !$('privateTabs').childElementCount;
}

export function untab(room) {
  tabs.get(room)?.remove();
  tabs.delete(room);
  $('privateHead').hidden = !$('privateTabs').childElementCount;
}

export function header(room) {
  $('title').replaceChildren(bdi(room?.title ?? 'tertulia'));
  Object.assign($('topic'), { dir: 'auto', title: plain(room?.topic ?? '') }).replaceChildren(...rich(room?.topic ?? ''));
  $('openFolk').hidden = !room || room.isPrivate;
  $('app').classList.toggle('private', !room || room.isPrivate);
  $('line').placeholder = $('line').ariaLabel = room ? t('say', visible(room.title)) : t('nowhere');
}

// --- People ---

let open; // the person whose row is open

export function people(room, act) {
  const all = room && !room.isPrivate ? room.sorted() : [];
  $('folkHead').textContent = persons(all.length);
  $('filter').hidden = all.length < 20;
  const wanted = $('filter').hidden ? '' : $('filter').value.trim().toLowerCase();
  const found = all.filter((person) => person.name.toLowerCase().includes(wanted));
  const focused = document.activeElement?.dataset?.person;
  const operator = room?.people.get(own)?.operator;
  const rows = found.slice(0, 300).map(({ name, operator: rank, away }) => {
    const is = [name === own && t('you'), rank && t(rank === 'server' ? 'serverOperator' : 'operator'), away != null && (away || t('away'))];
    const row = button(`person${away != null ? ' away' : ''}`, face(name), () => {
      open = open === name ? undefined : name;
      people(room, act);
    });
    row.dataset.person = name;
    row.append(nameOf(name), ...is.filter(Boolean).map((text) => el('span', 'is', text)));
    if (away) row.append(el('span', 'sr', t('away')));
    if (name === own) return el('li', '', row);
    row.ariaExpanded = String(open === name);
    const what = ['writePrivate', 'mention', 'ignore', ...(operator ? ['mute', 'kick', 'ban', 'op'] : [])];
    const acts = open === name ? el('div', 'acts', ...what.map((each) => button('quiet', t(each), () => act(each, name)))) : null;
    return el('li', '', row, acts);
  });
  if (found.length > 300) rows.push(el('li', 'rest', `… ${t('more', number(found.length - 300))}`));
  $('folkList').replaceChildren(...rows);
  if (focused) rows.find((row) => row.firstChild.dataset?.person === focused)?.firstChild.focus();
}

// --- Dialogs ---

let current; // each dialog that is shown is another one

/** Shows a dialog. `done` is called when it is confirmed, false keeps it open; `closed` when it is closed in another way. */
export function dialog(title, inside, { ok, done, closed } = {}) {
  const [frame, form, mine] = [$('dialog'), $('dialogForm'), {}];
  current = mine;
  form.replaceChildren(el('h2', { id: 'dialogTitle' }, title), ...inside, el(
    'div', 'buttons', button('quiet', t(ok ? 'cancel' : 'close'), () => frame.close()), ok && el('button', 'main', ok)));
  form.onsubmit = (event) => {
    event.preventDefault();
    if (done() === false || current !== mine) return;
    closed = undefined;
    frame.close();
  };
  frame.onclose = () => {
    if (frame.open) return;
    form.replaceChildren();
    closed?.();
  };
  if (!frame.open) frame.showModal();
  ['input, .choice', '.main', 'button'].map((each) => form.querySelector(each)).find(Boolean).focus();
}

export const closeDialog = () => $('dialog').close();

/** A labelled field: the label, and the field in it. */
export function field(label, more) {
  const input = el('input', { autocomplete: 'off', ...more });
  return [el('label', 'field', el('span', '', label), input), input];
}

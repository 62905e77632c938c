// The page: what the server says becomes rooms and lines, what the reader does becomes commands.

import { code, has, list, persons, setLanguage, t } from './words.js';
import { bytes, commands, complete, english, MAX_BYTES } from './commands.js';
import { later, mention, Room } from './rooms.js';
import { Wire } from './wire.js';
import * as view from './view.js';

const { $, button, el } = view;
const HISTORY = 60; // lines asked for at once

// What the browser keeps; it may be told to keep nothing.
const store = (work) => {
  try {
    return work() ?? '';
  } catch {
    return '';
  }
};
const ofTab = (name) => store(() => sessionStorage.getItem(name));
const keepOfTab = (name, value) => store(() => sessionStorage.setItem(name, value));
const kept = (name) => store(() => localStorage.getItem(`tertulia.${name}`));
const keep = (name, value) => store(() => localStorage.setItem(`tertulia.${name}`, value));
const keepToken = (value) => {
  token = value;
  keepOfTab('token', value);
};

const rooms = new Map(); // by key
let active; // the room that is looked at
let me = '';
let wanted = ''; // the name to come in under
let inside = false; // whether the server has let us in
let token = ofTab('token'); // with which a lost connection is taken up again
let trouble = ''; // why something was refused last
let greeted = false; // whether a name was given on this connection
let waits = ''; // why nothing comes of a name for now, if that is so
let lastFrom; // who wrote privately last
const reads = store(() => JSON.parse(kept('reads'))) || {}; // where the reader stopped in each room

const wire = new Wire(heard, changed, lost);
const phone = matchMedia('(max-width: 800px)');

// --- Rooms ---

const looking = () => !document.hidden && document.hasFocus();
const reading = (room) => room === active && view.pinned && !room.detached && looking();
const drawTab = (room) => view.tab(room, room === active, { show, close: leave });
const here = () => (active?.isPrivate ? undefined : active?.name);

function roomOf(name, isPrivate = false) {
  const room = new Room(name, isPrivate);
  if (!rooms.has(room.key)) {
    room.readId = reads[room.key];
    rooms.set(room.key, room);
    drawTab(room);
  }
  return rooms.get(room.key);
}

function show(room) {
  toggle('side', false);
  const before = active;
  if (before === room) return;
  active = room;
  keepOfTab('room', room?.key ?? '');
  if (before) {
    before.draft = line.value;
    if (!before.unread) before.unmark();
    // Its reader comes back to the end.
    if (before.detached) Object.assign(before, { detached: false, filled: false, lines: [], below: 0 });
    if (rooms.has(before.key)) drawTab(before);
  }
  draw();
  write(room?.draft ?? '');
  read();
  if (!phone.matches) line.focus();
}

/** Asks who is in a room: now if it is looked at, else when it is, for crowds may come and go each second. */
function recount(room) {
  room.unsure = room !== active;
  if (!room.unsure) wire.send({ type: 'who', room: room.name });
}

/** Everything about the room that is looked at. */
function draw() {
  view.header(active);
  view.show(active);
  if (!active) return;
  drawTab(active);
  view.pending(active, again);
  drawPeople.now();
  if (active.unsure) recount(active);
  if (!active.filled && !active.isPrivate && !active.loading && !active.gone) ask(active);
}

const DOT = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4" fill="#d9480f"/></svg>')}`;

/** Work that is put off: called often, it is done once. */
function lazily(work, pause) {
  let timer;
  const now = () => {
    timer = clearTimeout(timer);
    work();
  };
  return Object.assign(() => { timer ??= setTimeout(now, pause); }, { now });
}

const drawPeople = lazily(() => view.people(active, person), 400);

const drawTitle = lazily(() => {
  let unread = 0;
  for (const room of rooms.values()) unread += room.unread;
  document.title = `${unread ? `(${unread}) ` : ''}${active ? `${view.plain(active.title)} · ` : ''}tertulia`;
  $('icon').href = unread && !looking() ? DOT : 'icon.svg';
}, 200);

/** What is shown has been read. */
function read() {
  if (!active || !reading(active)) return;
  active.below = 0;
  active.readId = active.newest ?? active.readId;
  if (active.unread) {
    Object.assign(active, { unread: 0, named: false });
    drawTab(active);
  }
  drawTitle();
}

/** The reader looks elsewhere: what comes now stands behind a new mark. */
function away() {
  view.flush();
  if (active && !active.unread) view.unmarked(active.unmark());
  rooms.forEach((room) => { if (room.readId) reads[room.key] = room.readId; });
  keep('reads', JSON.stringify(Object.fromEntries(Object.entries(reads).slice(-50))));
  drawTitle();
}

function push(room, added) {
  const seen = reading(room);
  const change = room.add(added, seen, room === active, view.pinned);
  if (room === active) {
    view.changed(change);
    if (room.below) view.below();
  }
  if (seen || added.k !== 'said') return;
  room.named ||= added.named || (room.isPrivate && !added.mine);
  drawTab(room);
  drawTitle();
}

/** A sentence in a room, or in the one that is looked at. */
function note(text, room = active, tone = '') {
  if (text && room) push(room, { k: 'note', text, tone, at: Date.now() });
  else hint(text);
}

/** Asks for the latest lines of a room; and who is there, since those who come in are only known by name, unless it is a crowd. */
function ask(room, limit = HISTORY) {
  if (!wire.send({ type: 'history', room: room.name, limit }, { room })) return;
  room.refill();
  if (room.people.size < 300) wire.send({ type: 'who', room: room.name });
}

function older() {
  const room = active;
  if (!room?.more || !room.filled || room.loading || !room.oldest) return;
  room.loading = wire.send({ type: 'history', room: room.name, limit: HISTORY, before: room.oldest }, { room, older: true });
  view.flush();
}

function leave(room) {
  if (!room.isPrivate && !room.gone) return wire.send({ type: 'leave', room: room.name });
  rooms.delete(room.key);
  view.untab(room);
  const others = [...rooms.values()];
  if (room === active) show(others.find((each) => !each.isPrivate) ?? others[0]);
}

function join(name, key, quiet) {
  const room = rooms.get(`#${name}`);
  if (room && !room.gone && !quiet) show(room);
  else wire.send({ type: 'join', room: name, key }, { join: name, key, quiet });
  return true;
}

/** What is done to a person from their row. */
function person(what, name) {
  if (phone.matches) toggle('folk', false);
  if (what === 'writePrivate') show(roomOf(name, true));
  else if (what === 'mention') insert(name);
  else wire.send({ type: what, room: what === 'ignore' ? undefined : here(), name });
}

// --- What the server says ---

function lineOf({ id, from, text, at, action, missing }) {
  const when = Math.abs(at) < 8e15 ? at : Date.now();
  if (missing !== undefined) return { k: 'gap', count: missing, at: when };
  const [who, words] = [String(from), String(text)];
  return { k: 'said', id, from: who, text: words, at: when, action, mine: who === me, named: who !== me && !!mention(words, me) };
}

/** A line that we have sent came back, or was refused. */
function settle(room, sent, trouble) {
  if (trouble) sent.trouble = trouble;
  else room.pending = room.pending.filter((each) => each !== sent);
  view.pending(room, again);
}

/** One of ours that was not known to have arrived has. */
function arrived(room, { mine, text }) {
  const sent = mine && room.pending.find((each) => each.trouble && each.text === text);
  if (sent) settle(room, sent);
}

function moved(name, came, went) {
  const room = rooms.get(`#${name}`);
  if (!room) return;
  for (const each of came) room.people.set(each, { name: each });
  for (const each of went) room.people.delete(each);
  push(room, { k: 'moves', came: new Set(came), went: new Set(went), at: Date.now() });
  if (room === active) drawPeople();
}

/** We are in a room. */
function within({ room: name, names, topic }) {
  const room = roomOf(name);
  room.people = new Map((names ?? []).map((each) => [each, room.people.get(each) ?? { name: each }]));
  Object.assign(room, { topic, gone: false });
  drawTab(room);
  return room;
}

function welcomed(name, given) {
  inside = true;
  wire.tries = 0;
  me = wanted = name;
  keepToken(given ?? '');
  keep('name', me);
  view.me(me);
  $('me').replaceChildren(view.nameOf(me), view.icon('more'));
  $('hello').hidden = $('bar').hidden = true;
  $('app').hidden = false;
  clearInterval(counting);
}

function tell(room, from, body) {
  if (looking() || kept('notify') !== '1') return;
  try {
    const shown = new Notification(room.isPrivate ? from : `${from} · ${room.title}`, { body, tag: room.key, icon: 'icon.svg' });
    shown.onclick = () => {
      window.focus();
      show(room);
    };
  } catch { /* some phones have none */ }
}

/** The server was held for dead, and we cannot be again what we were: it asks for another name, and has said why. */
function putOut() {
  inside = false;
  keepToken('');
  rooms.forEach((room) => { room.stopped = true; });
  showHello(trouble);
}

// With these a token is void: there is nothing to come back to.
const VOID = ['no_session', 'bad_message'];

const HEARD = {
  name() {
    if (inside) return putOut();
    if (greeted) return;
    greeted = true;
    const ids = [...rooms.values()].map((room) => room.newest).filter(Boolean);
    const after = ids.reduce((last, id) => (later(id, last) ? id : last), ids[0]);
    if (token) wire.send({ type: 'resume', token, after }, { resume: true });
    else giveName();
  },
  password({ question, text, for: whose }) {
    const known = has(`q_${question}`) ? question : 'login';
    const label = t(`q_${known}`) + (whose ? ` (${whose})` : '');
    if (!$('hello').hidden) return askHere(label);
    const answer = (password) => { wire.send({ type: 'password', password }); };
    const autocomplete = ['new', 'repeat'].includes(known) ? 'new-password' : 'current-password';
    const [row, input] = view.field(label, { type: 'password', autocomplete });
    view.dialog(label, [el('p', '', text), row], { ok: t('ok'), done: () => answer(input.value), closed: () => answer('') });
  },
  welcome(message) {
    const before = [...rooms.values()];
    welcomed(message.name, message.token);
    for (const room of before) Object.assign(room, { newest: undefined, filled: false });
    if (message.room) {
      const room = within(message);
      if (!active) show(room);
    }
    // The rooms of the connection that was lost.
    for (const room of before) if (!room.isPrivate && !room.gone && room.name !== message.room) join(room.name, room.secret, true);
    draw();
  },
  resumed(message) {
    welcomed(message.name, message.token);
    const before = [...rooms.values()].filter((room) => !room.isPrivate);
    for (const room of before) room.gone = true;
    for (const inside of message.rooms) {
      within(inside);
      if (inside.more) wire.send({ type: 'who', room: inside.room });
    }
    for (const room of before) {
      if (!room.gone) continue;
      room.people.clear();
      drawTab(room);
    }
    if (active) view.pending(active, again);
    else show(rooms.get(ofTab('room')) ?? rooms.get(`#${message.room}`) ?? [...rooms.values()][0]);
    view.header(active);
    drawPeople();
    // What was said meanwhile comes now: it is not read out, and the mark stands before it.
    view.hush();
    setTimeout(() => rooms.forEach((room) => { room.stopped = false; }), 1500);
  },
  said(message, context) {
    const room = rooms.get(`#${message.room}`);
    if (context?.sent) settle(room, context.sent);
    if (!room || (room.newest && !later(message.id, room.newest))) return;
    room.newest = message.id;
    const told = lineOf(message);
    arrived(room, told);
    push(room, told);
    if (told.named) tell(room, told.from, told.text);
  },
  private({ from = me, to = me, at = Date.now(), ...rest }, context) {
    const message = { from, to, at, ...rest };
    const mine = message.from === me;
    const room = roomOf(mine ? message.to : message.from, true);
    if (context?.sent) settle(room, context.sent);
    push(room, { ...lineOf(message), id: undefined });
    if (message.away != null) note(t('isAway', room.name, message.away), room);
    if (mine) return;
    lastFrom = message.from;
    tell(room, message.from, message.text);
  },
  offline: ({ lines }) => lines.forEach((each) => HEARD.private({ ...each, to: me })),
  joined({ room = 'general', names, more }) {
    moved(room, names, []);
    // A crowd is not told by all its names.
    const known = rooms.get(`#${room}`);
    if (more && known) recount(known);
  },
  left({ room: left, names, more, words }) {
    // Who leaves the chat leaves all rooms.
    const known = [...rooms.values()].filter((room) => (left ? room.key === `#${left}` : names.some((each) => room.people.has(each))));
    for (const room of known) {
      moved(room.name, [], names);
      if (words) note(`${list(names)}: ${words}`, room);
    }
    if (!more) return;
    // Those who are not named may have been in any of them.
    const asked = left ? known : [...rooms.values()].filter((room) => !room.isPrivate && !room.gone);
    asked.forEach(recount);
  },
  renamed({ from, to }) {
    if (from === me) welcomed(to, token);
    for (const room of [...rooms.values()]) {
      const known = room.people.get(from);
      if (known) {
        room.people.delete(from);
        room.people.set(to, { ...known, name: to });
      }
      if (room.key === `@${from}` && !rooms.has(`@${to}`)) {
        rooms.delete(room.key);
        view.untab(room);
        room.name = to;
        rooms.set(room.key, room);
        drawTab(room);
        view.header(active);
      } else if (!known) continue;
      note(t('renamed', from, to), room);
    }
    drawPeople();
  },
  entered(message, context) {
    const room = within(message);
    Object.assign(room, { secret: context?.key, filled: false });
    if (room === active) draw();
    else if (!context?.quiet) show(room);
    if (message.created) note(message.text, room);
  },
  parted({ room: name }) {
    const room = roomOf(name);
    room.gone = true;
    leave(room);
  },
  out({ room: name, text }) {
    const room = roomOf(name);
    room.gone = true;
    room.people.clear();
    note(text, room, 'error');
    drawTab(room);
    drawPeople();
  },
  topic({ room: name, topic, by, text }) {
    const room = rooms.get(`#${name}`);
    if (room) room.topic = topic;
    note(text, by ? room : active);
    if (room === active) view.header(room);
  },
  people({ room: name, people }, context) {
    const room = rooms.get(`#${name}`);
    if (room) room.people = new Map(people.map((each) => [each.name, each]));
    if (room && room === active) {
      drawPeople.now();
      if (context?.typed) toggle('folk', true);
    } else if (context?.typed) {
      note(`#${name}, ${persons(people.length)}: ${list(people.map((each) => each.name), 50)}`);
    }
  },
  decided({ room: name, what, name: whom, text }) {
    const room = rooms.get(`#${name}`);
    if (what === 'op' && room?.people.has(whom)) room.people.get(whom).operator = true;
    note(text, room);
    drawPeople();
  },
  rooms: showRooms,
  history({ lines: told, more }, { room, older, id } = {}) {
    if (!room) return;
    const lines = told.map(lineOf);
    room.loading = false;
    if (older) {
      const count = room.prepend(lines, more);
      if (room === active) view.prepended(count);
      return;
    }
    if (id) room.look(lines, more);
    else room.fill(lines, more);
    lines.forEach((each) => arrived(room, each));
    if (room !== active) return;
    view.show(room);
    view.below();
    if (id) view.reveal(id);
    read();
  },
  found: showFound,
  error({ code: why, text }, { resume, room, sent, typed, join: wish } = {}) {
    const mended = MENDED.includes(why);
    trouble = text;
    if (resume && VOID.includes(why)) {
      keepToken('');
      giveName();
    } else if (resume) {
      // The session is there still, and what stands in its way may pass.
      wire.drop();
      $('trouble').textContent = view.plain(text);
    } else if (sent) {
      settle(room, sent, mended ? '' : text);
      if (mended) giveBack(sent.text, text, room);
    } else if (typed && mended) {
      giveBack(typed, text, room);
    } else if (wish && ['closed', 'wrong_key'].includes(why)) {
      const [row, input] = view.field(t('key', wish));
      view.dialog(`#${wish}`, [el('p', '', text), row], { ok: t('join'), done: () => join(wish, input.value) });
    } else if (inside) {
      if (room) room.loading = false;
      note(text, active, 'error');
    } else {
      showHello(text);
    }
  },
  notice({ code, news, text }, context) {
    if (code === 'log') waits = news === 'back' ? '' : text;
    if (code === 'log' && !$('hello').hidden) $('trouble').textContent = view.plain(waits);
    else note(text, context?.room);
  },
  bye({ reason, text }) {
    if (reason === 'stopping') return;
    wire.stop();
    keepToken('');
    rooms.forEach(view.untab);
    rooms.clear();
    active = undefined;
    showHello(reason === 'quit' ? '' : text);
  },
  ok() {},
};

function heard(message, context) {
  // A kind that is not known here has its sentence.
  if (Object.hasOwn(HEARD, message.type)) HEARD[message.type](message, context);
  else note(message.text, rooms.get(`#${message.room}`) ?? context?.room);
}

function lost(contexts) {
  for (const { room, sent } of contexts) {
    if (sent) settle(room, sent, t('unsure'));
    else if (room) room.loading = false;
  }
}

let counting;
function changed(state) {
  if (state === 'connecting') [greeted, waits] = [false, ''];
  if (state !== 'open') {
    if (inside) rooms.forEach((room) => { room.stopped = true; });
    inside = false;
  }
  // Until the server has let us in again, nothing can be said.
  const bar = state === 'waiting' || state === 'connecting' || (state === 'open' && !$('app').hidden);
  $('bar').hidden = !bar;
  $('barText').textContent = bar ? t('lost') : '';
  const count = () => {
    $('barTime').textContent = state === 'waiting' ? t('retryIn', Math.ceil((wire.retryAt - Date.now()) / 1000)) : t('connecting');
  };
  clearInterval(counting);
  if (bar) counting = setInterval(count, 1000);
  count();
  if (state === 'waiting') $('trouble').textContent = t('lost');
}

// --- The name ---

function giveName() {
  if (wanted) wire.send({ type: 'name', name: wanted });
  else showHello();
}

/** A password is asked for in the form of the name, or no longer. */
function askHere(label) {
  $('secret').hidden = $('other').hidden = !label;
  $('name').readOnly = !!label;
  $('trouble').textContent = $('pass').value = '';
  $('passLabel').textContent = view.plain(label);
  $(label ? 'pass' : 'name').focus();
}

function showHello(text = '') {
  view.closeDialog();
  $('app').hidden = true;
  $('hello').hidden = false;
  $('name').value ||= wanted || kept('name');
  askHere('');
  $('trouble').textContent = view.plain(text || waits);
}

$('enter').onsubmit = (event) => {
  event.preventDefault();
  if (!$('secret').hidden && wire.send({ type: 'password', password: $('pass').value })) return;
  wanted = $('name').value.trim();
  keep('name', wanted);
  $('trouble').textContent = view.plain(waits);
  if (wire.state === 'open') giveName();
  else wire.connect(code());
};

$('other').onclick = () => {
  wire.send({ type: 'password', password: '' });
  askHere('');
};

// --- Writing ---

const line = $('line');
const recalled = []; // what was sent
let recallAt = 0;
let begun = ''; // what was typed before an older line was recalled

function hint(text) {
  $('hint').textContent = view.plain(text);
}

/** Puts text into the field, which is as high as what is in it. */
function write(text = line.value) {
  line.value = text;
  line.style.height = 'auto';
  line.style.height = `${line.scrollHeight}px`;
  hint('');
  suggest();
}

function insert(name) {
  line.setRangeText(name + (line.value ? ' ' : ': '), line.selectionStart, line.selectionEnd, 'end');
  line.focus();
  write();
}

function sent(text) {
  if (recalled.at(-1) !== text) recalled.push(text);
  if (recalled.length > 100) recalled.shift();
  recallAt = recalled.length;
  write('');
}

// What is wrong with a line that its writer has to mend.
const MENDED = ['bad_message', 'may_be_a_password', 'no_such_command'];

/** A line was not sent: it is there again, to be mended, if nothing else has been written meanwhile. */
function giveBack(text, why, room = active) {
  if (room === active && !line.value) {
    write(text);
    return hint(why);
  }
  if (room !== active) room.draft ||= text;
  note(why, room, 'error');
}

/** Says something in a room or privately. Why it was not sent, if it was not. */
function say(text, action, room = active) {
  const saying = { text, action };
  const command = room?.isPrivate ? { type: 'message', to: room.name, text } : { type: 'say', room: room?.name, text, action };
  const trouble = !room ? t('nowhere') : room.gone ? t('notIn', room.name) : room.isPrivate && action ? t('onlyRoom')
    : wire.send(command, { room, sent: saying }) ? '' : t('keptTyping');
  if (trouble) return trouble;
  room.pending.push(saying);
  setTimeout(() => view.pending(room, again), 400);
  if (room === active && !view.pinned) toEnd();
  return '';
}

/** A line that did not arrive is sent again, or forgotten. */
function again(saying, resend) {
  const trouble = resend && say(saying.text, saying.action);
  if (trouble) hint(trouble);
  else settle(active, saying);
}

/** Lines one after the other, not faster than the server takes them; what cannot be sent stays. */
function sayAll(lines, room) {
  const trouble = say(lines[0], false, room);
  if (trouble) giveBack(lines.join('\n'), trouble, room);
  else if (lines.length > 1) setTimeout(() => sayAll(lines.slice(1), room), 120);
}

// The commands with which the page does more than to send them. Why that was not done, if it was not; undefined if it is not for the page.
const DO = {
  join(rest) {
    const [, name, key] = /^#?(\S+)\s*(.*)$/s.exec(rest) ?? [];
    if (name) return join(name, key || undefined) && '';
  },
  leave(rest) {
    if (!rest && active?.isPrivate) return leave(active) ?? '';
  },
  msg(rest) {
    const [, to, text] = /^(\S+)\s+(.+)$/s.exec(rest) ?? [];
    if (!text) return;
    show(roomOf(to, true));
    return say(text);
  },
  reply: (rest) => (rest && lastFrom ? DO.msg(`${lastFrom} ${rest}`) : undefined),
  me: (rest) => (rest ? say(rest, true) : undefined),
  lang(rest) {
    const [chosen] = /^(es|en)/i.exec(rest) ?? [];
    if (chosen) return speak(chosen.toLowerCase()) ?? '';
  },
  history(rest) {
    if (here()) return ask(active, Number(rest) || 20) ?? '';
  },
  search(rest) {
    if (rest) return showSearch(rest) ?? '';
  },
};

/** Does what a line asks for, or says it. Why not, if not. */
function run(text) {
  const [, name, rest] = /^\/(?!\/)\s*(\S*)\s*(.*)$/s.exec(text) ?? [];
  if (name === undefined && !/^(salir|quit|exit)$/i.test(text)) return say(text.replace(/^\/\//, '/'));
  const command = { type: 'line', room: here(), text };
  return DO[english(name ?? '')]?.(rest) ?? (wire.send(command, { room: active, typed: text }) ? '' : t('keptTyping'));
}

function submit() {
  const text = line.value.trim();
  const lines = text.split(/\r?\n/).filter((each) => each.trim());
  const size = Math.max(...lines.map(bytes));
  if (size > MAX_BYTES) return hint(t('tooLong', size, MAX_BYTES));
  if (!inside) return hint(t('keptTyping'));
  if (lines.length > 1) {
    const room = active;
    const done = () => {
      sent(text);
      sayAll(lines, room);
    };
    view.dialog(t('manyLines', lines.length), [el('p', '', t('manyLinesWhy')), el('pre', '', text)], { ok: t('send'), done });
  } else if (text) {
    sent(text);
    const trouble = run(text);
    if (trouble) giveBack(text, trouble);
  }
}

let completing; // what Tab is choosing from

function tabKey(back) {
  const { value, selectionStart: at } = line;
  if (completing?.value !== value) {
    const names = (isPrivate) => [...rooms.values()].filter((room) => room.isPrivate === isPrivate).map((room) => room.name);
    const people = new Set([...(active?.people.keys() ?? []), ...names(true)]);
    people.delete(me);
    completing = { ...complete(value, at, [...people], names(false)), chosen: back ? 0 : -1, rest: value.slice(at) };
  }
  const { start, found, rest } = completing;
  if (!found.length) return false;
  completing.chosen = (completing.chosen + (back ? -1 : 1) + found.length) % found.length;
  const before = value.slice(0, start) + found[completing.chosen];
  completing.value = before + rest;
  write(completing.value);
  line.setSelectionRange(before.length, before.length);
  return true;
}

function recall(step) {
  const to = recallAt + step;
  if (to < 0 || to > recalled.length) return;
  if (recallAt === recalled.length) begun = line.value;
  recallAt = to;
  write(recalled[to] ?? begun);
}

/** The commands that what is typed can become, to choose from. */
function suggest() {
  const [, typed] = /^\/(\p{L}*)$/u.exec(line.value.toLowerCase()) ?? [];
  const fitting = typed === undefined ? [] : commands().filter((name) => name.startsWith(typed) && name !== typed);
  $('hints').hidden = !fitting.length;
  $('hints').replaceChildren(...fitting.map((name) => button('quiet', `/${name}`, () => {
    write(`/${name} `);
    line.focus();
  }, { tabIndex: -1 })));
}

$('compose').onsubmit = (event) => {
  event.preventDefault();
  submit();
  line.focus();
};

line.oninput = () => write();

line.onkeydown = (event) => {
  const { key, shiftKey, isComposing, altKey, ctrlKey, metaKey } = event;
  if (isComposing || altKey || ctrlKey || metaKey) return;
  const first = !shiftKey && !line.value.slice(0, line.selectionStart).includes('\n');
  const last = !shiftKey && !line.value.slice(line.selectionEnd).includes('\n');
  const done = {
    Enter: () => !shiftKey && (submit(), true),
    Tab: () => tabKey(shiftKey),
    ArrowUp: () => first && (recall(-1), true),
    ArrowDown: () => last && (recall(1), true),
  }[key]?.();
  if (done) event.preventDefault();
};

// --- Dialogs ---

const choice = (click, ...inside) => {
  const made = button('choice', '', click);
  made.append(...inside);
  return el('li', '', made);
};

function showRooms({ rooms: found, total }) {
  const [row, input] = view.field(t('roomName'), { maxLength: 40 });
  const items = found.map(({ room, people, closed, inside: within, topic = '' }) => choice(() => {
    view.closeDialog();
    join(room);
  }, el('b', '', view.bdi(`#${room}`)), el('span', 'is', persons(people), closed ? ` · ${t('closed')}` : '', within ? ` · ${t('inside')}` : ''),
  el('small', '', topic)));
  if (total > found.length) items.push(el('li', 'rest', t('moreRooms', total - found.length)));
  const typed = () => input.value.trim().replace(/^#/, '');
  input.oninput = () => items.forEach((item) => { item.hidden = !item.textContent.toLowerCase().includes(typed().toLowerCase()); });
  view.dialog(t('rooms'), [row, el('ul', 'choices', ...items)], { ok: t('make'), done: () => !!typed() && join(typed()) });
}

const results = el('ul', { className: 'choices', ariaLive: 'polite' });

function showSearch(value = '') {
  const [row, input] = view.field(t('searchHint'), { type: 'search', value });
  const done = () => {
    if (input.value.trim()) wire.send({ type: 'search', words: input.value.trim() });
    return false;
  };
  results.replaceChildren();
  view.dialog(t('search'), [row, results], { ok: t('search'), done });
  done();
}

function showFound({ lines, text }) {
  results.replaceChildren(...lines.map(({ room: name, id, from, text: words, at }) => choice(() => {
    const room = rooms.get(`#${name}`);
    view.closeDialog();
    if (!room) return;
    show(room);
    if (view.reveal(id)) return;
    const before = String(BigInt(id) + 1n);
    room.loading = wire.send({ type: 'history', room: name, limit: HISTORY, before }, { room, id });
  }, el('small', '', view.bdi(`#${name}`), ` · ${view.brief(at)}`), view.nameOf(from), ' ', words)));
  if (text || !lines.length) results.append(el('li', 'rest', text ?? t('nothing')));
}

function showMenu() {
  const asking = (label, value, command) => () => {
    const [row, input] = view.field(label, { value });
    view.dialog(label, [row], { ok: t('ok'), done: () => { wire.send(command(input.value.trim() || undefined)); } });
  };
  const entry = (text, click) => choice(click, t(text));
  const sending = (text, type) => entry(text, () => {
    view.closeDialog();
    wire.send({ type });
  });
  const box = el('input', { type: 'checkbox', checked: kept('notify') === '1' });
  const notify = el('label', 'check', box, t('notifyOn'));
  box.onchange = async () => {
    // They are asked for only here.
    const may = box.checked && globalThis.Notification && await Notification.requestPermission() === 'granted';
    if (box.checked && !may) notify.lastChild.textContent = t('notifyNo');
    box.checked = may;
    keep('notify', may ? '1' : '');
  };
  view.dialog(me, [el('ul', 'choices',
    entry('nick', asking(t('nick'), me, (name) => ({ type: 'nick', name: name ?? me }))),
    entry('setAway', asking(t('reason'), '', (reason) => ({ type: 'away', reason }))),
    sending('register', 'register'),
    entry('login', asking(t('name'), me, (name) => ({ type: 'login', name: name ?? me }))),
    sending('changePassword', 'change_password'),
    sending('help', 'help'),
    entry('language', () => {
      view.closeDialog();
      speak(code() === 'es' ? 'en' : 'es');
    }),
    sending('quit', 'quit'),
  ), notify]);
}

// --- The rest ---

function toEnd() {
  if (active.detached) ask(active);
  else view.toEnd();
  read();
}

function speak(chosen) {
  setLanguage(chosen);
  keep('lang', chosen);
  view.translate();
  wire.lang = chosen;
  if (!inside) return;
  wire.send({ type: 'language', lang: chosen });
  rooms.forEach(drawTab);
  draw();
}

/** Opens or closes one of the panels at the sides. */
function toggle(which, open) {
  const shown = $('app').classList.toggle(which, open);
  $(which === 'side' ? 'openSide' : 'openFolk').ariaExpanded = String(shown);
  if (shown && which === 'folk' && here()) wire.send({ type: 'who', room: here() });
  if (shown && phone.matches) $(which).querySelector('button')?.focus();
}

const closePanels = () => ['side', 'folk'].forEach((which) => toggle(which, false));

document.querySelector('.switch').onclick = () => speak(code() === 'es' ? 'en' : 'es');
$('openSide').onclick = () => toggle('side');
$('openFolk').onclick = () => toggle('folk');
$('shade').onclick = closePanels;
$('find').onclick = () => wire.send({ type: 'rooms' });
$('find2').onclick = () => showSearch();
$('me').onclick = showMenu;
$('below').onclick = toEnd;
$('retry').onclick = () => wire.check();
$('filter').oninput = drawPeople;
$('topic').onclick = () => $('topic').classList.toggle('open');
$('log').onclick = ({ target }) => {
  const name = target.closest('.name');
  if (name && getSelection().isCollapsed) insert(name.textContent);
};

addEventListener('keydown', ({ key, altKey }) => {
  if ($('dialog').open) return;
  if (key === 'Escape') {
    if (phone.matches) closePanels();
    line.focus();
  }
  if (!altKey || !/^Arrow(Up|Down)$/.test(key)) return;
  const all = [...document.querySelectorAll('.tab')];
  const at = all.findIndex((each) => each.ariaCurrent) + (key === 'ArrowUp' ? -1 : 1);
  all.at(at % all.length)?.click();
});

view.onScroll(older, () => !active?.detached && read());
addEventListener('focus', read);
addEventListener('blur', away);
document.addEventListener('visibilitychange', () => (document.hidden ? away() : read()));

// The keyboard of a phone takes its place from the page.
visualViewport?.addEventListener('resize', () => {
  document.documentElement.style.setProperty('--height', `${visualViewport.height * visualViewport.scale}px`);
  if (visualViewport.scale === 1) scrollTo(0, 0);
});

setLanguage(kept('lang') || (navigator.language.startsWith('es') ? 'es' : 'en'));
view.translate();
phone.onchange = () => toggle('folk', !phone.matches);
phone.onchange();
wanted = kept('name');
showHello();
if (token) wire.connect(code());

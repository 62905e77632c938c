// What is known of the rooms and private talks, without anything to look at.
//
// A room's `lines` are a window on what was said in it. At its lower end it is open (new lines are added) unless the room is
// `detached`: then its reader looks at older lines, and what is new is only counted. Kinds of line (`k`):
// said, note (a sentence), moves (who came and went), gap (lines that are missing), mark (here the reader stopped).

const MAX = 1000; // lines of the room that is looked at
const KEPT = 300; // lines of the others
const CUT = 100; // cut off at once

/** Whether the id `a` is later than `b`: decimal numbers, perhaps too long for a number. */
export const later = (a, b) => (a.length === b.length ? a > b : a.length > b.length);

const newest = (lines) => lines.findLast((line) => line.id)?.id;

export class Room {
  constructor(name, isPrivate) {
    Object.assign(this, {
      name, isPrivate, topic: null, people: new Map(), lines: [], pending: [], draft: '', unread: 0, below: 0,
      more: !isPrivate, // whether there are older lines to be asked for
      unsure: false, // whether more people came or went than were named
    });
  }

  get title() {
    return (this.isPrivate ? '' : '#') + this.name;
  }

  get key() {
    return (this.isPrivate ? '@' : '#') + this.name;
  }

  get oldest() {
    return this.lines.find((line) => line.id)?.id;
  }

  /** Adds a line at the end. `read`: its reader sees it; `pinned`: and is at the end. What was added or changed. */
  add(line, read, active, pinned) {
    const said = line.k === 'said';
    if (said && read) this.readId = line.id ?? this.readId;
    if (said && !read && !line.mine) this.unread++;
    this.detached ||= active && this.lines.length >= MAX && !pinned && !this.isPrivate;
    if (said && (this.detached || (active && !pinned))) this.below++;
    if (this.detached) return {};
    const last = this.lines.at(-1);
    if (line.k === 'moves' && last?.k === 'moves') {
      for (const name of line.came) last.went.delete(name) || last.came.add(name);
      for (const name of line.went) last.came.delete(name) || last.went.add(name);
      return { changed: last };
    }
    const added = [line];
    if (said && !line.mine && (!read || this.stopped) && !this.lines.some((each) => each.k === 'mark')) {
      added.unshift({ k: 'mark', at: line.at });
    }
    if (said) this.stopped = false;
    this.lines.push(...added);
    if (this.lines.length > (active ? MAX : KEPT)) {
      this.lines.splice(0, this.lines.length - (active ? MAX : KEPT) + CUT);
      this.more = !this.isPrivate;
    }
    return { added };
  }

  /** Takes out the line that says where the reader stopped. Its place, or -1. */
  unmark() {
    const at = this.lines.findIndex((line) => line.k === 'mark');
    if (at >= 0) this.lines.splice(at, 1);
    return at;
  }

  /** The latest lines are asked for: what is there now goes when they come. */
  refill() {
    this.loading = true;
    for (const line of this.lines) line.old = true;
  }

  /** The latest lines, in place of what was there; what came since is kept, and the mark stands where the reader stopped. */
  fill(lines, more) {
    const last = newest(lines);
    const since = this.detached ? [] : this.lines.filter((line) => line.k !== 'mark' && !line.old
      && (!line.id || last === undefined || later(line.id, last)));
    Object.assign(this, { lines: [...lines, ...since], filled: true, detached: false, below: 0, more });
    this.newest = newest(this.lines);
    // The server may have begun to count anew.
    if (this.readId && this.newest && later(this.readId, this.newest)) this.readId = undefined;
    const at = this.readId ? this.lines.findIndex((line) => line.id && !line.mine && later(line.id, this.readId)) : -1;
    if (at > 0 || (at === 0 && more)) this.lines.splice(at, 0, { k: 'mark', at: this.lines[at].at });
  }

  /** Older lines, before what is there. How many were new; the end may be cut off for them. */
  prepend(lines, more) {
    const { oldest } = this;
    const older = lines.filter((line) => !line.id || !oldest || later(oldest, line.id));
    this.lines.unshift(...older);
    this.more = more && older.length > 0;
    if (this.lines.length > MAX) {
      this.lines.length = MAX;
      this.detached = true;
    }
    return older.length;
  }

  /** A window on older lines. */
  look(lines, more) {
    Object.assign(this, { lines, more, detached: this.newest !== newest(lines) });
  }

  /** Who is here: operators first, and those who are away last. */
  sorted() {
    const rank = (person) => (person.operator ? 0 : person.away == null ? 1 : 2);
    const { compare } = new Intl.Collator();
    return [...this.people.values()].sort((a, b) => rank(a) - rank(b) || compare(a.name, b.name));
  }
}

export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();

/** Whether `line` goes on with what the same person said just before it. */
export const continues = (line, before) => before?.k === 'said' && !line.action && !before.action
  && line.from === before.from && line.at - before.at < 300_000 && sameDay(line.at, before.at);

/** Where `name` stands in `text` as a word of its own: [from, to], or nothing. */
export function mention(text, name) {
  const [said, wanted] = [text.toLowerCase(), name.toLowerCase()];
  if (said.length !== text.length || !wanted) return;
  const joins = (c) => /[\p{L}\p{N}_-]/u.test(c ?? '');
  for (let at = said.indexOf(wanted); at >= 0; at = said.indexOf(wanted, at + 1)) {
    const end = at + wanted.length;
    if (!joins(said[at - 1]) && !joins(said[end])) return [at, end];
  }
}

// The connection: opens it, and opens it again after growing pauses when it is lost. It sends nothing twice.
// States: closed → connecting → open (the server talks to us) → waiting (lost, the next attempt is due) → connecting …

const PAUSES = [1, 2, 4, 8, 16, 30]; // seconds

export class Wire {
  /** `heard(message, context)`, `changed(state)`, `lost(contexts)`: those of commands without an answer. */
  constructor(heard, changed, lost) {
    Object.assign(this, { heard, changed, lost, state: 'closed', tries: 0, ref: 0, waiting: new Map() });
    // A phone that wakes up or finds a network does not wait for the pause to end.
    addEventListener('online', () => this.check());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.hidden = Date.now();
      else if (this.state === 'waiting' || Date.now() - this.hidden > 30_000) this.check();
    });
  }

  set(state) {
    this.state = state;
    this.changed(state);
  }

  /** Connects, and stays connected until `stop`. `lang` is the language that the server speaks from the start. */
  connect(lang = this.lang) {
    this.lang = lang;
    this.release();
    const socket = new WebSocket(`${location.protocol.replace('http', 'ws')}//${location.host}/chat?lang=${lang}`, 'tertulia.1');
    this.socket = socket;
    this.timer = setTimeout(() => this.drop(), 15_000);
    socket.onopen = () => {
      clearTimeout(this.timer);
      this.set('open');
    };
    socket.onmessage = ({ data }) => {
      clearTimeout(this.proof);
      const message = JSON.parse(data);
      const context = this.waiting.get(message.ref);
      this.waiting.delete(message.ref);
      this.heard(message, context);
    };
    socket.onclose = () => this.drop();
    this.set('connecting');
  }

  stop() {
    this.release();
    this.set('closed');
  }

  /** Sends a command, if there is a connection; `context` comes back with its answer, or with `lost`. */
  send(command, context = {}) {
    if (this.state !== 'open' || this.socket.readyState !== 1) return false;
    this.waiting.set(++this.ref, context);
    // What is never answered is forgotten in time.
    if (this.waiting.size > 500) this.waiting.delete(this.waiting.keys().next().value);
    this.socket.send(JSON.stringify({ ...command, ref: this.ref }));
    return true;
  }

  /** Is the connection alive? A phone that slept often holds one that is not, and nobody told it. */
  check() {
    if (this.state === 'waiting') this.connect();
    else if (this.send({ type: 'ping' })) this.proof = setTimeout(() => this.drop(), 8000);
  }

  /** The attempt or the connection has failed. */
  drop() {
    this.release();
    const pause = PAUSES[Math.min(this.tries++, 5)] * (750 + Math.random() * 500);
    this.retryAt = Date.now() + pause;
    this.timer = setTimeout(() => this.connect(), pause);
    this.set('waiting');
  }

  release() {
    clearTimeout(this.proof);
    clearTimeout(this.timer);
    const { socket } = this;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    socket?.close();
    const contexts = [...this.waiting.values()];
    this.waiting.clear();
    this.lost(contexts);
  }
}

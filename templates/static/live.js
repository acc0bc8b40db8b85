// Keeps an open page as it is on the server, without loading it anew.
//
// It looks at live.json, a few hundred bytes that name the content of every page, and asks for the page itself only when
// that became another one. Where the server says so, it listens for what changes instead of looking. Then the parts of
// the page that differ are put in place, found by their id or data-key; all others stay the very elements they were.
//
// Other scripts hear of it by events of the document:
//   ptg:fresh    detail: the new page, before it is shown, for what they add to every page
//   ptg:shown    after it is shown
//   ptg:contact  detail: since when there is no connection (ms), null when there is one again
//   ptg:say      detail: what those who do not see the page should hear
"use strict";
{
  const ROOT = new URL("..", /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const EVERY = 4_000; // ms between looks
  const LONGEST = 60_000; // ms between looks while the server does not answer
  const LIMIT = 10_000; // ms that an answer may take
  const SILENCE = 25_000; // ms after which events are not believed to come any more
  const AGAIN = 300_000; // ms until events are tried again where none ever came
  const SPREAD = 200; // ms over which those who were told at once ask for the page
  const PARTS = ["body > header", "main", "body > footer"];

  /** @param {number} from @param {number} to @returns {number} */
  const between = (from, to) => from + Math.random() * (to - from);
  /** @param {string} name @param {any} [detail] */
  const announce = (name, detail) => document.dispatchEvent(new CustomEvent(`ptg:${name}`, { detail }));

  // -- what the server has ----------------------------------------------------------------------------------------

  const LIVE = new URL("live.json", ROOT).href;
  const PAGE = location.origin + location.pathname;
  /**
   * Addresses whose last answer was as new as the answer's second: another one of the same second would look the same
   * to a server that knows files by their date (RFC 9110, 8.8.2.2), so that the next is to be whole.
   */
  const young = new Set(Math.abs(Date.now() - Date.parse(document.lastModified)) < 5_000 ? [PAGE] : []);

  /**
   * Ask whether something is still what it was.
   * @param {string} address
   * @returns {Promise<Response | null>} null where there is no such thing
   */
  async function ask(address) {
    const signal = AbortSignal.timeout?.(LIMIT);
    const answer = await fetch(address, { cache: young.has(address) ? "reload" : "no-cache", signal });
    if (answer.status === 404 || answer.status === 410) return null;
    if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
    const [now, changed] = ["Date", "Last-Modified"].map((name) => Date.parse(answer.headers.get(name) ?? ""));
    if (now - changed < 2_000) young.add(address);
    else young.delete(address);
    return answer;
  }

  /**
   * What names this page's content, or that of its folder.
   * @param {Record<string, string>} told what live.json holds
   * @returns {string | undefined}
   */
  function named(told) {
    const own = decodeURIComponent(location.pathname.slice(ROOT.pathname.length));
    const page = [own || "index.html", `${own}.html`].find((name) => name in told);
    return told[page ?? own.slice(0, own.indexOf("/") + 1)];
  }

  /** @type {string | null | undefined} what names what is shown; null: not known */
  let known = null;

  /** @param {Record<string, string>} told */
  async function take(told) {
    const name = named(told);
    if (name === known) return;
    await refresh();
    known = name;
  }

  let source = "";

  /** Show what the page has become. */
  async function refresh() {
    const answer = await ask(PAGE);
    const text = await answer?.text();
    if (!text || text === source) return;
    const fresh = new DOMParser().parseFromString(text, "text/html");
    if (!fresh.querySelector("main")) throw new Error("that is no page of ours");
    // Another bot, with other scripts: begin anew, but not over and over, nor under somebody's hands.
    const busy = document.activeElement instanceof HTMLInputElement;
    if (made(fresh) !== made(document) && performance.now() > LONGEST && !busy) location.reload();
    else show(fresh);
    source = text;
  }

  /** What a page is made with. @param {Document} page */
  const made = (page) =>
    [...page.querySelectorAll("link[rel=stylesheet], script[src]")]
      .map((link) => link.getAttribute("href") ?? link.getAttribute("src"))
      .join(" ");

  // -- when to look -----------------------------------------------------------------------------------------------

  let failures = 0;
  let reached = Date.now();
  let lost = false;
  let timer = 0;
  /** @type {Promise<void>} one at a time */
  let working = Promise.resolve();
  /** @type {EventSource | null} */
  let stream = null;
  let heard = 0; // when the stream said something last; 0: it never did
  let unheard = 0; // streams in a row that never said anything
  let notBefore = 0; // when the next stream may be tried

  const isHeard = () => stream !== null && heard > 0 && performance.now() - heard < SILENCE;

  /** @param {() => Promise<void>} job */
  function work(job) {
    working = working.then(async () => {
      try {
        await job();
        connected();
      } catch {
        failures += 1;
        if (failures > 1 || !navigator.onLine) disconnected();
      }
      plan();
    });
  }

  function plan() {
    clearTimeout(timer);
    if (document.hidden) return;
    const slower = Math.min(EVERY * 2 ** (failures - 1), LONGEST);
    const delay = failures ? between(slower / 2, slower * 1.5) : isHeard() ? SILENCE : between(EVERY * 0.95, EVERY * 1.05);
    timer = setTimeout(look, delay);
  }

  function look() {
    clearTimeout(timer);
    if (document.hidden) return;
    if (!failures && isHeard()) {
      plan();
      return;
    }
    if (stream && !isHeard() && performance.now() - Math.max(heard, began) > SILENCE) hangUp();
    work(async () => {
      const answer = await ask(LIVE);
      if (answer) await take(await answer.json());
      else await refresh();
      listen(answer?.headers.get("Link") ?? "");
    });
  }

  function connected() {
    failures = 0;
    reached = Date.now();
    if (lost) announce("contact", null);
    lost = false;
  }

  function disconnected() {
    if (!lost) announce("contact", reached);
    lost = true;
  }

  // -- being told -------------------------------------------------------------------------------------------------

  let began = 0;

  /** Listen, where the server says that one can. @param {string} link the answer's header */
  function listen(link) {
    const address = /<([^>]*)>[^,]*text\/event-stream/.exec(link)?.[1];
    if (!address || stream || document.hidden || performance.now() < notBefore) return;
    began = performance.now();
    heard = 0;
    stream = new EventSource(new URL(address, LIVE));
    stream.addEventListener("live", (event) => {
      hear();
      const told = JSON.parse(event.data);
      if (named(told) !== known) setTimeout(() => work(() => take(told)), between(0, SPREAD));
    });
    stream.addEventListener("still", hear);
    stream.addEventListener("error", () => {
      // What looks keeps the pace: it slows down while the server is away, and nobody comes back at once.
      hangUp();
      clearTimeout(timer);
      timer = setTimeout(look, between(500, EVERY));
    });
  }

  function hear() {
    const first = !heard;
    heard = performance.now();
    unheard = 0;
    reached = Date.now();
    if (first) plan();
  }

  function hangUp() {
    stream?.close();
    stream = null;
    unheard = heard ? 0 : unheard + 1;
    if (unheard > 1) notBefore = performance.now() + AGAIN;
  }

  // -- showing ----------------------------------------------------------------------------------------------------

  /** @param {Document} page @returns {NodeListOf<HTMLDetailsElement>} */
  const sections = (page) => page.querySelectorAll("details[id]");
  /** Which of them the page itself has open. */
  const opened = new Map(Array.from(sections(document), (one) => [one.id, one.open]));

  /** @param {Document} fresh */
  function show(fresh) {
    const before = topics(document);
    for (const section of sections(fresh)) {
      const same = document.getElementById(section.id);
      const said = section.open;
      // As the viewer left it, unless the page has come to think otherwise.
      if (same instanceof HTMLDetailsElement && opened.get(section.id) === said) section.open = same.open;
      opened.set(section.id, said);
    }
    announce("fresh", fresh);
    const focused = document.activeElement;
    const stay = keepPlace();
    for (const part of PARTS) {
      const [live, next] = [document.querySelector(part), fresh.querySelector(part)];
      if (live && next) morph(live, next);
    }
    document.title = fresh.title;
    stay();
    if (focused !== document.activeElement && !focused?.isConnected) {
      document.querySelector("main")?.focus({ preventScroll: true });
    }
    announce("shown");
    tellNews(before, topics(document));
  }

  /** Where the browser does not keep what is looked at in its place, do. @returns {() => void} */
  function keepPlace() {
    if (CSS.supports("overflow-anchor", "auto") || !scrollY) return () => {};
    const held = document.elementFromPoint(innerWidth / 2, innerHeight / 3)?.closest("main [id]");
    const top = held?.getBoundingClientRect().top ?? 0;
    return () => held?.isConnected && scrollBy({ top: held.getBoundingClientRect().top - top, behavior: "instant" });
  }

  /** @param {Node} node */
  const keyOf = (node) => (node instanceof Element ? node.id || node.getAttribute("data-key") || "" : "");

  /**
   * Make an element what another one is, with as few changes as there are differences.
   * @param {Node} live
   * @param {Node} fresh
   */
  function morph(live, fresh) {
    if (live.isEqualNode(fresh)) return;
    if (!(live instanceof Element && fresh instanceof Element)) {
      live.nodeValue = fresh.nodeValue;
      return;
    }
    for (const { name } of [...live.attributes]) if (!fresh.hasAttribute(name)) live.removeAttribute(name);
    for (const { name, value } of fresh.attributes) {
      if (live.getAttribute(name) !== value) live.setAttribute(name, value);
    }
    const wanted = match(live, fresh);
    const kept = new Set(wanted);
    for (const child of [...live.childNodes]) if (!kept.has(child)) child.remove();
    place(live, wanted);
  }

  /**
   * The children that an element is to have: its own, made what they are to be, where they can be found again.
   * @param {Element} live
   * @param {Element} fresh
   * @returns {ChildNode[]}
   */
  function match(live, fresh) {
    /** @type {Map<string, ChildNode[]>} by name and key; those without a key in order */
    const there = new Map();
    const nameOf = (/** @type {Node} */ node) => `${node.nodeName} ${keyOf(node)}`;
    for (const child of live.childNodes) {
      const name = nameOf(child);
      if (!there.get(name)?.push(child)) there.set(name, [child]);
    }
    for (const same of there.values()) same.reverse();
    return [...fresh.childNodes].map((child) => {
      const own = there.get(nameOf(child))?.pop();
      if (own) morph(own, child);
      return own ?? document.adoptNode(child);
    });
  }

  /**
   * Put children in order. The one that has the focus or what is selected is not moved: the others go around it.
   * @param {Element} parent
   * @param {ChildNode[]} wanted
   */
  function place(parent, wanted) {
    const selected = getSelection();
    const holds = (/** @type {Node} */ node) =>
      node.parentNode === parent &&
      (node.contains(document.activeElement) || (!selected?.isCollapsed && node.contains(selected?.anchorNode ?? null)));
    const held = wanted.findIndex(holds);
    const line = (/** @type {ChildNode[]} */ nodes, /** @type {ChildNode | null} */ at) => {
      for (const node of nodes) {
        if (node === at) at = at.nextSibling;
        else parent.insertBefore(node, at);
      }
    };
    line(wanted.slice(0, Math.max(held, 0)), parent.firstChild);
    line(wanted.slice(held + 1), held < 0 ? parent.firstChild : wanted[held].nextSibling);
  }

  // -- telling ----------------------------------------------------------------------------------------------------

  /** What is on now, by track, and the messages. @param {Document} page @returns {Map<string, string>} */
  function topics(page) {
    const found = new Map();
    for (const topic of page.querySelectorAll("main .topic")) {
      if (topic.closest("[hidden]")) continue;
      const track = topic.closest("[data-track]")?.getAttribute("data-track") ?? page.querySelector("h1")?.textContent;
      if (track) found.set(track.trim(), topic.textContent?.trim());
    }
    for (const notice of page.querySelectorAll("main .notice")) found.set(`!${notice.textContent?.trim()}`, "");
    return found;
  }

  /** @param {Map<string, string>} before @param {Map<string, string>} after */
  function tellNews(before, after) {
    const fresh = [...after].filter(([name, text]) => before.get(name) !== text);
    const notices = fresh.filter(([name]) => name.startsWith("!")).map(([name]) => name.slice(1));
    const tracks = fresh.filter(([name]) => !name.startsWith("!"));
    const news =
      tracks.length > 3
        ? [`${tracks.length} tracks have something new: ${tracks.map(([name]) => name).join(", ")}`]
        : tracks.map(([name, text]) => `${name} now: ${text}`);
    for (const text of [...notices, ...news]) announce("say", text);
  }

  // -- the beginning ----------------------------------------------------------------------------------------------

  function wake() {
    if (document.hidden) {
      clearTimeout(timer);
      hangUp();
      unheard = 0;
    } else {
      look();
    }
  }

  if (location.protocol.startsWith("http")) {
    document.addEventListener("visibilitychange", wake);
    addEventListener("pageshow", (event) => event.persisted && wake());
    addEventListener("online", () => setTimeout(look, between(0, 1_000)));
    addEventListener("offline", () => {
      failures = Math.max(failures, 1);
      disconnected();
      plan();
    });
    look();
  }
}

// What a browser can add to pages that are complete without it: they stay fresh, times are also the viewer's own,
// booking codes can be copied.

const EVERY = 30_000;
const WHOLE = 10; // one look in so many asks for the whole page: servers may know times to the second only

/** Add to the content what needs the browser. */
function enrich(main) {
  // A wall shows the event's own time.
  if (document.body.classList.contains("signage")) return;
  let differs = false;
  for (const time of main.querySelectorAll("time[datetime]")) {
    const said = time.getAttribute("datetime");
    const at = new Date(said);
    const own = at.toTimeString().slice(0, 5);
    // The text before the offset is what clocks show at the event.
    if (Number.isNaN(at.valueOf()) || said.slice(11, 16) === own) continue;
    differs = true;
    const yours = document.createElement("span");
    yours.className = "yours";
    yours.textContent = ` (${own})`;
    time.append(yours);
  }
  for (const note of main.querySelectorAll(".yours-note")) note.hidden = !differs;
  if (!navigator.clipboard) return;
  for (const code of main.querySelectorAll("code.free")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "free";
    button.title = "Copy";
    code.className = "";
    code.replaceWith(button);
    button.append(code);
  }
}

/** Say something to those who do not see it. */
function tell(text) {
  let status = document.querySelector("[role=status]");
  if (!status) {
    status = document.createElement("p");
    status.setAttribute("role", "status");
    status.className = "unseen";
    document.body.append(status);
  }
  status.textContent = text;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.textContent);
  button.classList.add("done");
  tell(`Copied: ${button.textContent}`);
  setTimeout(() => button.classList.remove("done"), 2000);
}

let looks = 0;
let shown = document.querySelector("main").innerHTML;

/** Show what the page has become, unless somebody is in the middle of it. */
async function refresh() {
  const main = document.querySelector("main");
  const selected = getSelection();
  const busy = main.contains(document.activeElement) && document.activeElement !== main;
  if (document.hidden || busy || (!selected.isCollapsed && main.contains(selected.anchorNode))) return;
  const answer = await fetch(location.pathname, { cache: ++looks % WHOLE ? "no-cache" : "reload" });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
  if (!fresh || fresh.innerHTML === shown) return;
  shown = fresh.innerHTML;
  for (const details of main.querySelectorAll("details[id]")) {
    const same = fresh.querySelector(`#${CSS.escape(details.id)}`);
    if (same) same.open = details.open;
  }
  enrich(fresh);
  main.replaceChildren(...fresh.childNodes);
}

const tryToRefresh = () => refresh().catch(() => {});

enrich(document.querySelector("main"));
document.addEventListener("click", (event) => {
  const button = event.target.closest("button.free");
  if (button) copy(button).catch(() => {});
});
addEventListener("beforeprint", () => {
  for (const day of document.querySelectorAll("details.day")) day.open = true;
});
document.addEventListener("visibilitychange", tryToRefresh);
setInterval(tryToRefresh, EVERY);

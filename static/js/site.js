/* Leaves quickly, keeps the questions in one history entry, copies texts. Every page works without it. */
(() => {
  "use strict";

  const EXIT = "/exit/";
  const WARN_MS = 120000;
  const SHIFT_MS = 5000;
  const root = document.documentElement;
  const find = (selector, from = document) => from.querySelector(selector);

  root.classList.add("js");

  /* Messages: the words stand in the page, so that they are translated with it. */

  let silence = 0;
  const say = (key, number) => {
    const live = find("[data-live]");
    if (!live) return;
    live.textContent = (live.dataset[key] || "").replace("{n}", number ?? "");
    clearTimeout(silence);
    silence = setTimeout(() => { live.textContent = ""; }, 8000);
  };

  /* Leaving: hide first, because the line may be slow; replace, so that Back does not return here. */

  const hide = () => root.classList.add("sp-gone");
  const leave = () => {
    hide();
    location.replace(EXIT);
  };

  /* A page brought back from memory may show what was typed: ask the server, which knows whether the visit lives. */
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    hide();
    location.replace(location.pathname);
  });

  let presses = 0;
  let forget = 0;
  const count = (number) => {
    presses = number;
    const exit = find("[data-exit]");
    if (exit) exit.dataset.presses = String(number);
  };
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      if (presses) count(0);
      return;
    }
    if (event.repeat) return;
    if (!presses) {
      clearTimeout(forget);
      forget = setTimeout(() => count(0), SHIFT_MS);
    }
    count(presses + 1);
    if (presses >= 3) leave();
    else say("shift", 3 - presses);
  });

  /* Answers to our own forms are put into the page we are on. The policy takes nothing else. */

  let answer = null;
  const policy = window.trustedTypes?.createPolicy("site", {
    createHTML: (text) => {
      if (answer === null || text !== answer) throw new TypeError("not an answer of this site");
      return text;
    },
  });
  const fetched = async (address, options) => {
    const response = await fetch(address, { credentials: "same-origin", ...options });
    const type = response.headers.get("content-type") || "";
    if (new URL(response.url).origin !== location.origin || !type.startsWith("text/html")) {
      throw new TypeError("not a page of this site");
    }
    answer = await response.text();
    try {
      const page = policy ? policy.createHTML(answer) : answer;
      return { page: new DOMParser().parseFromString(page, "text/html"), path: new URL(response.url).pathname };
    } finally {
      answer = null;
    }
  };
  const posted = (form, button) => {
    const body = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string") body.append(name, value);
    }
    if (button?.name) body.append(button.name, button.value);
    const address = button?.getAttribute("formaction") || form.getAttribute("action") || location.pathname;
    return fetched(address, { method: "POST", body });
  };
  const show = ({ page, path }) => {
    root.lang = page.documentElement.lang;
    root.dir = page.documentElement.dir;
    document.title = page.title;
    document.body.replaceChildren(...page.body.childNodes);
    if (path !== location.pathname) history.replaceState(null, "", path);
    begin();
    scrollTo(0, 0);
    const target = find(".sp-errors") || find("main h1") || find("main");
    if (target) {
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
  };

  /* When the line fails, nothing typed may be lost: say so, and let the browser send it the next time. */
  let busy = false;
  const swap = async (source, load, then = show) => {
    if (busy) return;
    busy = true;
    source.setAttribute("aria-busy", "true");
    try {
      then(await load());
    } catch {
      source.dataset.native = "";
      say("offline");
    } finally {
      busy = false;
      source.removeAttribute("aria-busy");
    }
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    const stays = form.matches("[data-stay]") || Boolean(event.submitter?.matches("[data-stay]"));
    if ((!stays && !form.matches("[data-flow]")) || "native" in form.dataset) return;
    /* A button that leads elsewhere: the page it stands on keeps its entry, to come back to. */
    if (event.submitter?.matches("[data-native]")) return;
    event.preventDefault();
    swap(form, () => posted(form, event.submitter), stays ? prolong : show);
  });

  /* The page closes: the clock of the person, a warning, more time without losing what is half typed. */

  let ends = 0;
  let warned = false;
  const clock = (box) => {
    ends = Date.now() + 1000 * Number(box.dataset.closesIn);
    warned = false;
    box.classList.remove("sp-closing--soon");
    const time = find("time", box);
    const moment = time && new Date(time.dateTime);
    if (moment && !Number.isNaN(moment.valueOf())) {
      time.textContent = moment.toLocaleTimeString(root.lang || [], { hour: "2-digit", minute: "2-digit" });
    }
  };
  const prolong = (loaded) => {
    const fresh = find("[data-closes-in]", loaded.page);
    const box = find("[data-closes-in]");
    if (!fresh || !box) return show(loaded);
    box.dataset.closesIn = fresh.dataset.closesIn;
    find("time", box).dateTime = find("time", fresh).dateTime;
    clock(box);
    say("stayed");
  };
  const look = () => {
    const left = ends - Date.now();
    if (!ends || left > WARN_MS) return;
    if (left <= 0) {
      ends = 0;
      hide();
      location.replace(location.pathname);
    } else if (!warned) {
      warned = true;
      find("[data-closes-in]")?.classList.add("sp-closing--soon");
      say("closing");
    }
  };
  setInterval(look, 5000);
  document.addEventListener("visibilitychange", look);

  /* Clicks */

  const copy = async (button) => {
    const source = find(button.dataset.copy);
    if (!source) return;
    try {
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      say("copied");
    } catch {
      getSelection().selectAllChildren(source);
      say("select");
    }
  };
  addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    let found = on("[data-exit]");
    if (found) {
      event.preventDefault();
      leave();
    } else if ((found = on("[data-copy]"))) {
      copy(found);
    } else if (on("[data-print]")) {
      print();
    } else if ((found = on('a[href^="#"]'))) {
      /* Without a new entry in the Back list, and without a field's name in the address. */
      const target = document.getElementById(found.hash.slice(1));
      if (!target) return;
      event.preventDefault();
      target.scrollIntoView();
      target.focus();
    } else if ((found = on("a[data-flow-link]")) && !("native" in found.dataset) && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      swap(found, () => fetched(found.getAttribute("href")));
    }
  });

  /* On paper nothing can be unfolded. */
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("main details:not([open])")];
    for (const part of folded) part.open = true;
  });
  addEventListener("afterprint", () => {
    for (const part of folded) part.open = false;
  });

  const begin = () => {
    for (const button of document.querySelectorAll("[data-copy], [data-print]")) button.hidden = false;
    const box = find("[data-closes-in]");
    ends = 0;
    if (box) clock(box);
  };
  begin();

  /* A page that came whole with something wrong in it: there, as after an answer that was put in. */
  const wrong = find("main .sp-errors");
  if (wrong) {
    wrong.tabIndex = -1;
    wrong.focus();
  }
})();

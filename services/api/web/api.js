import { keyed } from "./key.js";

/** The server's no: `slug` is for programs, the message for people. */
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail ?? `HTTP ${status}`);
    this.status = status;
    this.slug = (problem.type ?? "").split("/").pop();
    this.crowded = status === 429;
    this.passing = this.crowded || (status >= 500 && status !== 500);
    this.waitSeconds = Number(retryAfter) || 0;
  }
}

/** No answer came: there is no network, or it broke off. */
export class Unreached extends Error {
  passing = true;
}

/** How far this device's clock is behind the server's, in milliseconds: countdowns need it, where it is plainly wrong. */
let skew = 0;
const PLAINLY_MS = 60_000;
export const serverNow = () => Date.now() + skew;

/** Ask the API; the answer's JSON. Throws Refused or Unreached. */
export const ask = (path, options) => keyed((shown) => askOnce(path, options, shown));

async function askOnce(path, { method = "GET", body } = {}, shown) {
  const headers = { Accept: "application/json", ...shown, ...(body && { "Content-Type": "application/json" }) };
  let answer;
  try {
    answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), cache: "no-store" });
    const text = await answer.text();
    const told = Date.parse(answer.headers.get("date"));
    if (told) skew = Math.abs(told - Date.now()) > PLAINLY_MS ? told - Date.now() : 0;
    const read = parsed(text);
    if (answer.ok) return read;
    throw new Refused(answer.status, read, answer.headers.get("retry-after"));
  } catch (wrong) {
    throw wrong instanceof Refused ? wrong : new Unreached();
  }
}

/** Send a form with what a browser's fetch does not have: how much of it has left. Throws Refused or Unreached. */
export const send = (path, form, key, onsent, signal) => keyed((shown) => sendOnce(path, form, { ...shown, "Idempotency-Key": key }, onsent, signal));

function sendOnce(path, form, headers, onsent, signal) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", path);
    for (const [name, value] of Object.entries({ Accept: "application/json", ...headers })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => onsent(total ? loaded / total : 0);
    request.onload = () => {
      const read = parsed(request.responseText);
      if (request.status < 300) resolve(read);
      else reject(new Refused(request.status, read, request.getResponseHeader("retry-after")));
    };
    request.onerror = request.onabort = request.ontimeout = () => reject(new Unreached());
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/** A proxy's page of HTML is no answer of ours, and tells nothing. */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** From the results of one or several batches to sheets, and their sessions, in the order in which they were handed in. */

/** Minutes of the day of a `HH:MM`; null without one. */
function minutesOf(time) {
  return time ? Number(time.slice(0, 2)) * 60 + Number(time.slice(3)) : null;
}

/**
 * Sheets with their sessions, numbered over all of them from 1, and notes. A swim that an earlier sheet has too is
 * counted in `repeated` instead of shown again. The same sheet of several swimmers is one sheet.
 */
export function grouped(batches) {
  const sheets = new Map();
  for (const { batch_id: batch, swimmer_name: who, results } of batches) {
    for (const result of results) {
      const sheet = entry(sheets, `${result.source}|${result.meet_name}`, () => ({ ...result, sessions: new Map(), codes: [], warnings: [], repeated: 0 }));
      sheet.codes.push({ who, code: result.result_code });
      sheet.warnings.push(...result.warnings.map((warning) => ({ ...warning, who, batch })));
      result.swims.forEach((swim) => {
        if (swim.duplicate) {
          sheet.repeated += 1;
          return;
        }
        const date = swim.session_date ?? result.session_date ?? null;
        const session = entry(sheet.sessions, `${date}|${swim.session}`, () => ({ date, name: swim.session, swims: [] }));
        session.swims.push({ ...swim, who, batch, date, code: result.result_code, key: `${result.result_code}.${swim.id}`, minutes: minutesOf(swim.heat_start_time) });
      });
    }
  }
  let number = 0;
  return [...sheets.values()].map((sheet) => ({
    ...sheet,
    sessions: [...sheet.sessions.values()].map((session) => ({ ...session, number: (number += 1), swims: session.swims.sort(byStart) })),
  }));
}

function entry(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

/** By the clock where it is known, else as the meet runs: by event and heat. */
function byStart(one, other) {
  if (one.minutes !== null && other.minutes !== null && one.minutes !== other.minutes) return one.minutes - other.minutes;
  return parseInt(one.event_number ?? 0, 10) - parseInt(other.event_number ?? 0, 10) || (one.heat_number ?? 0) - (other.heat_number ?? 0);
}

/** The people that one name may stand for, told apart by age and team; relays do not say the age. */
export function people(swims) {
  const found = new Map();
  for (const swim of swims) {
    if (swim.relay_leg !== null || swim.kind === "relay") continue;
    const person = { age: swim.age ?? swim.birth_year, team: swim.team };
    found.set(JSON.stringify(person), person);
  }
  return [...found.values()];
}

/** Whether a swim may be this person's: what it does not say speaks against nobody. */
export function isOf(person, swim) {
  const age = swim.age ?? swim.birth_year;
  const ageFits = age === null || person.age === null || age === person.age;
  return ageFits && (!swim.team || !person.team || swim.team.startsWith(person.team));
}

/** Two children's swims so near that nobody sees both, in minutes. */
export const CLASH = 10;

/** Two legs of one relay: whoever looks at one sees the other. */
function isSameRelay(one, other) {
  return one.relay_leg !== null && ["event_number", "heat_number", "lane"].every((name) => one[name] === other[name]);
}

/** The swims that have a time, each with the gap to the swimmer's next one and the other swimmers' swims that clash. */
export function laid(swims) {
  const timed = swims.filter(({ minutes }) => minutes !== null);
  return timed.map((swim, place) => {
    const next = timed.slice(place + 1).find(({ who }) => who === swim.who);
    const clashes = timed.filter((other) => other.who !== swim.who && Math.abs(other.minutes - swim.minutes) < CLASH && !isSameRelay(swim, other));
    return { swim, gap: next ? next.minutes - swim.minutes : null, clashes };
  });
}

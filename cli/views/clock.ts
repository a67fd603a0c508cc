// The time, as IOS tells it.

export interface ClockReading {
  /** Unix milliseconds. */
  readonly at: number;
  /** `Europe/Berlin`. */
  readonly timeZone: string;
}

/** `*12:00:03.123 UTC Sun Nov 22 2026`; the asterisk: nobody asserts that the clock is right. */
export function clockLine({ at, timeZone }: ClockReading): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, timeZoneName: "short" },
    ...{ weekday: "short", month: "short", day: "numeric", year: "numeric" },
  });
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const { hour, minute, second, fractionalSecond, timeZoneName, weekday, month, day, year } = parts;
  return `*${hour}:${minute}:${second}.${fractionalSecond} ${timeZoneName} ${weekday} ${month} ${day} ${year}`;
}

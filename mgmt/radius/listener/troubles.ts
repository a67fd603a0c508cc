// What can be wrong with what a client of RADIUS accounting sends: each is counted, and told.

export const troubles = {
  /** These are not answered. */
  malformed: "a packet is damaged or cut short, and is not answered",
  "not-accounting": "a packet is no Accounting-Request, and is not answered: it is to send accounting alone",
  "wrong-key": "a packet was not made with its key, and is not answered: compare the keys",
  overload:
    "more requests came than can wait to be stored; those left over are not answered, so that they are repeated",
  "not-stored": "a request could not be stored, and is not answered, so that it is repeated: look at the disk",
  full: "there is no room for a subscriber or an address; the request is not answered, so that it is repeated",

  "not-cleared": "what it told of could not be taken away in its silence, which is tried again: look at the disk",

  /** These are answered: to repeat them would change nothing. */
  "other-status": "a request has another Acct-Status-Type than 1, 2, 3, 7 or 8, and is passed over",
  "no-session": "a request has no Acct-Session-Id, and is passed over",
  "no-name": "a login has not the attribute that is to name the subscriber, and is passed over",
  "refused-name":
    "a login has a name that is not 1 to 64 printable ASCII characters without quotes, and is passed over",
  "impossible-address": "an address or prefix is damaged or can be no subscriber's, and is passed over",
  "unknown-package": "a login names a package that does not exist, and is taken without it",
  stale: "a request is of before what is known, and is passed over",
  held: "a login has an address that a person gave another subscriber, whose it stays",
  "not-its-own": "a Stop is of a session that no address is left of, and changes nothing",
} as const;

export type Trouble = keyof typeof troubles;

export function isTrouble(text: string): text is Trouble {
  return Object.hasOwn(troubles, text);
}

// Help of words that begin commands of several files: at one place in the table a word has one help.

export const showHelp = { show: "Show how things are" } as const;

/** Of `show interface LineCard 0`. */
export const showLineCardHelp = {
  ...showHelp,
  interface: "An interface, its state and its figures",
  LineCard: "The one that traffic passes",
  "0": "Its number",
} as const;

/** Of `show interface LineCard 0 subscriber`. */
export const showSubscriberHelp = { ...showLineCardHelp, subscriber: "Who is known" } as const;

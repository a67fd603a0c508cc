// What a subscriber may be called.

const NAME = /^[ !#-&(-_a-~]{1,64}$/;

/** 1 to 64 printable ASCII characters, none of them a quote (' " `). */
export function isName(text: string): boolean {
  return NAME.test(text);
}

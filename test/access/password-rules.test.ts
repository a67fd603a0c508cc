import test from "ava";
import fc from "fast-check";
import { ClearText } from "../../cli/grammar/secret.ts";
import { passwordProblem } from "../../mgmt/access/password-rules.ts";

const codeOf = (text: string, passwordLengthMin: number, user?: string) =>
  passwordProblem(new ClearText(text), { passwordLengthMin }, user)?.code;

test("a password must be as long as the configuration says", (t) => {
  t.is(codeOf("correct-ho", 10), undefined);
  t.is(codeOf("correct-h", 10), "short-password");
  t.is(codeOf("correct-ho", 11), "short-password");
});

test("a user's name is no password of his, in any case and direction", (t) => {
  for (const text of ["operator10", "OPERATOR10", "01rotarepo", "01RotarepO", "operator10Operator10"]) {
    t.is(codeOf(text, 8, "Operator10"), "password-is-name");
    t.is(codeOf(text, 8, "operator1"), undefined);
    t.is(codeOf(text, 8), undefined, "an enable secret is nobody's");
  }
});

test("four different characters are the least", (t) => {
  t.is(codeOf("abcabcabcabc", 10), "plain-password");
  t.is(codeOf("abcabcabcabd", 10), undefined);
});

test("what is wrong with a password does not tell it", (t) => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."QXZ01"), minLength: 6, maxLength: 64 }), (text) => {
      const told = JSON.stringify(passwordProblem(new ClearText(text), { passwordLengthMin: 64 }, text)) ?? "";
      t.false(told.includes(text));
    }),
  );
});

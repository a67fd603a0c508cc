// Why somebody did something, in his words: one line, for the record.

import { z } from "zod";

export const reason = z.string().regex(/^\P{C}{1,512}$/u);

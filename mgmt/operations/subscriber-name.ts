// A subscriber's name, as operations take it.

import { z } from "zod";
import { isName } from "../subscribers/name.ts";

export const subscriberName = z.string().refine(isName, { error: "expected 1 to 64 printable ASCII characters" });

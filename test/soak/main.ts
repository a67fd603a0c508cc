// `npm run soak [-- MINUTES]`: see `usage`.
import { Lab } from "../../lab/lab.ts";
import { dateAndTime } from "../../mgmt/words.ts";
import { soak } from "./soak.ts";
import { verdictLines } from "./verdicts.ts";

const usage = `npm run soak                twenty minutes of everything at once, then up to three of ageing; exits 0 if every
                            pool, ring and table is back at its baseline, else 1
npm run soak -- MINUTES     as long as you like, at least 1
`;

const usualMinutes = 20;
/** Room for all the newcomers of two minutes. */
const subscribers = 16_384;

async function run(minutes: number): Promise<number> {
  const lab = await Lab.start({ size: { subscribers } });
  try {
    const verdicts = await soak(lab, minutes, (happening) => console.log(`${dateAndTime(Date.now())}  ${happening}`));
    const bad = verdicts.filter(({ good }) => !good).length;
    console.log(`\n${verdictLines(verdicts).join("\n")}\n\n${verdicts.length - bad} good, ${bad} bad`);
    return bad === 0 ? 0 : 1;
  } finally {
    await lab.stop();
  }
}

/** Returns the exit status. */
async function main([argument = String(usualMinutes), ...others]: readonly string[]): Promise<number> {
  const minutes = Number(argument);
  if (others.length === 0 && minutes >= 1) return run(minutes);
  process.stdout.write(usage);
  return argument === "--help" ? 0 : 2;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  console.error(`soak: ${error instanceof Error ? error.message : error}`);
  process.exit(1);
}

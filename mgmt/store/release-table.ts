// Releases by hand in the store, while the end events that they bring may be on their way.

import type Database from "better-sqlite3";
import { END_EVENT_LATE_MS } from "../breaches/book.ts";
import type { Release } from "../breaches/releases.ts";

export interface ReleaseTable {
  /** In place of an earlier one of the same subscriber and detector; forgets those whose ends come no more. */
  save(release: Release): void;
  /** Those asked for at or after a Unix time, the earliest first. */
  since(at: number): Release[];
}

type Row = Omit<Release, "subscriber"> & Release["subscriber"];

export function releaseTable(database: Database.Database): ReleaseTable {
  const replace = database.prepare<[Row]>(
    `REPLACE INTO releases (address, prefix_length, outer_vlan, inner_vlan, detector, at, user, origin, why)
     VALUES (@address, @prefixLength, @outerVlan, @innerVlan, @detector, @at, @user, @from, @why)`,
  );
  const forget = database.prepare<[number]>("DELETE FROM releases WHERE at < ?");
  const since = database.prepare<[number], Row>(
    `SELECT address, prefix_length AS prefixLength, outer_vlan AS outerVlan, inner_vlan AS innerVlan, detector, at, user,
     origin AS "from", why FROM releases WHERE at >= ? ORDER BY at`,
  );
  return {
    save: database.transaction(({ subscriber, ...release }: Release) => {
      replace.run({ ...release, ...subscriber });
      forget.run(release.at - END_EVENT_LATE_MS);
    }),
    since: (at) =>
      since.all(at).map(({ address, prefixLength, outerVlan, innerVlan, ...release }) => ({
        ...{ ...release, subscriber: { address, prefixLength, outerVlan, innerVlan } },
      })),
  };
}

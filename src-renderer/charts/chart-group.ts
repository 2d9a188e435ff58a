/** What one chart does when its group moves. */
export interface Member {
  /** The part of the x axis that is shown, or where the pointer is, has changed. */
  rangeChanged(): void;
  cursorChanged(): void;
}

export interface Range {
  min: number;
  max: number;
}

/** Charts with the same x axis: they zoom together, and where the pointer is in one, all others mark and tell. */
export class ChartGroup {
  #members = new Set<Member>();
  #range: Range | null = null;
  #cursor: number | null = null;
  /** The member that the pointer is in. */
  #pointedIn: Member | null = null;
  /** Called when the range has changed, such as to offer the way back. */
  onRange: (range: Range | null) => void = () => undefined;

  /** The zoomed part of the x axis; null: all of it. It stays when points are added. */
  get range(): Range | null {
    return this.#range;
  }

  /** Where the pointer is on the x axis; null where it is in no chart. */
  get cursor(): number | null {
    return this.#cursor;
  }

  /** @returns what takes it out again, and the pointer with it where that is in it: the pointer leaves no chart that is gone */
  join(member: Member): () => void {
    this.#members.add(member);
    return () => {
      this.#members.delete(member);
      if (this.#pointedIn === member) this.point(member, null);
    };
  }

  zoom(range: Range | null): void {
    if (range !== null && !(range.max > range.min)) return;
    this.#range = range;
    for (const member of this.#members) member.rangeChanged();
    this.onRange(range);
  }

  /** @param cursor where the pointer is in this member; null where it has left it */
  point(member: Member, cursor: number | null): void {
    this.#pointedIn = cursor === null ? null : member;
    if (cursor === this.#cursor) return;
    this.#cursor = cursor;
    for (const member of this.#members) member.cursorChanged();
  }
}

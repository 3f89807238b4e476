/** Where jobs come from. */
export interface JobSource {
  /** Asks once. Rejects when nothing can be said of any job. */
  ask(): Promise<SourceAnswer>;
  /** The next answer comes whole. */
  forget(): void;
  /** Calls when it is worth asking before the interval is over. */
  watch(changed: () => void): void;
  close(): void;
}

/** A job document, or what stands in its place. */
export type SourceJob =
  | {
      readonly document: Readonly<Record<string, unknown>>;
      /** For a document that has none, or none that is good. */
      readonly jobId?: string;
      /** Of its file, for messages. */
      readonly name?: string;
      readonly problem?: undefined;
    }
  /** No document: why, in one line that names the place. */
  | { readonly jobId: string; readonly description: string; readonly problem: string };

export type SourceAnswer =
  | { readonly kind: 'unchanged' }
  | {
      /** All jobs that there are, or only some of them. */
      readonly kind: 'jobs' | 'some';
      readonly jobs: readonly SourceJob[];
    };

/** The files of one input, whether they lie in a folder, in a zip, or are a single file. */
export interface FileSet {
  readonly kind: 'file' | 'folder' | 'zip'
  /** What messages call the input: its last path segment. */
  readonly label: string
  /** Plain file names (no folders), as found. */
  readonly names: readonly string[]
  /** Things tolerated while listing. */
  readonly warnings: readonly string[]
  /**
   * Streams the bytes of one listed file; may be called again for another pass.
   * @throws UnusableInput when the file cannot be read to its end, or is larger than the limits allow.
   */
  read(name: string): AsyncIterable<Buffer>
  close(): Promise<void>
}

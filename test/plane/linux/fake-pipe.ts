import { ByteRing } from './fake-bytes.ts';
import { FakeFile } from './fake-epoll.ts';

export class FakePipe {
  bytes: ByteRing;
  readonly readEnd = new PipeEnd(this);
  readonly writeEnd = new PipeEnd(this);

  constructor(capacity: number) {
    this.bytes = new ByteRing(capacity);
  }
}

export class PipeEnd extends FakeFile {
  readonly pipe: FakePipe;

  constructor(pipe: FakePipe) {
    super();
    this.pipe = pipe;
  }

  get isWriteEnd(): boolean {
    return this.pipe.writeEnd === this;
  }

  poll(): number {
    return 0;
  }

  released(): void {}
}

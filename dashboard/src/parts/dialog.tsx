import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import './dialog.css';

/** An act that is asked about before it is done. */
export interface Question {
  /** What is to be done, and to whom: `End connection 0000000000f2?` */
  readonly title: string;
  /** What that means for those it concerns. */
  readonly text: string;
  /** What the button says that does it. */
  readonly yes: string;
}

interface Asked extends Question {
  answer(isMeant: boolean): void;
}

/** What the dialog returns where the act is meant. */
const YES = 'yes';

const asked = signal<Asked | null>(null);

/** Asks the viewer; true where the act is meant. A question that another one follows has been answered by no. */
export function confirmed(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (isMeant: boolean) => {
      if (asked.value === mine) asked.value = null;
      resolve(isMeant);
    };
    const mine: Asked = { ...question, answer };
    asked.value = mine;
  });
}

/** Where questions are shown; once on the page. */
export function Questions() {
  const question = asked.value;
  return question === null ? null : <QuestionDialog key={question.title} question={question} />;
}

function QuestionDialog({ question }: { readonly question: Asked }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="question"
      aria-describedby="question-text"
      onClose={() => question.answer(dialog.current?.returnValue === YES)}
    >
      <h2 id="question">{question.title}</h2>
      <p id="question-text">{question.text}</p>
      <div class="buttons">
        <button type="button" onClick={() => dialog.current?.close()}>
          leave it
        </button>
        <button type="button" class="danger" onClick={() => dialog.current?.close(YES)}>
          {question.yes}
        </button>
      </div>
    </dialog>
  );
}
